import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../../src/store/port.ts';
import { runIn } from './cli-world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Temporary folders of the demo are made in here, so that one that is left behind is seen. */
const TEMPORARY = mkdtempSync(join(tmpdir(), 'dovetail-demo-test-'));
afterAll(() => rmSync(TEMPORARY, { recursive: true, force: true }));

/** What a demo left there; Node's own cache of compiled modules is not the demo's. */
const leftIn = (folder: string) => readdirSync(folder).filter((name) => name !== 'node-compile-cache');

interface Ran {
  exit: number | null;
  out: string;
  err: string;
  ms: number;
}

/** `npm start`, as a process of its own; `stopAt`: Ctrl-C once this text was written. */
async function demo(args: string[], more: Record<string, string> = {}, stopAt?: string): Promise<Ran> {
  const { FORCE_COLOR: _, NO_COLOR: __, ...surroundings } = process.env;
  const started = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'bin/dovetail.js'), 'demo', ...args], {
    env: { ...surroundings, TMPDIR: TEMPORARY, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  let stopped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (stopAt === undefined || stopped || !out.includes(stopAt)) return;
    stopped = child.kill('SIGINT');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [exit] = await once(child, 'close');
  return { exit, out, err, ms: performance.now() - started };
}

const linesOf = (ran: Ran): Record<string, unknown>[] =>
  ran.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const ofType = (ran: Ran, type: string) => linesOf(ran).filter((line) => line.type === type);

describe('npm start', () => {
  let ran: Ran;
  beforeAll(async () => {
    ran = await demo([]);
  }, 60_000);

  test('ends within 30 seconds with exit code 0, and leaves nothing behind', () => {
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.ms).toBeLessThan(30_000);
    expect(leftIn(TEMPORARY)).toEqual([]);
  });

  test('shows every step with the command that does the same, and every claim held', () => {
    for (const command of ['check', 'plan', 'sync', 'plan --sweep', 'sync --sweep']) {
      expect(ran.out).toContain(`$ dovetail ${command}\n`);
    }
    expect(ran.out).not.toContain('✗');
    expect(ran.out).toMatch(/✓ The second sync wrote nothing: [\d,]+ records read again, 0 written\n/);
    expect(ran.out).toContain('✓ The third wrote the 8 fields that people had edited, and no other\n');
  });

  test('is plain text where nobody asked for colours, and says what each step is about', () => {
    expect(ran.out).not.toContain('\u001b');
    expect(ran.err).not.toContain('\u001b');
    expect(ran.out.split('\n').filter((line) => [...line].length > 100)).toEqual([]);
  });
});

describe('demo --json', () => {
  const SMALL = ['--size', '60', '--json'];
  let one: Ran;
  let other: Ran;
  let another: Ran;
  beforeAll(async () => {
    // What the user has set must lead to no other system than the demo's own.
    const foreign = { CRM_URL: 'http://127.0.0.1:9', ERP_API_KEY: 'mine' };
    [one, other, another] = await Promise.all([demo(SMALL), demo(SMALL, foreign), demo([...SMALL, '--seed', '2'])]);
  }, 60_000);

  test('is lines of JSON, the last one a summary', () => {
    const types = ['start', 'check', 'plan', 'sync', 'sync', ...Array(7).fill('edit'), 'plan', 'sync', 'summary'];
    expect(linesOf(one).map((line) => line.type)).toEqual(types);
    for (const ran of [one, other, another]) {
      expect(linesOf(ran).at(-1)).toMatchObject({ type: 'summary', held: true });
      expect(ran.exit).toBe(0);
    }
  });

  test('the same seed tells the same story, another one another', () => {
    expect(ofType(other, 'edit')).toEqual(ofType(one, 'edit'));
    expect(ofType(another, 'edit')).not.toEqual(ofType(one, 'edit'));
  });

  test('the counts of every sync add up, and the second wrote nothing', () => {
    const runs = ofType(one, 'sync').map((line) => line.run as Pick<Run, 'counts'>);
    for (const { counts } of runs) {
      for (const { read, ...endings } of Object.values(counts).flatMap(({ a, b }) => [a, b])) {
        expect(Object.values(endings).reduce((sum, count) => sum + count, 0)).toBe(read);
      }
    }
    const wrote = Object.values(runs[1]!.counts).flatMap(({ wrote: { a, b } }) => [a, b]);
    expect(new Set(wrote.flatMap((counts) => Object.values(counts)))).toEqual(new Set([0]));
  });
});

describe('the demo is careful', () => {
  test('Ctrl-C in the middle ends it with exit code 1, and leaves nothing behind', async () => {
    const ran = await demo(['--size', '60'], {}, 'People work in both systems');
    expect(ran.exit).toBe(1);
    expect(ran.err).toContain('Stopped');
    expect(leftIn(TEMPORARY)).toEqual([]);
  });

  test('--serve leaves both systems running for other commands, until Ctrl-C', async () => {
    const folder = join(TEMPORARY, 'kept');
    const ran = await demo(['--size', '60', '--serve', '--keep', folder], {}, 'Both systems keep running');
    expect(ran.exit).toBe(0);
    expect(ran.out).toMatch(/dovetail (-- )?parked list --integration /);
    expect(ran.out).toContain(`--integration ${folder}/integration.yaml`);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toMatch(/^CRM_URL=http:\/\/127\.0\.0\.1:\d+$/m);
    rmSync(folder, { recursive: true });
  });

  test.each([
    [['--size', '10'], 2, 'Expected a number from 50'],
    [['--seed', 'x'], 2, 'Expected a number'],
  ])('%j is refused', async (args, exit, told) => {
    const ran = await inProcess(['demo', ...args]);
    expect(ran.exit).toBe(exit);
    expect(ran.err).toContain(told);
  });

  test('a folder that holds other files is not written into', async () => {
    const folder = mkdtempSync(join(TEMPORARY, 'filled-'));
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    const ran = await inProcess(['demo', '--keep', folder]);
    expect(ran.exit).toBe(2);
    expect(readdirSync(folder)).toEqual(['mine.txt']);
    rmSync(folder, { recursive: true });
  });
});

const inProcess = (args: string[]) => runIn(TEMPORARY, args, { width: 80 });
