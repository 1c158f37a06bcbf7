import type { Value } from '../../record/value.ts';
import type { FieldDefinition } from '../field.ts';
import type { FieldCodec } from './field-codec.ts';
import { type OptionLists, optionCodec } from './options.ts';
import { ownOf } from './path.ts';

type MultiOptionFormat = NonNullable<FieldDefinition['multi_option']>;

const PLAIN: MultiOptionFormat = { form: 'list', separator: ';' };

/**
 * Several options of one list, canonical as their keys in order, each once: which of them was picked first says nothing.
 * An option that the declaration doesn't know makes the whole value unreadable, since writing the others would drop it.
 */
export function multiOptionCodec(definition: FieldDefinition, optionLists: OptionLists): FieldCodec {
  const format = definition.multi_option ?? PLAIN;
  const option = optionCodec(definition, optionLists);
  return {
    decode: (raw, wire) => {
      const items = itemsOf(raw, format);
      return items && keysOf(items.map((item) => option.decode(item, wire)));
    },
    encode: (value) => {
      const keys = keysOf(Array.isArray(value) ? value : [value]);
      const items = keys?.map((key) => option.encode(key));
      if (items === undefined || items.includes(undefined)) return undefined;
      if (format.form === 'text') return joined(items.map(String), format.separator);
      const { item: name } = format;
      return name === undefined ? items : items.map((item) => ({ [name]: item }));
    },
    expects:
      format.form === 'text' ? `${option.expects}, or several with ${format.separator} between` : 'a list of options',
    options: 'several',
  };
}

/** Sorted and each once; null where there is none, undefined where one is no key. */
export function keysOf(items: readonly (Value | undefined)[]): string[] | null | undefined {
  const keys = new Set<string>();
  for (const item of items) {
    if (typeof item !== 'string') return undefined;
    keys.add(item);
  }
  return keys.size === 0 ? null : [...keys].sort();
}

function itemsOf(raw: unknown, { form, separator, item: name }: MultiOptionFormat): unknown[] | undefined {
  if (form === 'list') {
    if (!Array.isArray(raw)) return undefined;
    return name === undefined ? raw : raw.map((item) => ownOf(item, name));
  }
  if (typeof raw === 'number' || typeof raw === 'bigint') return [raw];
  // Some systems write a separator at the ends, too.
  return typeof raw === 'string'
    ? raw
        .split(separator)
        .map((text) => text.trim())
        .filter((text) => text !== '')
    : undefined;
}

const joined = (items: string[], separator: string): string | undefined =>
  items.some((item) => item.includes(separator)) ? undefined : items.join(separator);
