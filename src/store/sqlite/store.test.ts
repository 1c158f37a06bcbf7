import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Random } from '../../platform/random.ts';
import { STORE_CONFORMANCE } from '../conformance.ts';
import type { Link, Store } from '../port.ts';
import { openSqliteStore, type SqliteOptions } from './store.ts';

const NOW = 1_800_000_000_000;
const DAY = 24 * 60 * 60 * 1000;

function counting(): Random {
  let count = 0;
  return {
    next: () => 0.5,
    bytes: (length) => Uint8Array.from({ length }, () => count++ & 0xff),
  };
}

function options(more: Partial<SqliteOptions> = {}): SqliteOptions {
  const clock = { now: () => NOW, sleep: async () => undefined };
  return { key: new Uint8Array(32).fill(7), random: counting(), clock, ...more };
}

function open(path: string, more: Partial<SqliteOptions> = {}): Store {
  const opened = openSqliteStore(path, options(more));
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value;
}

function refusal(path: string, more: Partial<SqliteOptions> = {}): string {
  const opened = openSqliteStore(path, options(more));
  return opened.ok ? 'ok' : opened.error.code;
}

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dovetail-store-'));
  path = join(directory, 'state', 'store.db');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function link(a: string, b: string, more: Partial<Link> = {}): Link {
  const base = new Uint8Array(8);
  return {
    mapping: 'shop/companies',
    a,
    b,
    aVersion: null,
    bVersion: null,
    aBase: base,
    bBase: base,
    layout: 1,
    state: 'active',
    touched: NOW,
    run: 'r1',
    ...more,
  };
}

describe.each(['memory', 'file'])('conformance, in a %s', (where) => {
  it.each(STORE_CONFORMANCE)('$name', async (demand) => {
    const store = open(where === 'memory' ? ':memory:' : path);
    await demand.run(store);
    await store.close();
  });
});

describe('the file', () => {
  it('is readable by its owner only and keeps what was committed', async () => {
    const store = open(path);
    const fence = await store.acquire('shop', 'p1', 1000, NOW);
    if (!fence.ok) throw new Error(fence.error.code);
    await store.commit(fence.value, { links: [link('a1', 'b1')] });
    const modes = readdirSync(join(directory, 'state')).map((name) => statSync(join(directory, 'state', name)).mode);
    expect(new Set(modes.map((mode) => mode & 0o777))).toEqual(new Set([0o600]));
    await store.close();
    const again = open(path);
    expect((await again.links('shop/companies', 'b', ['b1'])).get('b1')?.a).toBe('a1');
    await again.close();
  });

  it('holds secrets sealed: neither in UTF-8 nor in UTF-16, in none of its parts', async () => {
    const store = open(path);
    await store.putSecret('refresh-token', 'correct horse battery staple');
    const everything = () =>
      Buffer.concat(readdirSync(join(directory, 'state')).map((name) => readFileSync(join(directory, 'state', name))));
    const beforeClose = everything();
    await store.close();
    for (const held of [beforeClose, everything()]) {
      expect(held.includes('refresh-token')).toBe(true);
      for (const encoding of ['utf8', 'utf16le'] as const) {
        expect(held.includes(Buffer.from('battery', encoding))).toBe(false);
      }
    }
  });

  it('takes its nonces from the randomness passed in: same seed, same bytes', async () => {
    const sealed: unknown[] = [];
    for (const name of ['one.db', 'two.db']) {
      const store = open(join(directory, name));
      await store.putSecret('token', 'x');
      await store.close();
      const raw = new DatabaseSync(join(directory, name));
      sealed.push(raw.prepare('SELECT * FROM secret').all());
      raw.close();
    }
    expect(sealed[0]).toEqual(sealed[1]);
  });

  it('does not give a secret under another name, or one that was tampered with', async () => {
    const store = open(path);
    await store.putSecret('a', 'x');
    const raw = new DatabaseSync(path);
    raw.exec(`UPDATE secret SET name = 'b'`);
    raw.close();
    await expect(store.secret('b')).rejects.toThrow();
    await store.close();
  });

  it('takes a value of the wrong kind for a bug: throws, and changes nothing', async () => {
    const store = open(path);
    const fence = await store.acquire('shop', 'p1', 1000, NOW);
    if (!fence.ok) throw new Error(fence.error.code);
    await expect(
      store.commit(fence.value, { links: [link('a1', 'b1'), link('a2', 'b2', { touched: 0.5 })] }),
    ).rejects.toThrow();
    expect(await store.countLinks('shop/companies')).toEqual({ active: 0, silent: 0, closed: 0 });
    expect(await store.commit(fence.value, { links: [link('a1', 'b1')] })).toMatchObject({ ok: true });
    await store.close();
  });

  it('opens with less durability when told', async () => {
    const store = open(path, { durability: 'normal' });
    expect(await store.advanceGeneration()).toBe(1);
    await store.close();
  });
});

describe('a process that is killed', () => {
  it('loses no commit it was told of', async () => {
    await open(path).close();
    const program = `
      const { openSqliteStore } = await import(${JSON.stringify(new URL('./store.ts', import.meta.url).href)});
      const random = { next: () => 0, bytes: (length) => new Uint8Array(length) };
      const clock = { now: () => ${NOW}, sleep: async () => undefined };
      const key = new Uint8Array(32).fill(7);
      const { value: store } = openSqliteStore(${JSON.stringify(path)}, { key, random, clock });
      const { value: fence } = await store.acquire('shop', 'child', 1000, ${NOW});
      for (let n = 1; ; n++) {
        const intent = { id: String(n), mapping: 'shop/companies', side: 'b', created: n, items: [] };
        const done = await store.commit(fence, { intents: [intent] });
        if (done.ok) (await import('node:fs')).writeSync(1, n + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    for await (const lines of child.stdout) {
      acknowledged = Number(String(lines).trimEnd().split('\n').at(-1));
      if (acknowledged >= 50) child.kill('SIGKILL');
    }
    const store = open(path);
    const found = await store.intents('shop/companies');
    expect(found.length).toBeGreaterThanOrEqual(acknowledged);
    expect(found.map(({ id }) => id)).toEqual(found.map((_, n) => String(n + 1)));
    expect((await store.diagnose()).find(({ what }) => what === 'integrity')?.ok).toBe(true);
    await store.close();
  });
});

describe('refusals', () => {
  it('a newer schema, and leaves it alone', async () => {
    await open(path).close();
    const raw = new DatabaseSync(path);
    raw.exec('PRAGMA user_version = 1000');
    raw.close();
    const before = readFileSync(path);
    expect(refusal(path)).toBe('store-newer');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('an SQLite file of another program, and leaves it alone', () => {
    const other = join(directory, 'other.db');
    const raw = new DatabaseSync(other);
    raw.exec('CREATE TABLE customers (name TEXT)');
    raw.close();
    const before = readFileSync(other);
    expect(refusal(other)).toBe('store-foreign');
    expect(readFileSync(other).equals(before)).toBe(true);
  });

  it('a file that is no database', () => {
    const other = join(directory, 'other.db');
    writeFileSync(other, 'name;city\n'.repeat(1000));
    expect(refusal(other)).toBe('store-damaged');
  });

  it('a folder that cannot be made', () => {
    writeFileSync(join(directory, 'state'), '');
    expect(refusal(path)).toBe('store-unreadable');
  });

  it('another key', async () => {
    await open(path).close();
    expect(refusal(path, { key: new Uint8Array(32).fill(8) })).toBe('store-key-wrong');
    expect(refusal(path)).toBe('ok');
  });

  it('a commit while another process holds the file: nothing changes, and it can be tried again', async () => {
    const store = open(path, { busyMs: 1 });
    const fence = await store.acquire('shop', 'p1', 1000, NOW);
    if (!fence.ok) throw new Error(fence.error.code);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const refused = await store.commit(fence.value, { links: [link('a1', 'b1')] });
    expect(refused).toMatchObject({ ok: false, error: { code: 'store-busy' } });
    other.exec('ROLLBACK');
    other.close();
    expect(await store.commit(fence.value, { links: [link('a1', 'b1')] })).toMatchObject({ ok: true });
    await store.close();
  });

  it('a takeover by another process while the first still runs', async () => {
    const [first, second] = [open(path), open(path)];
    const old = await first.acquire('shop', 'p1', 1000, NOW);
    const taken = await second.acquire('shop', 'p2', 1000, NOW + 1000);
    if (!old.ok || !taken.ok) throw new Error('no lease');
    expect(await first.commit(old.value, {})).toMatchObject({ ok: false, error: { code: 'lease-lost' } });
    expect(await second.commit(taken.value, {})).toMatchObject({ ok: true });
    await first.close();
    await second.close();
  });
});

describe('diagnose', () => {
  const faults: { name: string; sql: string; finding: string }[] = [
    { name: 'an added index', sql: 'CREATE INDEX extra ON link (run)', finding: 'schema' },
    { name: 'a dropped index', sql: 'DROP INDEX link_b', finding: 'schema' },
    { name: 'a short baseline', sql: `UPDATE link SET bases = x'00'`, finding: 'baselines' },
    { name: 'an unknown layout', sql: 'DELETE FROM layout', finding: 'baselines' },
    {
      name: 'an old intent',
      sql: `INSERT INTO intent VALUES ('i', 1, 'b', ${NOW - DAY - 1}, '[]')`,
      finding: 'intents',
    },
    {
      name: 'a run left running',
      sql: `INSERT INTO run VALUES (9, 'r', 'shop', 'staging', 1, NULL, 'running', '{}', '{}', '[]')`,
      finding: 'runs',
    },
    {
      name: 'a parked record whose cause is linked',
      sql: `INSERT INTO parked VALUES (1, 'a', 'x', 'parent-missing', '{}', '', '', 1, 1, 1, NULL, NULL, 1, 'b', 'b1', NULL, NULL, 0)`,
      finding: 'parked records, wake-up',
    },
    {
      name: 'a parked record that waits for an unknown mapping',
      sql: `INSERT INTO parked VALUES (1, 'a', 'x', 'parent-missing', '{}', '', '', 1, 1, 1, 5, NULL, 77, 'b', 'b1', NULL, NULL, 0)`,
      finding: 'parked records, cause',
    },
  ];

  it.each(faults)('finds $name', async ({ sql, finding }) => {
    const store = open(path);
    const fence = await store.acquire('help-desk', 'p1', DAY, NOW);
    if (!fence.ok) throw new Error(fence.error.code);
    const layout = await store.layout(['name']);
    await store.commit(fence.value, { links: [link('a1', 'b1', { layout })] });
    const raw = new DatabaseSync(path);
    raw.exec(sql);
    raw.close();
    const bad = (await store.diagnose()).filter(({ ok }) => !ok);
    expect(bad.map(({ what }) => what)).toEqual([finding]);
    expect(bad[0]?.next).toBeDefined();
    await store.close();
  });

  it('a run whose lease is alive is not left running', async () => {
    const store = open(path);
    await store.acquire('shop/companies', 'p1', DAY, NOW);
    const raw = new DatabaseSync(path);
    raw.exec(`INSERT INTO run VALUES (9, 'r', 'shop', 'staging', 1, NULL, 'running', '{}', '{}', '[]')`);
    raw.close();
    expect((await store.diagnose()).every(({ ok }) => ok)).toBe(true);
    await store.close();
  });

  it('finds damage in the file', async () => {
    const store = open(path);
    const fence = await store.acquire('shop', 'p1', DAY, NOW);
    if (!fence.ok) throw new Error(fence.error.code);
    const layout = await store.layout(['name']);
    await store.commit(fence.value, { links: [link('a1', 'b1', { layout })] });
    await store.close();
    const raw = new DatabaseSync(path);
    const page = Number(raw.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'link_a'`).get()?.rootpage);
    raw.close();
    const file = readFileSync(path);
    const entry = file.indexOf('a1', (page - 1) * 4096);
    file.write('zz', entry);
    writeFileSync(path, file);
    const again = open(path);
    const bad = (await again.diagnose()).filter(({ ok }) => !ok);
    expect(bad.map(({ what }) => what)).toContain('integrity');
    await again.close();
  });
});
