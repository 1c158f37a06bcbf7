import { fitsCharacters, lengthIn, truncate } from '../connector/codec/text.ts';
import { transliterate } from '../connector/codec/transliterate.ts';
import type { FieldDefinition } from '../connector/field.ts';
import { re2 } from '../connector/late-packages.ts';
import type { RepairStep } from '../integration/data-rule.ts';
import { isEmpty } from '../record/canonical.ts';
import type { Fields, Value } from '../record/value.ts';

/** What stands instead of a value that breaks a rule; whether that keeps it is for the rule to say. Never fails. */
export type Repair = (value: Value, record: () => Fields) => Value;

/** Compiles the steps of a repair, for values of a field; null where there are none. */
export function compileRepair(steps: readonly RepairStep[], field: FieldDefinition): Repair | null {
  const compiled = steps.map((step) => compileStep(step, field));
  if (compiled.length === 0) return null;
  return (value, record) => compiled.reduce((current, step) => step(current, record), value);
}

function compileStep(step: RepairStep, field: FieldDefinition): Repair {
  switch (step.kind) {
    case 'trim':
      return onText((text) => text.trim());
    case 'truncate':
      return onText((text) => cut(text, step.mark, field));
    case 'transliterate':
      return onText((text) => inLetters(text, step.language, field));
    case 'replace': {
      const pattern = re2().RE2JS.compile(step.pattern);
      return onText((text) => pattern.matcher(text).replaceAll(step.with));
    }
    case 'default':
      return (value) => (isEmpty(value) ? step.value : value);
    case 'expression':
      // A repair that fails repairs nothing, which the rule then says.
      return (value, record) => {
        const result = step.expression.evaluate({ value, record: record() });
        return result.ok ? result.value : value;
      };
  }
}

const onText =
  (repair: (text: string) => string): Repair =>
  (value) =>
    typeof value === 'string' ? repair(value) : value;

/** To the declared length, with the mark in place of what is cut off. */
function cut(text: string, mark: string, field: FieldDefinition): string {
  const { max_length: most } = field;
  if (most === undefined || lengthIn(text, field) <= most) return text;
  return truncate(text, { ...field, max_length: most - lengthIn(mark, field) }) + mark;
}

const NOT_ASCII = /[^\u0000-\u007f]+/gu;
const NOT_LATIN1 = /[^\u0000-\u00ff]+/gu;

/** The characters that the field can't hold, in Latin letters; all beyond ASCII where it can hold any. */
function inLetters(text: string, language: string | null, { characters }: FieldDefinition): string {
  // Letters with their accents in one piece, so that Latin-1 keeps those that it has.
  const whole = text.normalize('NFC');
  const strange = characters === 'latin1' ? NOT_LATIN1 : NOT_ASCII;
  const options = language === null ? {} : { locale: language };
  return whole.replace(strange, (part) => {
    const letters = transliterate(part, options);
    return fitsCharacters(letters, characters === 'latin1' ? 'latin1' : 'ascii') ? letters : '';
  });
}
