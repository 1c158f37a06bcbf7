import { fail, ok, type Place, problem, type Result } from '../record/diagnostic.ts';
import type { Fields, Value } from '../record/value.ts';
import { type Closure, compileTree, type Declared, type Frame, Scope } from './expression/compile.ts';
import { FILTERS } from './expression/filters.ts';
import { plainOf } from './expression/functions.ts';
import { type Dict, Refused } from './expression/items.ts';
import { Invalid, parseTemplate } from './expression/parse.ts';
import { compileTemplate } from './expression/statements.ts';
import { TESTS } from './expression/tests.ts';
import { filterText, type Statement, sourceOf, type Tree } from './expression/tree.ts';
import { Work } from './expression/work.ts';

export type { Declared } from './expression/compile.ts';
export type { Cell, LookupTable } from './expression/filter.ts';
export type { MappingFunction } from './expression/functions.ts';

/** What an expression sees. `lookup`: what the mapping's lookups found, by their names. */
export interface Seen {
  value: Value;
  record: Fields;
  lookup?: Fields;
}

/** A part of an expression with what it gave. */
export interface Step {
  /** As the expression would say it: `value`, then `| trim`. */
  source: string;
  result: Result<Value>;
}

/** A compiled Jinja text, e.g. `{{ value | replace('#', '') }}`. Pure and bounded in time and size. */
export interface Expression {
  source: string;
  /** Names of the fields of `record` that it reads; null where that is not knowable, so that all are needed. */
  fields: readonly string[] | null;
  /** Whether it reads `value`. */
  readsValue: boolean;
  /** Names of the mapping's lookups that it reads. */
  lookups: readonly string[];
  /** Name of a lookup and field, for each field that it reads of what was looked up. */
  lookupFields: readonly (readonly [string, string])[];
  /** Names of the tables that it reads. */
  tables: readonly string[];
  /** Names of the functions of the file's own that it calls. */
  functions: readonly string[];
  /**
   * A lone `{{ … }}` gives the typed value, anything else a text without surrounding blanks; an empty text is null.
   * A failure names what went wrong without any value; field and record id are added by the caller.
   */
  evaluate(seen: Seen): Result<Value>;
  /** The same, one filter after the other; up to the first that fails. */
  steps(seen: Seen): Step[];
}

const NOTHING_DECLARED: Declared = { tables: new Map(), functions: new Map(), lookups: [] };

/**
 * Compiles a Jinja text of at most 4096 characters into closures over its syntax tree. It sees nothing but `value`,
 * `record`, what is `declared`, and the filters, tests and methods that the docs list, and ends with an error where it
 * would run long or grow large. Errors: `expression-invalid`.
 */
export function compileExpression(
  source: string,
  where?: Place,
  declared: Declared = NOTHING_DECLARED,
): Result<Expression> {
  try {
    const statements = parseTemplate(source.trim());
    const scope = new Scope(declared);
    const run = compileProgram(statements, scope);
    scope.checkNames();
    const evaluate = evaluator(declared, where);
    return ok({
      source,
      fields: scope.allFields ? null : [...scope.fields].sort(),
      readsValue: scope.names.has('value'),
      lookups: [...scope.lookups].sort(),
      lookupFields: scope.lookupFields,
      tables: [...scope.tables].sort(),
      functions: [...scope.functions].sort(),
      evaluate: (seen) => evaluate(run, seen),
      steps: (seen) => stepsOf(compileSteps(source, statements, declared), (each) => evaluate(each, seen)),
    });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return fail(
      problem('expression-invalid', 'The expression is not valid', {
        detail: `${error.message}.`,
        ...(where ? { where } : {}),
        ...(error.next === undefined ? {} : { next: error.next }),
      }),
    );
  }
}

/** Whether a record passes a filter: only `true` (or the text `true`, from an `{% if %}`) does. */
export function holds(filter: Expression, record: Fields): Result<boolean> {
  const result = filter.evaluate({ value: null, record });
  return result.ok ? ok(result.value === true || result.value === 'true') : result;
}

/** Whether a text holds anything to evaluate, or is a constant. */
export const isDynamic = (source: string): boolean => source.includes('{{') || source.includes('{%');

type Evaluate = (run: Closure, seen: Seen) => Result<Value>;

/** A lone `{{ … }}` keeps the type of its value; the text of anything else loses the blanks around it. */
function compileProgram(statements: readonly Statement[], scope: Scope): Closure {
  const [only, ...others] = statements;
  if (only?.kind === 'output' && others.length === 0) return compileTree(only.value, scope);
  const template = compileTemplate(statements, scope);
  return (frame) => template(frame).trim();
}

function evaluator(declared: Declared, where: Place | undefined): Evaluate {
  const { tables } = declared;
  return (run, { value, record, lookup }) => {
    const tools = { work: new Work(), filters: FILTERS, tests: TESTS, tables };
    const frame: Frame = { value, record, lookup: lookup ?? NOTHING, tools, variables: null, outer: null };
    try {
      const result = run(frame);
      return ok(result === '' ? null : plainOf(tools.work.made(result)));
    } catch (error) {
      return fail(
        problem('expression-failed', 'The expression failed', {
          // Any other exception comes of a value that is nested too deeply; what it says may hold values.
          detail: error instanceof Refused ? `${error.message}.` : 'It does not fit the value it was given.',
          ...(where ? { where } : {}),
          next: 'Try it with the values of this record, and allow for empty ones: {{ value | default("") }}',
        }),
      );
    }
  };
}

const NOTHING: Dict = {};

/** The operand and each filter of a lone chain `{{ value | trim | upper }}`; empty where it is none. */
function chainOf([only, ...others]: readonly Statement[]): Tree[] {
  if (only?.kind !== 'output' || others.length > 0) return [];
  const chain: Tree[] = [only.value];
  for (let tree = only.value; tree.kind === 'filter'; tree = tree.operand) chain.unshift(tree.operand);
  return chain;
}

/** Compiled when somebody wants to see them. */
function compileSteps(source: string, statements: readonly Statement[], declared: Declared): [string, Closure][] {
  const scope = new Scope(declared);
  const chain = chainOf(statements);
  if (chain.length === 0) return [[source.trim(), compileProgram(statements, scope)]];
  return chain.map((tree) => [stepText(tree, chain), compileTree(tree, scope)]);
}

const stepText = (tree: Tree, chain: readonly Tree[]): string =>
  tree.kind === 'filter' && tree !== chain[0] ? filterText(tree) : sourceOf(tree);

function stepsOf(steps: readonly [string, Closure][], evaluate: (run: Closure) => Result<Value>): Step[] {
  const done: Step[] = [];
  for (const [source, run] of steps) {
    const result = evaluate(run);
    done.push({ source, result });
    if (!result.ok) break;
  }
  return done;
}
