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
 * What the invariants alone cost: the optimised script of W1 and, for each record, the digests of its fields, a durable
 * intent before it is written and a link with its baseline after it, in Dovetail's own store. Nothing is declared, decoded,
 * matched, validated or decided.
 *
 *     node bench/floor.ts --source <url of the workload server> --folder <an empty folder>
 */
interface Page {
  data: Record<string, Value>[];
  total_pages: number;
}

const PAGE_SIZE = 1000;
const BATCH = 500;
const IN_FLIGHT = 8;
const MAPPING = 'bench/contacts';

const { source = '', folder = '' } = parseArgs({
  options: { source: { type: 'string' }, folder: { type: 'string' } },
}).values;
const pool = new Pool(source, { connections: IN_FLIGHT, pipelining: 1 });
const first = await page(1);
const columns = Object.keys(first.data[0] ?? {});
const write = await writer();
await write(first.data);
let next = 2;
const oneByOne = async () => {
  while (next <= first.total_pages) await write((await page(next++)).data);
};
await Promise.all(Array.from({ length: IN_FLIGHT }, oneByOne));
await pool.close();

async function page(number: number): Promise<Page> {
  const { body } = await pool.request({ method: 'GET', path: `/contacts?page=${number}&per_page=${PAGE_SIZE}` });
  return JSON.parse(await body.text());
}

async function writer(): Promise<(records: Page['data']) => Promise<void>> {
  const insert = openTarget();
  const opened = openSqliteStore(join(folder, 'store.db'), {
    key: systemRandom.bytes(32),
    random: systemRandom,
    clock: systemClock,
  });
  if (!opened.ok) throw new Error(opened.error.summary);
  const store = opened.value;
  const leased = await store.acquire('bench', 'floor', 600_000, systemClock.now());
  if (!leased.ok) throw new Error(leased.error.summary);
  const layout = await store.layout(columns);
  const key = digestKey(systemRandom.bytes(16));
  return async (records) => {
    for (let at = 0; at < records.length; at += BATCH) {
      const batch = records.slice(at, at + BATCH);
      const digests = batch.map((record) => digestFields(key, columns, record));
      const intent = intentOf(batch, digests);
      await store.commit(leased.value, { intents: [intent] });
      insert(batch);
      await store.commit(leased.value, { settled: [intent.id], links: linksOf(batch, digests, layout) });
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

function linksOf(batch: Page['data'], digests: readonly Uint8Array[], layout: number): Link[] {
  const none = new Uint8Array(0);
  return batch.map((record, index) => ({
    mapping: MAPPING,
    a: String(record.id),
    b: String(record.id),
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

/** The table that the script fills, by statements like its own. */
function openTarget(): (batch: Page['data']) => void {
  const db = new DatabaseSync(join(folder, 'contacts.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  db.exec(readFileSync(join(PROJECT, 'bench/workloads/contacts.sql'), 'utf8'));
  const places = columns.map(() => '?').join(', ');
  const insert = db.prepare(`INSERT INTO contacts (${columns.join(', ')}) VALUES (${places})`);
  return (batch) => {
    db.exec('BEGIN');
    for (const record of batch) insert.run(...columns.map((column) => storable(record[column])));
    db.exec('COMMIT');
  };
}

function storable(value: Value | undefined): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}
