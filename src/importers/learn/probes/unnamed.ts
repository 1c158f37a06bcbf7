import { isWire } from '../../../connector/wire-path.ts';
import type { Probe } from '../probe.ts';
import type { Subject } from '../subject.ts';

const CONTAINER = /custom|propert|attribut|additional|extra|meta_?data|user_?defined/i;
const MOST_NAMES = 30;

/** Parts of the records that the file does not name, and where users' own fields stand. */
export const unnamed: Probe = {
  id: 'unnamed',
  async run(subject) {
    const { records } = await subject.sample();
    const keys = new Set<string>();
    for (const { wire } of records) if (isWire(wire)) for (const key of Object.keys(wire)) keys.add(key);
    const named = namedPaths(subject);
    const others = [...keys].filter((key) => !named.has(key));
    const findings =
      others.length === 0
        ? []
        : [
            subject.tell({
              at: ['fields'],
              fact: 'parts of the records that the file does not name',
              verdict: 'learnt' as const,
              declared: null,
              seen: others.slice(0, MOST_NAMES).join(', '),
            }),
          ];
    const fact = "where users' own fields stand";
    const declared = subject.definition.custom_fields?.container;
    if (declared !== undefined && keys.has(declared)) {
      const at = ['custom_fields', 'container'];
      return [...findings, subject.settle(at, declared, fact, `in ${declared}, by its name`)];
    }
    const container = others.find(
      (key) =>
        CONTAINER.test(key) && formOf(records.map(({ wire }) => (isWire(wire) ? wire[key] : undefined))) !== null,
    );
    if (container === undefined || subject.definition.custom_fields) return findings;
    const form = formOf(records.map(({ wire }) => (isWire(wire) ? wire[container] : undefined)));
    const value = { container, ...(form ?? {}) };
    return [...findings, subject.settle(['custom_fields'], value, fact, `in ${container}, by its name`)];
  },
};

/** First steps of the paths that the object names. */
function namedPaths({ definition }: Subject): Set<string> {
  const { fields, id, version, archived, merged_into, custom_fields } = definition;
  const paths = [
    ...Object.entries(fields).flatMap(([name, field]) => [
      field.path ?? name,
      ...(field.money?.currency_field === undefined ? [] : [field.money.currency_field]),
    ]),
    id.path,
    ...(id.paths ?? []),
    version,
    archived?.path,
    merged_into,
    custom_fields?.container,
  ];
  return new Set(paths.flatMap((path) => (path === undefined || path === '' ? [] : [path.split('.')[0] ?? ''])));
}

function formOf(values: readonly unknown[]): Record<string, string> | null {
  const filled = values.filter((value) => isWire(value) && Object.keys(value).length > 0);
  const [first] = filled;
  if (first === undefined) return null;
  if (!Array.isArray(first)) return { form: 'object' };
  const [pair] = first;
  if (!isWire(pair) || !('value' in pair)) return null;
  const key = ['id', 'name', 'key', 'code'].find((one) => one in pair);
  return key === undefined ? null : { form: 'pairs', key, value: 'value' };
}
