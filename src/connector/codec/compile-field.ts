import { isBlank } from '../../record/canonical.ts';
import type { FieldType, Value } from '../../record/value.ts';
import type { FieldDefinition } from '../field.ts';
import type { Wire } from '../port.ts';
import { type CustomFields, compileCustom, compilePath } from './custom-field.ts';
import type { FieldCodec } from './field-codec.ts';
import { currencyCodec, moneyCodec } from './money.ts';
import { decimalCodec, integerCodec } from './number.ts';
import { type OptionLists, optionCodec } from './options.ts';
import { compileReader, compileWriter } from './path.ts';
import {
  booleanCodec,
  emailCodec,
  listCodec,
  objectCodec,
  phoneCodec,
  referenceCodec,
  stringCodec,
} from './scalars.ts';
import { dateCodec, timestampCodec } from './time.ts';

/** One field, ready to run. */
export interface CompiledField {
  name: string;
  /** Whether no object has a property of this name by birth. */
  own: boolean;
  codec: FieldCodec;
  /** Number of segments of its path. */
  depth: number;
  read(wire: Wire): unknown;
  write(wire: Wire, value: unknown): void;
  beside: { path: string; read(wire: Wire): unknown; write(wire: Wire, value: unknown): void } | undefined;
  isEmptyWire(raw: unknown): boolean;
  isEmptyValue(value: Value): boolean;
  /** What is written for "empty"; undefined where the field is left out then. */
  emptyWire: null | '' | undefined;
  readOnly: boolean;
  writeOnly: boolean;
}

const CODECS: Record<FieldType, (definition: FieldDefinition, optionLists: OptionLists) => FieldCodec> = {
  string: stringCodec,
  integer: integerCodec,
  decimal: decimalCodec,
  boolean: booleanCodec,
  date: dateCodec,
  timestamp: timestampCodec,
  money: moneyCodec,
  currency: currencyCodec,
  option: optionCodec,
  reference: referenceCodec,
  email: emailCodec,
  phone: phoneCodec,
  list: listCodec,
  object: objectCodec,
};

export function compileField(
  name: string,
  definition: FieldDefinition,
  optionLists: OptionLists,
  customFields?: CustomFields,
): CompiledField {
  const codec = CODECS[definition.type](definition, optionLists);
  const { custom } = definition;
  const place =
    custom !== undefined && customFields ? compileCustom(custom, customFields) : compilePath(definition.path ?? name);
  const isEmptyWire = compileEmpty(definition);
  return {
    name,
    own: !(name in Object.prototype),
    codec,
    depth: place.depth,
    read: place.read,
    write: definition.write_path === undefined ? place.write : compileWriter(definition.write_path),
    beside: codec.beside && {
      path: codec.beside.path,
      read: compileReader(codec.beside.path),
      write: compileWriter(codec.beside.path),
    },
    isEmptyWire,
    isEmptyValue: compileEmptyValue(definition),
    emptyWire: EMPTY_WIRE[definition.write_empty],
    readOnly: definition.read_only,
    writeOnly: definition.write_only,
  };
}

const EMPTY_WIRE = { null: null, empty_text: '', omit: undefined } as const;

/** Null, or a text that says nothing to this field: blanks for all but texts, and for texts '' where that means empty. */
function compileEmptyValue({ type, empty }: FieldDefinition): (value: Value) => boolean {
  if (type !== 'string') return (value) => value === null || (typeof value === 'string' && isBlank(value));
  return empty.includes('') ? (value) => value === null || value === '' : (value) => value === null;
}

/** The declared wire forms of "empty" besides null; of types other than string, blanks around them do not count. */
function compileEmpty({ type, empty, write_empty: written }: FieldDefinition): (raw: unknown) => boolean {
  const forms: readonly unknown[] = written === 'empty_text' && !empty.includes('') ? [...empty, ''] : empty;
  if (forms.length === 1 && forms[0] === '') {
    return type === 'string' ? (raw) => raw === '' : (raw) => typeof raw === 'string' && isBlank(raw);
  }
  return (raw) => forms.includes(type === 'string' || typeof raw !== 'string' ? raw : raw.trim());
}
