import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { upgrade } from '@scalar/openapi-upgrader';
import { type Context, type Document, OpenAPIBackend } from 'openapi-backend';
import { sample } from 'openapi-sampler';

/** A request that the document does not allow. */
export interface Refused {
  request: string;
  because: string;
}

export interface MockServer {
  url: string;
  /** Since the last call. */
  refused(): Refused[];
  /** A body that the document allows for an operation; undefined where it takes none, or none could be made up. */
  sampleBody(method: string, path: string): unknown;
  /** What the server answers to an operation. */
  sampleAnswer(method: string, path: string): unknown;
  /** A value that the document allows for a parameter of an operation. */
  sampleParameter(name: string): string | undefined;
  close(): Promise<void>;
}

/** How a fault of the mock itself begins: what it can't do says nothing of the request. */
export const MOCK_FAILED = 'the mock failed';

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * A server on a socket that answers as the document says and notes each request that the document does not allow: path,
 * method, parameters, body and credentials.
 */
export async function startMock(source: Tree): Promise<MockServer> {
  const document = prepared(source);
  const refused: Refused[] = [];
  const backend = new OpenAPIBackend({
    // The library's types ask for a document; it checks what it needs itself.
    definition: document as unknown as Document,
    quick: true,
    validate: true,
    coerceTypes: true,
    // Forms hold texts only.
    ajvOpts: { strict: false, validateFormats: false, logger: false, coerceTypes: takesForms(document) },
  });
  backend.register({
    validationFail: (context: Context) => {
      const [first] = context.validation.errors ?? [];
      const because = `${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'} ${JSON.stringify(first?.params ?? {})}`;
      refused.push({ request: named(context), because });
      return { status: 400, body: { error: because } };
    },
    notFound: (context: Context) => {
      refused.push({ request: named(context), because: 'no such path' });
      return { status: 404, body: { error: 'no such path' } };
    },
    methodNotAllowed: (context: Context) => {
      refused.push({ request: named(context), because: 'no such method' });
      return { status: 405, body: { error: 'no such method' } };
    },
    notImplemented: (context: Context) => answerOf(context, document),
  });
  const keys = registerSecurity(backend, document, refused);
  dropParameters(document, keys);
  await backend.init();
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    const asked = { method: request.method ?? 'GET', path: routable(path), query, body, headers: plain(request) };
    const answer = await handled(backend, withoutKeys(asked, keys), refused);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(answer.status === 204 ? undefined : JSON.stringify(answer.body ?? null));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    refused: () => refused.splice(0),
    sampleBody: (method, path) => allowedBody(backend, document, method, path),
    sampleAnswer: (method, path) => shownBy(operationAt(document, method, path), document).body,
    sampleParameter: (name) => sampleParameter(document, name),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface Answer {
  status: number;
  body?: unknown;
}

interface Asked {
  method: string;
  path: string;
  query: string | Record<string, string | string[]>;
  body: unknown;
  headers: Record<string, string>;
}

async function handled(backend: OpenAPIBackend, request: Asked, refused: Refused[]): Promise<Answer> {
  try {
    const answer: unknown = await backend.handleRequest(request);
    return isTree(answer) ? { status: Number(answer.status ?? 200), body: answer.body } : { status: 200 };
  } catch (error) {
    refused.push({
      request: `${request.method} ${request.path}`,
      because: `${MOCK_FAILED}: ${String(error).slice(0, 200)}`,
    });
    return { status: 500, body: {} };
  }
}

const named = ({ request }: Context) =>
  `${request.method.toUpperCase()} ${request.path}?${JSON.stringify(request.query)}`;

function plain({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  if (/form/.test(request.headers['content-type'] ?? '')) return formOf(text);
  return JSON.parse(text);
}

/** `a[b]=1&a[c]=2` as `{ a: { b: '1', c: '2' } }`. */
function formOf(text: string): Tree {
  const form: Tree = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const steps = name.replaceAll(']', '').split('[');
    const last = steps.pop() ?? '';
    let at = form;
    for (const step of steps) {
      const inner: Tree = isTree(at[step]) ? at[step] : {};
      at[step] = inner;
      at = inner;
    }
    at[last] = value;
  }
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [name, withLists(value)]));
}

/** What is numbered is a list. */
function withLists(value: unknown): unknown {
  if (!isTree(value)) return value;
  const keys = Object.keys(value);
  const inner = Object.entries(value).map(([name, one]) => [name, withLists(one)] as const);
  return keys.every((key) => /^\d*$/.test(key)) ? inner.map(([, one]) => one) : Object.fromEntries(inner);
}

/** An OpenAPI 3 document with an id for every operation, served from the root. */
function prepared(source: Tree): Tree {
  const copy = structuredClone(source);
  withUsualFormats(copy);
  withoutDeadReferences(copy, copy);
  if (copy.swagger !== undefined) {
    // Without them the library drops all bodies.
    for (const key of ['produces', 'consumes']) {
      if (!Array.isArray(copy[key]) || copy[key].length === 0) copy[key] = ['application/json'];
    }
  }
  const document = copy.swagger === undefined ? copy : (upgrade(copy, '3.0') as unknown as Tree);
  document.servers = [{ url: '/' }];
  document.paths = Object.fromEntries(
    Object.entries(isTree(document.paths) ? document.paths : {}).map(([path, item]) => [routable(path), item]),
  );
  let count = 0;
  for (const item of Object.values(isTree(document.paths) ? document.paths : {})) {
    if (!isTree(item)) continue;
    delete item.servers;
    for (const method of METHODS) {
      const operation = item[method];
      if (isTree(operation)) operation.operationId = `operation_${count++}`;
    }
  }
  return document;
}

const takesForms = (document: Tree): boolean => /x-www-form-urlencoded|form-data/.test(JSON.stringify(document.paths));

/** Formats as everybody means them; what the validator of the library can't read is left out. */
function withUsualFormats(value: unknown): void {
  if (Array.isArray(value)) value.forEach(withUsualFormats);
  if (!isTree(value)) return;
  for (const key of ['exclusiveMinimum', 'exclusiveMaximum']) if (typeof value[key] === 'boolean') delete value[key];
  if (typeof value.pattern === 'string' && !isPattern(value.pattern)) delete value.pattern;
  if (typeof value.format === 'string' && /^(datetime|date_time|timestamp)$/i.test(value.format))
    value.format = 'date-time';
  Object.values(value).forEach(withUsualFormats);
}

/** The library can't read references that lead nowhere, or into paths. */
function withoutDeadReferences(value: unknown, document: Tree): void {
  if (Array.isArray(value)) for (const item of value) withoutDeadReferences(item, document);
  if (!isTree(value)) return;
  if (typeof value.$ref === 'string') {
    const target = resolved(value, document);
    const isDead = !value.$ref.startsWith('#/') || Object.keys(target).length === 0;
    if (isDead || value.$ref.startsWith('#/paths/')) {
      delete value.$ref;
      Object.assign(value, structuredClone(target));
    }
  }
  for (const inner of Object.values(value)) withoutDeadReferences(inner, document);
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

/** Paths as the router of the library takes them: no slash at the end, and the keys of OData as segments. */
const routable = (path: string): string => path.replace(/\(([^()]*)\)/g, '/key/$1').replace(/(.)\/$/, '$1');

/** What the document shows as an example, else what its schema allows; pages end with the first. */
function answerOf(context: Context, document: Tree): Answer {
  return shownBy(context.operation as unknown as Tree, document);
}

function shownBy({ responses }: Tree, document: Tree): Answer {
  const all = isTree(responses) ? responses : {};
  const good = Object.keys(all)
    .filter((one) => /^2/.test(one))
    .sort();
  const status = [...good, 'default'].find((one) => contentOf(resolved(all[one], document))) ?? good[0] ?? 'default';
  const code = /^\d+$/.test(status) ? Number(status) : 200;
  const content = contentOf(resolved(all[status], document));
  if (!content) return { status: code };
  const shown = exampleOf(content, document);
  const body = shown !== undefined ? shown : sampled(content.schema, document, { skipWriteOnly: true });
  return { status: code, body };
}

function contentOf(holder: unknown): Tree | null {
  const content = isTree(holder) && isTree(holder.content) ? holder.content : {};
  const media = Object.keys(content).find((type) => /json/.test(type)) ?? Object.keys(content)[0];
  const found = media === undefined ? undefined : content[media];
  return isTree(found) ? found : null;
}

function exampleOf(content: Tree, document: Tree): unknown {
  const [first] = Object.values(isTree(content.examples) ? content.examples : {});
  const example = content.example ?? resolved(first, document).value;
  if (typeof example !== 'string') return example;
  // Some documents show JSON as a text.
  try {
    return JSON.parse(example);
  } catch {
    return undefined;
  }
}

function sampled(
  schema: unknown,
  document: Tree,
  options: { skipWriteOnly?: boolean; skipReadOnly?: boolean },
): unknown {
  if (!isTree(schema)) return undefined;
  return sample(schema, { ...options, quiet: true, maxSampleDepth: 6, enablePatterns: true }, document) as unknown;
}

/** Some documents declare their keys as parameters too. */
function dropParameters(document: Tree, keys: ReadonlySet<string>): void {
  for (const item of Object.values(isTree(document.paths) ? document.paths : {})) {
    for (const holder of [item, ...METHODS.map((method) => (isTree(item) ? item[method] : null))]) {
      if (!isTree(holder) || !Array.isArray(holder.parameters)) continue;
      holder.parameters = holder.parameters.filter((one) => {
        const parameter = resolved(one, document);
        return parameter.in !== 'query' || !keys.has(String(parameter.name));
      });
    }
  }
}

/** Keys in the query go to the security handlers as headers. */
function withoutKeys(asked: Asked, keys: ReadonlySet<string>): Asked {
  const search = new URLSearchParams(typeof asked.query === 'string' ? asked.query : '');
  const headers = { ...asked.headers };
  for (const name of keys) {
    const value = search.get(name);
    if (value !== null) headers[`x-query-${name.toLowerCase()}`] = value;
    search.delete(name);
  }
  // Names with brackets stay as they are.
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return { ...asked, query, headers };
}

/** Gives the names of keys in the query. */
function registerSecurity(backend: OpenAPIBackend, document: Tree, refused: Refused[]): Set<string> {
  const components = isTree(document.components) ? document.components : {};
  const schemes = isTree(components.securitySchemes) ? components.securitySchemes : {};
  for (const [name, scheme] of Object.entries(schemes)) {
    if (isTree(scheme)) backend.registerSecurityHandler(name, (context: Context) => isSent(scheme, context));
  }
  backend.register('unauthorizedHandler', (context: Context) => {
    refused.push({ request: named(context), because: 'credentials are missing' });
    return { status: 401, body: {} };
  });
  const inQuery = Object.values(schemes).filter((scheme) => isTree(scheme) && scheme.in === 'query');
  return new Set(inQuery.map((scheme) => String(isTree(scheme) ? scheme.name : '')));
}

function isSent(scheme: Tree, { request }: Context): boolean {
  const authorization = String(request.headers.authorization ?? '');
  if (scheme.type === 'http') {
    const kind = String(scheme.scheme).toLowerCase();
    return kind === 'basic'
      ? /^basic /i.test(authorization)
      : kind === 'bearer'
        ? /^bearer /i.test(authorization)
        : authorization !== '';
  }
  if (scheme.type !== 'apiKey') return /^bearer /i.test(authorization);
  const name = String(scheme.name);
  if (scheme.in === 'query') return request.headers[`x-query-${name.toLowerCase()}`] !== undefined;
  if (scheme.in === 'cookie') return String(request.headers.cookie ?? '').includes(`${name}=`);
  return request.headers[name.toLowerCase()] !== undefined;
}

/** Follows `#/…`. */
function resolved(value: unknown, document: Tree): Tree {
  let now = value;
  for (let hop = 0; hop < 10 && isTree(now) && typeof now.$ref === 'string'; hop++) {
    let at: unknown = document;
    for (const step of now.$ref.slice(2).split('/')) {
      at = isTree(at) ? at[decodeURIComponent(step.replaceAll('~1', '/').replaceAll('~0', '~'))] : undefined;
    }
    now = at;
  }
  return isTree(now) ? now : {};
}

function operationAt(document: Tree, method: string, path: string): Tree {
  const item = resolved(isTree(document.paths) ? document.paths[routable(path)] : undefined, document);
  return resolved(item[method], document);
}

function sampleBody(document: Tree, method: string, path: string): unknown {
  const content = contentOf(resolved(operationAt(document, method, path).requestBody, document));
  if (!content) return undefined;
  return sampled(content.schema, document, { skipReadOnly: true });
}

/** A body made up that the document itself refuses says nothing of the connector. */
function allowedBody(backend: OpenAPIBackend, document: Tree, method: string, path: string): unknown {
  const body = sampleBody(document, method, path);
  const { operationId } = operationAt(document, method, path);
  if (body === undefined || typeof operationId !== 'string') return undefined;
  try {
    const request = { method, path: routable(path), headers: {}, query: {}, body };
    const { errors } = backend.validator.validateRequest(request, operationId);
    return (errors ?? []).some((one) => one.instancePath.startsWith('/requestBody')) ? undefined : body;
  } catch {
    return undefined;
  }
}

function sampleParameter(document: Tree, name: string): string | undefined {
  for (const item of Object.values(isTree(document.paths) ? document.paths : {})) {
    const path = resolved(item, document);
    for (const holder of [path, ...METHODS.map((method) => resolved(path[method], document))]) {
      for (const one of Array.isArray(holder.parameters) ? holder.parameters : []) {
        const parameter = resolved(one, document);
        if (parameter.name !== name) continue;
        const value = parameter.example ?? sampled(parameter.schema, document, {});
        if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
          return String(value) || undefined;
        if (Array.isArray(value) && value.length > 0) return String(value[0]);
      }
    }
  }
  return undefined;
}
