import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { setOwn } from './codec/path.ts';

/** Values of `${name}` in a connector: base URLs, keys, secrets. */
export type Variables = Readonly<Record<string, string>>;

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Replaces each `${name}`. Fails with the names that have no value; never repeats a value. */
export function fillVariables(template: string, variables: Variables): Result<string> {
  const missing: string[] = [];
  const text = template.replace(VARIABLE, (_, name: string) => {
    if (Object.hasOwn(variables, name)) return variables[name] ?? '';
    missing.push(name);
    return '';
  });
  return missing.length === 0 ? ok(text) : fail(missingVariables(missing));
}

function missingVariables(names: readonly string[]): Diagnostic {
  return problem('variable-missing', `The connection has no value for ${names.join(', ')}`, {
    next: `Set ${names.map((name) => `\${${name}}`).join(', ')} for this connection`,
  });
}

/** The variables with the defaults that the connector declares for those that are not there. */
export function withDefaults(
  declared: Readonly<Record<string, { default?: string | undefined }>>,
  variables: Variables,
): Variables {
  const filled: Record<string, string> = {};
  for (const [name, variable] of Object.entries(declared)) {
    if (variable.default !== undefined) filled[name] = variable.default;
  }
  return { ...filled, ...variables };
}

/** Fills `${name}`s in every text of a value of JSON. */
export function fillDeep<T>(value: T, variables: Variables): Result<T>;
export function fillDeep(value: unknown, variables: Variables): Result<unknown> {
  let failure: Diagnostic | null = null;
  const filled = mapTexts(value, (text) => {
    if (!text.includes('${')) return text;
    const result = fillVariables(text, variables);
    if (result.ok) return result.value;
    failure ??= result.error;
    return text;
  });
  return failure === null ? ok(filled) : fail(failure);
}

/** A copy of a value of JSON with each text in it replaced; keys stay. */
export function mapTexts(value: unknown, replace: (text: string) => unknown): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) setOwn(copy, key, mapTexts(inner, replace));
  return copy;
}

/** What stands for `{name}` in paths, queries and bodies: ids of a record and of its parents, a value of `each`. */
export type Names = Readonly<Record<string, string>>;

export const NO_NAMES: Names = {};

const NAME = /\{([^{}]+)\}/;

/** Replaces each `{name}` that there is, as it is. */
export function fillNames(template: string, names: Names): string {
  if (!template.includes('{')) return template;
  const steps = template.split(NAME);
  return steps
    .map((step, place) => (place % 2 === 0 ? step : Object.hasOwn(names, step) ? names[step] : `{${step}}`))
    .join('');
}

/**
 * A path with `{name}`s as a function of the names. Each is always one segment, percent-encoded; one that can't be
 * (empty, `.` or `..`, which URL parsers resolve even when encoded) is refused.
 */
export function compilePath(template: string): (names: Names) => Result<string> {
  const steps = template.split(NAME);
  if (steps.length === 1) return () => ok(template);
  return (names) => {
    let path = '';
    for (const [place, step] of steps.entries()) {
      if (place % 2 === 0) {
        path += step;
        continue;
      }
      const value = Object.hasOwn(names, step) ? names[step] : undefined;
      if (value === undefined) return fail(nameMissing(step));
      if (value === '' || value === '.' || value === '..' || !value.isWellFormed()) {
        return fail(problem('id-unusable', 'The id can not stand in the path of a request'));
      }
      path += encodeURIComponent(value);
    }
    return ok(path);
  };
}

const nameMissing = (name: string) =>
  problem('path-unfilled', `Nothing stands for {${name}} in a path of the connector`, {
    next: 'Check the paths and the parent of this object in the connector',
  });

/** A path with `{id}` as a function of the id. */
export function pathWithId(template: string): (id: string) => Result<string> {
  const path = compilePath(template);
  return (id) => path({ id });
}

/** `path?a=1&b=2`, encoded; the path may hold a query already. */
export function withQuery(path: string, query: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeText(String(value))}`,
  );
  if (pairs.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

/** Likewise, for those parameters that the path does not have yet. */
export function withDefaultQuery(path: string, query: Readonly<Record<string, string>>): string {
  const there = new Set(pairsOf(path).map(nameOf));
  return withQuery(path, Object.fromEntries(Object.entries(query).filter(([name]) => !there.has(name))));
}

/** Likewise, in the place of those of the same names: the address of a next page may repeat all that was sent. */
export function replacingQuery(path: string, query: Readonly<Record<string, string>>): string {
  if (!path.includes('?') || Object.keys(query).length === 0) return withQuery(path, query);
  const kept = pairsOf(path).filter((pair) => !Object.hasOwn(query, nameOf(pair)));
  const bare = path.slice(0, path.indexOf('?'));
  return withQuery(kept.length === 0 ? bare : `${bare}?${kept.join('&')}`, query);
}

function pairsOf(path: string): string[] {
  const mark = path.indexOf('?');
  return mark < 0 ? [] : path.slice(mark + 1).split('&');
}

function nameOf(pair: string): string {
  const name = pair.split('=')[0] ?? '';
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

/** Commas and colons may stand in a query as they are; many systems read lists and times only that way. */
const encodeText = (value: string) =>
  encodeURIComponent(value.toWellFormed()).replaceAll('%2C', ',').replaceAll('%3A', ':');
