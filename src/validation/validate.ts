import {
  compilePattern,
  fitsCharacters,
  LONGEST_MATCHED,
  lengthIn,
  replaceCharacters,
  truncate,
} from '../connector/codec/text.ts';
import type { FieldDefinition, OptionDefinition } from '../connector/field.ts';
import { isEmpty } from '../record/canonical.ts';
import { compareDecimals, decimalOfNumber, parseDecimal } from '../record/decimal.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { FieldType, Value } from '../record/value.ts';

/**
 * Checks a canonical value against what the target system demands of the field, before anything is sent: required,
 * characters, length, pattern, range, known option. With `on_violation: truncate` a text is repaired as the system itself
 * would do it; everything else that does not fit is a diagnostic with lengths and limits, never the value.
 */
export function checkValue(definition: FieldDefinition, name: string, value: Value): Result<Value> {
  let steps = compiled.get(definition);
  if (!steps) {
    steps = compileSteps(definition);
    compiled.set(definition, steps);
  }
  return run(steps, name, value);
}

/** The checks of all fields, compiled; of names that are not among them, any value passes. */
export function compileChecks(
  fields: Record<string, FieldDefinition>,
  optionLists?: (name: string) => readonly OptionDefinition[],
): (name: string, value: Value) => Result<Value> {
  const checks = new Map(Object.entries(fields).map(([name, field]) => [name, compileSteps(field, optionLists)]));
  return (name, value) => {
    const steps = checks.get(name);
    return steps ? run(steps, name, value) : ok(value);
  };
}

/** A step of a check: gives the value, repaired or not, or what is wrong with it. */
type Step = (value: Value, name: string) => Value | Violation;

/** A class, so that a violation can't be taken for a value. */
class Violation {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    this.diagnostic = diagnostic;
  }
}

const compiled = new WeakMap<FieldDefinition, Step[]>();

function run(steps: readonly Step[], name: string, value: Value): Result<Value> {
  let current = value;
  for (const step of steps) {
    const next = step(current, name);
    if (next instanceof Violation) return fail(next.diagnostic);
    current = next;
  }
  return ok(current);
}

/** Types whose values are texts that the system stores as such. */
const TEXTS: readonly FieldType[] = ['string', 'email', 'phone', 'reference'];

function compileSteps(
  definition: FieldDefinition,
  optionLists?: (name: string) => readonly OptionDefinition[],
): Step[] {
  const steps: Step[] = [];
  if (TEXTS.includes(definition.type)) {
    if (definition.characters !== 'any') steps.push(checkCharacters(definition));
    if (definition.max_length !== undefined) steps.push(checkLength(definition, definition.max_length));
    if (definition.pattern !== undefined) steps.push(checkPattern(definition.pattern));
  }
  if (definition.type === 'option') steps.push(...checkOption(definition, optionLists));
  if (definition.minimum !== undefined || definition.maximum !== undefined) steps.push(checkRange(definition));
  // Last, because a repair may leave nothing.
  if (definition.required) steps.push(checkRequired);
  return steps;
}

const checkRequired: Step = (value, name) =>
  isEmpty(value)
    ? violation('required-empty', `${name} must not be empty in the target system`, {
        next: 'Fill the field in the source system, or give the mapping a default.',
      })
    : value;

function checkCharacters({ characters, on_violation: policy }: FieldDefinition): Step {
  const stored = characters === 'ascii' ? 'ASCII' : 'Latin-1';
  return onText((text, name) => {
    if (fitsCharacters(text, characters)) return text;
    if (policy === 'truncate') return replaceCharacters(text, characters);
    return violation('characters', `${name} holds characters beyond ${stored}, which the target system can't store`, {
      next: `Write the text in ${stored} in the source system, or map it with an expression that replaces them.`,
    });
  });
}

function checkLength(definition: FieldDefinition, most: number): Step {
  const unit = { characters: 'characters', utf16: 'UTF-16 units', bytes: 'bytes' }[definition.length_unit];
  return onText((text, name) => {
    // A UTF-16 unit is at most three bytes, the most that any unit counts.
    if (text.length * 3 <= most) return text;
    const length = lengthIn(text, definition);
    if (length <= most) return text;
    if (definition.on_violation === 'truncate') return truncate(text, definition);
    return violation('too-long', `${name} has ${length} ${unit}, the target system takes ${most}`, {
      next: 'Shorten it in the source system, or map it with an expression that cuts it.',
    });
  });
}

function checkPattern(source: string): Step {
  const pattern = compilePattern(source);
  if (!pattern) throw new SyntaxError('The definition of a field holds a pattern that is no regular expression');
  return onText((text, name) => {
    if (text === '') return text;
    if (text.length > LONGEST_MATCHED) {
      return violation('pattern', `${name} has ${text.length} characters, too many to hold against its pattern`, {
        detail: `Texts of up to ${LONGEST_MATCHED} characters are held against patterns.`,
        next: 'Shorten it in the source system, or declare max_length instead of the pattern.',
      });
    }
    if (pattern.test(text)) return text;
    return violation('pattern', `${name} does not have the form that the target system demands`, {
      detail: `It must match ${source}.`,
      next: 'Correct it in the source system, or map it with an expression that gives the form.',
    });
  });
}

function checkOption(
  { options, options_from: listName }: FieldDefinition,
  optionLists: ((name: string) => readonly OptionDefinition[]) | undefined,
): Step[] {
  const keys = new Set(options?.map((option) => option.key));
  // Without its list at hand, encoding tells whether the option exists.
  if (listName !== undefined && !optionLists) return [];
  if (listName === undefined && !options) return [];
  const isKnown = (key: string) =>
    keys.has(key) || (listName !== undefined && (optionLists?.(listName) ?? []).some((option) => option.key === key));
  return [
    (value, name) =>
      isEmpty(value) || isKnown(String(value))
        ? value
        : violation('option-unknown', `${name} would get an option that the target system does not have`, {
            next: 'Add the option to the option table of the field mapping, or to the target system.',
          }),
  ];
}

function checkRange({ minimum, maximum }: FieldDefinition): Step {
  const least = minimum === undefined ? undefined : decimalOfNumber(minimum);
  const most = maximum === undefined ? undefined : decimalOfNumber(maximum);
  return (value, name) => {
    const decimal = amountOf(value);
    if (decimal === undefined) return value;
    const isBelow = least !== undefined && compareDecimals(decimal, least) < 0;
    const isAbove = most !== undefined && compareDecimals(decimal, most) > 0;
    if (!isBelow && !isAbove) return value;
    return violation('out-of-range', `${name} is ${isBelow ? `less than ${least}` : `more than ${most}`}`, {
      detail: 'The target system does not take such numbers.',
      next: 'Correct it in the source system, or map it with an expression that keeps to the range.',
    });
  };
}

/** The number in a value: of an integer, a decimal, or the amount of money; undefined where there is none. */
function amountOf(value: Value | undefined): string | undefined {
  if (typeof value === 'number') return decimalOfNumber(value);
  if (typeof value === 'string') return parseDecimal(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return typeof value.amount === 'string' ? parseDecimal(value.amount) : undefined;
}

function onText(check: (text: string, name: string) => string | Violation): Step {
  return (value, name) => (typeof value === 'string' ? check(value, name) : value);
}

function violation(code: string, summary: string, more: Omit<Diagnostic, 'severity' | 'code' | 'summary'>): Violation {
  return new Violation(problem(code, summary, more));
}
