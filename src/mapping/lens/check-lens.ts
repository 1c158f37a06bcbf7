import { exampleValues, optionKeys } from '../../connector/example-values/values-of.ts';
import type { LoadedField, LoadedMapping } from '../../integration/loaded.ts';
import { isEmpty } from '../../record/canonical.ts';
import { problem } from '../../record/diagnostic.ts';
import { ABSENT, Obstacle } from '../../record/expressed.ts';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import { type Cause, causeOf } from './cause.ts';
import { faultsOf } from './faults.ts';
import { explainLoss } from './remedies.ts';
import { shapeOf } from './shape.ts';
import { shrink } from './shrink.ts';
import { compileLens, goAndReturn, type Lens, type LensSide } from './trip.ts';
import { sentence, type Violation } from './violation.ts';

/** How a row behaves for the values of one side. */
export interface RowLens {
  row: LoadedField;
  /** The side whose values went. */
  from: Side;
  /** Two-way rows: there and back gives the same. One-way rows: each value of the sample has one counterpart. */
  law: 'round-trip' | 'one-way';
  /** Values that reached the other side. None: nothing is known of the row. */
  tried: number;
  /** One for each way of losing something; empty where the law holds. */
  violations: Violation[];
}

export interface LensRequest {
  mapping: LoadedMapping;
  sides: Record<Side, LensSide>;
  /** Records of each side that are in the mapping; may be empty. */
  samples: Record<Side, readonly Fields[]>;
  /** Only the laws for values of this side; absent: both. */
  from?: Side;
  /** Only these rows; absent: all. */
  only?: (row: LoadedField) => boolean;
}

/**
 * Checks for each two-way row of a mapping that there and back gives the same value, from either side, on generated
 * values of the declared types and on the sampled records; and for each one-way row that the sample has one counterpart
 * each. The same in every run. References are left out: only links translate them.
 */
export function checkLens(request: LensRequest): RowLens[] {
  const lens = compileLens(request.mapping, request.sides);
  const rows = request.mapping.fields.filter(request.only ?? (() => true));
  return rows.flatMap((row) => {
    const isTwoWay = SIDES.every((side) => lens.flows(row, side));
    const asked = SIDES.filter((side) => side === (request.from ?? side) && lens.flows(row, otherSide(side)));
    return asked.map((from) => (isTwoWay ? roundTrips : oneWay)(lens, row, from, request.samples[from]));
  });
}

interface Found {
  value: Value;
  record: Fields;
  cause: Cause;
  sampled: number;
}

function roundTrips(lens: Lens, row: LoadedField, from: Side, sample: readonly Fields[]): RowLens {
  const types = typesOf(lens, row, from);
  const found = new Map<Cause, Found>();
  let tried = 0;
  const visit = (record: Fields, isSampled: boolean) => {
    const value = record[row[from]] ?? null;
    const trip = goAndReturn(lens, row, from, record);
    if (trip.kind !== 'stopped' && !isEmpty(value)) tried += 1;
    const cause = causeOf(types, value, trip);
    if (cause === null) return;
    const known = found.get(cause);
    if (known) known.sampled += isSampled ? 1 : 0;
    else found.set(cause, { value, record, cause, sampled: isSampled ? 1 : 0 });
  };
  for (const record of sample) if (record[row[from]] !== undefined) visit(record, true);
  const records = generated(lens, row, from);
  for (const record of records) visit(record, false);
  const losses = [...found.values()].map((one) => violationOf(lens, row, from, one));
  return {
    row,
    from,
    law: 'round-trip',
    tried,
    violations: [...losses, ...faultsOf(lens, row, from, sample, records)],
  };
}

const typesOf = (lens: Lens, row: LoadedField, from: Side) => ({
  start: lens.declared(row, from)?.type ?? 'string',
  goal: lens.declared(row, otherSide(from))?.type ?? 'string',
});

function violationOf(lens: Lens, row: LoadedField, from: Side, found: Found): Violation {
  const declared = lens.declared(row, from);
  if (!declared) throw new Error(`The field ${row[from]} is not declared`);
  const trip = (value: Value) => goAndReturn(lens, row, from, { ...found.record, [row[from]]: value });
  const smallest = shrink(
    found.value,
    (value) =>
      !isEmpty(value) &&
      lens.holds(from, row[from], value) &&
      causeOf(typesOf(lens, row, from), value, trip(value)) === found.cause,
  );
  const result = trip(smallest);
  const shape = shapeOf(smallest, declared);
  const back = result.kind === 'changed' ? shapeOf(result.back, declared) : null;
  const { loss, remedies } = explainLoss(lens, row, from, found.cause);
  const { system } = lens.sides[from];
  const other = lens.sides[otherSide(from)].system;
  const comes =
    result.kind === 'stuck' ? "can't come back" : back === shape ? 'comes back changed' : `comes back as ${back}`;
  const summary = `${lens.mapping.name}: ${row[from]} of ${system} ↔ ${row[otherSide(from)]} of ${other}: ${shape} ${comes}`;
  const diagnostic = problem('round-trip', summary, {
    detail: `${loss} ${seenIn(found.sampled)}`,
    where: row.where,
    next: sentence(remedies),
  });
  const accepted = row.lossAccepted;
  return { cause: found.cause, shape, back, loss, remedies, sampled: found.sampled, accepted, diagnostic };
}

const seenIn = (sampled: number): string =>
  sampled === 0 ? 'A generated value shows it.' : `${sampled} sampled value${sampled === 1 ? ' shows' : 's show'} it.`;

/** Records of a side that differ in the row's field, and in the fields that the row's expression reads. */
function generated(lens: Lens, row: LoadedField, from: Side): Fields[] {
  const expression = from === 'a' ? row.toB : row.toA;
  const { fields } = lens.sides[from].definition;
  const others = (expression?.fields ?? (expression ? Object.keys(fields) : [])).filter((name) => name !== row[from]);
  const plain: Fields = {};
  const choices = others.map((name) => ({ name, values: heldValues(lens, from, name, row) }));
  for (const { name, values } of choices) plain[name] = values[0] ?? null;
  const own = heldValues(lens, from, row[from], row);
  const byValue = own.map((value): Fields => ({ ...plain, [row[from]]: value }));
  // A row that computes its field has no value of its own to start from.
  if (row[from] === '') byValue.push(plain);
  const byOthers = choices.flatMap(({ name, values }) =>
    values.map((value): Fields => ({ ...plain, [row[from]]: own[0] ?? null, [name]: value })),
  );
  return [...byValue, ...byOthers];
}

/** The generated values that a field can hold as they are. */
function heldValues(lens: Lens, side: Side, name: string, row: LoadedField): Value[] {
  const declared = lens.sides[side].definition.fields[name];
  if (!declared) return [];
  const beside = name === row[side] ? lens.declared(row, otherSide(side)) : declared;
  const table = name === row[side] ? row.options?.[side === 'a' ? 'aToB' : 'bToA'] : undefined;
  const keys = [
    ...optionKeys(declared, lens.sides[side].optionLists),
    ...(table?.keys() ?? []),
    ...(beside ? optionKeys(beside, lens.sides[otherSide(side)].optionLists) : []),
  ];
  const all = exampleValues({ declared, beside: beside ?? declared, keys: [...new Set(keys)] });
  return all.filter((value) => isEmpty(value) || lens.holds(side, name, value));
}

/** One direction of a row: each record of the sample has one value, and the same one each time. */
function oneWay(lens: Lens, row: LoadedField, from: Side, sample: readonly Fields[]): RowLens {
  const to = otherSide(from);
  const records = generated(lens, row, from);
  const tried = [...sample, ...records].filter((record) => {
    const said = lens.say(row, to, record);
    return said !== ABSENT && !(said instanceof Obstacle);
  }).length;
  return { row, from, law: 'one-way', tried, violations: faultsOf(lens, row, from, sample, records) };
}
