import type { Value } from '../../record/value.ts';
import type { FieldDefinition } from '../field.ts';
import type { Wire } from '../port.ts';
import type { FieldCodec } from './field-codec.ts';
import { setOwn } from './path.ts';
import { compilePhone } from './phone.ts';
import { textCodec, toText } from './text-codec.ts';

/** Texts, and numbers where a text is declared: 01067 and 1067 are both sent for postal codes. */
export function stringCodec(definition: FieldDefinition): FieldCodec {
  return textCodec(definition, null, 'a text');
}

export function emailCodec(definition: FieldDefinition): FieldCodec {
  return textCodec(definition, normalEmail, 'a text');
}

export function phoneCodec(definition: FieldDefinition): FieldCodec {
  return textCodec(definition, compilePhone(definition.default_country), 'a text');
}

/** Trimmed, the domain in lower case; the part before the @ is its server's business and stays. */
export function normalEmail(text: string): string {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  return at < 0 ? trimmed : trimmed.slice(0, at) + trimmed.slice(at).toLowerCase();
}

/** Ids, as texts; on the wire a number where the field declares `number`, as it does for ids of numeric kinds. */
export function referenceCodec(definition: FieldDefinition): FieldCodec {
  const numeric = definition.number?.wire === 'number';
  return {
    decode: toText,
    encode: (value) => {
      const id = toText(value);
      if (id === undefined || !numeric) return id;
      const number = Number(id);
      return String(number) === id && Number.isSafeInteger(number) ? number : undefined;
    },
    expects: 'an id',
  };
}

/** Lists and objects are taken as the JSON they are. */
export function listCodec(): FieldCodec {
  return compileJson((value) => Array.isArray(value), 'a list');
}

export function objectCodec(): FieldCodec {
  return compileJson((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object');
}

function compileJson(isKind: (value: unknown) => boolean, expects: string): FieldCodec {
  const asJson = (value: unknown) => (isKind(value) ? (isJson(value) ? value : copyJson(value)) : undefined);
  return {
    decode: asJson,
    encode: asJson,
    expects,
  };
}

/** Whether a value is JSON to the last item, so that it may be taken as it is: a look is cheaper than a copy. */
function isJson(value: unknown): value is Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.every(isJson);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) if (!isJson((value as Wire)[key])) return false;
  return true;
}

/** A deep copy of what JSON can say; undefined where there is anything else in it. */
function copyJson(value: unknown): Value | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined;
  if (typeof value !== 'object') return undefined;
  if (Array.isArray(value)) {
    const items = value.map(copyJson);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const out: Record<string, Value> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const copied = copyJson(item);
    if (copied === undefined) return undefined;
    setOwn(out, key, copied);
  }
  return out;
}
