import { fail, ok, type Place, problem, type Result } from '../record/diagnostic.ts';
import type { Fields, Value } from '../record/value.ts';
import { type CheckedTemplate, checkTemplate } from './expression-check.ts';
import { type Program, parseTemplate } from './expression-library.ts';
import { BoundedInterpreter, plainOf, Refused, worldOf } from './expression-run.ts';

const LONGEST_SOURCE = 4096;

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

/**
 * Compiles a Jinja text of at most 4096 characters. It is interpreted, sees nothing but `value`, `record` and the
 * filters, tests and methods listed in `expression-check.ts`, and ends with an error where it would run long or grow
 * large. Errors: `expression-invalid`.
 */
export function compileExpression(source: string, where?: Place): Result<Expression> {
  const invalid = (detail: string, next?: string) =>
    fail(
      problem('expression-invalid', 'The expression is not valid', {
        detail,
        ...(where ? { where } : {}),
        ...(next ? { next } : {}),
      }),
    );
  if (source.length > LONGEST_SOURCE) return invalid(`It has more than ${LONGEST_SOURCE} characters.`);
  let program: Program;
  try {
    program = parseTemplate(source.trim());
  } catch (error) {
    return invalid(parserMessage(error));
  }
  const checked = checkTemplate(program);
  if (checked.fault) return invalid(checked.fault.detail, checked.fault.next);
  return ok({
    source,
    fields: checked.fields,
    evaluate: ({ value, record }) => run(program, checked, value, record, where),
  });
}

/** Whether a record passes a filter: only `true` (or the text `true`, from an `{% if %}`) does. */
export function holds(filter: Expression, record: Fields): Result<boolean> {
  const result = filter.evaluate({ value: null, record });
  return result.ok ? ok(result.value === true || result.value === 'true') : result;
}

/** Whether a text holds anything to evaluate, or is a constant. */
export const isDynamic = (source: string): boolean => source.includes('{{') || source.includes('{%');

function run(
  program: Program,
  checked: CheckedTemplate,
  value: Value,
  record: Fields,
  where: Place | undefined,
): Result<Value> {
  try {
    const interpreter = new BoundedInterpreter(checked.callees);
    const world = worldOf(value, record, checked.fields);
    const [only, ...others] = program.body;
    const lone = only !== undefined && others.length === 0 && !STATEMENTS.has(only.type);
    const result = plainOf(interpreter.evaluate(lone ? only : program, world));
    if (typeof result !== 'string') return ok(result);
    const text = lone ? result : result.trim();
    return ok(text === '' ? null : text);
  } catch (error) {
    return fail(
      problem('expression-failed', 'The expression failed', {
        detail: `${runMessage(error)}.`,
        ...(where ? { where } : {}),
        next: 'Try it with the values of this record, and allow for empty ones: {{ value | default("", true) }}',
      }),
    );
  }
}

const STATEMENTS = new Set(['If', 'For', 'Set', 'Comment']);

/** The parser's message is about the text of the expression. */
function parserMessage(error: unknown): string {
  const known = error instanceof SyntaxError || (error instanceof Error && error.message.startsWith('Parser Error'));
  return known ? `${error.message.slice(0, 200).replace(/\.$/, '')}.` : 'It ends too early or is nested too deeply.';
}

/** The interpreter's messages may repeat values; only those that name types and operators pass. */
const HARMLESS = [
  /^Cannot perform operation (\S+ )?on (null|undefined) values$/,
  /^Cannot apply filter "\w+" to type: \w+$/,
  /^Unknown \w+ filter: \w+$/,
  /^Unknown operator "\S+" (between \w+ and \w+|for \w+)$/,
  /^Cannot call something that is not a function: got \w+$/,
  /^Cannot compare (different types|type): \w+( and \w+)?$/,
  /^Cannot compare \w+ with \w+$/,
  /^Expected iterable or object type in for loop: got \w+$/,
  /^replace\(\) arguments must be strings$/,
];

function runMessage(error: unknown): string {
  if (error instanceof Refused) return error.message;
  if (error instanceof Error && HARMLESS.some((pattern) => pattern.test(error.message))) return error.message;
  return 'It does not fit the value it was given';
}
