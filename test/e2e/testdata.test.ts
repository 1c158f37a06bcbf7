import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CliWorld, openCliWorld, runIn } from './cli-world.ts';

/** Test data: made in both systems, marked, enough for the check of test data, and gone again with all that runs made of it. */

let world: CliWorld | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

const standing = ({ crm, erp }: CliWorld): number =>
  (['companies', 'deals', 'products'] as const).reduce(
    (sum, object) => sum + [...crm.records(object)].filter(({ archived }) => !archived).length,
    0,
  ) + (['customers', 'articles', 'orders'] as const).reduce((sum, object) => sum + [...erp.records(object)].length, 0);

const made = z.object({
  complete: z.boolean(),
  objects: z.array(
    z.object({
      system: z.string(),
      object: z.string(),
      ids: z.array(z.string()),
      kept: z.number(),
      untold: z.array(z.unknown()),
      failures: z.array(z.unknown()),
    }),
  ),
});

describe('test data', () => {
  test('show all that the check of test data asks for, and are taken away with their copies', async () => {
    world = await openCliWorld();
    appendFileSync(join(world.folder, 'integration.yaml'), '\nanswers: { test-data: made by Dovetail }\n');
    const generated = await world.run('testdata', 'generate', '--yes', '--json');
    const { objects, complete } = made.parse(generated.last());
    // The CRM does not tell its industries, and holds no company yet that shows one.
    expect(objects.flatMap(({ failures, untold }) => [...failures, ...untold])).toEqual([
      { field: 'industry', case: 'filled' },
    ]);
    expect({ exit: generated.exit, complete }).toEqual({ exit: 0, complete: true });
    const records = objects.flatMap(({ ids }) => ids).length;
    expect(standing(world)).toBe(records);
    // The same again makes nothing.
    const again = made.parse((await world.run('testdata', 'generate', '--yes', '--json')).last());
    expect(again.objects.every(({ ids, kept }) => kept === ids.length)).toBe(true);
    expect(standing(world)).toBe(records);
    const checked = await world.run('check', '--question', 'test-data', '--json');
    const lines = z.array(z.object({ evidence: z.array(z.object({ found: z.string() })) })).parse(checked.last().lines);
    const found = lines.flatMap(({ evidence }) => evidence.map((one) => one.found));
    expect(found).toEqual([
      'No test data for companies: anything in industry',
      expect.stringMatching(/^All of \d+ cases/),
    ]);
    // A run takes them along.
    await world.run('sync');
    expect(standing(world)).toBeGreaterThan(records);
    const removed = await world.run('testdata', 'remove');
    expect(removed.exit).toBe(0);
    expect(standing(world)).toBe(0);
    expect((await world.run('testdata', 'list')).out).toBe('There are no test records.\n');
  }, 60_000);

  test('go on where they were stopped, and make only what is missing where that is asked for', async () => {
    world = await openCliWorld();
    const isOrder = ({ method, path }: { method: string; path: string }) =>
      method === 'POST' && path === '/api/articles';
    const stopped = await world.runUntil(isOrder, 'testdata', 'generate', '--yes', '--json');
    expect(stopped.exit).toBe(4);
    const before = standing(world);
    const resumed = made.parse((await world.run('testdata', 'generate', '--yes', '--json')).last());
    const records = resumed.objects.flatMap(({ ids }) => ids).length;
    expect(resumed.objects.reduce((sum, { kept }) => sum + kept, 0)).toBe(before);
    expect(standing(world)).toBe(records);
    const missing = ['testdata', 'generate', '--missing', '--system', 'erp', '--seed', '2', '--yes', '--json'];
    expect(made.parse((await world.run(...missing)).last()).objects.flatMap(({ ids }) => ids)).toEqual([]);
    expect(standing(world)).toBe(records);
  }, 60_000);

  test('are not made in production, nor where nobody agreed, nor in a system that is not there', async () => {
    world = await openCliWorld();
    expect((await world.run('testdata', 'generate')).err).toContain('Add --yes');
    const elsewhere = await world.run('testdata', 'generate', '--yes', '--system', 'crn');
    expect(elsewhere).toMatchObject({ exit: 2 });
    expect(elsewhere.err).toContain('The integration has no system "crn"');
    const variables = { CRM_PRODUCTION_CLIENT_ID: 'x', CRM_PRODUCTION_CLIENT_SECRET: 'x', ERP_PRODUCTION_API_KEY: 'x' };
    const refused = await runIn(world.folder, ['testdata', 'generate', '--yes', '--env', 'production'], { variables });
    expect(refused).toMatchObject({ exit: 2, out: '' });
    expect(standing(world)).toBe(0);
  });
});
