import type { FieldDefinition } from '../connector/field.ts';
import { canonicalText } from '../record/canonical.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import type { DataRule } from './data-rule.ts';
import type { FileDeclared } from './declared.ts';
import { ownField } from './load-field.ts';
import type { LoadedField, LoadedLookup } from './loaded.ts';
import type { SideInFile } from './row.ts';

/** What the ways of a row are told from. */
export interface WayScope {
  sides: Record<Side, SideInFile>;
  dataRules: readonly DataRule[];
  declared: FileDeclared;
  lookups: readonly LoadedLookup[];
}

/**
 * Canonical texts of all by which a row makes the value of each side: when one changes, the same record gives another value
 * there. '' where nothing flows.
 */
export const waysOf = (field: LoadedField, scope: WayScope): Record<Side, string> => ({
  a: wayTo('a', field, scope),
  b: wayTo('b', field, scope),
});

function wayTo(target: Side, field: LoadedField, { sides, dataRules, declared, lookups }: WayScope): string {
  if (!(target === 'b' ? field.aToB : field.bToA)) return '';
  const source = otherSide(target);
  const expression = target === 'b' ? field.toB : field.toA;
  const options = field.options?.[target === 'b' ? 'aToB' : 'bToA'];
  const from = ownField(sides[source].definition, field[source]);
  const to = ownField(sides[target].definition, field[target]);
  const repairs = dataRules.filter(
    (rule) => rule.side === target && rule.field === field[target] && rule.repair.length > 0,
  );
  const way = [
    expression ? [expression.source, declared.versionsIn(expression.source)] : null,
    lookups
      .filter(({ name }) => expression?.lookups.includes(name))
      .map(({ where: _, from, ...one }) => [one, from.source]),
    options ? [[...options], field.otherwise.policy, field.otherwise[target]] : null,
    field.default[target] ?? null,
    [field.reference, field.by.a, field.by.b],
    [conversionOf(from), conversionOf(to)],
    to && to.on_violation !== 'park' ? [to.on_violation, to.max_length, to.length_unit, to.characters] : null,
    repairs.map(({ test, repair }) => [test, repair]),
  ];
  const plain: Value = JSON.parse(JSON.stringify(way, withoutCode));
  return canonicalText(plain);
}

/** What of a declaration a conversion goes by. */
const conversionOf = (field: FieldDefinition | undefined) =>
  field ? [field.type, field.time ?? null, field.person_name ?? null] : null;

/** Compiled parts of rules give way to what they were compiled from. */
const withoutCode = (key: string, value: unknown): unknown =>
  key === 'expression' && typeof value === 'object' && value !== null && 'source' in value ? value.source : value;
