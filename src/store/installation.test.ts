import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Random } from '../platform/random.ts';
import type { Result } from '../record/diagnostic.ts';
import {
  acceptStore,
  advanceGeneration,
  checkGeneration,
  deriveKeys,
  type Installation,
  openInstallation,
} from './installation.ts';
import type { Store } from './port.ts';
import { openSqliteStore } from './sqlite/store.ts';

let parent: string;
let directory: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'dovetail-installation-'));
  directory = join(parent, 'state');
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

const filledWith = (byte: number): Random => ({ next: () => 0, bytes: (length) => new Uint8Array(length).fill(byte) });

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

function code(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.error.code;
}

const open = (byte = 1): Installation => value(openInstallation(directory, filledWith(byte)));

function openStore(path = ':memory:'): Store {
  const clock = { now: () => 0, sleep: async () => undefined };
  return value(openSqliteStore(path, { key: new Uint8Array(32), random: filledWith(3), clock }));
}

describe('the installation file', () => {
  it('is made once, for its owner only, and read from then on', () => {
    const made = open(1);
    expect(made).toMatchObject({ id: '01'.repeat(16), generation: 0, file: join(directory, 'installation.json') });
    expect(made.masterKey).toEqual(new Uint8Array(32).fill(1));
    expect(statSync(made.file).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(open(2)).toEqual(made);
    expect(readdirSync(directory)).toEqual(['installation.json']);
  });

  it('of another process that comes first is kept', () => {
    const theirs = {
      version: 1,
      id: 'ab'.repeat(16),
      masterKey: Buffer.alloc(32, 9).toString('base64'),
      generation: 4,
    };
    // The other process makes its file between this one's look and its own writing.
    const random: Random = {
      next: () => 0,
      bytes: (length) => {
        writeFileSync(join(directory, 'installation.json'), JSON.stringify(theirs));
        return new Uint8Array(length);
      },
    };
    const opened = value(openInstallation(directory, random));
    expect(opened).toMatchObject({ id: theirs.id, generation: 4 });
    expect(readdirSync(directory)).toEqual(['installation.json']);
  });

  it.each([
    ['no JSON', '{'],
    ['a short key', JSON.stringify({ version: 1, id: 'ab'.repeat(16), masterKey: 'AAAA', generation: 0 })],
    ['a newer version', JSON.stringify({ version: 2 })],
  ])('with %s is refused and left alone', (_, text) => {
    const { file } = open();
    writeFileSync(file, text);
    expect(code(openInstallation(directory, filledWith(1)))).toBe('installation-invalid');
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('that cannot be made is told', () => {
    writeFileSync(directory, '');
    expect(code(openInstallation(directory, filledWith(1)))).toBe('installation-unreadable');
  });
});

describe('keys', () => {
  it('differ by purpose and by installation, and are the same every time', () => {
    const [one, two] = [deriveKeys(new Uint8Array(32).fill(1)), deriveKeys(new Uint8Array(32).fill(2))];
    expect(one).toEqual(deriveKeys(new Uint8Array(32).fill(1)));
    const keys = [one.digestKey, one.storeKey, two.digestKey, two.storeKey].map((key) =>
      Buffer.from(key).toString('hex'),
    );
    expect(new Set(keys).size).toBe(4);
    expect(keys.every((key) => key.length === 64)).toBe(true);
  });
});

describe('an older copy of the store', () => {
  it('is refused once a run has been counted in the newer one, until it is accepted', async () => {
    const [newest, older] = [openStore(), openStore()];
    expect(code(await checkGeneration(newest, open()))).toBe('ok');
    const advanced = value(await advanceGeneration(newest, open()));
    expect(advanced.generation).toBe(1);
    expect(code(await checkGeneration(newest, open()))).toBe('ok');

    const refused = await checkGeneration(older, open());
    expect(refused).toMatchObject({ ok: false, error: { code: 'store-older-than-installation' } });
    expect(!refused.ok && refused.error.next).toContain('dovetail doctor --accept-store');

    value(await acceptStore(older, open()));
    expect(open().generation).toBe(0);
    expect(code(await checkGeneration(older, open()))).toBe('ok');
    await newest.close();
    await older.close();
  });

  it('is not what a crash between store and file leaves: the store ahead is accepted', async () => {
    const store = openStore();
    await store.advanceGeneration();
    expect(code(await checkGeneration(store, open()))).toBe('ok');
    expect(value(await advanceGeneration(store, open())).generation).toBe(2);
    expect(open().generation).toBe(2);
    await store.close();
  });

  it('is measured against the newest count, whoever wrote it', async () => {
    const store = openStore();
    const before = open();
    value(await advanceGeneration(store, before));
    writeFileSync(before.file, readFileSync(before.file, 'utf8').replace('"generation": 1', '"generation": 9'));
    expect(value(await advanceGeneration(store, before)).generation).toBe(9);
    await store.close();
  });

  it('keeps key and id through every count', async () => {
    const store = openStore();
    const before = open();
    value(await advanceGeneration(store, before));
    expect(open()).toEqual({ ...before, generation: 1 });
    expect(readdirSync(directory)).toEqual(['installation.json']);
    await store.close();
  });
});
