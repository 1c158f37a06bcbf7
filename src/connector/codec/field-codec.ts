import type { Value } from '../../record/value.ts';
import type { Wire } from '../port.ts';

/**
 * The codec of one field, for values that are not empty. Both ways say `undefined` where the value can't be read or
 * said; what to tell about it is in `expects`.
 */
export interface FieldCodec {
  /** `wire` is the whole record, for fields that need a second place of it. */
  decode(raw: unknown, wire: Wire): Value | undefined;
  encode(value: Value): unknown;
  /** The declared wire form in words, for diagnostics: `a text like DD.MM.YYYY in Europe/Berlin`. */
  expects: string;
  /** A second place that encoding writes: the currency beside an amount. */
  beside?: { path: string; encode(value: Value): unknown };
  /** Where values are options, whether there may be several: the problem with one is then that it is not declared. */
  options?: 'one' | 'several';
}
