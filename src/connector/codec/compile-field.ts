import { isBlank } from '../../record/canonical.ts';
import type { FieldType, Value } from '../../record/value.ts';
import type { FieldDefinition } from '../field.ts';
import type { Wire } from '../port.ts';
import { booleanCodec, formsOf } from './boolean.ts';
import { addressCodec, binaryCodec, compilePartsInRecord, personNameCodec } from './composite.ts';
import { countryCodec } from './country.ts';
import { type CustomFields, compileCustom, compilePath, type FieldPlace } from './custom-field.ts';
import { durationCodec } from './duration.ts';
import type { FieldCodec } from './field-codec.ts';
import { languageCodec } from './language.ts';
import { localTimestampCodec, timeCodec } from './local-time.ts';
import { currencyCodec, moneyCodec } from './money.ts';
import { multiOptionCodec } from './multi-option.ts';
import { decimalCodec, integerCodec } from './number.ts';
import { type OptionLists, optionCodec } from './options.ts';
import { compileReader, compileWriter } from './path.ts';
import { emailCodec, listCodec, objectCodec, phoneCodec, referenceCodec, stringCodec } from './scalars.ts';
import { dateCodec, timestampCodec } from './time.ts';
import { urlCodec } from './url.ts';

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
  emptyWire: null | '' | readonly [] | undefined;
  readOnly: boolean;
  writeOnly: boolean;
}

const CODECS: Record<FieldType, (definition: FieldDefinition, optionLists: OptionLists) => FieldCodec> = {
  string: stringCodec,
  integer: integerCodec,
  decimal: decimalCodec,
  boolean: booleanCodec,
  date: dateCodec,
  time: timeCodec,
  timestamp: timestampCodec,
  local_timestamp: localTimestampCodec,
  duration: durationCodec,
  money: moneyCodec,
  currency: currencyCodec,
  option: optionCodec,
  multi_option: multiOptionCodec,
  reference: referenceCodec,
  email: emailCodec,
  phone: phoneCodec,
  url: urlCodec,
  country: countryCodec,
  language: languageCodec,
  postal_address: addressCodec,
  person_name: personNameCodec,
  binary: binaryCodec,
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
  const place = placeOf(name, definition, customFields);
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

const EMPTY_WIRE = { null: null, empty_text: '', empty_list: [], omit: undefined } as const;

function placeOf(name: string, definition: FieldDefinition, customFields: CustomFields | undefined): FieldPlace {
  const { custom, parts, parts_in: partsIn } = definition;
  if (partsIn === 'record' && parts) return compilePartsInRecord(parts);
  return custom !== undefined && customFields
    ? compileCustom(custom, customFields)
    : compilePath(definition.path ?? name);
}

/**
 * Null, a set of no options, or a text that says nothing to this field: blanks for all but texts, and for texts ''
 * where that means empty.
 */
function compileEmptyValue({ type, empty }: FieldDefinition): (value: Value) => boolean {
  if (type === 'multi_option') {
    return (value) => value === null || value === '' || (Array.isArray(value) && value.length === 0);
  }
  if (type !== 'string') return (value) => value === null || (typeof value === 'string' && isBlank(value));
  return empty.includes('') ? (value) => value === null || value === '' : (value) => value === null;
}

/** The declared wire forms of "empty" besides null; of types other than string, blanks around them do not count. */
function compileEmpty(definition: FieldDefinition): (raw: unknown) => boolean {
  const { type, empty, write_empty: written } = definition;
  const spelled: readonly unknown[] = [...formsOf(definition.boolean, 'true'), ...formsOf(definition.boolean, 'false')];
  const declared: readonly unknown[] = written === 'empty_text' && !empty.includes('') ? [...empty, ''] : empty;
  // What is true or false says something: SAP's false beside X is ''.
  const forms = declared.filter((form) => !spelled.includes(form));
  if (forms.length === 1 && forms[0] === '') {
    return type === 'string' ? (raw) => raw === '' : (raw) => typeof raw === 'string' && isBlank(raw);
  }
  return (raw) => forms.includes(type === 'string' || typeof raw !== 'string' ? raw : raw.trim());
}
