import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../connector/port.ts';
import { estimateSync, type WrittenObject } from './estimate.ts';

const can: Capabilities = {
  list: true,
  get: true,
  getMany: 0,
  since: true,
  findable: [],
  create: true,
  update: true,
  remove: true,
  archive: false,
  createBatch: 1,
  updateBatch: 1,
  removeBatch: 1,
  conditionalUpdate: false,
  idempotencyMs: 0,
  wholeRecords: false,
  deletesInChanges: false,
  lagMs: 0,
  concurrency: 10,
  pageSize: 50,
};
const batched = { ...can, createBatch: 100, updateBatch: 100, removeBatch: 100, conditionalUpdate: true };
const writes = { create: 150, update: 30, delete: 5, archive: 0 };
const unlimited = { requests: null, windowMs: 1000, concurrency: 10 };
const limits = { a: unlimited, b: unlimited };
const reads = { a: 10, b: 20 };

const on = (more: Partial<WrittenObject>): WrittenObject => ({ side: 'b', writes, can, guarded: true, ...more });

describe('what a sync costs', () => {
  const cases: [string, WrittenObject[], { reads: number; writes: number }][] = [
    ['nothing to write', [on({ writes: { create: 0, update: 0, delete: 0, archive: 0 } })], { reads: 20, writes: 0 }],
    ['one by one, each update and delete read before', [on({})], { reads: 55, writes: 185 }],
    ['one-way updates are not read before', [on({ guarded: false })], { reads: 25, writes: 185 }],
    ['in batches, with versions', [on({ can: batched })], { reads: 20, writes: 4 }],
    ['reads in bulk', [on({ can: { ...can, getMany: 10 } })], { reads: 24, writes: 185 }],
    ['two mappings', [on({ can: batched }), on({ can: batched })], { reads: 20, writes: 8 }],
  ];
  it.each(cases)('%s', (_, objects, expected) => {
    expect(estimateSync(objects, reads, limits, 500).calls).toEqual({ a: { reads: 10, writes: 0 }, b: expected });
  });

  it('takes as long as the plan and the writes, by the declared limits or by the calls in flight', () => {
    expect(estimateSync([on({ guarded: false })], reads, limits, 500).ms).toBe(500 + (190 * 150) / 10);
    const slow = { ...limits, b: { requests: 10, windowMs: 60_000, concurrency: 10 } };
    expect(estimateSync([on({ guarded: false })], reads, slow, 0).ms).toBe((190 / 10) * 60_000);
  });
});
