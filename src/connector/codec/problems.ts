import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import type { FieldCodec } from './field-codec.ts';

/** A wire value that decoding could not read. Told by its kind and size, never by what it says. */
export function unreadable(field: string, codec: FieldCodec, raw: unknown): Diagnostic {
  if (isOption(codec, raw)) return unknownOption(field, codec);
  return problem('value-unreadable', `The value of ${field} is not of the declared form`, {
    detail: `Expected ${codec.expects}, found ${kindOf(raw)}.`,
    next: 'Correct the field in the connector, or the record in the system.',
  });
}

/** A canonical value that the declared wire form can't say. */
export function unwritable(field: string, codec: FieldCodec, value: unknown): Diagnostic {
  if (isOption(codec, value)) return unknownOption(field, codec);
  return problem('value-unwritable', `The value for ${field} can't be written in the declared form`, {
    detail: `Expected what can be written as ${codec.expects}, found ${kindOf(value)}.`,
    next: 'Map the field with an expression that gives a fitting value, or correct the field in the connector.',
  });
}

export function currencyClash(field: string, path: string): Diagnostic {
  return problem('currency-clash', `The currency of ${field} differs from what another field writes to ${path}`, {
    detail: 'Amounts that share one currency on the wire must have the same.',
    next: 'Map the amounts from fields with one currency, or correct the record.',
  });
}

export function unknownField(field: string): Diagnostic {
  return problem('field-unknown', `The connector declares no field ${field} for this object`, {
    next: 'Correct the name in the mapping, or declare the field in the connector.',
  });
}

/** Whether a value has the form of an option, so that only the option itself can be wrong. */
const isOption = ({ options }: FieldCodec, value: unknown): boolean =>
  options !== undefined && (typeof value !== 'object' || (options === 'several' && Array.isArray(value)));

function unknownOption(field: string, codec: FieldCodec): Diagnostic {
  return problem('option-unknown', `${field} holds an option that is not declared`, {
    detail: `Expected ${codec.expects}.`,
    next: 'Add the option to the field or to its list in the connector.',
  });
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
