import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wire } from '../connector/port.ts';
import { openScratch, type Scratch, type SpooledRecord } from './scratch.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dovetail-scratch-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;
const random = (n: number) => Uint8Array.from({ length: n }, () => (count = (count * 31 + 7) % 251));

const inMemory = () => openScratch({ memoryBytes: 0, directory: null, random });
const onDisk = () => openScratch({ memoryBytes: -1, directory, random });
const spilling = () => openScratch({ memoryBytes: 300, directory, random });

function company(id: string, keys: (string | null)[] = [], wire: Wire = { name: `Company ${id}` }): SpooledRecord {
  return { id, keys, record: { id, version: null, modified: 1000, archived: false, mergedInto: null, wire } };
}

describe.each([
  ['in memory', inMemory],
  ['on disk', onDisk],
  ['spilling', spilling],
])('a scratch %s', (_, open) => {
  it('gives each record once', () => {
    const scratch = open();
    scratch.put([company('1'), company('2'), company('3')]);
    expect(scratch.size).toBe(3);
    expect([...scratch.take(['2', 'none', '2'])]).toEqual([['2', company('2')]]);
    expect([...scratch.take(['2'])]).toEqual([]);
    expect(scratch.size).toBe(2);
    scratch.close();
  });

  it('shows records and keeps them', () => {
    const scratch = open();
    scratch.put([company('1'), company('2', ['x'])]);
    expect([...scratch.get(['2', 'none'])]).toEqual([['2', company('2', ['x'])]]);
    expect([...scratch.byKey(0, ['x'])]).toEqual([['x', ['2']]]);
    expect(scratch.size).toBe(2);
    scratch.close();
  });

  it('finds ids by rule and digest, as long as the records are there', () => {
    const scratch = open();
    scratch.put([company('2', ['x', null]), company('1', ['x', 'y']), company('3', [null, 'x'])]);
    expect([...scratch.byKey(0, ['x', 'y'])]).toEqual([['x', ['2', '1']]]);
    expect([...scratch.byKey(1, ['x', 'y'])]).toEqual([
      ['x', ['3']],
      ['y', ['1']],
    ]);
    scratch.take(['2', '3']);
    expect([...scratch.byKey(0, ['x'])]).toEqual([['x', ['1']]]);
    expect([...scratch.byKey(1, ['x'])]).toEqual([]);
    scratch.close();
  });

  it('replaces a record that comes twice, keys included', () => {
    const scratch = open();
    scratch.put([company('1', ['x']), company('2'), company('1', ['y'], { name: 'New' })]);
    expect(scratch.size).toBe(2);
    expect([...scratch.byKey(0, ['x', 'y'])]).toEqual([['y', ['1']]]);
    expect([...scratch.drain(10)]).toEqual([[company('2'), company('1', ['y'], { name: 'New' })]]);
    scratch.close();
  });

  it('drains what is left in insertion order, while others take and put', () => {
    const scratch = open();
    scratch.put(['5', '1', '4', '2', '3'].map((id) => company(id)));
    const batches: string[][] = [];
    for (const batch of scratch.drain(2)) {
      batches.push(batch.map(({ id }) => id));
      if (batches.length > 1) continue;
      scratch.take(['4']);
      scratch.put([company('6')]);
    }
    expect(batches).toEqual([['5', '1'], ['2', '3'], ['6']]);
    expect(scratch.size).toBe(0);
    scratch.close();
  });
});

describe('memory and disk', () => {
  const id = fc.constantFrom('1', '2', '3', '4', 'ü', "o'hara");
  const digest = fc.constantFrom('aa', 'bb', 'cc');
  const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));
  const spooled = fc
    .tuple(id, fc.array(fc.option(digest), { maxLength: 3 }), json)
    .map(([id, keys, value]) => company(id, keys, { value }));
  const step = fc.oneof(
    fc.array(spooled, { maxLength: 4 }).map((records) => (scratch: Scratch) => scratch.put(records)),
    fc.array(id).map((ids) => (scratch: Scratch) => [...scratch.take(ids)]),
    fc.tuple(fc.nat(3), fc.array(digest)).map(([rule, digests]) => (scratch: Scratch) => [
      ...scratch.byKey(rule, digests),
    ]),
    fc.constant((scratch: Scratch) => scratch.size),
  );

  it('answer alike whatever is done', () => {
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 3 }), (steps, batch) => {
        const [reference, ...others] = [inMemory(), onDisk(), spilling()];
        for (const one of [...steps, (scratch: Scratch) => [...scratch.drain(batch)]]) {
          const expected = one(reference!);
          for (const other of others) expect(one(other)).toEqual(expected);
        }
        for (const one of [reference!, ...others]) one.close();
      }),
      { numRuns: 60 },
    );
  });
});

/** The scratch's file through the process's own handles, as its name is gone. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd')
    .map((fd) => join('/proc/self/fd', fd))
    .filter((fd) => {
      try {
        return readlinkSync(fd).startsWith(directory);
      } catch {
        return false;
      }
    });
}

describe('the file', () => {
  it('is made only when memory is outgrown', () => {
    const scratch = spilling();
    scratch.put([company('1')]);
    expect(scratch.size).toBe(1);
    if (process.platform === 'linux') expect(openFiles()).toEqual([]);
    scratch.close();
  });

  it.skipIf(process.platform !== 'linux')('has no name, one reader, and shows no value', () => {
    const scratch = onDisk();
    scratch.put([company('17', ['0123abcd'], { name: 'Müller & Söhne', city: 'Zwiesel', amount: '1234.56' })]);
    scratch.put(Array.from({ length: 5000 }, (_, n) => company(`x${n}`, [], { name: `Zwiesel ${n}` })));
    expect(readdirSync(directory)).toEqual([]);
    const [file] = openFiles();
    expect(statSync(file!).mode & 0o777).toBe(0o600);
    const held = readFileSync(file!);
    expect(held.includes('0123abcd')).toBe(true);
    for (const value of ['Zwiesel', 'Müller', '1234.56', 'amount']) {
      for (const encoding of ['utf8', 'utf16le'] as const) {
        expect(held.includes(Buffer.from(value, encoding))).toBe(false);
      }
    }
    expect(scratch.take(['17']).get('17')?.record.wire).toMatchObject({ city: 'Zwiesel' });
    scratch.close();
    expect(openFiles()).toEqual([]);
  });

  it('leaves nothing behind', () => {
    const scratch = onDisk();
    scratch.put([company('1')]);
    scratch.close();
    scratch.close();
    expect(readdirSync(directory)).toEqual([]);
  });
});
