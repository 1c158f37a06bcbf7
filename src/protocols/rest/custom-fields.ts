import type { ObjectDefinition } from '../../connector/definition.ts';
import { type FieldDefinition, fieldSchema, type OptionDefinition } from '../../connector/field.ts';
import { isWire, wireReader } from '../../connector/wire-path.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Sender } from './sender.ts';

type CustomFields = NonNullable<ObjectDefinition['custom_fields']>;
type From = NonNullable<CustomFields['from']>;

/** Reads which fields users of the system added to an object, from the endpoint that lists them. */
export async function readCustomFields(
  sender: Sender,
  { custom_fields: custom, fields: declared }: ObjectDefinition,
): Promise<Result<Record<string, FieldDefinition>>> {
  const from = custom?.from;
  if (!custom || !from) return ok({});
  const sent = await sender.send({ kind: 'reads', method: 'GET', path: from.path, repeatable: true });
  if (!sent.ok) return fail(sent.diagnostic);
  const items = wireReader(from.records)(sent.data);
  if (!Array.isArray(items)) return fail(unreadable());
  const known = new Set(Object.values(declared).map((field) => field.custom));
  const found: Record<string, FieldDefinition> = {};
  const isOurs = from.only ? compileOnly(from.only) : () => true;
  const { prefix } = custom;
  const nameIn = wireReader(from.name);
  const hasPrefix = (item: unknown) => prefix !== '' && String(nameIn(item)).startsWith(prefix);
  // Some endpoints list the system's own fields too, which lack the prefix; others leave it out of all names.
  const prefixed = items.some(hasPrefix);
  const read = compileItem(from);
  for (const item of items.filter((one) => isOurs(one) && (!prefixed || hasPrefix(one)))) {
    const field = read(item, prefixed ? prefix.length : 0);
    if (!field) return fail(unreadable());
    if (!known.has(field.custom)) found[nameFor(field, (name) => name in found || name in declared)] = field;
  }
  return ok(found);
}

function compileOnly({ path, equals }: NonNullable<From['only']>): (item: unknown) => boolean {
  const at = wireReader(path);
  return (item) => at(item) === equals;
}

/** One field, its key without the prefix; null where it has no name. */
function compileItem(from: From): (item: unknown, prefixLength: number) => FieldDefinition | null {
  const nameIn = wireReader(from.name);
  const labelIn = from.label === undefined ? () => undefined : wireReader(from.label);
  const typeIn = from.type === undefined ? () => undefined : wireReader(from.type);
  const optionsIn = from.options === undefined ? () => undefined : wireReader(from.options);
  return (item, prefixLength) => {
    const name = nameIn(item);
    if ((typeof name !== 'string' && typeof name !== 'number') || name === '') return null;
    const label = labelIn(item);
    const type = from.types[String(typeIn(item))] ?? 'string';
    const options = optionsOf(optionsIn(item));
    return fieldSchema.parse({
      type,
      custom: String(name).slice(prefixLength),
      ...(typeof label === 'string' && label !== '' ? { label } : {}),
      ...(type === 'option' && options.length > 0 ? { options } : {}),
    });
  };
}

/** Texts, or objects with a value (or id) and a label (or name); the value is the key. */
function optionsOf(list: unknown): OptionDefinition[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => {
    const value = isWire(item) ? (item.value ?? item.id) : item;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return [];
    const label = isWire(item) ? (item.label ?? item.name) : undefined;
    return [{ value, key: String(value), ...(typeof label === 'string' ? { label } : {}) }];
  });
}

/** What the label says, in the letters of a name; numbered where that is taken. */
function nameFor({ label, custom }: FieldDefinition, isTaken: (name: string) => boolean): string {
  const letters = (text: string) =>
    text
      .replaceAll('ß', 'ss')
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/\p{M}/gu, '')
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '');
  const base = letters(label ?? '') || letters(custom ?? '') || 'custom';
  const free = (name: string) => !isTaken(name) && !(name in Object.prototype);
  if (free(base)) return base;
  let number = 2;
  while (!free(`${base}_${number}`)) number++;
  return `${base}_${number}`;
}

const unreadable = () =>
  problem('custom-fields-unreadable', 'The list of custom fields can not be read', {
    next: 'Check custom_fields.from of this object in the connector',
  });
