import type { Value } from '../../record/value.ts';
import type { FieldDefinition, OptionDefinition } from '../field.ts';
import type { FieldCodec } from './field-codec.ts';

/** The options of a declared list; asked for again whenever it may have grown, so that a list loaded later is seen. */
export type OptionLists = (name: string) => readonly OptionDefinition[];

interface OptionTable {
  list: readonly OptionDefinition[];
  keys: Map<string, string>;
  wires: Map<string, OptionDefinition['value']>;
}

/**
 * Wire value ↔ key, by the field's own options and those of its list; without either, the wire value is the key. A
 * number on the wire is the option whose value reads the same, since databases and forms turn one into the other.
 */
export function optionCodec(definition: FieldDefinition, optionLists: OptionLists): FieldCodec {
  const { options: own, options_from: listName } = definition;
  if (own === undefined && listName === undefined) return { decode: optionText, encode: optionText, expects: 'a text' };
  let table = tableOf([]);
  const current = (): OptionTable => {
    const list = listName === undefined ? NONE : optionLists(listName);
    if (table.list !== list) table = tableOf(list, own);
    return table;
  };
  return {
    decode: (raw) => {
      const text = optionText(raw);
      return text === undefined ? undefined : current().keys.get(text);
    },
    encode: (value: Value) => {
      const key = optionText(value);
      return key === undefined ? undefined : current().wires.get(key);
    },
    expects: listName === undefined ? 'a declared option' : `an option of the list ${listName}`,
    options: 'one',
  };
}

const NONE: readonly OptionDefinition[] = [];

/** The field's own options stand first; the first of several with one value or one key is meant. */
function tableOf(list: readonly OptionDefinition[], own: readonly OptionDefinition[] = []): OptionTable {
  const reversed = [...own, ...list].toReversed();
  return {
    list,
    keys: new Map(reversed.map(({ value, key }) => [String(value), key])),
    wires: new Map(reversed.map(({ value, key }) => [key, value])),
  };
}

function optionText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
