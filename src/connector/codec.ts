import type { Diagnostic, Result } from '../record/diagnostic.ts';
import type { Fields, Value } from '../record/value.ts';
import type { Wire } from './port.ts';

/** What decoding a record gave: the values that could be read, and a diagnostic for each that could not. */
export interface Decoded {
  fields: Fields;
  /** By field name; empty when all went well. */
  problems: Record<string, Diagnostic>;
}

/**
 * Wire value ↔ canonical value for one object, compiled once from its field declarations. Pure. `encode` and `decode`
 * are inverses up to what the declaration says is lost (scale, minutes, truncation).
 */
export interface ObjectCodec {
  /** Decodes the named fields; a field that is absent from the wire record is absent from the result. */
  decode(wire: Wire, names: readonly string[]): Decoded;
  /** Encodes into a (possibly nested) wire record. Fails with one diagnostic per field that can't be said. */
  encode(fields: Fields): Result<Wire, Record<string, Diagnostic>>;
  /** The value as this system would hold it: encode, then decode, with the declared losses. */
  normalise(name: string, value: Value): Result<Value>;
}
