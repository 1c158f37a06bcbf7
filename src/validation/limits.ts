import {
  compilePattern,
  fitsCharacters,
  LONGEST_MATCHED,
  lengthIn,
  replaceCharacters,
  truncate,
} from '../connector/codec/text.ts';
import type { FieldDefinition, OptionDefinition } from '../connector/field.ts';
import type { Limit } from '../integration/rule-schema.ts';
import { isEmpty } from '../record/canonical.ts';
import { compareDecimals, decimalOfNumber, parseDecimal } from '../record/decimal.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { Obstacle } from '../record/expressed.ts';
import type { FieldType, Value } from '../record/value.ts';

/** Gives the value, cut where the connector declares `on_violation: truncate`, or what is wrong with it. */
export type LimitStep = (value: Value, name: string) => Value | Obstacle;

/** The options of a list of the connector. */
export type OptionLists = (name: string) => readonly OptionDefinition[];

/** Types whose values are texts that the system stores as such. */
const TEXTS: readonly FieldType[] = ['string', 'email', 'phone', 'url', 'reference'];

/**
 * What a connector declares of a field, in the order in which it is checked; null for what no rule can speak about. A
 * limit that the user's own rule speaks about is not repaired here. Without `lists`, options from a list are not checked.
 */
export function compileLimits(
  definition: FieldDefinition,
  lists: OptionLists | undefined,
  isRuled: (limit: Limit) => boolean,
): { limit: Limit | null; step: LimitStep }[] {
  const steps: { limit: Limit | null; step: LimitStep }[] = [];
  const add = (limit: Limit, compile: (declared: FieldDefinition) => LimitStep) =>
    steps.push({ limit, step: compile(isRuled(limit) ? { ...definition, on_violation: 'park' } : definition) });
  if (TEXTS.includes(definition.type)) {
    if (definition.characters !== 'any') add('characters', checkCharacters);
    const { max_length: most, pattern } = definition;
    if (most !== undefined) add('length', (declared) => checkLength(declared, most));
    if (pattern !== undefined) add('pattern', () => checkPattern(pattern));
  }
  if (definition.type === 'option' || definition.type === 'multi_option')
    steps.push(...checkOption(definition, lists).map((step) => ({ limit: null, step })));
  if (definition.minimum !== undefined || definition.maximum !== undefined) add('range', checkRange);
  // Last, because a repair may leave nothing.
  if (definition.required) add('required', () => checkRequired);
  return steps;
}

const checkRequired: LimitStep = (value, name) =>
  isEmpty(value)
    ? violation('required-empty', `${name} must not be empty in the target system`, {
        next: 'Fill the field in the source system, or give the mapping a default.',
      })
    : value;

function checkCharacters({ characters, on_violation: policy }: FieldDefinition): LimitStep {
  const stored = characters === 'ascii' ? 'ASCII' : 'Latin-1';
  return onText((text, name) => {
    if (fitsCharacters(text, characters)) return text;
    if (policy === 'truncate') return replaceCharacters(text, characters);
    return violation('characters', `${name} holds characters beyond ${stored}, which the target system can't store`, {
      next: `Write the text in ${stored} in the source system, or map it with an expression that replaces them.`,
    });
  });
}

function checkLength(definition: FieldDefinition, most: number): LimitStep {
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

function checkPattern(source: string): LimitStep {
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
  optionLists: OptionLists | undefined,
): LimitStep[] {
  const keys = new Set(options?.map((option) => option.key));
  // Without its list at hand, encoding tells whether the option exists.
  if (listName !== undefined && !optionLists) return [];
  if (listName === undefined && !options) return [];
  const isKnown = (key: string) =>
    keys.has(key) || (listName !== undefined && (optionLists?.(listName) ?? []).some((option) => option.key === key));
  const isFit = (value: Value): boolean => (Array.isArray(value) ? value.every(isFit) : isKnown(String(value)));
  return [
    (value, name) =>
      isEmpty(value) || isFit(value)
        ? value
        : violation('option-unknown', `${name} would get an option that the target system does not have`, {
            next: 'Add the option to the option table of the field mapping, or to the target system.',
          }),
  ];
}

function checkRange({ minimum, maximum }: FieldDefinition): LimitStep {
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

function onText(check: (text: string, name: string) => string | Obstacle): LimitStep {
  return (value, name) => (typeof value === 'string' ? check(value, name) : value);
}

export function violation(
  code: string,
  summary: string,
  more: Omit<Diagnostic, 'severity' | 'code' | 'summary'>,
): Obstacle {
  return new Obstacle('invalid', problem(code, summary, more));
}
