import { decimalOfNumber } from '../../record/decimal.ts';
import type { FieldDefinition } from '../field.ts';
import type { FieldCodec } from './field-codec.ts';
import { compileFit } from './text.ts';

/** The codec of a type whose canonical form is a text, with a normal form where it has one. */
export function textCodec(
  definition: FieldDefinition,
  normal: ((text: string) => string) | null,
  expects: string,
): FieldCodec {
  const asStored = compileFit(definition);
  if (normal === null) return { decode: toText, encode: asStored ? storedAs(asStored) : toText, expects };
  return {
    decode: (raw) => {
      const text = toText(raw);
      return text === undefined ? undefined : normal(text);
    },
    encode: (value) => {
      const text = toText(value);
      if (text === undefined) return undefined;
      return asStored ? asStored(normal(text)) : normal(text);
    },
    expects,
  };
}

function storedAs(held: (text: string) => string): FieldCodec['encode'] {
  return (value) => {
    const text = toText(value);
    return text === undefined ? undefined : held(text);
  };
}

/** Texts, and numbers where a text is declared. */
export function toText(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number') return Number.isSafeInteger(raw) ? String(raw) : decimalOfNumber(raw);
  return typeof raw === 'bigint' ? String(raw) : undefined;
}
