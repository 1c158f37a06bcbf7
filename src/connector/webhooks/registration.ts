import { ok, type Result } from '../../record/diagnostic.ts';
import type { WebhooksDefinition } from '../definition.ts';
import { compilePlaceholders, fillPlaceholders } from '../placeholders.ts';
import type { Variables } from '../template.ts';

/** The request that subscribes. */
export interface Registration {
  method: 'POST' | 'PUT';
  /** After the base URL. */
  path: string;
  body: unknown;
}

/**
 * How deliveries to `url` are asked for; null where a person does it in the system. In texts of the body `{url}` is the
 * address; a text that is `{types}` alone becomes the list of types, and one `{type}` asks for one request per type.
 */
export function registrations(
  { register, types }: WebhooksDefinition,
  variables: Variables,
  url: string,
): Result<Registration[] | null> {
  if (!register) return ok(null);
  const names = Object.keys(types);
  const single = JSON.stringify(register).includes('{type}');
  const made: Registration[] = [];
  for (const type of single ? names : ['']) {
    const values = { url, type, types: names.join(',') };
    const path = filled(register.path, variables, values, names);
    if (!path.ok) return path;
    const body = filled(register.body, variables, values, names);
    if (!body.ok) return body;
    made.push({ method: register.method, path: String(path.value), body: body.value });
  }
  return ok(made);
}

function filled(
  value: unknown,
  variables: Variables,
  values: Record<string, string>,
  types: readonly string[],
): Result<unknown> {
  if (value === '{types}') return ok([...types]);
  if (typeof value === 'string') {
    const parts = compilePlaceholders(value, variables);
    return parts.ok ? ok(fillPlaceholders(parts.value, values)) : parts;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      const one = filled(item, variables, values, types);
      if (!one.ok) return one;
      items.push(one.value);
    }
    return ok(items);
  }
  if (value === null || typeof value !== 'object') return ok(value);
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const one = filled(inner, variables, values, types);
    if (!one.ok) return one;
    entries.push([key, one.value]);
  }
  return ok(Object.fromEntries(entries));
}
