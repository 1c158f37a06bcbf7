import { compileCodec, type ObjectCodec } from '../connector/codec.ts';
import type { ObjectDefinition } from '../connector/definition.ts';
import type { ReferencePart } from '../integration/loaded.ts';
import { converter } from '../mapping/convert.ts';
import { isEmpty } from '../record/canonical.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import type { Named } from './known-keys.ts';
import type { MappingRun } from './mapping-run.ts';

/** A reference that says a key of its record, such as an article number, in place of the id. */

interface Parent {
  object: string;
  definition: ObjectDefinition;
  codec: ObjectCodec;
  /** Name of the field that holds the key. */
  key: string;
}

function parentOf(run: MappingRun, part: ReferencePart, side: Side): Parent | null {
  const { integration } = run.context;
  const object = integration.mappings.find(({ name }) => name === part.reference)?.objects[side];
  const definition = object === undefined ? undefined : integration[side].connector.objects[object];
  const key = part.by[side];
  if (object === undefined || !definition || key === null) return null;
  const codec = compileCodec(definition, (list) => run[side].connection.options(list));
  return { object, definition, codec, key };
}

/** The ids of the records that these keys name on their side: one look-up for each key that this run has not seen yet. */
export async function idsOfKeys(
  run: MappingRun,
  part: ReferencePart,
  side: Side,
  keys: readonly Value[],
): Promise<Map<string, Named<Value>>> {
  const known = run.knownKeys.of(part, side, 'id');
  const parent = parentOf(run, part, side);
  if (!parent) return known;
  for (const value of keys) {
    const text = textOfKey(value);
    if (text === null || known.has(text)) continue;
    known.set(text, await idOfKey(run, part, side, parent, value));
  }
  return known;
}

async function idOfKey(
  run: MappingRun,
  part: ReferencePart,
  side: Side,
  parent: Parent,
  value: Value,
): Promise<Named<Value>> {
  const own = run[side].definition.fields[part[side]];
  const declared = parent.definition.fields[parent.key];
  const convert = own && declared ? converter(own, declared) : null;
  const wanted = value === null ? null : convert?.(value);
  const encoded = parent.codec.encodeValue(parent.key, wanted ?? value);
  if (!encoded.ok) return { kind: 'unknown', diagnostic: encoded.error };
  const found = await run[side].connection.find(parent.object, parent.key, encoded.value);
  if (!found.ok) return { kind: 'unknown', diagnostic: found.error };
  const ids = [...new Set(found.value.flatMap((record) => (record.archived ? [] : [record.id])))];
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return { kind: 'known', value: only };
  const system = run[side].system;
  const summary =
    ids.length === 0
      ? `${part[side]} names no record of ${system} ${parent.object}`
      : `${part[side]} names ${ids.length} records of ${system} ${parent.object}`;
  return { kind: 'unknown', diagnostic: parentUnknown(summary) };
}

/** The keys of these records, in the form of the field that holds them; read in bulk where the system can. */
export async function keysOfIds(
  run: MappingRun,
  part: ReferencePart,
  side: Side,
  ids: readonly string[],
): Promise<Map<string, Named<Value>>> {
  const known = run.knownKeys.of(part, side, 'key');
  const parent = parentOf(run, part, side);
  const open = [...new Set(ids)].filter((id) => !known.has(id));
  if (!parent || open.length === 0) return known;
  const own = run[side].definition.fields[part[side]];
  const declared = parent.definition.fields[parent.key];
  const convert = own && declared ? converter(declared, own) : null;
  const outcomes = await run[side].connection.get(parent.object, open);
  for (const [index, id] of open.entries()) {
    const outcome = outcomes[index];
    const record = outcome?.kind === 'present' ? outcome.record : null;
    const held = record ? (parent.codec.decode(record.wire, [parent.key]).fields[parent.key] ?? null) : null;
    const value = held === null || isEmpty(held) ? undefined : (convert?.(held) ?? held);
    const summary = `${run[side].system} ${parent.object} ${id} has no ${parent.key}`;
    known.set(
      id,
      value === undefined ? { kind: 'unknown', diagnostic: parentUnknown(summary) } : { kind: 'known', value },
    );
  }
  return known;
}

/** A value of a reference field as a text; null where it refers to nothing. */
export const textOfKey = (value: Value | undefined): string | null =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null;

const parentUnknown = (summary: string): Diagnostic =>
  problem('parent-unknown', summary, { next: 'It is looked for again after a while, and when the record changes.' });
