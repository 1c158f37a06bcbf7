import { describe, expect, it } from 'vitest';
import { compileCosts } from './costs.ts';
import { connectorSchema } from './definition.ts';
import { compileQuota } from './quota-headers.ts';

const NOW = Date.UTC(2026, 4, 1);
const limits = (limits: object) =>
  connectorSchema.parse({ connector: 'toy', title: 'Toy', protocol: 'rest', objects: {}, limits }).limits;
const at = (seconds: number) => ({ resetAt: NOW + seconds * 1000 });

describe('what answers say of a quota', () => {
  it.each<[string, object, Record<string, string>, unknown]>([
    ['seconds', {}, { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '30' }, { remaining: 5, ...at(30) }],
    [
      'epoch seconds',
      {},
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 9) },
      { remaining: 0, ...at(9) },
    ],
    [
      'epoch ms',
      {},
      { 'x-rate-limit-remaining': '1', 'x-rate-limit-reset': String(NOW + 9000) },
      { remaining: 1, ...at(9) },
    ],
    [
      'a date',
      {},
      { 'ratelimit-remaining': '1', 'ratelimit-reset': new Date(NOW + 9000).toUTCString() },
      { remaining: 1, ...at(9) },
    ],
    [
      'by their clock',
      {},
      { 'ratelimit-remaining': '1', 'ratelimit-reset': '9', date: new Date(NOW - 60_000).toUTCString() },
      { remaining: 1, ...at(9) },
    ],
    ['a field of the draft', {}, { ratelimit: '"default";r=50;t=30' }, { remaining: 50, ...at(30) }],
    ['a field of an older draft', {}, { ratelimit: 'limit=100, remaining=50, reset=5' }, { remaining: 50, ...at(5) }],
    ['nothing', {}, {}, undefined],
    ['no reset', {}, { 'x-ratelimit-remaining': '5' }, undefined],
    ['no number', {}, { 'x-ratelimit-remaining': 'many', 'x-ratelimit-reset': '5' }, undefined],
    ['a quota of the day', {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '40000' }, undefined],
    [
      'more than the declared whole',
      { requests: 10, window: '1s' },
      { 'x-ratelimit-remaining': '500', 'x-ratelimit-reset': '5' },
      undefined,
    ],
    [
      'declared names',
      { remaining_header: 'X-Left', reset_header: 'X-Until', reset_form: 'epoch' },
      { 'x-left': '3', 'x-until': String(NOW / 1000 + 2) },
      { remaining: 3, ...at(2) },
    ],
    [
      'declared names, not there',
      { remaining_header: 'X-Left', reset_header: 'X-Until' },
      {},
      { remaining: Number.POSITIVE_INFINITY, ...at(60) },
    ],
  ])('as %s', (_, declared, headers, report) => {
    expect(compileQuota(limits(declared))({ status: 200, headers, body: '' }, NOW, true)).toEqual(report);
  });
});

describe('costs of requests', () => {
  const costs = limits({
    costs: [
      { method: 'GET', path: '/search*', cost: 5 },
      { path: '/bulk/*/run', cost: 10 },
    ],
  }).costs;
  it.each([
    ['GET', '/search', 5],
    ['GET', '/search/x?y=1', 5],
    ['POST', '/search', 1],
    ['POST', '/bulk/a/b/run', 10],
    ['GET', '/things?x=/search', 1],
  ])('%s %s: %i', (method, path, cost) => expect(compileCosts(costs)?.(method, path)).toBe(cost));

  it('are not looked up where none are declared', () => expect(compileCosts([])).toBeNull());
});
