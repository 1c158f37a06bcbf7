import { isDeepStrictEqual } from 'node:util';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import type { Connection, WireRecord } from '../port.ts';
import { wireReader } from '../wire-path.ts';

export interface ConformanceOptions {
  /** Read at most about this many records; whether the list ends is not looked at when it has more. Default: 1000. */
  most?: number;
}

/**
 * Whether one object of a connection behaves as its connector declares, by reading only: the list ends, its ids are
 * unique, a listed id can be read and is the same, a missing id says gone, and what `find` offers finds. Empty when all
 * is well.
 */
export async function connectorConformance(
  connection: Connection,
  object: string,
  options: ConformanceOptions = {},
): Promise<Diagnostic[]> {
  const listed = await readSome(connection, object, options.most ?? 1000);
  return [
    ...listed.findings,
    ...(await checkGet(connection, object, listed.records)),
    ...(await checkFind(connection, object, listed.records)),
  ];
}

interface Listed {
  records: WireRecord[];
  findings: Diagnostic[];
}

async function readSome(connection: Connection, object: string, most: number): Promise<Listed> {
  const records: WireRecord[] = [];
  if (!connection.capabilities(object).list) return { records, findings: [] };
  for await (const step of connection.read({ object, since: null })) {
    if (step.kind === 'page') {
      records.push(...step.records);
      if (records.length > most) break;
      continue;
    }
    if (!step.complete) return { records, findings: [step.diagnostic ?? listIncomplete(object)] };
  }
  const repeated = records.length - new Set(records.map((record) => record.id)).size;
  return { records, findings: repeated > 0 ? [idsRepeated(object, repeated)] : [] };
}

async function checkGet(connection: Connection, object: string, records: readonly WireRecord[]): Promise<Diagnostic[]> {
  const [record] = records;
  if (!connection.capabilities(object).get || !record) return [];
  const [found, missing] = await connection.get(object, [record.id, missingId(records)]);
  const findings: Diagnostic[] = [];
  if (found?.kind === 'unknown') findings.push(found.diagnostic);
  else if (found?.kind !== 'present') findings.push(listedNotThere(object));
  else if (found.record.version === record.version && !isDeepStrictEqual(found.record.wire, record.wire)) {
    findings.push(getDiffers(object));
  }
  if (missing?.kind === 'unknown') findings.push(missing.diagnostic);
  else if (missing?.kind === 'present') findings.push(missingPresent(object));
  return findings;
}

/** An id like the others that no record has. */
function missingId(records: readonly WireRecord[]): string {
  const ids = records.map((record) => record.id);
  if (ids.every((id) => /^\d{1,14}$/.test(id))) {
    return String(ids.reduce((greatest, id) => Math.max(greatest, Number(id)), 0) + 987_654);
  }
  return `${ids[0]}-missing`;
}

async function checkFind(
  connection: Connection,
  object: string,
  records: readonly WireRecord[],
): Promise<Diagnostic[]> {
  const findings: Diagnostic[] = [];
  const definition = connection.connector.objects[object];
  for (const field of connection.capabilities(object).findable) {
    const at = wireReader(definition?.fields[field]?.path ?? field);
    const record = records.find((each) => !each.archived && isSearchable(at(each.wire)));
    if (!record) continue;
    const found = await connection.find(object, field, at(record.wire));
    if (!found.ok) findings.push(found.error);
    else if (!found.value.some((each) => each.id === record.id)) findings.push(findMisses(object, field));
  }
  return findings;
}

const isSearchable = (value: unknown) => (typeof value === 'string' && value !== '') || typeof value === 'number';

const listIncomplete = (object: string) => problem('list-incomplete', `The list of ${object} did not come to its end`);

const idsRepeated = (object: string, count: number) =>
  problem('ids-repeated', `The list of ${object} holds ${count} ids more than once`, {
    next: 'Check the pagination of this object in the connector, or whether records were changed meanwhile',
  });

const listedNotThere = (object: string) =>
  problem('get-misses', `A record of ${object} that is in the list can not be read by its id`, {
    next: 'Check get of this object in the connector',
  });

const getDiffers = (object: string) =>
  problem('get-differs', `A record of ${object} looks different in the list and when read by its id`, {
    detail: 'Its version is the same.',
    next: 'Check get.record and list.records of this object in the connector',
  });

const missingPresent = (object: string) =>
  problem('missing-present', `${object}: an id that no record has is not said to be missing`, {
    next: 'Check get.missing of this object in the connector',
  });

const findMisses = (object: string, field: string) =>
  problem('find-misses', `The search of ${object} by ${field} does not find a record that has the value`, {
    next: 'Check list.equals of this object in the connector',
  });
