import type { FieldDefinition } from '../connector/field.ts';
import type { DataRule } from '../integration/data-rule.ts';
import type { Expression } from '../integration/expression.ts';
import type { LoadedMapping } from '../integration/loaded.ts';
import type { KnownForm, Limit } from '../integration/rule-schema.ts';
import { isEmpty } from '../record/canonical.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { Obstacle } from '../record/expressed.ts';
import type { Side } from '../record/side.ts';
import type { Fields, Value } from '../record/value.ts';
import { compileLimits, type LimitStep, type OptionLists, violation } from './limits.ts';
import { compileRepair, type Repair } from './repair.ts';

/** What becomes of a value that breaks a rule. */
export interface RuleFinding {
  /** As the integration file names it, or the code of the diagnostic for what the connector declares. */
  rule: string;
  /** The field at fault; null where the record as a whole is. */
  field: string | null;
  /** `violated`: it is not written. */
  outcome: 'violated' | 'warned' | 'repaired';
  diagnostic: Diagnostic;
}

/** What a check needs and tells besides the value. */
export interface Checking {
  /** Of the value as it would be written, with the other fields as they would be. */
  record: () => Fields;
  /** Every rule that was broken is added. */
  findings: RuleFinding[];
}

/** Gives the value, repaired where that is declared, or what is wrong with it. */
export type Check = (value: Value, checking?: Checking) => Value | Obstacle;

export interface CheckOptions {
  /** The options of a list of the connector; absent: options from a list are not checked. */
  lists?: OptionLists | undefined;
  /** The rules of the field: forms and expressions, and what happens to what breaks a declared limit. */
  rules?: readonly DataRule[];
}

/**
 * The check of a canonical value before anything is sent: the user's rules in their order, then what the target system
 * demands of the field: characters, length, pattern, range, known option, required. What does not fit is repaired where
 * the rule, or `on_violation: truncate` of the connector, says how; what still does not fit is an obstacle, or a warning,
 * with lengths and limits, never the value. Null where nothing is demanded.
 */
export function compileCheck(name: string, definition: FieldDefinition, options: CheckOptions = {}): Check | null {
  const { lists, rules = [] } = options;
  const own = rules.flatMap((rule): Step[] => {
    const test = compileTest(rule, name);
    return test ? [withPolicy(rule, compileRepair(rule.repair, definition), test)] : [];
  });
  const steps = [...own, ...limitSteps(definition, lists, rules)];
  if (steps.length === 0) return null;
  const [only] = steps;
  if (steps.length === 1 && only) return (value, checking) => only(value, name, checking);
  return (value, checking) => {
    let current = value;
    for (const step of steps) {
      const next = step(current, name, checking);
      if (next instanceof Obstacle) return next;
      current = next;
    }
    return current;
  };
}

/** The record of a value that stands alone. */
const noRecord = (): Fields => ({});

/** The rules that are asked of each value of a field: those of its rows, and those of records that repair it. */
export const valueRules = (mapping: Pick<LoadedMapping, 'dataRules'>, side: Side, field: string): DataRule[] =>
  mapping.dataRules.filter(
    (rule) => rule.side === side && rule.field === field && (rule.scope === 'value' || rule.repair.length > 0),
  );

/** The rules for whole records of a side, as they would be written; null where there are none. */
export function compileRecordCheck(
  mapping: Pick<LoadedMapping, 'dataRules'>,
  side: Side,
): ((record: Fields) => RuleFinding[]) | null {
  const rules = mapping.dataRules.flatMap((rule) => {
    const { side: of, scope, test, field } = rule;
    const applies = of === side && scope === 'record' && test.kind === 'expression';
    return applies ? [{ ...rule, field, expression: test.expression, broken: ruleBroken(rule, field) }] : [];
  });
  if (rules.length === 0) return null;
  return (record) =>
    rules.flatMap(({ name, field, policy, expression, broken }): RuleFinding[] => {
      const value = field === null ? null : (record[field] ?? null);
      const fault = breaks(expression, value, record, broken);
      const outcome = policy === 'warn' ? 'warned' : 'violated';
      return fault ? [{ rule: name, field, outcome, diagnostic: fault.diagnostic }] : [];
    });
}

/** A step of a check. */
type Step = (value: Value, name: string, checking: Checking | undefined) => Value | Obstacle;

/** The test of a rule for values; null for a limit. An empty value is held against no form. */
function compileTest(rule: DataRule, name: string): Step | null {
  const { test } = rule;
  if (test.kind === 'limit') return null;
  const broken = ruleBroken(rule, name);
  if (test.kind === 'form') {
    const countryIn = (record: () => Fields) => {
      const country = test.countryField === null ? null : record()[test.countryField];
      return typeof country === 'string' && country !== '' ? country.toUpperCase() : test.country;
    };
    return (value, _, checking) =>
      isEmpty(value) ||
      (typeof value === 'string' && test.matches(value.trim(), countryIn(checking?.record ?? noRecord)))
        ? value
        : broken;
  }
  return (value, _, checking) => {
    if (isEmpty(value) && rule.scope === 'value') return value;
    return breaks(test.expression, value, (checking?.record ?? noRecord)(), broken) ?? value;
  };
}

/** What is wrong by an expression that must be true; null where nothing is. One that fails is not true. */
function breaks(expression: Expression, value: Value, record: Fields, broken: Obstacle): Obstacle | null {
  const result = expression.evaluate({ value, record });
  if (!result.ok) return new Obstacle('invalid', result.error);
  return isTrue(result.value) ? null : broken;
}

const isTrue = (value: Value): boolean => value !== null && value !== false && value !== 0 && !FALSE.includes(value);
const FALSE: readonly Value[] = ['', 'false', 'False'];

/** What a rule says of every value that breaks it. */
function ruleBroken(rule: DataRule, name: string | null): Obstacle {
  const { test, message } = rule;
  const form = test.kind === 'form' ? FORM_TEXTS[test.form] : null;
  const own = form === null ? `${name ?? 'The record'} breaks the rule ${rule.name}` : `${name} is no valid ${form}`;
  return violation('rule-violated', message ?? own, {
    ...(message === null ? {} : { detail: `The rule ${rule.name}${name === null ? '' : ` about ${name}`} is broken.` }),
    where: rule.where,
    next: 'Correct it in the source system, or change the rule.',
  });
}

const FORM_TEXTS: Record<KnownForm, string> = {
  vat_id: 'VAT id',
  iban: 'IBAN',
  bic: 'BIC',
  email: 'e-mail address',
  phone: 'phone number',
  postal_code: 'postal code of its country',
  url: 'web address',
  country: 'country code (ISO 3166)',
  currency: 'currency code (ISO 4217)',
  ean: 'EAN',
};

/** A test with what happens to a value that does not pass: repair first, then the policy. A rule for records has the last word later. */
function withPolicy({ name: rule, policy, scope }: DataRule, repair: Repair | null, test: Step): Step {
  return (value, name, checking) => {
    const fault = test(value, name, checking);
    if (!(fault instanceof Obstacle)) return fault;
    const { diagnostic } = fault;
    const found = (outcome: RuleFinding['outcome']) =>
      checking?.findings.push({ rule, field: name, outcome, diagnostic });
    if (repair) {
      const repaired = test(repair(value, checking?.record ?? noRecord), name, checking);
      if (!(repaired instanceof Obstacle)) {
        found('repaired');
        return repaired;
      }
    }
    if (scope === 'record') return value;
    found(policy === 'warn' ? 'warned' : 'violated');
    return policy === 'warn' ? value : fault;
  };
}

function limitSteps(definition: FieldDefinition, lists: CheckOptions['lists'], rules: readonly DataRule[]): Step[] {
  return compileLimits(definition, lists, (limit) => isRuled(limit, rules)).map(({ limit, step }) => {
    const rule = rules.find(({ test }) => test.kind === 'limit' && test.limit === limit);
    return rule ? withPolicy(rule, compileRepair(rule.repair, definition), step) : noted(step);
  });
}

const isRuled = (limit: Limit, rules: readonly DataRule[]): boolean =>
  rules.some(({ test }) => test.kind === 'limit' && test.limit === limit);

/** Tells of a limit that was broken, under the code of what is wrong; of a repair by the connector, too. */
function noted(step: LimitStep): Step {
  return (value, name, checking) => {
    const next = step(value, name);
    if (next === value || !checking) return next;
    const { findings } = checking;
    if (next instanceof Obstacle) {
      findings.push({ rule: next.diagnostic.code, field: name, outcome: 'violated', diagnostic: next.diagnostic });
    } else {
      const diagnostic = problem('cut', `${name} is cut to what the target system can store`);
      findings.push({ rule: diagnostic.code, field: name, outcome: 'repaired', diagnostic });
    }
    return next;
  };
}
