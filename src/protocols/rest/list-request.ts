import { compileWriter } from '../../connector/codec/path.ts';
import type { ListDefinition } from '../../connector/definition.ts';
import type { PageRequest, Parameters } from '../../connector/page-walk.ts';
import { compilePath, fillNames, mapTexts, type Names, withQuery } from '../../connector/template.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { ACCEPT } from './formats.ts';
import type { Call } from './sender.ts';

/** What one page of a list is asked for with. */
export interface ListAsk {
  /** What stands for the parent, and for a value of `each`. */
  names: Names;
  /** Filters and sort, besides the list's own query. Values other than texts and numbers only go into a body. */
  query: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
  page: PageRequest;
}

export type ListRequest = (ask: ListAsk) => Result<Pick<Call, 'method' | 'path' | 'body' | 'headers'>>;

/** Compiles how a list is asked for: by GET with all in the query, or by POST with the parameters in the body. */
export function compileListRequest(list: ListDefinition, baseUrl: string): ListRequest {
  const { method, query, format } = list;
  const pathOf = compilePath(list.path);
  const own: Record<string, string> = { ...(format === 'json' ? {} : { accept: ACCEPT[format] }) };
  for (const [name, value] of Object.entries(list.headers ?? {})) own[name.toLowerCase()] = value;
  const isPlain = !Object.values(query).some((value) => value.includes('{'));
  const hasHeaders = Object.keys(own).length > 0 || method === 'POST';
  if (method === 'POST') own['content-type'] = 'application/json';
  return (ask) => {
    const { names, page } = ask;
    const headers = hasHeaders ? { ...filled(own, names), ...ask.headers } : { ...ask.headers };
    const path = pathOf(names);
    if (!path.ok) return path;
    if (page.url !== undefined) {
      const next = withinOrigin(`${baseUrl}${path.value}`, page.url);
      return next.ok ? ok({ method, path: next.value, headers, ...bodyOf(list, ask) }) : next;
    }
    const fixed = isPlain ? query : filled(query, names);
    const inQuery = list.params === 'query' || method === 'GET' ? { ...texts(ask.query), ...page.query } : {};
    return ok({ method, path: withQuery(path.value, { ...fixed, ...inQuery }), headers, ...bodyOf(list, ask) });
  };
}

function filled(texts: Readonly<Record<string, string>>, names: Names): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fillNames(text, names)]));
}

function texts(query: Readonly<Record<string, unknown>>): Parameters {
  const parameters: Parameters = {};
  for (const [name, value] of Object.entries(query)) {
    parameters[name] = typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
  }
  return parameters;
}

/** The body of a search: what the list declares, with the parameters at their dotted paths. */
function bodyOf(list: ListDefinition, { names, query, page }: ListAsk): { body?: string } {
  if (list.method !== 'POST') return {};
  const body: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(list.body ?? {})) {
    body[key] = mapTexts(value, (text) => fillNames(text, names));
  }
  const inBody = list.params === 'query' ? {} : { ...query, ...page.query };
  for (const [name, value] of Object.entries(inBody)) compileWriter(name)(body, value);
  return { body: JSON.stringify(body) };
}

/**
 * The address that a system gave for a page, made absolute. It must be on the same server as the list: requests carry
 * credentials. One with http where the list has https is asked for by https.
 */
function withinOrigin(listUrl: string, address: string): Result<string> {
  const url = URL.canParse(address, listUrl) ? new URL(address, listUrl) : null;
  const list = new URL(listUrl);
  if (url?.protocol === 'http:' && list.protocol === 'https:') url.protocol = 'https:';
  if (!url || url.origin !== list.origin || url.username !== '' || url.password !== '') return fail(elsewhere());
  return ok(`${url.origin}${url.pathname}${url.search}`);
}

const elsewhere = () =>
  problem('page-elsewhere', 'The system says that the next page is on another server', {
    detail: 'It is not asked for there: the request would take the credentials along.',
    next: 'Check pagination.next of this object and base_url of the connector',
  });
