import type { Crm } from '../../sandbox/crm/crm.ts';
import type { Erp } from '../../sandbox/erp/erp.ts';
import { isJsonObject, type Json } from '../../sandbox/system.ts';
import type { Side } from '../../src/record/side.ts';
import {
  isEmptyWire,
  type LinesPlace,
  MAPPINGS,
  type MappingName,
  type PartPlace,
  type Place,
  placeOn,
  wholeOf,
} from './fields.ts';

/** Both systems as people use them. */
export interface Systems {
  a: Crm;
  b: Erp;
}

/** A record of either system, as its API shows it; of a part or line, with its fields by the names of its own object. */
export type Raw = { readonly [field: string]: Json | undefined };

export const isArchived = (record: Raw): boolean => record.archived === true;

/** Parts and lines as they were derived before, by their wholes: the same as long as their wholes are. */
const derived = new WeakMap<Raw, Map<MappingName, [string, Raw][]>>();

/** All records of one side of a mapping, archived ones too, by their ids as texts. */
export function recordsOf(systems: Systems, side: Side, mapping: MappingName): Map<string, Raw> {
  const { objects } = MAPPINGS[mapping];
  const place = placeOn(mapping, side);
  const found = new Map<string, Raw>();
  const records: Iterable<Raw> = side === 'a' ? systems.a.records(objects.a) : systems.b.records(objects.b);
  for (const record of records) {
    if (!place) found.set(String(record.id), record);
    else for (const [id, one] of recordsIn(record, mapping, place)) found.set(id, one);
  }
  return found;
}

function recordsIn(whole: Raw, mapping: MappingName, place: Place): [string, Raw][] {
  const known = derived.get(whole) ?? new Map<MappingName, [string, Raw][]>();
  derived.set(whole, known);
  const before = known.get(mapping);
  if (before) return before;
  const there = isArchived(whole) ? [] : place.kind === 'part' ? partIn(whole, place) : linesIn(whole, place);
  known.set(mapping, there);
  return there;
}

function partIn(whole: Raw, { wire, wholeField, present }: PartPlace): [string, Raw][] {
  const part: Record<string, Json> = { id: whole.id ?? null, [wholeField]: whole.id ?? null };
  for (const [field, name] of Object.entries(wire)) part[field] = whole[name] ?? null;
  return present.some((field) => !isEmptyWire(part[field])) ? [[String(whole.id), part]] : [];
}

const linesIn = (whole: Raw, place: LinesPlace): [string, Raw][] =>
  listOf(whole, place).map((line) => [
    `${whole.id}/${line[place.key]}`,
    { ...line, id: `${whole.id}/${line[place.key]}`, [place.wholeField]: whole.id ?? null },
  ]);

function listOf(whole: Raw, { path }: LinesPlace): Record<string, Json>[] {
  const list = whole[path];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** What a person changes in the records of one side. Each change says what came of it. */
export interface Doing {
  systems: Systems;
  side: Side;
  mapping: MappingName;
  now: number;
}

export function createRecord(doing: Doing, values: Record<string, Json>): string {
  const { systems, side, mapping, now } = doing;
  const { objects } = MAPPINGS[mapping];
  const place = placeOn(mapping, side);
  if (place) return enterWithin(doing, place, values);
  const outcome =
    side === 'a' ? systems.a.userCreate(objects.a, values, now) : systems.b.userCreate(objects.b, values, now);
  return 'record' in outcome ? String(outcome.record.id) : `refused ${outcome.status}`;
}

/** A part is entered where there is none yet, a line at the end of its list or at its beginning. */
function enterWithin(
  doing: Doing,
  place: Place,
  { [place.wholeField]: to = null, ...values }: Record<string, Json>,
): string {
  const id = String(to ?? '');
  const whole = wholeAt(doing, id);
  if (!whole) return 'nowhere';
  if (place.kind === 'part') {
    if (recordsIn(whole, doing.mapping, place).length > 0) return 'taken';
    return `${id} ${writeWhole(doing, id, asStored(place, values))}`;
  }
  const lines = listOf(whole, place);
  const key = 1 + Math.max(0, ...lines.map((line) => Number(line[place.key])));
  const line = { ...values, [place.key]: key };
  return `${id}/${key} ${writeWhole(doing, id, { [place.path]: key % 3 === 0 ? [line, ...lines] : [...lines, line] })}`;
}

export function updateRecord(doing: Doing, id: string, values: Record<string, Json>): number | string {
  const { systems, side, mapping, now } = doing;
  const { objects } = MAPPINGS[mapping];
  const place = placeOn(mapping, side);
  if (place) return updateWithin(doing, place, id, values);
  return side === 'a'
    ? systems.a.userUpdate(objects.a, id, values, now).status
    : systems.b.userUpdate(objects.b, Number(id), values, now).status;
}

function updateWithin(
  doing: Doing,
  place: Place,
  id: string,
  { [place.wholeField]: to = null, ...values }: Record<string, Json>,
): number | string {
  const from = wholeOf(id);
  if (to !== null && String(to) !== from) return moveWithin(doing, place, id, String(to));
  if (place.kind === 'part') return writeWhole(doing, from, asStored(place, values));
  const lines = listOf(wholeAt(doing, from) ?? {}, place);
  const changed = lines.map((line) => (`${from}/${line[place.key]}` === id ? { ...line, ...values } : line));
  return writeWhole(doing, from, { [place.path]: changed });
}

/** A person types it in where it belongs now, and takes it from its old place. */
function moveWithin(doing: Doing, place: Place, id: string, to: string): string {
  const record = recordsOf(doing.systems, doing.side, doing.mapping).get(id);
  if (!record || !wholeAt(doing, to)) return 'nowhere';
  const names =
    place.kind === 'part' ? Object.keys(place.wire) : MAPPINGS[doing.mapping].fields.map((one) => one[doing.side]);
  const values = Object.fromEntries(names.map((name) => [name, record[name] ?? null] as const));
  const entered = enterWithin(doing, place, { ...values, [place.wholeField]: to });
  return entered === 'taken' ? entered : `to ${entered}, ${deleteWithin(doing, place, id)}`;
}

/** Deletes a record that stands within another one, or a record of side b. */
export function deleteRecord(doing: Doing, id: string): number | string {
  const place = placeOn(doing.mapping, doing.side);
  if (place) return deleteWithin(doing, place, id);
  return doing.systems.b.userDelete(MAPPINGS[doing.mapping].objects.b, Number(id), doing.now).status;
}

function deleteWithin(doing: Doing, place: Place, id: string): number | string {
  const whole = wholeOf(id);
  if (place.kind === 'part') {
    const nothing = Object.values(place.wire).map((name) => [name, null] as const);
    return writeWhole(doing, whole, Object.fromEntries(nothing));
  }
  const lines = listOf(wholeAt(doing, whole) ?? {}, place);
  return writeWhole(doing, whole, { [place.path]: lines.filter((line) => `${whole}/${line[place.key]}` !== id) });
}

const asStored = ({ wire }: PartPlace, values: Record<string, Json>): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([field, value]) => {
      const name = wire[field];
      return name === undefined ? [] : [[name, value] as const];
    }),
  );

function wholeAt({ systems, side, mapping }: Doing, id: string): Raw | null {
  const { objects } = MAPPINGS[mapping];
  const whole: Raw | null = side === 'a' ? systems.a.get(objects.a, id) : systems.b.get(objects.b, Number(id));
  return whole && !isArchived(whole) ? whole : null;
}

function writeWhole({ systems, side, mapping, now }: Doing, id: string, values: Record<string, Json>): number {
  const { objects } = MAPPINGS[mapping];
  return side === 'a'
    ? systems.a.userUpdate(objects.a, id, values, now).status
    : systems.b.userUpdate(objects.b, Number(id), values, now).status;
}
