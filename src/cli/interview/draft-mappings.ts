import type { ObjectDefinition } from '../../connector/definition.ts';
import { type ProposedRow, proposeRows } from '../../mapping/suggest/propose-rows.ts';
import { suggestMatchRules } from '../../matching/suggest/match-rules.ts';
import { agreementOf, type FieldPair, matchedRecords } from '../../matching/suggest/matched-records.ts';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import { abilities } from '../connectors-report.ts';
import type { Seen, SeenObject } from './sampled.ts';

/** A mapping as it goes into the integration file. */
export interface DraftedMapping {
  name: string;
  objects: Record<Side, string>;
  /** Match rules, each a list of fields of the first system; empty where nothing names a record. */
  match: { fields: string[]; note: string }[];
  rows: DraftedRow[];
  /** By the side where it happens: whether the other system can do the same. */
  can: Record<Side, { create: boolean; update: boolean; archive: boolean; delete: boolean }>;
  /** By side: the fields without which that system takes no record. */
  required: Record<Side, string[]>;
  /** Both objects tell when a record was changed. */
  stamped: boolean;
  /** How close two stamps may be to decide nothing, s. */
  skewSeconds: number;
  /** By side: all records were read, and there are none. */
  empty: Record<Side, boolean>;
  /** Pairs of fields that take more than a row: why. */
  left: { a: string; b: string; needs: string }[];
}

export interface DraftedRow {
  row: Readonly<ProposedRow | Record<string, unknown>>;
  fields: FieldPair;
  /** What stands above the row in the file. */
  notes: string[];
}

/** From this confidence on, nine of ten suggestions are right. */
const SURE = 0.8;
/** What is less sure stands in the file only where a record can't be made without it. */
const LIKELY = 0.5;

/** The mappings of the chosen objects: rows, match rules and what each system can do, by declarations and samples. */
export function draftMappings(
  seen: Seen,
  names: Record<Side, string>,
  pairs: readonly Record<Side, string>[],
): DraftedMapping[] {
  const found = pairs.flatMap((pair) => {
    const objects = { a: seen.a.get(pair.a), b: seen.b.get(pair.b) };
    return objects.a && objects.b ? [{ a: objects.a, b: objects.b }] : [];
  });
  const taken = new Set<string>();
  const named = found.map((objects) => ({ objects, name: mappingName(objects.a.name, objects.b.name, taken) }));
  const mappings = new Map(named.map(({ name, objects }) => [name, { a: objects.a.name, b: objects.b.name }]));
  return named.map(({ name, objects }) => draft(name, objects, names, mappings));
}

function mappingName(a: string, b: string, taken: Set<string>): string {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^[^a-z]+|_+$/g, '') || 'records';
  const name = taken.has(plain(a)) ? `${plain(a)}_${plain(b)}` : plain(a);
  taken.add(name);
  return name;
}

type Objects = Record<Side, SeenObject>;
type Mappings = ReadonlyMap<string, Record<Side, string>>;

function draft(name: string, objects: Objects, names: Record<Side, string>, mappings: Mappings): DraftedMapping {
  const sideOf = (side: Side) => ({
    system: names[side],
    object: objects[side].name,
    label: objects[side].definition.label,
    open: objects[side].profile.fields,
  });
  const sides = { a: sideOf('a'), b: sideOf('b') };
  const first = proposeRows({ sides, mappings });
  const matched = matchedRecords(
    objects,
    first.filter(({ row, confidence }) => row !== null && confidence >= LIKELY),
  );
  const agreement = agreementOf(objects, matched);
  const proposals = proposeRows({ sides, mappings, agreement });
  const rows = chosenRows(proposals, objects);
  rows.push(...referenceRows(objects, names, mappings, rows));
  const plainRows = rows.filter(({ row }) => row.options === undefined && row.reference === undefined);
  const rules = suggestMatchRules(
    objects,
    plainRows.map(({ fields }) => fields),
    agreement,
  );
  const stamps = SIDES.map((side) => objects[side].definition.list?.since?.precision);
  return {
    name,
    objects: { a: objects.a.name, b: objects.b.name },
    match: rules.map(({ pairs, keyed }) => ({
      fields: pairs.map(({ a }) => a),
      note: keyedText(keyed, objects, names),
    })),
    rows,
    can: { a: abilitiesOf(objects.b.definition), b: abilitiesOf(objects.a.definition) },
    required: { a: requiredFields(objects.a.definition), b: requiredFields(objects.b.definition) },
    stamped: SIDES.every((side) => objects[side].definition.modified !== undefined),
    skewSeconds: Math.max(0, ...stamps.map((precision) => 2 * seconds(precision))),
    empty: { a: isEmpty(objects.a), b: isEmpty(objects.b) },
    left: proposals.flatMap(({ a, b, needs, confidence }) =>
      needs !== null && confidence >= LIKELY ? [{ a, b, needs: `it takes ${needs}` }] : [],
    ),
  };
}

const isEmpty = ({ whole, records }: SeenObject): boolean => whole && records.length === 0;

type Proposals = ReturnType<typeof proposeRows>;

/** All that are sure, and of the others those without which no record can be made. */
function chosenRows(proposals: Proposals, objects: Objects): DraftedRow[] {
  const isRequired = (side: Side, field: string) => objects[side].definition.fields[field]?.required === true;
  return proposals.flatMap(({ a, b, row, confidence, grounds }) => {
    if (row === null || confidence < LIKELY) return [];
    const sure = confidence >= SURE;
    if (!sure && !isRequired('a', a) && !isRequired('b', b)) return [];
    return [{ row, fields: { a, b }, notes: sure ? [] : [`Not sure: ${grounds.join(', ')}`] }];
  });
}

/** Two references to objects that are mapped to each other are the same, where each object has one such reference. */
function referenceRows(
  { a, b }: Objects,
  names: Record<Side, string>,
  mappings: Mappings,
  rows: readonly DraftedRow[],
): DraftedRow[] {
  const references = (object: SeenObject, side: Side, target: string) =>
    object.profile.fields.filter(
      ({ name, definition }) =>
        definition.type === 'reference' &&
        definition.reference === target &&
        rows.every(({ fields }) => fields[side] !== name),
    );
  return [...mappings].flatMap(([mapping, objects]) => {
    const [ours, theirs] = [references(a, 'a', objects.a), references(b, 'b', objects.b)];
    const [one, other] = [ours[0], theirs[0]];
    if (!one || !other || ours.length !== 1 || theirs.length !== 1) return [];
    const row: ProposedRow = { [names.a]: one.name, [names.b]: other.name, reference: mapping };
    const forth = !other.definition.read_only;
    const back = !one.definition.read_only;
    if (!forth && !back) return [];
    if (!back) row.direction = `${names.a} -> ${names.b}`;
    if (!forth) row.direction = `${names.b} -> ${names.a}`;
    return [{ row, fields: { a: one.name, b: other.name }, notes: [] }];
  });
}

function abilitiesOf(definition: ObjectDefinition) {
  const can = abilities(definition);
  const has = (name: string) => can.includes(name);
  return { create: has('create'), update: has('update'), archive: has('archive'), delete: has('delete') };
}

/** Why no record can be created on the side: required fields that no row fills; null where there are none. */
export function unfilled({ objects, rows, required }: DraftedMapping, side: Side, names: Record<Side, string>) {
  const way = `${names[otherSide(side)]} -> ${names[side]}`;
  const filled = rows.flatMap(({ row, fields }) =>
    row.direction === undefined || row.direction === way ? [fields[side]] : [],
  );
  const missing = required[side].filter((name) => !filled.includes(name));
  if (missing.length === 0) return null;
  return `${missing.join(', ')} must be filled, and no field of ${objects[otherSide(side)]} was found for it`;
}

const requiredFields = ({ fields }: ObjectDefinition): string[] =>
  Object.entries(fields).flatMap(([name, field]) => (field.required && !field.read_only ? [name] : []));

function keyedText(keyed: Record<Side, number>, objects: Objects, names: Record<Side, string>): string {
  const sampled = SIDES.filter((side) => objects[side].records.length > 0);
  const said = sampled.map(
    (side) => `${keyed[side]} of ${objects[side].records.length} sampled records of ${names[side]}`,
  );
  return said.length === 0 ? 'By its name alone: no records were read' : `Filled in ${said.join(' and ')}`;
}

/** `1ms`, `1s`, `1m` */
function seconds(precision: string | undefined): number {
  const found = /^(\d+)(ms|s|m|h)$/.exec(precision ?? '');
  if (!found) return 0;
  const unit = { ms: 0, s: 1, m: 60, h: 3600 }[found[2] ?? 'ms'] ?? 0;
  return Number(found[1]) * unit;
}
