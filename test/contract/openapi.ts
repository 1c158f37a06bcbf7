import type { HttpRequest } from '../../src/platform/http.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** What a vendor's OpenAPI document says against a request; empty where it allows it. */
export type Contract = (request: HttpRequest) => string[];

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** `$ref`s and compositions are followed so far. */
const DEEPEST = 12;

/** Compiles an OpenAPI 3 document, or a Swagger 2 one, to what it says about methods, paths, parameters and body fields. */
export function compileContract(document: JsonObject): Contract {
  const operations = Object.entries(objectOf(document.paths)).flatMap(([template, item]) =>
    METHODS.flatMap((method) => {
      const operation = objectOf(item)[method];
      return operation === undefined
        ? []
        : [{ method, template, operation: objectOf(operation), shared: listOf(objectOf(item).parameters) }];
    }),
  );
  const bases = basePaths(document);
  const resolve = (value: Json | undefined): JsonObject => follow(document, value);
  return ({ method, url, body, headers }) => {
    const { pathname, searchParams } = new URL(url);
    const fitting = operations
      .filter((one) => one.method === method.toLowerCase())
      .filter(({ template }) => bases.some((base) => pattern(base + template).test(pathname)))
      .sort((one, other) => parameters(one.template) - parameters(other.template));
    const [found] = fitting;
    if (!found) return [`${method} ${pathname}: the document has no such operation`];
    const declared = [...found.shared, ...listOf(found.operation.parameters)].map(resolve);
    const names = declared.filter((one) => one.in === 'query').map((one) => String(one.name));
    const where = `${method} ${found.template}`;
    const unknown = [...new Set(searchParams.keys())].filter(
      (name) => !names.some((known) => sameParameter(known, name)),
    );
    const faults = unknown.map((name) => `${where}: no query parameter ${name}`);
    for (const one of declared) {
      if (one.in === 'query' && one.required === true && !searchParams.has(String(one.name))) {
        faults.push(`${where}: the query parameter ${String(one.name)} is required`);
      }
    }
    const schema = bodySchema(document, found.operation, declared);
    if (body !== undefined && body !== '') {
      const sent = headers['content-type']?.includes('urlencoded') ? formOf(body) : (JSON.parse(body) as Json);
      if (schema === undefined) faults.push(`${where}: takes no body`);
      else faults.push(...strangers(document, schema, sent, where, 0));
    }
    return faults;
  };
}

const parameters = (template: string): number => template.split('{').length;

const pattern = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]*\}/g, '[^/]+')}/?$`);

/** `filter` stands for `filter[a]`, and `expand[]` for `expand`. */
const sameParameter = (known: string, sent: string): boolean =>
  known === sent || sent.startsWith(`${known}[`) || known === `${sent}[]`;

function basePaths(document: JsonObject): string[] {
  if (typeof document.swagger === 'string') return [String(document.basePath ?? '').replace(/\/$/, '')];
  const servers = listOf(document.servers).map((server) => String(objectOf(server).url ?? ''));
  const paths = servers.map((url) => (/^https?:/.test(url) ? new URL(url.replace(/[{}]/g, '')).pathname : url));
  return [...new Set(['', ...paths.map((path) => path.replace(/\/$/, ''))])];
}

function bodySchema(document: JsonObject, operation: JsonObject, declared: readonly JsonObject[]): Json | undefined {
  const inBody = declared.find((one) => one.in === 'body');
  if (inBody) return inBody.schema;
  const content = objectOf(follow(document, operation.requestBody).content);
  const [media] = Object.entries(content)
    .filter(([type]) => /json|urlencoded/.test(type))
    .map(([, value]) => objectOf(value));
  return media?.schema ?? (media ? {} : undefined);
}

/** Properties of a body that its schema does not know, by their paths. */
function strangers(document: JsonObject, schema: Json, sent: Json, where: string, depth: number): string[] {
  if (depth > DEEPEST) return [];
  if (Array.isArray(sent)) {
    const { items } = merged(document, schema, 0);
    return items === undefined ? [] : sent.flatMap((item) => strangers(document, items, item, `${where}[]`, depth + 1));
  }
  if (typeof sent !== 'object' || sent === null) return [];
  const { properties, open, items } = merged(document, schema, 0);
  if (items !== undefined && properties.size === 0) return [`${where}: must be a list`];
  if (properties.size === 0) return [];
  return Object.entries(sent).flatMap(([key, value]) => {
    const known = properties.get(key);
    if (known === undefined) return open ? [] : [`${where}: no body field ${key}`];
    return strangers(document, known, value, `${where} ${key}`, depth + 1);
  });
}

/** All properties that a schema allows, those of its parts and alternatives included. */
function merged(document: JsonObject, schema: Json, depth: number) {
  const own = follow(document, schema);
  const properties = new Map<string, Json>(Object.entries(objectOf(own.properties)));
  let items = own.items;
  let open = typeof own.additionalProperties === 'object' || own.additionalProperties === true;
  if (depth < DEEPEST) {
    for (const part of [...listOf(own.allOf), ...listOf(own.oneOf), ...listOf(own.anyOf)]) {
      const more = merged(document, part, depth + 1);
      for (const [name, property] of more.properties) if (!properties.has(name)) properties.set(name, property);
      items ??= more.items;
      open ||= more.open;
    }
  }
  return { properties, items, open };
}

function follow(document: JsonObject, value: Json | undefined): JsonObject {
  let at = objectOf(value);
  for (let step = 0; typeof at.$ref === 'string' && step < DEEPEST; step++) {
    const segments = at.$ref.replace(/^#\//, '').split('/');
    const target = segments.reduce<Json>((node, segment) => {
      const name = decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~');
      return objectOf(node)[name] ?? null;
    }, document);
    at = objectOf(target);
  }
  return at;
}

/** `a[b]=1` as `{ a: { b: '1' } }`. */
function formOf(body: string): Json {
  const form: JsonObject = {};
  for (const [name, value] of new URLSearchParams(body)) {
    const keys = name.split(/[[\]]+/).filter((key) => key !== '');
    let at = form;
    for (const key of keys.slice(0, -1)) {
      const next = objectOf(at[key]);
      at[key] = next;
      at = next;
    }
    at[keys.at(-1) ?? ''] = value;
  }
  return form;
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
