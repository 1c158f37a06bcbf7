import { compileCodec, type ObjectCodec } from '../../connector/codec.ts';
import type { ObjectDefinition } from '../../connector/definition.ts';
import type { Connection } from '../../connector/port.ts';
import type { LoadedField, LoadedMapping } from '../../integration/loaded.ts';
import { compileFieldMapper } from '../../mapping/map-field.ts';
import { sameValue } from '../../record/canonical.ts';
import { ABSENT, Obstacle } from '../../record/expressed.ts';
import { otherSide, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import { compileCheck, valueRules } from '../../validation/validate.ts';

/** What a row writes to the other system for a record, by the steps of a run: map, validate, encode. */
export interface RowFlow {
  row: LoadedField;
  /** The field of the record; '' where the row computes from the whole record. */
  from: string;
  to: string;
  /** As the other system would hold it; undefined: nothing is written. `cut`: it was repaired to fit. */
  value(fields: Fields): { kind: 'value'; value: Value; cut: boolean } | { kind: 'nothing' } | { kind: 'refused' };
}

type Connections = Record<Side, Connection>;

export function definitionOf(connections: Connections, side: Side, object: string): ObjectDefinition {
  const definition = connections[side].connector.objects[object];
  if (!definition) throw new Error(`The connector declares no object ${object}`);
  return definition;
}

export const codecOf = (connections: Connections, side: Side, object: string): ObjectCodec =>
  compileCodec(definitionOf(connections, side, object), (list) => connections[side].options(list));

/** The rows of a mapping that write to the other side of `source`, references left out. Options are to be loaded before. */
export function rowFlows(connections: Connections, mapping: LoadedMapping, source: Side): RowFlow[] {
  const target = otherSide(source);
  const from = definitionOf(connections, source, mapping.objects[source]).fields;
  const to = definitionOf(connections, target, mapping.objects[target]).fields;
  const lists = (list: string) => connections[target].options(list);
  const codec = codecOf(connections, target, mapping.objects[target]);
  return mapping.fields.flatMap((row): RowFlow[] => {
    const name = row[target];
    const declared = to[name];
    if (!declared || declared.read_only || row.reference !== null || !(source === 'a' ? row.aToB : row.bToA)) return [];
    const mapper = compileFieldMapper(row, target, from[row[source]], declared, lists);
    const check = compileCheck(name, declared, { lists, rules: valueRules(mapping, target, name) });
    return [
      {
        row,
        from: row[source],
        to: name,
        value(fields) {
          const mapped = mapper(fields);
          if (mapped === ABSENT) return { kind: 'nothing' };
          if (mapped instanceof Obstacle) return { kind: 'refused' };
          const checked = check ? check(mapped, { record: () => ({ [name]: mapped }), findings: [] }) : mapped;
          if (checked instanceof Obstacle) return { kind: 'refused' };
          const held = codec.normalise(name, checked);
          if (!held.ok) return { kind: 'refused' };
          return { kind: 'value', value: held.value, cut: !sameValue(checked, mapped) };
        },
      },
    ];
  });
}
