import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';

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

/**
 * A path with `{id}` as a function of the id. The id is always one segment, percent-encoded; one that can't be (empty,
 * `.` or `..`, which URL parsers resolve even when encoded) is refused.
 */
export function pathWithId(template: string): (id: string) => Result<string> {
  const parts = template.split('{id}');
  return (id) => {
    if (id === '' || id === '.' || id === '..' || !id.isWellFormed()) {
      return fail(problem('id-unusable', 'The id can not stand in the path of a request'));
    }
    return ok(parts.join(encodeURIComponent(id)));
  };
}

/** `path?a=1&b=2`, encoded; the path may hold a query already. */
export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeText(value)}`);
  if (pairs.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

/** Commas and colons may stand in a query as they are; many systems read lists and times only that way. */
const encodeText = (value: string) =>
  encodeURIComponent(value.toWellFormed()).replaceAll('%2C', ',').replaceAll('%3A', ':');
