import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { systemClock } from '../src/platform/clock.ts';
import { randomToken, systemRandom } from '../src/platform/random.ts';
import { digestFields, digestKey } from '../src/record/digest.ts';
import type { Value } from '../src/record/value.ts';
import type { Intent, Link } from '../src/store/port.ts';
import { openSqliteStore } from '../src/store/sqlite/store.ts';
import { PROJECT } from './kit.ts';

/**
 * What the invariants alone cost: the optimised script of W1 (or of W3, with `--map`, in batches of `--size`) and, for each
 * record, the digests of its fields, a durable intent before it is written and a link with its baseline after it, in
 * Dovetail's own store. Nothing is declared, decoded, matched, validated or decided.
 *
 *     node bench/floor.ts --source <url of the workload server> --folder <an empty folder> [--map <mapping.mjs> --size 100|1]
 */
interface Page {
  data: Record<string, Value>[];
  total_pages: number;
}

interface Made {
  id: number;
}

/** Writes a batch, and gives the ids of what it made, in order. */
type Write = (batch: Page['data']) => Promise<string[]>;

const PAGE_SIZE = 1000;
const BATCH = 500;
/** As in the scripts; a second page is read while one is written. */
const IN_FLIGHT = { pages: 8, batches: 8, single: 16 };
const MAPPING = 'bench/contacts';

const { source, folder, map, size } = parseArgs({
  options: {
    source: { type: 'string', default: '' },
    folder: { type: 'string', default: '' },
    map: { type: 'string' },
    size: { type: 'string', default: '100' },
  },
}).values;
const pool = new Pool(source, { connections: IN_FLIGHT.single, pipelining: 1 });
const first = await page(1);
const columns = Object.keys(first.data[0] ?? {});
const write = keeping(map === undefined ? openTable() : await openApi(map, Number(size)));
await write(first.data);
let next = 2;
const oneByOne = async () => {
  while (next <= first.total_pages) await write((await page(next++)).data);
};
await Promise.all(Array.from({ length: map === undefined ? IN_FLIGHT.pages : 2 }, oneByOne));
await pool.close();

async function page(number: number): Promise<Page> {
  const { body } = await pool.request({ method: 'GET', path: `/contacts?page=${number}&per_page=${PAGE_SIZE}` });
  return JSON.parse(await body.text());
}

/** The same, with what Dovetail keeps of each record. */
function keeping(write: Write): (records: Page['data']) => Promise<void> {
  const opened = openSqliteStore(join(folder, 'store.db'), {
    key: systemRandom.bytes(32),
    random: systemRandom,
    clock: systemClock,
  });
  if (!opened.ok) throw new Error(opened.error.summary);
  const store = opened.value;
  const key = digestKey(systemRandom.bytes(16));
  const ready = Promise.all([store.acquire('bench', 'floor', 600_000, systemClock.now()), store.layout(columns)]);
  return async (records) => {
    const [leased, layout] = await ready;
    if (!leased.ok) throw new Error(leased.error.summary);
    for (let at = 0; at < records.length; at += BATCH) {
      const batch = records.slice(at, at + BATCH);
      const digests = batch.map((record) => digestFields(key, columns, record));
      const intent = intentOf(batch, digests);
      await store.commit(leased.value, { intents: [intent] });
      const ids = await write(batch);
      await store.commit(leased.value, { settled: [intent.id], links: linksOf(batch, ids, digests, layout) });
    }
  };
}

function intentOf(batch: Page['data'], digests: readonly Uint8Array[]): Intent {
  const id = randomToken(systemRandom);
  const items = batch.map((record, index) => ({
    source: String(record.id),
    sourceVersion: null,
    idempotencyKey: `${id}-${index}`,
    linkToken: `contacts:${record.id}`,
    seen: digests[index]?.toBase64() ?? '',
    body: '',
  }));
  return { id, mapping: MAPPING, side: 'b', created: systemClock.now(), items };
}

function linksOf(batch: Page['data'], ids: readonly string[], digests: readonly Uint8Array[], layout: number): Link[] {
  const none = new Uint8Array(0);
  return batch.map((record, index) => ({
    mapping: MAPPING,
    a: String(record.id),
    b: ids[index] ?? '',
    aVersion: null,
    bVersion: null,
    aBase: digests[index] ?? none,
    bBase: none,
    layout,
    state: 'active',
    touched: systemClock.now(),
    run: 'floor',
  }));
}

/** The table that the script of W1 fills, by statements like its own. */
function openTable(): Write {
  const db = new DatabaseSync(join(folder, 'contacts.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  db.exec(readFileSync(join(PROJECT, 'bench/workloads/contacts.sql'), 'utf8'));
  const places = columns.map(() => '?').join(', ');
  const insert = db.prepare(`INSERT INTO contacts (${columns.join(', ')}) VALUES (${places})`);
  return async (batch) => {
    db.exec('BEGIN');
    for (const record of batch) insert.run(...columns.map((column) => storable(record[column])));
    db.exec('COMMIT');
    return batch.map(({ id }) => String(id));
  };
}

function storable(value: Value | undefined): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

/** The API that the script of W3 writes to, with its mapping. */
async function openApi(mapping: string, size: number): Promise<Write> {
  const { mapContact }: { mapContact: (record: Page['data'][number]) => object } = await import(mapping);
  const path = size === 1 ? '/contacts' : '/contacts/batch';
  const headers = { 'content-type': 'application/json' };
  const send = async (part: object[]): Promise<string[]> => {
    const body = JSON.stringify(size === 1 ? part[0] : part);
    const answer = await pool.request({ method: 'POST', path, headers, body });
    const made: Made & { results?: Made[] } = JSON.parse(await answer.body.text());
    return (made.results ?? [made]).map(({ id }) => String(id));
  };
  return async (batch) => {
    const ids: string[] = [];
    let at = 0;
    const worker = async () => {
      while (at < batch.length) {
        const from = at;
        at += size;
        const made = await send(batch.slice(from, from + size).map(mapContact));
        for (const [index, id] of made.entries()) ids[from + index] = id;
      }
    };
    await Promise.all(Array.from({ length: size === 1 ? IN_FLIGHT.single : IN_FLIGHT.batches }, worker));
    return ids;
  };
}
