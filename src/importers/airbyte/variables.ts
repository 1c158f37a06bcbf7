import { isNode, listAt, type Node, nodeAt, nodesAt, scalarAt, textAt } from './node.ts';

/** A key of the manifest's configuration. */
interface ConfigKey {
  title?: string;
  description?: string;
  secret: boolean;
  required: boolean;
  isList: boolean;
  default?: unknown;
  /** Of an enumeration or an example: something that the key may be. */
  example?: unknown;
}

export interface Variable {
  label?: string;
  secret?: true;
  default?: string;
  describe?: string;
}

/** The keys that a connection's configuration has, as the manifest's `spec` says, and which of them were used. */
export class Variables {
  readonly #keys: ReadonlyMap<string, ConfigKey>;
  readonly #used = new Map<string, Variable>();
  readonly #derived = new Map<string, string>();
  readonly #defaults: Node;

  constructor(specification: Node | undefined) {
    const keys = new Map<string, ConfigKey>();
    const defaults: Record<string, unknown> = {};
    if (specification) collectKeys(specification, '', keys, defaults, 0);
    this.#keys = keys;
    this.#defaults = defaults;
  }

  /** What the configuration holds where a person fills in nothing but what is demanded, by default or example. */
  get defaults(): Node {
    return this.#defaults;
  }

  /** `${name}` of a configuration key; `otherwise` stands for it where it is empty. `isNeeded`: it can't be left out. */
  of(path: readonly string[], otherwise?: string, isNeeded = false): string {
    const steps = path.filter((step) => !/^-?\d+$/.test(step));
    const name = nameFor(steps);
    const key = this.#keys.get(steps.join('.'));
    const known = this.#used.get(name);
    const fallback = key?.default === undefined ? otherwise : defaultText(key.default);
    const optional = key !== undefined && !key.required && !key.secret && !isNeeded;
    const wasNeeded = known !== undefined && known.default === undefined;
    const standard =
      fallback || (wasNeeded || isNeeded ? undefined : (known?.default ?? fallback ?? (optional ? '' : undefined)));
    this.#used.set(name, {
      ...(key?.title ? { label: key.title } : {}),
      ...(key?.secret ? { secret: true } : {}),
      ...(standard === undefined ? {} : { default: standard }),
      ...describe(key),
    });
    return `\${${name}}`;
  }

  isList(path: readonly string[]): boolean {
    return this.#keys.get(path.join('.'))?.isList ?? false;
  }

  isSecret(path: readonly string[]): boolean {
    return this.#keys.get(path.join('.'))?.secret ?? false;
  }

  /** `${name}` for what the manifest computes; `source` tells one computation from another. */
  derived(wish: string, source: string, standard: string | undefined, about: string): string {
    const known = this.#derived.get(source);
    if (known !== undefined) return `\${${known}}`;
    const base = nameFor([wish]);
    let name = base;
    for (let next = 2; this.#used.has(name) || this.#keys.has(name); next++) name = `${base}_${next}`;
    this.#derived.set(source, name);
    this.#used.set(name, { ...(standard === undefined ? {} : { default: standard }), describe: about });
    return `\${${name}}`;
  }

  /** What a connection must say, in the order of the names. */
  definition(): Record<string, Variable> {
    return Object.fromEntries([...this.#used].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

const nameFor = (steps: readonly string[]): string => {
  const name = steps.join('_').replace(/[^A-Za-z0-9_]+/g, '_');
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
};

const defaultText = (value: unknown): string =>
  Array.isArray(value) ? value.join(',') : isNode(value) ? '' : String(value);

function describe(key: ConfigKey | undefined): { describe?: string } {
  const text =
    key?.description
      ?.replace(/<[^>]*>/g, '')
      .replace(/\s+/g, ' ')
      .trim() ?? '';
  const commas = key?.isList ? ' Several with commas between them.' : '';
  const all = `${text.length > 200 ? `${text.slice(0, 199)}…` : text}${commas}`.trim();
  return all === '' ? {} : { describe: all };
}

const DEEPEST = 6;

/** Stands for what only a person can say: what is computed of it has no default. */
export const MISSING = '\u0000';

function collectKeys(
  schema: Node,
  prefix: string,
  keys: Map<string, ConfigKey>,
  defaults: Record<string, unknown>,
  depth: number,
): void {
  if (depth > DEEPEST) return;
  const required = new Set(listAt(schema, 'required'));
  for (const [name, raw] of Object.entries(nodeAt(schema, 'properties') ?? {})) {
    if (!isNode(raw)) continue;
    const key = keyOf(raw, required.has(name));
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (!keys.has(path)) keys.set(path, key);
    const isText = key.required && raw.type === 'string';
    const value = key.default ?? key.example ?? (isText ? MISSING : undefined);
    if (value !== undefined && !(name in defaults)) defaults[name] = value;
    if (raw.properties === undefined && raw.oneOf === undefined) continue;
    const found = defaults[name];
    const inner: Record<string, unknown> = isNode(found) ? { ...found } : {};
    defaults[name] = inner;
    collectKeys(raw, path, keys, inner, depth + 1);
  }
  for (const option of nodesAt(schema, 'oneOf')) collectKeys(option, prefix, keys, defaults, depth + 1);
}

function keyOf(schema: Node, required: boolean): ConfigKey {
  const title = textAt(schema, 'title');
  const description = textAt(schema, 'description');
  const standard = schema.default ?? schema.const;
  const [choice] = listAt(schema, 'enum');
  const [shown] = listAt(schema, 'examples');
  const example = choice ?? (required ? shown : undefined);
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    secret: schema.airbyte_secret === true,
    required,
    isList: scalarAt(schema, 'type') === 'array' || listAt(schema, 'type').includes('array'),
    ...(standard === undefined || standard === null ? {} : { default: standard }),
    ...(example === undefined || schema.airbyte_secret === true ? {} : { example }),
  };
}
