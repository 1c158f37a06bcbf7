import type { OptionDefinition } from '../../connector/field.ts';
import type { LoadedField, LoadedIntegration } from '../../integration/loaded.ts';
import { otherSide, type Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';

type Told = Pick<Scenario, 'given' | 'steps'>;

/**
 * The options of the lists that a live system would be asked for, where the scenario does not say them: those that its own
 * records of the scenario have, those that option tables name for it, and, where a row needs no table, those that the
 * other system declares. Their keys stand for what they are on the wire.
 */
export function assumedOptions(
  integration: LoadedIntegration,
  side: Side,
  told: Told,
): Record<string, OptionDefinition[]> {
  const lists: Record<string, Set<string>> = {};
  const { objects, option_lists: declared } = integration[side].connector;
  for (const list of Object.keys(declared)) lists[list] = new Set();
  const add = (list: string | undefined, keys: Iterable<unknown>) => {
    for (const key of keys) if (list !== undefined && key !== null) lists[list]?.add(String(key));
  };
  for (const mapping of integration.mappings) {
    const own = objects[mapping.objects[side]]?.fields ?? {};
    const other = integration[otherSide(side)].connector.objects[mapping.objects[otherSide(side)]]?.fields ?? {};
    for (const row of mapping.fields) {
      const theirs = other[row[otherSide(side)]]?.options?.map(({ key }) => key) ?? [];
      add(own[row[side]]?.options_from, [...tableKeys(row, side), row.otherwise[side], ...(row.options ? [] : theirs)]);
    }
  }
  for (const { object, fields } of recordsOf(told, side)) {
    for (const [name, value] of Object.entries(fields))
      add(objects[object]?.fields[name]?.options_from, [value].flat());
  }
  return Object.fromEntries(
    Object.entries(lists).map(([list, keys]) => [list, [...keys].map((key) => ({ value: key, key }))]),
  );
}

function tableKeys({ options }: LoadedField, side: Side): string[] {
  if (!options) return [];
  return [...(side === 'a' ? options.aToB : options.bToA).keys()];
}

function recordsOf({ given, steps }: Told, side: Side): { object: string; fields: Fields }[] {
  const edits = steps.flatMap((step: ScenarioStep) => (step.kind === 'edit' ? [step.edit] : []));
  return [...given, ...edits].filter((one) => one.side === side);
}
