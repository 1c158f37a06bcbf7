import { createSampleReader } from '../checklist/sample.ts';
import type { ObjectDefinition } from '../connector/definition.ts';
import type { FieldProfile } from '../mapping/suggest/fields.ts';
import { matchText } from '../matching/normalise.ts';
import { type Diagnostic, ok, type Result } from '../record/diagnostic.ts';
import { strongDigest } from '../record/digest.ts';
import { SIDES, type Side } from '../record/side.ts';
import { EXIT } from './exit-code.ts';
import { openRuntime, type Refusal, type RuntimeOptions, refuse } from './open.ts';
import type { Terminal } from './terminal.ts';

/** What the values of an object's fields tell, by the name of the field. */
export type ValueFacts = Record<string, Pick<FieldProfile, 'digests' | 'isUnique'>>;

export interface SampledValues {
  /** By side and object. */
  facts: Record<Side, Record<string, ValueFacts>>;
  /** Objects whose records could not be read. */
  failures: Diagnostic[];
}

/**
 * Reads records of these objects from both systems, and gives digests of their values under a key that is made for this
 * call and forgotten: enough to see which fields have values in common. Writes nothing.
 */
export async function readValueFacts(
  terminal: Terminal,
  options: RuntimeOptions,
  objects: Record<Side, readonly string[]>,
  size: number,
): Promise<Result<SampledValues, Refusal>> {
  const runtime = await openRuntime(terminal, options, { anyStore: true, systemsOnly: true });
  if (!runtime.ok) return runtime;
  try {
    const connections = runtime.value.connect();
    if (!connections.ok) return refuse(EXIT.failed, connections.error);
    const { clock, random } = runtime.value.platform;
    const key = random.bytes(32);
    const reader = createSampleReader(connections.value, clock, size, terminal.signal);
    const found: SampledValues = { facts: { a: {}, b: {} }, failures: [] };
    for (const side of SIDES) {
      for (const object of new Set(objects[side])) {
        const { records, definition, failure } = await reader.of(side, object);
        found.facts[side][object] = factsOf(
          records.map(({ fields }) => fields),
          definition,
          key,
        );
        if (failure && records.length === 0) found.failures.push({ ...failure, severity: 'warning' });
      }
    }
    return ok(found);
  } finally {
    await runtime.value.close();
  }
}

type Records = Parameters<typeof valuesOf>[0];

/** Digests of the values of a sample, under a key that is to be forgotten. */
export function factsOf(records: Records, { fields }: ObjectDefinition, key: Uint8Array): ValueFacts {
  return Object.fromEntries(
    Object.keys(fields).map((name) => {
      const texts = valuesOf(records, name, fields[name]);
      const digests = new Set(texts.map((text) => strongDigest(key, text)));
      return [name, { digests, isUnique: digests.size === texts.length }];
    }),
  );
}

/** The values of a field in the form in which records are matched; those that say nothing are left out. */
function valuesOf(
  records: readonly Record<string, Parameters<typeof matchText>[1]>[],
  name: string,
  declared: ObjectDefinition['fields'][string] | undefined,
): string[] {
  return records.flatMap((fields) => {
    const value = fields[name];
    const text =
      value === undefined || typeof value === 'boolean'
        ? null
        : matchText(declared?.type ?? 'string', value, declared?.identifier);
    return text === null ? [] : [text];
  });
}
