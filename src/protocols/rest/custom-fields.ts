import type { ObjectDefinition } from '../../connector/definition.ts';
import { type FieldDefinition, fieldSchema, type OptionDefinition } from '../../connector/field.ts';
import { isWire, wireReader } from '../../connector/wire-path.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Sender } from './sender.ts';

type CustomFields = NonNullable<ObjectDefinition['custom_fields']>;
type From = NonNullable<CustomFields['from']>;

/** Reads which fields users of the system added to an object, from the endpoint that lists them; null where there is none. */
export async function readCustomFields(
  sender: Sender,
  { custom_fields: custom, fields: declared }: ObjectDefinition,
): Promise<Result<Record<string, FieldDefinition> | null>> {
  const from = custom?.from;
  if (!custom || !from) return ok(null);
  const sent = await sender.send({ kind: 'reads', method: 'GET', path: from.path, repeatable: true });
  if (!sent.ok) return fail(sent.diagnostic);
  const items = wireReader(from.records)(sent.data);
  if (!Array.isArray(items)) return fail(unreadable());
  const known = new Map(Object.entries(declared).map(([name, field]) => [field.custom, name]));
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
    found[known.get(field.custom) ?? nameFor(field, (name) => name in found || name in declared)] = field;
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
  const lengthIn = from.max_length === undefined ? () => undefined : wireReader(from.max_length);
  const requiredIn = from.required === undefined ? () => undefined : wireReader(from.required);
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
      ...(isLength(lengthIn(item)) ? { max_length: lengthIn(item) } : {}),
      required: requiredIn(item) === true,
    });
  };
}

const isLength = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;

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

/** Asks for one more field. What came of it only the list tells: it may be there already. */
export async function createCustomField(
  sender: Sender,
  object: ObjectDefinition,
  field: FieldDefinition,
): Promise<Result<void>> {
  const { from, create, prefix = '' } = object.custom_fields ?? {};
  if (!from || !create) return fail(problem('not-offered', 'The connector declares no way to add a field'));
  const { method, path = from.path, name, label, type, max_length: most, constant } = create;
  const word = Object.entries(from.types).find(([, canonical]) => canonical === field.type)?.[0];
  const body = {
    ...constant,
    [name]: `${prefix}${field.custom}`,
    ...(label === undefined ? {} : { [label]: field.label ?? field.custom }),
    ...(type === undefined || word === undefined ? {} : { [type]: word }),
    ...(most === undefined || field.max_length === undefined ? {} : { [most]: field.max_length }),
  };
  const headers = { 'content-type': 'application/json' };
  const sent = await sender.send({
    kind: 'writes',
    method,
    path,
    body: JSON.stringify(body),
    headers,
    repeatable: false,
  });
  const now = await readCustomFields(sender, object);
  if (!now.ok) return now;
  if (Object.values(now.value ?? {}).some(({ custom }) => custom === field.custom)) return ok(undefined);
  return fail(
    sent.ok ? problem('field-not-added', 'The system did not add the field, and did not say why') : sent.diagnostic,
  );
}

const unreadable = () =>
  problem('custom-fields-unreadable', 'The list of custom fields can not be read', {
    next: 'Check custom_fields.from of this object in the connector',
  });
