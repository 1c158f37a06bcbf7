import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { compileCodec, type ObjectCodec } from '../codec.ts';
import type { ObjectDefinition } from '../definition.ts';
import type { Connection, ReadStep, WireRecord } from '../port.ts';
import { wireReader } from '../wire-path.ts';
import { FINDINGS } from './findings.ts';
import type { Notes } from './report.ts';

/** One object under test. */
export interface Subject {
  connection: Connection;
  object: string;
  definition: ObjectDefinition;
  codec: ObjectCodec;
  /** Names of the fields that can be read. */
  fields: readonly string[];
  notes: Notes;
}

export function subjectOf(connection: Connection, object: string, definition: ObjectDefinition, notes: Notes): Subject {
  const codec = compileCodec(definition, (list) => connection.options(list));
  const fields = Object.keys(definition.fields).filter((name) => definition.fields[name]?.write_only !== true);
  return { connection, object, definition, codec, fields, notes };
}

/** Records that were listed; `ended` where these are all. */
export interface Listed {
  records: WireRecord[];
  ended: boolean;
}

/** Records read by their ids, of those that were listed. */
const MOST_GOT = 20;

/** Everything that can be seen by reading. Lists are read up to about `most` records. */
export async function checkReading(subject: Subject, most: number): Promise<Listed> {
  const listed = await checkList(subject, most);
  await checkOptions(subject);
  if (listed.records.length === 0) {
    for (const check of ['fields', 'get', 'missing', 'find', 'since'] as const) {
      subject.notes.skipped(check, 'No record was listed.');
    }
    return listed;
  }
  await checkStable(subject, listed, most);
  await checkSweep(subject, listed, most);
  checkFields(subject, listed.records);
  await checkGet(subject, listed.records);
  await checkFind(subject, listed.records);
  await checkSince(subject, listed);
  return listed;
}

async function checkList({ connection, object, notes }: Subject, most: number): Promise<Listed> {
  if (!connection.capabilities(object).list) {
    notes.skipped('list', 'The connector declares no list.');
    return { records: [], ended: false };
  }
  const read = await readUpTo(connection.read({ object, since: null }), most);
  const { records, ended, failure } = read;
  if (failure) {
    notes.failed('list', failure === 'unnamed' ? FINDINGS.listIncomplete(object) : failure);
    return { records, ended: false };
  }
  const size = connection.capabilities(object).pageSize;
  const pages = records.length > size ? '' : `; no more than one page of ${size}, so what follows a page was not seen`;
  notes.passed('list', `${records.length} records${ended ? '' : ', and more that were not read'}${pages}.`);
  const repeated = records.length - new Set(records.map((record) => record.id)).size;
  if (repeated > 0) notes.failed('ids', FINDINGS.idsRepeated(object, repeated));
  else notes.passed('ids', `${records.length} different ids.`);
  return { records, ended };
}

async function readUpTo(steps: AsyncIterable<ReadStep>, most: number) {
  const records: WireRecord[] = [];
  let failure: Diagnostic | 'unnamed' | null = null;
  for await (const step of steps) {
    if (step.kind === 'end') {
      if (!step.complete) failure = step.diagnostic ?? 'unnamed';
      return { records, ended: step.complete, failure };
    }
    records.push(...step.records);
    if (records.length > most) break;
  }
  return { records, ended: false, failure };
}

async function checkStable({ connection, object, definition, notes }: Subject, listed: Listed, most: number) {
  if (!listed.ended) {
    notes.skipped('stable', 'The list was not read to its end.');
    return;
  }
  const again = await readUpTo(connection.read({ object, since: null }), most * 2);
  const before = new Map(listed.records.map((record) => [record.id, record]));
  const after = new Map(again.records.map((record) => [record.id, record]));
  const gone = [...before.keys()].filter((id) => !after.has(id));
  const added = [...after.keys()].filter((id) => !before.has(id));
  const edited = [...after.values()].some((record) => record.version !== before.get(record.id)?.version);
  const style = definition.list?.pagination.style;
  const sameOrder = isDeepStrictEqual([...before.keys()], [...after.keys()]);
  if (gone.length + added.length > 0) {
    notes.failed('stable', FINDINGS.listUnstable(object, gone.length + added.length));
  } else if (!sameOrder && !edited && (style === 'page' || style === 'offset')) {
    notes.failed('stable', FINDINGS.orderUnstable(object));
  } else {
    notes.passed('stable', sameOrder ? 'The same records in the same order.' : 'The same records in another order.');
  }
}

async function checkSweep({ connection, object, notes }: Subject, { records, ended }: Listed, most: number) {
  if (!ended) {
    notes.skipped('sweep', 'The list was not read to its end.');
    return;
  }
  const swept = await readUpTo(connection.sweep(object), most * 2);
  if (swept.failure) {
    notes.failed('sweep', swept.failure === 'unnamed' ? FINDINGS.listIncomplete(object) : swept.failure);
    return;
  }
  const listedIds = new Set(records.map((record) => record.id));
  const sweptIds = new Set(swept.records.map((record) => record.id));
  const missing = records.filter((record) => !record.archived && !sweptIds.has(record.id)).length;
  const more = swept.records.filter((record) => !listedIds.has(record.id)).length;
  if (missing + more > 0) notes.failed('sweep', FINDINGS.sweepDiffers(object, missing, more));
  else notes.passed('sweep', `${sweptIds.size} ids.`);
}

function checkFields({ object, codec, fields, notes }: Subject, records: readonly WireRecord[]): void {
  const unreadable = new Set<string>();
  const present = new Set<string>();
  for (const { wire } of records.slice(0, 1000)) {
    const decoded = codec.decode(wire, fields);
    for (const name of Object.keys(decoded.problems)) unreadable.add(name);
    for (const name of Object.keys(decoded.fields)) present.add(name);
  }
  const never = fields.filter((name) => !present.has(name) && !unreadable.has(name));
  if (unreadable.size > 0) notes.failed('fields', FINDINGS.fieldsUnreadable(object, [...unreadable].sort()));
  else notes.passed('fields', never.length === 0 ? 'All fields are there.' : `No record has ${never.join(', ')}.`);
}

async function checkGet({ connection, object, codec, fields, notes }: Subject, records: readonly WireRecord[]) {
  if (!connection.capabilities(object).get) {
    for (const check of ['get', 'missing'] as const) notes.skipped(check, 'The connector declares no direct read.');
    return;
  }
  const chosen = spread(records, MOST_GOT);
  const outcomes = await connection.get(object, [...chosen.map((record) => record.id), missingId(records)]);
  const missing = outcomes.pop();
  const failure = outcomes.find((outcome) => outcome.kind === 'unknown');
  const differing = new Set<string>();
  for (const [place, outcome] of outcomes.entries()) {
    const record = chosen[place];
    if (outcome.kind !== 'present' || !record || outcome.record.version !== record.version) continue;
    const [one, other] = [codec.decode(record.wire, fields).fields, codec.decode(outcome.record.wire, fields).fields];
    for (const name of fields) if (!isDeepStrictEqual(one[name], other[name])) differing.add(name);
  }
  if (failure) notes.failed('get', failure.diagnostic);
  else if (outcomes.some((outcome) => outcome.kind === 'gone')) notes.failed('get', FINDINGS.listedNotThere(object));
  else if (differing.size > 0) notes.failed('get', FINDINGS.getDiffers(object, [...differing].sort()));
  else notes.passed('get', `${chosen.length} records.`);
  if (missing?.kind === 'gone') notes.passed('missing', 'It is said to be gone.');
  else notes.failed('missing', missing?.kind === 'unknown' ? missing.diagnostic : FINDINGS.missingPresent(object));
}

/** So many of the items, from the first to the last. */
function spread<T>(items: readonly T[], count: number): T[] {
  const step = Math.max(1, (items.length - 1) / (count - 1));
  return Array.from({ length: Math.min(count, items.length) }, (_, i) => items[Math.round(i * step)]).filter(
    (item) => item !== undefined,
  );
}

/** An id like the others that no record has. */
function missingId(records: readonly WireRecord[]): string {
  const ids = records.map((record) => record.id);
  const parents = (ids[0] ?? '').split('/').slice(0, -1);
  const own = ids.map((id) => id.split('/').at(-1) ?? '');
  const missing = own.every((id) => /^\d{1,14}$/.test(id))
    ? String(own.reduce((greatest, id) => Math.max(greatest, Number(id)), 0) + 987_654)
    : `${own[0]}-missing`;
  return [...parents, missing].join('/');
}

async function checkFind({ connection, object, definition, notes }: Subject, records: readonly WireRecord[]) {
  const looked: string[] = [];
  for (const field of connection.capabilities(object).findable) {
    const at = wireReader(definition.fields[field]?.path ?? field);
    const record = records.find((each) => !each.archived && isSearchable(at(each.wire)));
    if (!record) continue;
    const found = await connection.find(object, field, at(record.wire));
    looked.push(field);
    if (!found.ok) notes.failed('find', found.error);
    else if (!found.value.some((each) => each.id === record.id))
      notes.failed('find', FINDINGS.findMisses(object, field));
    else notes.passed('find', `By ${field}.`);
  }
  if (looked.length === 0) notes.skipped('find', 'There is nothing to search by, or no record that has it.');
}

const isSearchable = (value: unknown) => (typeof value === 'string' && value !== '') || typeof value === 'number';

/** Asks for changes as a run does, from the middle of the stamps that were listed. */
async function checkSince({ connection, object, notes }: Subject, { records }: Listed) {
  const { since, lagMs } = connection.capabilities(object);
  const stamps = records.flatMap((record) => record.modified ?? []).sort((a, b) => a - b);
  const middle = stamps[Math.floor(stamps.length / 2)];
  if (!since || middle === undefined || stamps[0] === stamps.at(-1)) {
    notes.skipped(
      'since',
      since ? 'The records have no stamps, or all the same.' : 'The connector declares no such filter.',
    );
    return;
  }
  const from = middle - lagMs;
  const read = await readUpTo(connection.read({ object, since: from }), Number.POSITIVE_INFINITY);
  if (read.failure) {
    notes.failed('since', read.failure === 'unnamed' ? FINDINGS.listIncomplete(object) : read.failure);
    return;
  }
  const changed = new Set(read.records.map((record) => record.id));
  const missed = records.filter(
    (record) => record.modified !== null && record.modified >= middle && !changed.has(record.id),
  );
  const older = records.filter((record) => record.modified !== null && record.modified < from - HOUR);
  if (missed.length > 0) notes.failed('since', FINDINGS.sinceMisses(object, missed.length));
  else if (older.length > 0 && older.every((record) => changed.has(record.id)))
    notes.failed('since', FINDINGS.sinceIgnored(object));
  else notes.passed('since', `${changed.size} records of ${records.length}.`);
}

/** Local times that occur twice are asked for an hour early. */
const HOUR = 3_600_000;

async function checkOptions({ connection, object, definition, notes }: Subject) {
  const lists = new Set(Object.values(definition.fields).flatMap((field) => field.options_from ?? []));
  if (lists.size === 0) {
    notes.skipped('options', 'No field takes its options from an endpoint.');
    return;
  }
  const loaded = await connection.loadOptions(object);
  const counts = [...lists].map((list) => `${list} ${connection.options(list).length}`);
  if (loaded.ok) notes.passed('options', `${counts.join(', ')}.`);
  else notes.failed('options', loaded.error);
}
