import type { Place } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import type { Expression } from './expression.ts';
import type { FormTest } from './known-form.ts';
import type { KnownForm, Limit } from './rule-schema.ts';

/** What a record must be like to be written, and what happens to one that is not. */
export interface DataRule {
  /** As the file names it; of a row, what is checked: `vat_id`, `length`, `expression`. */
  name: string;
  /** The side whose record is checked, as it would be written. */
  side: Side;
  /** The field of that side that is at fault; null where the record as a whole is. */
  field: string | null;
  /** `value`: asked of each value of the field on its own, also where it is to be repaired. `record`: of each record that is written. */
  scope: 'value' | 'record';
  test: RuleTest;
  /** For people; null: made from the test. */
  message: string | null;
  /** What happens to what breaks the rule, also after repair. */
  policy: 'error' | 'warn';
  /** Done in this order to a value that breaks the rule. */
  repair: readonly RepairStep[];
  where: Place;
}

export type RuleTest =
  /** Neither empty, false nor 0. */
  | { kind: 'expression'; expression: Expression }
  /** The country of values that name none: given, or from a field of the same record. */
  | { kind: 'form'; form: KnownForm; matches: FormTest; country: string | null; countryField: string | null }
  /** What the connector declares of the field. */
  | { kind: 'limit'; limit: Limit };

export type RepairStep =
  | { kind: 'trim' }
  /** To the declared length; `mark` stands for what is cut off. */
  | { kind: 'truncate'; mark: string }
  /** `language`: BCP 47; null: what most languages write. */
  | { kind: 'transliterate'; language: string | null }
  /** `pattern` is RE2. */
  | { kind: 'replace'; pattern: string; with: string }
  | { kind: 'default'; value: Value }
  | { kind: 'expression'; expression: Expression };

/** Names of the fields of its side that a rule reads besides its own; null where all may be needed. */
export function fieldsRead(rule: DataRule): readonly string[] | null {
  const expressions = [rule.test, ...rule.repair].flatMap((part) =>
    part.kind === 'expression' ? [part.expression] : [],
  );
  if (expressions.some(({ fields }) => fields === null)) return null;
  const country = rule.test.kind === 'form' ? rule.test.countryField : null;
  return [
    ...expressions.flatMap(({ fields }) => fields ?? []),
    ...[rule.field, country].filter((name) => name !== null),
  ];
}
