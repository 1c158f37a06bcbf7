import type { FieldDefinition } from '../../connector/field.ts';
import type { Connection } from '../../connector/port.ts';
import type { LoadedIntegration, LoadedMapping } from '../../integration/loaded.ts';
import { sameValue } from '../../record/canonical.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { Obstacle } from '../../record/expressed.ts';
import { otherSide, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import { compileCheck, valueRules } from '../../validation/validate.ts';
import { mappedFields } from '../answers.ts';
import { passesFilter } from '../filter.ts';
import { candidates, type Seed } from './candidates.ts';
import { codecOf, definitionOf, type RowFlow, rowFlows } from './row-flow.ts';

export interface FittingScope {
  integration: LoadedIntegration;
  connections: Record<Side, Connection>;
  seed: Seed;
  /** What a row that refers to records of a mapping holds on this side; null: leave it empty. */
  referenceOf: (mapping: string, side: Side, by: string | null) => Value;
  /** Records of the object as they are, for values that nothing declared tells. */
  seen: readonly Fields[];
  /** Values that are wanted, if the system itself can hold them, whatever becomes of them on the other side. */
  fixed?: Fields;
  /** Values that are tried first. */
  prefer?: (name: string, declared: FieldDefinition) => readonly Value[];
}

/** A field of the object, and what a value of it must pass. */
interface Place {
  name: string;
  declared: FieldDefinition;
  values: Value[];
  /** Whether the system can hold it as it is. */
  holds(record: Fields): boolean;
  /** Whether the other system can, too. */
  fits(record: Fields): boolean;
}

/**
 * A record that the system takes and that the mappings let through unchanged: these, by default all of its object, or else one of them, with all fields filled that
 * go to the other system. Fails where a field that must be filled, or a filter, takes none of the values at hand.
 */
export function fittingRecord(
  scope: FittingScope,
  side: Side,
  object: string,
  only?: readonly LoadedMapping[],
): Result<Fields> {
  const mappings = only ?? scope.integration.mappings.filter(({ objects }) => objects[side] === object);
  const fitted = filled(scope, side, object, mappings);
  if (fitted.ok || only) return fitted;
  // Mappings of one object may each let in what the others leave out.
  return mappings.map((mapping) => filled(scope, side, object, [mapping])).find((one) => one.ok) ?? fitted;
}

function filled(scope: FittingScope, side: Side, object: string, mappings: readonly LoadedMapping[]): Result<Fields> {
  const places = placesOf(scope, side, object, mappings);
  const record: Fields = {};
  for (const mapping of mappings) {
    for (const row of mapping.fields) {
      if (row.reference === null || row[side] === '') continue;
      const fixed = scope.fixed?.[row[side]];
      record[row[side]] = fixed === undefined ? scope.referenceOf(row.reference, side, row.by[side]) : fixed;
    }
  }
  for (const place of places) {
    if (Object.hasOwn(record, place.name)) continue;
    const fixed = scope.fixed?.[place.name];
    if (fixed !== undefined && place.holds({ ...record, [place.name]: fixed })) {
      record[place.name] = fixed;
      continue;
    }
    const found = place.values.find((value) => place.fits({ ...record, [place.name]: value }));
    if (found !== undefined) record[place.name] = found;
    else if (place.declared.required) return fail(noValue(object, place.name));
  }
  for (const mapping of mappings) {
    if (!letIn(mapping, side, places, record)) return fail(noRecord(mapping.name));
  }
  return ok(record);
}

/** Another value of a field of the record that the other system can tell from the one it holds. */
export function otherValue(
  scope: FittingScope,
  side: Side,
  mapping: LoadedMapping,
  flow: RowFlow,
  record: Fields,
): Value | undefined {
  const object = mapping.objects[side];
  const place = placesOf(scope, side, object, [mapping]).find(({ name }) => name === flow.from);
  const before = flow.value(record);
  return place?.values.find((value) => {
    const changed = { ...record, [flow.from]: value };
    if (sameValue(value, record[flow.from]) || !place.fits(changed)) return false;
    const after = flow.value(changed);
    return after.kind === 'value' && !(before.kind === 'value' && sameValue(before.value, after.value));
  });
}

function placesOf(scope: FittingScope, side: Side, object: string, mappings: readonly LoadedMapping[]): Place[] {
  const { connections, seed, seen } = scope;
  const { fields, link_field: linkField } = definitionOf(connections, side, object);
  const lists = (list: string) => connections[side].options(list);
  const theirs = (list: string) => connections[otherSide(side)].options(list);
  const codec = codecOf(connections, side, object);
  const flows = mappings.flatMap((mapping) => rowFlows(connections, mapping, side).map((flow) => ({ mapping, flow })));
  const mapped = new Set(
    mappedFields({ name: object, definition: definitionOf(connections, side, object), mappings: [...mappings] }, side),
  );
  const matched = new Set(mappings.flatMap(({ match }) => match.flat().map((part) => part[side])));
  const filtered = new Set(mappings.flatMap(({ filter }) => filter[side]?.fields ?? []));
  return Object.entries(fields).flatMap(([name, declared]): Place[] => {
    const mine = flows.filter(({ flow }) => flow.from === name);
    const wanted = mine.length > 0 || mapped.has(name) || declared.required || matched.has(name) || filtered.has(name);
    if (!wanted || declared.read_only || name === linkField) return [];
    const beside = mine.flatMap(
      ({ mapping, flow }) =>
        definitionOf(connections, otherSide(side), mapping.objects[otherSide(side)]).fields[flow.to] ?? [],
    );
    const check = compileCheck(name, declared, {
      lists,
      rules: mappings.flatMap((one) => valueRules(one, side, name)),
    });
    const holds = (record: Fields): boolean => {
      const value = record[name] ?? null;
      const checked = check ? check(value, { record: () => record, findings: [] }) : value;
      if (checked instanceof Obstacle || !sameValue(checked, value)) return false;
      const held = codec.normalise(name, value);
      return held.ok && sameValue(held.value, value);
    };
    const known = seen.flatMap((one) => one[name] ?? []);
    // It leads to a record of others, which is left out of this wherever it can be.
    const isReference = declared.reference !== undefined || declared.type === 'reference';
    const needed = declared.required ? known : [];
    const preferred = scope.prefer?.(name, declared) ?? [];
    return [
      {
        name,
        declared,
        values: isReference
          ? needed
          : [...preferred, ...candidates(declared, beside, { seed, lists, theirs, seen: known })],
        holds,
        fits: (record) =>
          holds(record) &&
          mine.every(({ flow }) => {
            const written = flow.value(record);
            return written.kind === 'nothing' || (written.kind === 'value' && !written.cut);
          }),
      },
    ];
  });
}

/** Tries the fields that a filter reads one after the other, and two of them together, until it lets the record in. */
function letIn(mapping: LoadedMapping, side: Side, places: readonly Place[], record: Fields): boolean {
  const filter = mapping.filter[side];
  if (passesFilter(filter, record)) return true;
  const read = places.filter(({ name }) => filter?.fields === null || filter?.fields.includes(name));
  for (const one of read) {
    for (const value of withNone(one)) {
      const changed = { ...record, [one.name]: value };
      if (!one.fits(changed)) continue;
      for (const two of read) {
        for (const other of two === one ? [value] : withNone({ ...two, values: two.values.slice(0, TRIED_TOGETHER) })) {
          const both = { ...changed, [two.name]: other };
          if (!two.fits(both) || !passesFilter(filter, both)) continue;
          Object.assign(record, both);
          return true;
        }
      }
    }
  }
  return false;
}

/** None at all last. */
const withNone = ({ declared, values }: Place): Value[] => (declared.required ? values : [...values, null]);

const TRIED_TOGETHER = 20;

const noValue = (object: string, field: string) =>
  problem('trial-no-value', `No value at hand fits ${object}.${field}, which must be filled`, {
    next: 'Make a record of it in the system, so that its value can be used',
  });

const noRecord = (mapping: string) => problem('trial-filtered', `No record at hand passes the filter of ${mapping}`);
