import type { OptionDefinition } from '../connector/field.ts';
import type { Connection } from '../connector/port.ts';
import { counterpart, knownOptions, type OptionLists } from '../mapping/option-way.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import { passes } from './filter.ts';
import { addDiagnostic, type MappingRun, type RunContext } from './mapping-run.ts';
import type { Pair } from './pair.ts';

/** The options of a side as they are now, or as they will be once this plan is done. */
export const optionLists =
  ({ foreseenOptions }: RunContext, side: Side, connection: Connection): OptionLists =>
  (list) =>
    foreseenOptions.get(`${side} ${list}`) ?? connection.options(list);

/** Adds the options that values of these pairs need on the other side, where `otherwise` of their row says so. Each is tried once in a run. */
export async function createOptions(run: MappingRun, pairs: readonly Pair[]): Promise<void> {
  for (const [index, field] of run.mapping.fields.entries()) {
    if (field.otherwise.policy !== 'create') continue;
    for (const target of SIDES) {
      const to = run[target].definition.fields[field[target]];
      const list = to?.options_from;
      if (!to || list === undefined || !run[target].mappers[index]) continue;
      const has = knownOptions(to, run[target].lists);
      for (const key of keysOf(run, pairs, otherSide(target), field[otherSide(target)])) {
        if (counterpart(field, target, key, has) === undefined) await createOption(run, target, list, key, field.name);
      }
    }
  }
}

/** The options that records hold which may be written to the other side. */
function keysOf(run: MappingRun, pairs: readonly Pair[], side: Side, name: string): Set<string> {
  const keys = new Set<string>();
  for (const pair of pairs) {
    const presence = pair.sides[side];
    if (presence.kind !== 'present' || pair.park || !passes(run, side, presence)) continue;
    for (const item of [presence.seen.fields[name] ?? null].flat<Value[]>()) if (item !== null) keys.add(String(item));
  }
  return keys;
}

async function createOption(run: MappingRun, target: Side, list: string, key: string, field: string): Promise<void> {
  const { context } = run;
  const { connection, system, lists } = run[target];
  const name = `${target} ${list}`;
  if (context.triedOptions.has(`${name} ${key}`)) return;
  context.triedOptions.add(`${name} ${key}`);
  const option = { key, label: labelOf(run, otherSide(target), key) ?? key };
  const told = (severity: Diagnostic['severity'], code: string, summary: string, more: Partial<Diagnostic> = {}) =>
    addDiagnostic(run, { severity, code, summary, ...more });
  if (context.mode === 'plan') {
    context.foreseenOptions.set(name, [...lists(list), { value: key, ...option }]);
    told('info', 'option-to-create', `The option ${key} is to be added to ${list} of ${system} (${field})`);
    return;
  }
  const created = await connection.createOption(list, option);
  if (created.ok) told('info', 'option-created', `The option ${key} was added to ${list} of ${system} (${field})`);
  else {
    const detail = [created.error.summary, created.error.detail].filter((text) => text !== undefined).join('. ');
    told('warning', 'option-not-created', `The option ${key} could not be added to ${list} of ${system} (${field})`, {
      detail: `${detail}.`,
      next: 'Add it there by hand; the records that wait for it go on by themselves.',
    });
  }
}

/** How a side calls an option. */
function labelOf(run: MappingRun, side: Side, key: string): string | undefined {
  const fields = Object.values(run[side].definition.fields);
  const all = fields.flatMap((field): readonly OptionDefinition[] => [
    ...(field.options ?? []),
    ...(field.options_from === undefined ? [] : run[side].lists(field.options_from)),
  ]);
  return all.find((option) => option.key === key)?.label;
}

/** All live options that the rows of a mapping speak about: what was parked for one is tried again when they change. */
export function liveOptions({ mapping, a, b }: Pick<MappingRun, 'mapping' | 'a' | 'b'>): string {
  const keys = [a, b].flatMap((side) =>
    mapping.fields.flatMap((row) => {
      const list = side.definition.fields[row[side.side]]?.options_from;
      return list === undefined ? [] : side.connection.options(list).map(({ key }) => `${side.side} ${list} ${key}`);
    }),
  );
  return [...new Set(keys)].sort().join('\n');
}
