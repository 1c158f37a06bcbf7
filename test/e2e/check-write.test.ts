import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CliWorld, LAUNCHER, openCliWorld, runIn } from './cli-world.ts';

/**
 * A check that writes leaves nothing behind, in time, and says what it did; also where it was killed. The CRM has its limit
 * of 100 requests in ten seconds and its lag, as a real one.
 */

const PARTS = fileURLToPath(new URL('../../examples/parts-and-lines/integration.yaml', import.meta.url));

let world: CliWorld | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

async function open(): Promise<CliWorld> {
  world = await openCliWorld({ crm: { size: 60 }, erp: { size: 60 } });
  return world;
}

/** Of all records that are not archived, in both systems: the CRM deletes none. */
function digestOf({ crm, erp }: CliWorld): string {
  const hash = createHash('sha256');
  for (const object of ['companies', 'contacts', 'deals', 'products', 'users'] as const)
    for (const record of crm.records(object)) if (!record.archived) hash.update(JSON.stringify(record));
  for (const object of ['customers', 'articles', 'orders', 'price_lists'] as const)
    for (const record of erp.records(object)) hash.update(JSON.stringify(record));
  return hash.digest('hex');
}

/** Runs a command as a process, which is killed when the systems have got so many writes. */
async function killedAt({ crm, erp, folder }: CliWorld, writes: number, ...args: string[]): Promise<number> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: folder, stdio: 'ignore' });
  let seen = 0;
  for (const system of [crm, erp]) {
    const { handle } = system;
    system.handle = (request, now) => {
      if (request.method !== 'GET' && !request.path.startsWith('/oauth') && ++seen === writes) child.kill('SIGKILL');
      return handle.call(system, request, now);
    };
  }
  await once(child, 'close');
  return seen;
}

describe('a check that writes', () => {
  test.each([[['check']], [['check', '--write', '--yes']]])(
    '%j: ends within 20 s under the limit of the CRM, counts its calls, and leaves no record behind',
    async (args) => {
      const here = await open();
      const before = digestOf(here);
      const started = performance.now();
      const ran = await here.run(...args, '--json');
      expect(performance.now() - started).toBeLessThan(20_000);
      const writes = args.includes('--write');
      expect(ran.last()).toMatchObject({
        counts: { contradicted: 0 },
        calls: {
          a: { reads: expect.any(Number), writes: writes ? expect.any(Number) : 0 },
          b: { reads: expect.any(Number), writes: writes ? expect.any(Number) : 0 },
        },
        marked: writes ? { removed: expect.any(Number), archived: expect.any(Number), absent: 0, left: [] } : null,
      });
      expect(digestOf(here)).toBe(before);
    },
    30_000,
  );

  test.each([1, 2, 20, 45, 70])(
    'killed at write %i: the next cleanup removes what it left',
    async (writes) => {
      const here = await open();
      const before = digestOf(here);
      const seen = await killedAt(here, writes, 'check', '--write', '--yes');
      expect(seen).toBeGreaterThanOrEqual(writes);
      const cleaned = await here.run('check', '--cleanup', '--json');
      expect(cleaned.last()).toMatchObject({ left: [] });
      expect(cleaned.exit).toBe(0);
      expect(digestOf(here)).toBe(before);
      expect(await here.run('check', '--cleanup')).toMatchObject({ exit: 0, out: 'No marked records are left.\n' });
    },
    60_000,
  );

  test('is refused in production, and where nobody agreed', async () => {
    const here = await open();
    const production = {
      CRM_PRODUCTION_CLIENT_ID: 'x',
      CRM_PRODUCTION_CLIENT_SECRET: 'x',
      ERP_PRODUCTION_API_KEY: 'x',
    };
    const refused = await runIn(here.folder, ['check', '--write', '--yes', '--env', 'production'], {
      variables: production,
    });
    expect(refused).toMatchObject({ exit: 2, out: '' });
    expect(refused.err).toContain('No test records are made in production: it counts as production');
    const unasked = await here.run('check', '--write');
    expect(unasked).toMatchObject({ exit: 2, out: '' });
    expect(unasked.err).toContain('Add --yes');
    expect(here.crm.stats().writes + here.erp.stats().writes).toBe(0);
  });

  test('what it found counts in later checks that only read, until it is contradicted or stale', async () => {
    const here = await open();
    const statuses = async (...args: string[]) => {
      const { lines } = (await here.run('check', '--question', 'propagation', '--json', ...args)).last();
      return z
        .array(z.object({ status: z.string() }))
        .parse(lines)
        .map(({ status }) => status);
    };
    expect(await statuses()).toEqual(['declared', 'declared']);
    expect(await statuses('--write', '--yes')).toEqual(['verified', 'verified']);
    expect(await statuses()).toEqual(['verified', 'verified']);
  }, 30_000);

  test('tries parts and lines of other records, and records of one object under several mappings', async () => {
    const here = await open();
    const before = digestOf(here);
    copyFileSync(PARTS, join(here.folder, 'integration.yaml'));
    const ran = await here.run('check', '--question', 'propagation', '--write', '--yes', '--json');
    const { lines } = z.object({ lines: z.array(z.object({ status: z.string() })) }).parse(ran.last());
    expect(lines.map(({ status }) => status)).toEqual(['verified', 'verified']);
    expect(ran.last()).toMatchObject({ marked: { left: [] } });
    expect(digestOf(here)).toBe(before);
  }, 60_000);
});
