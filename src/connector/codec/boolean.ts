import type { FieldDefinition } from '../field.ts';
import type { FieldCodec } from './field-codec.ts';

type BooleanFormat = NonNullable<FieldDefinition['boolean']>;
type Form = string | number;

/** Spellings of forms, databases and spreadsheets, in lower case: those of PostgreSQL and YAML 1.1, and the German ones. */
const COMMON = {
  true: ['true', 't', 'yes', 'y', 'on', '1', 'wahr', 'w', 'ja', 'j', 'x'],
  false: ['false', 'f', 'no', 'n', 'off', '0', 'falsch', 'nein'],
};

/**
 * JSON booleans always; the declared spellings, as texts or numbers that read the same; with `common` the usual ones in
 * any case. The first declared form of each is written.
 */
export function booleanCodec(definition: FieldDefinition): FieldCodec {
  const spelled = definition.boolean;
  const [yes] = formsOf(spelled, 'true');
  const [no] = formsOf(spelled, 'false');
  const exact = new Map([
    ...formsOf(spelled, 'false').map((form) => [String(form), false] as const),
    ...formsOf(spelled, 'true').map((form) => [String(form), true] as const),
  ]);
  const common = spelled?.common ? commonForms() : undefined;
  return {
    decode: (raw) => {
      if (typeof raw === 'boolean') return raw;
      if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'bigint') return undefined;
      const text = String(raw).trim();
      return exact.get(text) ?? common?.get(text.toLowerCase());
    },
    encode: (value) => {
      if (typeof value !== 'boolean') return undefined;
      return (value ? yes : no) ?? value;
    },
    expects: yes === undefined ? 'true or false' : `${yes} or ${no}`,
  };
}

/** Declared wire forms; one of them may be what means "empty" in other fields, as '' is SAP's false beside X. */
export function formsOf(spelled: BooleanFormat | undefined, value: 'true' | 'false'): readonly Form[] {
  const forms = spelled?.[value];
  if (forms === undefined) return [];
  return Array.isArray(forms) ? forms : [forms];
}

function commonForms(): ReadonlyMap<string, boolean> {
  return new Map([
    ...COMMON.true.map((text) => [text, true] as const),
    ...COMMON.false.map((text) => [text, false] as const),
  ]);
}
