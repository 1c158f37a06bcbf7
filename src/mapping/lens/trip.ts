import type { CustomFields } from '../../connector/codec/custom-field.ts';
import type { OptionLists } from '../../connector/codec/options.ts';
import { compileCodec, type ObjectCodec } from '../../connector/codec.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import type { LoadedField, LoadedMapping } from '../../integration/loaded.ts';
import { isEmpty, sameValue } from '../../record/canonical.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { ABSENT, type Expressed, Obstacle } from '../../record/expressed.ts';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import { compileFieldMapper, type FieldMapper } from '../map-field.ts';

/**
 * What is demanded of a value before it is written; gives it repaired where that is declared. `record` is the record as
 * it would be written.
 */
export type Demand = (value: Value, record: () => Fields) => Value | Obstacle;

/** One system of a mapping, as the lens check sees it. */
export interface LensSide {
  /** Name of the system in the integration file. */
  system: string;
  definition: { fields: Record<string, FieldDefinition>; custom_fields?: CustomFields | undefined };
  optionLists: OptionLists;
  /** The check that stands before a write to this field; null where the system demands nothing of it. */
  demandOf: (name: string, declared: FieldDefinition) => Demand | null;
}

/** A mapping whose rows can be gone along in both directions, by the same steps as in a run. */
export interface Lens {
  mapping: LoadedMapping;
  sides: Record<Side, LensSide>;
  /** Whether the row writes that side and is no reference, whose ids only links can translate. */
  flows(row: LoadedField, target: Side): boolean;
  declared(row: LoadedField, side: Side): FieldDefinition | undefined;
  /** Whether a field of that side can hold the value as it is. */
  holds(side: Side, name: string, value: Value): boolean;
  /** What the row's mapping alone makes of a source record, before the target's demands. */
  say(row: LoadedField, target: Side, source: Fields): Expressed;
  /** What a write would leave in the target's field. */
  write(row: LoadedField, target: Side, source: Fields): Expressed;
  /** The other side's record as these rows write it. */
  writeRecord(rows: readonly LoadedField[], target: Side, source: Fields): Fields;
}

/** Where a value gets to by going to the other system and back. */
export type Trip =
  | { kind: 'same' }
  /** It does not get there: the record is parked, or the field is left alone, as declared. Nothing is lost. */
  | { kind: 'stopped' }
  | { kind: 'changed'; back: Value }
  /** It gets there, and what stands there can't come back. */
  | { kind: 'stuck'; why: Diagnostic };

export function compileLens(mapping: LoadedMapping, sides: Record<Side, LensSide>): Lens {
  const codecs: Record<Side, ObjectCodec> = {
    a: compileCodec(sides.a.definition, sides.a.optionLists),
    b: compileCodec(sides.b.definition, sides.b.optionLists),
  };
  const declared = (row: LoadedField, side: Side) => sides[side].definition.fields[row[side]];
  const flows = (row: LoadedField, target: Side) => row.reference === null && (target === 'b' ? row.aToB : row.bToA);
  const mappers: Record<Side, Map<LoadedField, FieldMapper>> = { a: new Map(), b: new Map() };
  for (const side of SIDES) {
    for (const row of mapping.fields.filter((one) => flows(one, side))) {
      const to = declared(row, side);
      const from = declared(row, otherSide(side));
      if (to) mappers[side].set(row, compileFieldMapper(row, side, from, to));
    }
  }
  const demands: Record<Side, (name: string) => Demand | null> = { a: demandsOf(sides.a), b: demandsOf(sides.b) };
  const say: Lens['say'] = (row, target, source) => {
    const mapper = mappers[target].get(row);
    return mapper ? mapper(source) : ABSENT;
  };
  const recordSaid = (target: Side, source: Fields): Fields =>
    Object.fromEntries(
      [...mappers[target]].flatMap(([row, mapper]) => {
        const said = mapper(source);
        return said === ABSENT || said instanceof Obstacle ? [] : [[row[target], said]];
      }),
    );
  const settle = (side: Side, name: string, said: Expressed, record: () => Fields): Expressed => {
    if (said === ABSENT || said instanceof Obstacle) return said;
    const demand = demands[side](name);
    const fit = demand ? demand(said, record) : said;
    if (fit instanceof Obstacle) return fit;
    const held = codecs[side].normalise(name, fit);
    return held.ok ? held.value : new Obstacle('invalid', held.error);
  };
  const write: Lens['write'] = (row, target, source) =>
    settle(target, row[target], say(row, target, source), () => recordSaid(target, source));
  return {
    mapping,
    sides,
    flows,
    declared,
    say,
    write,
    holds(side, name, value) {
      const settled = settle(side, name, value, () => ({ [name]: value }));
      return settled !== ABSENT && !(settled instanceof Obstacle) && sameValue(settled, value);
    },
    writeRecord(rows, target, source) {
      const record: Fields = {};
      for (const row of rows) {
        const written = write(row, target, source);
        if (written !== ABSENT && !(written instanceof Obstacle)) record[row[target]] = written;
      }
      return record;
    },
  };
}

/** The demands of a system's fields, each compiled when it is first asked for. */
function demandsOf({ definition, demandOf }: LensSide): (name: string) => Demand | null {
  const known = new Map<string, Demand | null>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const declared = definition.fields[name];
    const demand = declared ? demandOf(name, declared) : null;
    known.set(name, demand);
    return demand;
  };
}

/** Takes one row's value from a record of `from` to the other system and back, the other rows going with it. */
export function goAndReturn(lens: Lens, row: LoadedField, from: Side, source: Fields): Trip {
  const to = otherSide(from);
  const start = source[row[from]] ?? null;
  const there = lens.write(row, to, source);
  if (there === ABSENT || there instanceof Obstacle) return { kind: 'stopped' };
  // Where a default stands for "empty", that is the declared meaning of it.
  if (isEmpty(start) && row.default[to] !== undefined) return { kind: 'stopped' };
  const record = lens.writeRecord(companions(lens, row, from), to, source);
  const said = lens.say(row, from, { ...record, [row[to]]: there });
  if (said === ABSENT || same(row, start, said)) return { kind: 'same' };
  if (isEmpty(there) && isEmpty(start)) return { kind: 'stopped' };
  const back = lens.write(row, from, { ...record, [row[to]]: there });
  if (back === ABSENT || same(row, start, back)) return { kind: 'same' };
  return back instanceof Obstacle ? { kind: 'stuck', why: back.diagnostic } : { kind: 'changed', back };
}

/** The rows that write what the way back reads besides the row's own field. */
function companions(lens: Lens, row: LoadedField, from: Side): readonly LoadedField[] {
  const back = from === 'a' ? row.toA : row.toB;
  if (!back) return [];
  const to = otherSide(from);
  return lens.mapping.fields.filter(
    (other) => other !== row && lens.flows(other, to) && (back.fields === null || back.fields.includes(other[to])),
  );
}

/** Whether two values are one, in the form that the row declares to be enough. */
function same(row: LoadedField, one: Value, other: Expressed): boolean {
  if (other === ABSENT || other instanceof Obstacle) return false;
  if (sameValue(one, other) || (isEmpty(one) && isEmpty(other))) return true;
  if (!row.equivalent) return false;
  const forms = [one, other].map(row.equivalent.form);
  return forms[0] !== undefined && forms[1] !== undefined && sameValue(forms[0], forms[1]);
}
