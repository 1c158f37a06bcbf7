import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTokenServer, type TokenServer } from './token-server.ts';

const PROCESSES = 50;
const SCRIPT = fileURLToPath(new URL('./read-once.ts', import.meta.url));

let server: TokenServer;
let folder: string;
let running: ChildProcess[];

beforeEach(async () => {
  server = await startTokenServer();
  folder = mkdtempSync(join(tmpdir(), 'dovetail-oauth-'));
  running = [];
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One process, which waits before its first request until `go` is called. */
function start(death?: 'after-save' | 'before-save') {
  const args = [SCRIPT, server.url, join(folder, 'store.db'), ...(death ? [death] : [])];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(child);
  let out = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.on('close', () => reject(new Error('It ended before it was ready.')));
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
      if (out.startsWith('ready\n')) resolve();
    });
  });
  const ended = once(child, 'close');
  return {
    child,
    ready,
    async go(): Promise<{ signal: unknown; found: unknown }> {
      child.stdin.write('go\n');
      const [, signal] = await ended;
      const [, line = ''] = out.split('\n');
      return { signal, found: line === '' ? null : JSON.parse(line) };
    },
  };
}

async function run(death?: 'after-save' | 'before-save') {
  const one = start(death);
  await one.ready;
  return one.go();
}

test(`${PROCESSES} processes with one single-use refresh token renew it once, and all get on`, {
  timeout: 240_000,
}, async () => {
  const all = Array.from({ length: PROCESSES }, () => start());
  await Promise.all(all.map((one) => one.ready));
  const ended = await Promise.all(all.map((one) => one.go()));
  expect(ended.map(({ found }) => found)).toEqual(
    Array(PROCESSES).fill([expect.objectContaining({ kind: 'present' })]),
  );
  expect({ asked: server.asked, given: server.given, locked: server.locked, reads: server.reads }).toEqual({
    asked: 1,
    given: 1,
    locked: false,
    reads: { 200: PROCESSES },
  });
});

test('tokens that are refused before their time are renewed once, too', { timeout: 120_000 }, async () => {
  await run();
  server.revoke();
  const all = Array.from({ length: 8 }, () => start());
  await Promise.all(all.map((one) => one.ready));
  const ended = await Promise.all(all.map((one) => one.go()));
  expect(ended.map(({ found }) => found)).toEqual(Array(8).fill([expect.objectContaining({ kind: 'present' })]));
  expect(server).toMatchObject({ asked: 2, given: 2, locked: false, reads: { 200: 9 } });
});

test('a crash between the receipt of a token and its use loses nothing', { timeout: 60_000 }, async () => {
  expect(await run('after-save')).toMatchObject({ signal: 'SIGKILL' });
  expect(server).toMatchObject({ asked: 1, reads: {} });
  expect(await run()).toMatchObject({ found: [{ kind: 'present' }] });
  expect(server).toMatchObject({ asked: 1, given: 1, reads: { 200: 1 } });
});

test('a crash before the server has answered holds nobody up for longer than the lease', {
  timeout: 60_000,
}, async () => {
  const first = start();
  await first.ready;
  server.before = async () => {
    first.child.kill('SIGKILL');
    return 'ignore';
  };
  expect(await first.go()).toMatchObject({ signal: 'SIGKILL' });
  server.before = async () => 'answer';
  const second = start();
  await second.ready;
  const before = performance.now();
  expect(await second.go()).toMatchObject({ found: [{ kind: 'present' }] });
  expect(performance.now() - before).toBeLessThan(16_000);
  expect(server).toMatchObject({ asked: 2, given: 1, locked: false });
});

test('a crash between the answer and its saving loses the token: one process finds out, all say so', {
  timeout: 60_000,
}, async () => {
  expect(await run('before-save')).toMatchObject({ signal: 'SIGKILL' });
  const failure = {
    kind: 'unknown',
    diagnostic: { code: 'auth-expired', next: 'Run `dovetail connect` for this system' },
  };
  expect(await run()).toMatchObject({ found: [failure] });
  expect(await run()).toMatchObject({ found: [failure] });
  // The first got the token that was lost, the second found out, the third knew.
  expect(server.asked).toBe(2);
});
