import type { Fields, Value } from '../record/value.ts';
import { Environment, Interpreter, type Node, type RuntimeValue } from './expression-library.ts';

/** Characters and items of one value, all levels together. */
const MOST_SIZE = 200_000;
/** Steps, and characters and items of all results together. */
const MOST_WORK = 5_000_000;
const STEP_WORK = 20;
/** Characters of what `replace` and `join` put in: the size of the result is the product of both. */
const MOST_INSERTED = 200;

/** An expression did something that is not allowed; the message holds no value. */
export class Refused extends Error {}

/**
 * Interprets a checked template. Every node's result passes through `evaluate`, which counts steps and sizes, so that
 * no template runs long or grows large, and which lets no function out as a value.
 */
export class BoundedInterpreter extends Interpreter {
  #work = 0;
  readonly #sizes = new WeakMap<RuntimeValue, number>();
  readonly #callees: ReadonlySet<unknown>;

  constructor(callees: ReadonlySet<unknown>) {
    super();
    this.#callees = callees;
  }

  override evaluate(node: Node | undefined, environment: Environment): RuntimeValue {
    this.#count(STEP_WORK);
    if (node?.type === 'CallExpression') this.#checkInserted(node, environment);
    if (node?.type === 'FilterExpression' && 'filter' in node) this.#checkInserted(node.filter, environment);
    const result: RuntimeValue | undefined = super.evaluate(node, environment);
    // `first` of an empty list gives no value at all.
    if (result === undefined) return super.evaluate(undefined, environment);
    if (result.type === 'FunctionValue' && !this.#callees.has(node)) throw new Refused('It uses a method as a value');
    const size = this.#sizeOf(result);
    if (size > MOST_SIZE) throw new Refused(`A value in it is too large (more than ${MOST_SIZE} characters)`);
    this.#count(size);
    return result;
  }

  #count(work: number): void {
    this.#work += work;
    if (this.#work > MOST_WORK) throw new Refused('It takes too long');
  }

  /** Arguments have no side effects, and evaluating them twice is counted. */
  #checkInserted(call: unknown, environment: Environment): void {
    if (call === null || typeof call !== 'object' || !('callee' in call) || !('args' in call)) return;
    if (!inserts(call.callee) || !Array.isArray(call.args)) return;
    for (const argument of call.args) {
      const value = argument.type === 'KeywordArgumentExpression' ? argument.value : argument;
      if (this.#sizeOf(this.evaluate(value, environment)) > MOST_INSERTED) {
        throw new Refused(`An argument of replace or join is too long (more than ${MOST_INSERTED} characters)`);
      }
    }
  }

  #sizeOf(item: RuntimeValue): number {
    const content = item.value;
    if (typeof content === 'string') return content.length;
    if (content === null || typeof content !== 'object') return 1;
    const known = this.#sizes.get(item);
    if (known !== undefined) return known;
    let size = 1;
    for (const [key, each] of entriesOf(item)) size += key.length + this.#sizeOf(each);
    this.#sizes.set(item, size);
    return size;
  }
}

/** Whether it is the name of a filter, or a method, that puts its argument in many times. */
function inserts(callee: unknown): boolean {
  if (callee === null || typeof callee !== 'object') return false;
  if ('property' in callee) return inserts(callee.property);
  return 'value' in callee && (callee.value === 'replace' || callee.value === 'join');
}

/** The items of a list with no keys, those of an object with theirs. */
function entriesOf(item: RuntimeValue): [string, RuntimeValue][] {
  if (Array.isArray(item.value)) return item.value.map((each): [string, RuntimeValue] => ['', each]);
  return item.value instanceof Map ? [...item.value] : [];
}

/** The world a template sees: `value`, `record`, and the constants. */
export function worldOf(value: Value, record: Fields, names: readonly string[] | null): Environment {
  const world = new Environment();
  for (const [name, constant] of CONSTANTS) world.set(name, constant);
  world.set('value', value);
  world.set('record', names === null ? record : pick(record, names));
  return world;
}

const CONSTANTS: [string, boolean | null][] = [
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
];

function pick(record: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(record, name) ? [[name, record[name] ?? null]] : [])),
  );
}

/** Back to plain data; "not there" is null. */
export function plainOf(item: RuntimeValue): Value {
  const content = item.value;
  if (content === null || content === undefined) return null;
  if (typeof content === 'string' || typeof content === 'boolean') return content;
  if (typeof content === 'number') {
    if (!Number.isFinite(content)) throw new Refused('A calculation in it gives no finite number');
    return Object.is(content, -0) ? 0 : content;
  }
  if (Array.isArray(content)) return content.map(plainOf);
  if (content instanceof Map) {
    return Object.fromEntries(entriesOf(item).map(([key, each]): [string, Value] => [key, plainOf(each)]));
  }
  throw new Refused('It gives something that is not a value');
}
