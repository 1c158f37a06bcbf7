import { XMLBuilder } from 'fast-xml-parser';
import {
  dotted,
  isNode,
  listAt,
  type Node,
  nodeAt,
  nodesAt,
  scalarAt,
  textAt,
  textsAt,
  typeOf,
} from '../../../src/importers/airbyte/node.ts';
import { goesByAddress, TOKEN, wordsFor } from './vendor-pages.ts';
import { at, makeRecords, set, slotPaths } from './vendor-records.ts';

export interface VendorRequest {
  method: string;
  url: URL;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface VendorAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** A list of a vendor's system, as the manifest describes it: how it is asked for, what it answers. */
export interface VendorList {
  name: string;
  method: string;
  path: RegExp;
  /** The less, the more exactly the path is known. */
  wildcards: number;
  pages: number;
  records: Node[];
  /** Pages that were asked for, from 0. */
  asked: number[];
  faults: string[];
  requests: VendorRequest[];
  answer(request: VendorRequest): VendorAnswer;
}

export interface VendorParts {
  stream: Node;
  /** Parents have one page with one record. */
  isParent: boolean;
  /** Fields that the lists below it need. */
  needed: readonly string[];
  /** What each request holds, such as the id of the parent. */
  expected: readonly string[];
  now: number;
}

/** Why no server can be made of a manifest; the stream counts as not read. */
export class NotServable extends Error {}

export function createVendorList({ stream, isParent, needed, expected, now }: VendorParts): VendorList {
  const retriever = nodeAt(stream, 'retriever') ?? {};
  const requester = nodeAt(retriever, 'requester') ?? {};
  const paginator = nodeAt(retriever, 'paginator');
  const isPaged = typeOf(paginator) === 'DefaultPaginator';
  const strategy = paginator && nodeAt(paginator, 'pagination_strategy');
  const isObject = isPaged && strategy !== undefined && answersObject(retriever, strategy);
  const told = strategy === undefined ? undefined : Number(scalarAt(strategy, 'page_size'));
  const size =
    isParent || isObject
      ? 1
      : isPaged && told !== undefined && Number.isSafeInteger(told) && told > 0
        ? Math.min(told, 1000)
        : 3;
  const { path, wildcards } = pathPattern(requester);
  const records = makeRecords(stream, isParent ? 1 : isPaged ? size + 1 : 3, needed, now);
  const asked: number[] = [];
  const faults: string[] = [];
  const requests: VendorRequest[] = [];
  const place = pagePlace(paginator, requester, size);
  return {
    name: textAt(stream, 'name') ?? '',
    method: textAt(requester, 'http_method')?.toUpperCase() ?? 'GET',
    path,
    wildcards,
    pages: isPaged && !isParent ? 2 : 1,
    records,
    asked,
    faults,
    requests,
    answer(request) {
      requests.push(request);
      const page = isPaged && place ? place(request) : 0;
      if (page === null) {
        faults.push('asks for a page that there is not');
        return { status: 400, headers: {}, body: { error: 'no such page' } };
      }
      asked.push(page);
      faults.push(...requestFaults(requester, paginator, isPaged && !isParent ? size : null, request));
      for (const value of expected) if (!says(request, value)) faults.push('the parent is not said');
      faults.push(...authFaults(nodeAt(requester, 'authenticator'), request));
      const part = isPaged ? records.slice(page * size, (page + 1) * size) : records;
      const isLast = !isPaged || isParent || page > 0;
      const url = new URL(request.url);
      url.searchParams.set('server_page', TOKEN);
      const cut = /(?:split|regex_search)\(['"]\\*\$?\\?\$?([\w$]+)=/.exec(
        textAt(strategy ?? {}, 'cursor_value') ?? '',
      )?.[1];
      if (cut !== undefined) url.searchParams.set(cut, TOKEN);
      const words =
        isPaged && strategy && typeOf(strategy) === 'CursorPagination'
          ? wordsFor(
              strategy,
              isLast ? 'last' : 'first',
              { offset: page * size, size, total: records.length, page: page + 1 },
              `${url.origin}${url.pathname}${url.search}`,
              part.at(-1) ?? {},
              cut !== undefined || goesByAddress(paginator ?? {}),
            )
          : { body: [], headers: {} };
      if (words === null)
        throw new NotServable(
          `no answer makes its conditions true: ${textAt(strategy ?? {}, 'stop_condition')?.slice(0, 90)}`,
        );
      const body = answerBody(retriever, part, words.body);
      const isXml = typeOf(nodeAt(retriever, 'decoder')) === 'XmlDecoder';
      return { status: 200, headers: words.headers, body: isXml ? new XMLBuilder().build(body) : body };
    },
  };
}

/** Whether an answer is one record, beside which it says where the next is. */
function answersObject(retriever: Node, strategy: Node): boolean {
  const extractor = nodeAt(nodeAt(retriever, 'record_selector') ?? {}, 'extractor') ?? {};
  const words = `${textAt(strategy, 'cursor_value') ?? ''}${textAt(strategy, 'stop_condition') ?? ''}`;
  const place = textsAt(extractor, 'field_path').join('.');
  return slotPaths(words, 'response').some((path) => place === '' || path.startsWith(`${place}.`));
}

function says({ url, headers, body }: VendorRequest, value: string): boolean {
  return (
    decodeURIComponent(url.pathname + url.search).includes(value) || JSON.stringify([headers, body]).includes(value)
  );
}

function authFaults(authenticator: Node | undefined, request: VendorRequest): string[] {
  const sent = String(request.headers.authorization ?? '');
  switch (typeOf(authenticator)) {
    case 'BearerAuthenticator':
    case 'OAuthAuthenticator':
      return /^Bearer \S/.test(sent) ? [] : ['no bearer token is sent'];
    case 'BasicHttpAuthenticator':
      return /^Basic \S/.test(sent) ? [] : ['no user and password are sent'];
    case 'ApiKeyAuthenticator': {
      const option = nodeAt(authenticator ?? {}, 'inject_into');
      const name = (option ? scalarAt(option, 'field_name') : textAt(authenticator ?? {}, 'header')) ?? '';
      if (name.includes('{')) return [];
      const isQuery = option && textAt(option, 'inject_into') === 'request_parameter';
      return (isQuery ? request.url.searchParams.get(name) : request.headers[name.toLowerCase()])
        ? []
        : ['no key is sent'];
    }
    default:
      return [];
  }
}

function answerBody(retriever: Node, records: readonly Node[], words: readonly [string, unknown][]): unknown {
  const extractor = nodeAt(nodeAt(retriever, 'record_selector') ?? {}, 'extractor') ?? {};
  const steps = textsAt(extractor, 'field_path')
    .map((step) =>
      step
        .replace(/\{\{.*parameters.*\}\}/, () => String(parameterOf(extractor, step) ?? 'data'))
        .replace(/^['"]|['"]$/g, ''),
    )
    .filter((step) => step !== '');
  // An answer that says something of pages is an object: the record itself, where no place of records is said.
  const body = within(
    steps,
    words.some(([path]) => steps.length === 0 || path.startsWith(`${steps.join('.')}.`)) && records.length <= 1
      ? (records[0] ?? null)
      : records,
  );
  if (words.length === 0) return body;
  if (Array.isArray(body)) throw new NotServable('its answers are lists, which say nothing of pages');
  const object: Record<string, unknown> = { ...(isNode(body) ? body : {}) };
  for (const [path, value] of words) set(object, path, value);
  return object;
}

function parameterOf(node: Node, source: string): unknown {
  const name = /parameters(?:\.get\()?[.[]?\s*['"]?([\w]+)/.exec(source)?.[1];
  return name === undefined ? undefined : at(node.$parameters, name);
}

function within(steps: readonly string[], records: unknown): unknown {
  const [first, ...rest] = steps;
  if (first === undefined) return records;
  if (first !== '*') return { [first]: within(rest, records) };
  if (rest.length === 0 || !Array.isArray(records)) return records;
  const half = Math.ceil(records.length / 2);
  return [within(rest, records.slice(0, half)), within(rest, records.slice(half))];
}

/** The path of a request as a pattern; what Jinja says may be anything. */
function pathPattern(requester: Node): { path: RegExp; wildcards: number } {
  const base = (textAt(requester, 'url') ?? textAt(requester, 'url_base') ?? '').replace(/\{\{.*?\}\}/gs, '\u0001');
  const tail = textAt(requester, 'url') === undefined ? (scalarAt(requester, 'path') ?? '') : '';
  const whole =
    tail.trim() === '' ? base.trim() : `${base.trim().replace(/\/+$/, '')}/${tail.trim().replace(/^\/+/, '')}`;
  const marked = whole
    .replace(/\{%.*?%\}/gs, '\u0001')
    .replace(/\{\{.*?parameters.*?\}\}/gs, (source) => String(parameterOf(requester, source) ?? '\u0001'))
    .replace(
      /\{\{(.*?)\bif\b.*?\belse\b(.*?)\}\}/gs,
      (_, yes: string, no: string) => `\u0002${texts(yes)}\u0003${texts(no)}\u0004`,
    )
    .replace(/\{\{.*?\}\}/gs, '\u0001')
    .replace(/\u0001\s*\u0001/g, '\u0001');
  const [withoutQuery = '', query] = marked.split('?');
  const host = /^[a-z]+:\/\/[^/]*/i.exec(withoutQuery);
  const path = host ? withoutQuery.slice(host[0].length) : `\u0001${withoutQuery.replace(/^\u0001+/, '')}`;
  const pattern = patternOf(path);
  const tailPattern = query === undefined ? '/?(\\?.*)?' : `/?\\?${patternOf(query)}(&.*)?`;
  return {
    path: new RegExp(`^${pattern}${tailPattern}$`),
    wildcards: pattern.split(/\[\^\/?\?\]\*/).length + (pattern === '[^?]*' ? 10 : 0) - (query ?? '').length / 100,
  };
}

const patternOf = (text: string): string =>
  text
    .split(/\u0001+/)
    .map((each) => each.replace(/\/+/g, '/').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/?]*')
    // A base URL may hold a path of its own.
    .replace(/^\[\^\/\?\]\*/, '[^?]*')
    .replaceAll('\u0002', '(?:')
    .replaceAll('\u0003', '|')
    .replaceAll('\u0004', ')');

/** The texts of an expression; what stands between them may be anything. */
const texts = (source: string): string =>
  source
    .replace(/\[(['"]).*?\1\]/g, '')
    .split(/'([^']*)'|"([^"]*)"/)
    .map((part, place) => (place % 3 === 0 ? (/\w/.test(part ?? '') ? '\u0001' : '') : (part ?? '')))
    .join('');

/** Reads from a request which page it asks for, from 0; null where it is none. */
function pagePlace(
  paginator: Node | undefined,
  requester: Node,
  size: number,
): ((request: VendorRequest) => number | null) | null {
  const strategy = paginator && nodeAt(paginator, 'pagination_strategy');
  if (paginator === undefined || strategy === undefined) return null;
  const option = nodeAt(paginator, 'page_token_option');
  const token = tokenReader(option, requester);
  const kind = typeOf(strategy);
  if (kind === 'CursorPagination') {
    return (request) => {
      if (request.url.searchParams.get('server_page') === TOKEN) return 1;
      const value = token(request);
      if (value === undefined || value === null || value === '') return 0;
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      if (text.includes(TOKEN)) return 1;
      const number = Number(text);
      // Arithmetic on pages or offsets, or the id of the last record.
      if (number === size || number === 2) return 1;
      if (number === 0 || number === 1) return 0;
      if (number > 1) return 2;
      if (typeof value === 'object') return 0;
      return Number.isNaN(number) && text.endsWith(`-${size}`) ? 1 : null;
    };
  }
  const first = kind === 'PageIncrement' ? Number(scalarAt(strategy, 'start_from_page') ?? 0) : 0;
  return (request) => {
    const value = token(request);
    if (value === undefined || value === '') return 0;
    const number = Number(value) - first;
    const page = kind === 'PageIncrement' ? number : number / size;
    if (!Number.isFinite(page) || page < 0) return null;
    return Number.isInteger(page) ? page : 2;
  };
}

function tokenReader(option: Node | undefined, requester: Node): (request: VendorRequest) => unknown {
  if (option === undefined) return templateReader(requester);
  const name = scalarAt(option, 'field_name') ?? '';
  const path =
    listAt(option, 'field_path').join('.') || (textAt(option, 'inject_into') === 'body_json' ? dotted([name]) : name);
  switch (textAt(option, 'inject_into')) {
    case 'header':
      return (request) => request.headers[path.toLowerCase()];
    case 'body_json':
      return (request) => at(request.body, path);
    default:
      return (request) => request.url.searchParams.get(path) ?? undefined;
  }
}

/** The token stands within the text of a parameter. */
function templateReader(requester: Node): (request: VendorRequest) => unknown {
  for (const [name, value] of Object.entries(nodeAt(requester, 'request_parameters') ?? {})) {
    if (typeof value !== 'string' || !value.includes('next_page_token')) continue;
    const text = value.replace(/^(['"])(.*)\1$/s, '$2').split(/\{\{.*?\}\}/s);
    const pattern = new RegExp(`^${text.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.*)')}$`);
    return (request) => pattern.exec(request.url.searchParams.get(name) ?? '')?.[1];
  }
  return () => undefined;
}

/** What a vendor would refuse in a request: fixed parameters that are missing, a page size that is not said. */
function requestFaults(
  requester: Node,
  paginator: Node | undefined,
  size: number | null,
  request: VendorRequest,
): string[] {
  const faults: string[] = [];
  const isNext = request.url.searchParams.has('server_page');
  for (const [name, value] of Object.entries(nodeAt(requester, 'request_parameters') ?? {})) {
    if (isNext || typeof value === 'object' || value === '' || String(value).includes('{')) continue;
    const expected = String(value).replace(/^(['"])(.*)\1$/s, '$2');
    if (request.url.searchParams.get(name) !== expected) faults.push(`parameter ${name} is not as declared`);
  }
  for (const [name, value] of Object.entries(nodeAt(requester, 'request_headers') ?? {})) {
    if (typeof value !== 'string' || value === '' || value.includes('{')) continue;
    if (/^(content-type|content-length|host|connection|accept-encoding)$/i.test(name)) continue;
    if (!String(request.headers[name.toLowerCase()]).includes(value)) faults.push(`header ${name} is not as declared`);
  }
  const option = paginator && nodeAt(paginator, 'page_size_option');
  const told = paginator && scalarAt(nodeAt(paginator, 'pagination_strategy') ?? {}, 'page_size');
  const token = scalarAt(nodeAt(paginator ?? {}, 'page_token_option') ?? {}, 'field_name');
  if (
    !isNext &&
    size !== null &&
    option &&
    scalarAt(option, 'field_name') !== token &&
    told !== undefined &&
    /^\d+$/.test(told)
  ) {
    const name = scalarAt(option, 'field_name') ?? '';
    const where = textAt(option, 'inject_into');
    const sent =
      where === 'body_json'
        ? at(request.body, name)
        : where === 'header'
          ? request.headers[name.toLowerCase()]
          : request.url.searchParams.get(name);
    if (Number(sent) !== Number(told)) faults.push(`the page size is not sent as ${name}`);
  }
  return faults;
}

export const parentsOf = (stream: Node): { stream: Node; key: string }[] =>
  nodesAt(nodeAt(stream, 'retriever') ?? {}, 'partition_router')
    .flatMap((router) => nodesAt(router, 'parent_stream_configs'))
    .flatMap((config) => {
      const parent = nodeAt(config, 'stream');
      return parent
        ? [{ stream: parent, key: (textAt(config, 'parent_key') ?? 'id').replace(/\{\{.*\}\}/, 'id') }]
        : [];
    });
