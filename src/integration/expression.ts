import type { Result } from '../record/diagnostic.ts';
import type { Fields, Value } from '../record/value.ts';

/** A compiled Jinja text, e.g. `{{ value | replace('#', '') }}`. Pure and bounded in time and size. */
export interface Expression {
  source: string;
  /** Names of the fields of `record` that it reads; null where that is not knowable, so that all are needed. */
  fields: readonly string[] | null;
  /**
   * A lone `{{ … }}` gives the typed value, anything else a text without surrounding blanks; an empty text is null.
   * A failure names what went wrong without any value; field and record id are added by the caller.
   */
  evaluate(context: { value: Value; record: Fields }): Result<Value>;
}
