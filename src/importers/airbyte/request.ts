import { pathSteps } from '../../connector/codec/path.ts';
import type { Context, IntervalText } from './context.ts';
import { type Meaning, textOf } from './meaning.ts';
import { dotted, isNode, listAt, type Node, nodeAt, scalarAt, textAt, typeOf } from './node.ts';

/** Where a parameter goes that a paginator, a cursor or a partition router adds. */
export type Place = 'query' | 'header' | 'body' | 'form' | 'path';

/** A parameter that says the window of time. */
export interface TimeParameter {
  param: string;
  place: Place;
  text: IntervalText;
}

/** What a requester says of one request, in our words. */
export interface RequestPart {
  method: 'GET' | 'POST';
  /** Base URL and path, with ${variables} and {names}. */
  url: string;
  base: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: Record<string, unknown> | null;
  times: TimeParameter[];
  /** A parameter that holds the next page's token, besides other text: with {value}. */
  token: { param: string; template: string } | null;
  /** A POST whose parameters of pages and times go into the query. */
  paramsInQuery?: true;
}

/** Why a stream can't be imported. */
export class Refusal extends Error {}

/** `form`: the strftime format of the window's ends where a text uses them without one. */
export function readRequest(requester: Node, context: Context, form: string): RequestPart {
  if (typeOf(requester) !== 'HttpRequester') throw new Refusal(typeOf(requester) || 'no requester');
  const method = textAt(requester, 'http_method')?.toUpperCase() ?? 'GET';
  if (method !== 'GET' && method !== 'POST') throw new Refusal(`HTTP method ${method}`);
  const part: RequestPart = {
    method,
    ...urlOf(requester, context),
    query: {},
    headers: {},
    body: null,
    times: [],
    token: null,
  };
  readParameters(requester, context, part, form);
  readHeaders(requester, context, part);
  readBody(requester, context, part, form);
  if (part.method === 'GET' && part.body !== null) {
    context.lose('the body of a GET request');
    part.body = null;
  }
  return part;
}

function urlOf(requester: Node, context: Context): { url: string; base: string } {
  const whole = textAt(requester, 'url');
  const base = whole ?? textAt(requester, 'url_base') ?? '';
  const start = rendered(base, 'base_url', context, 'the base URL').trim();
  const path =
    whole === undefined ? rendered(scalarAt(requester, 'path') ?? '', 'path', context, 'the path').trim() : '';
  if (start === '') throw new Refusal('a base URL that is not said');
  const url = path === '' ? start : `${start.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
  return { url, base: whole === undefined ? start : originOf(start) };
}

const originOf = (url: string) => /^[a-z]+:\/\/[^/?]*/i.exec(url)?.[0] ?? url;

function rendered(source: string, wish: string, context: Context, what: string): string {
  const text = context.render(source, wish);
  if ('open' in text) throw new Refusal(`${what} reads ${text.open}`);
  return text.text;
}

function readParameters(requester: Node, context: Context, part: RequestPart, form: string): void {
  const parameters = requester.request_parameters;
  if (typeof parameters === 'string') {
    context.lose('request_parameters as one text');
    return;
  }
  for (const [name, value] of Object.entries(isNode(parameters) ? parameters : {})) {
    if (isNode(value)) {
      if (typeOf(value) === 'QueryProperties') addProperties(name, value, context, part);
      else context.lose(`parameter ${name}`);
      continue;
    }
    for (const one of Array.isArray(value) ? value.slice(0, 1) : [value]) addParameter(name, one, context, part, form);
    if (Array.isArray(value) && value.length > 1) context.lose(`parameter ${name} is sent several times`);
  }
}

function addParameter(name: string, value: unknown, context: Context, part: RequestPart, form: string): void {
  const source = textOf(value);
  const meaning = typeof value === 'string' ? context.meaning(value) : null;
  const template = meaning === null ? null : tokenText(meaning);
  if (template !== null) {
    part.token = { param: name, template };
    return;
  }
  const interval = meaning === null ? null : context.intervalText(meaning, form);
  if (interval) {
    part.times.push({ param: name, place: 'query', text: interval });
    return;
  }
  const text = context.render(source, name);
  if ('open' in text) context.lose(`parameter ${name}, which reads ${text.open}`);
  else if (text.text !== '') part.query[name] = unquoted(text.text);
}

/** A text with quotation marks around it stands for what is within them. */
const unquoted = (text: string) => /^(['"])(.*)\1$/s.exec(text)?.[2] ?? text;

/** The text around the token of the next page; null where the meaning reads none. */
function tokenText(meaning: Meaning): string | null {
  const parts = meaning.is === 'text' ? meaning.parts : [meaning];
  let found = false;
  let text = '';
  for (const each of parts) {
    if (each.is === 'slot' && each.of === 'token') {
      found = true;
      text += '{value}';
    } else if (each.is === 'known') text += textOf(each.value);
    else return null;
  }
  return found ? unquoted(text) : null;
}

/** Names of properties to ask for, where they fit into one request. */
function addProperties(name: string, properties: Node, context: Context, part: RequestPart): void {
  const names = listAt(properties, 'property_list').filter((each) => typeof each === 'string');
  const always = listAt(properties, 'always_include_properties').filter((each) => typeof each === 'string');
  const limit = Number(nodeAt(properties, 'property_chunking')?.property_limit ?? Number.POSITIVE_INFINITY);
  if (names.length === 0) context.lose(`parameter ${name}: the properties come from an endpoint`);
  else part.query[name] = [...new Set([...always, ...names])].slice(0, limit || undefined).join(',');
  if (names.length > limit) context.lose(`parameter ${name}: ${names.length - limit} properties beyond one request`);
}

function readHeaders(requester: Node, context: Context, part: RequestPart): void {
  const headers = requester.request_headers;
  if (headers !== undefined && !isNode(headers)) context.lose('request_headers as one text');
  for (const [name, value] of Object.entries(isNode(headers) ? headers : {})) {
    const text = context.render(textOf(value), name);
    if ('open' in text) context.lose(`header ${name}, which reads ${text.open}`);
    else if (text.text !== '' && !OWN_HEADERS.has(name.toLowerCase())) part.headers[name] = text.text;
  }
}

/** Headers that the driver itself sends as the request needs them. */
const OWN_HEADERS = new Set(['content-type', 'content-length', 'host', 'connection', 'accept-encoding']);

function readBody(requester: Node, context: Context, part: RequestPart, form: string): void {
  const typed = nodeAt(requester, 'request_body');
  const json = typed ? typed.value : requester.request_body_json;
  const isForm = requester.request_body_data !== undefined && !isEmpty(requester.request_body_data);
  if (isForm || typeOf(typed) === 'RequestBodyUrlEncodedForm') throw new Refusal('a query that is sent as a form');
  if (typeOf(typed) === 'RequestBodyPlainText') throw new Refusal('a query that is sent as a text');
  if (part.method === 'POST') part.body = {};
  if (json === undefined || isEmpty(json)) return;
  const value = typeof json === 'string' ? bodyText(json, 'body', context) : json;
  if (!isNode(value)) throw new Refusal('a body that is computed');
  const body: Record<string, unknown> = {};
  fillBody(value, body, '', context, part, form);
  part.body = body;
}

const isEmpty = (value: unknown) => (isNode(value) ? Object.keys(value).length === 0 : value === '' || value === null);

function fillBody(
  from: Node,
  into: Record<string, unknown>,
  prefix: string,
  context: Context,
  part: RequestPart,
  form: string,
): void {
  for (const [key, value] of Object.entries(from)) {
    if (
      key === '$parameters' ||
      (key === 'type' && prefix === '' && typeof value === 'string' && value.startsWith('Request'))
    )
      continue;
    const path = `${prefix}${key}`;
    if (isNode(value)) {
      const inner: Record<string, unknown> = {};
      fillBody(value, inner, `${path}.`, context, part, form);
      into[key] = inner;
    } else if (Array.isArray(value)) into[key] = value.map((each) => bodyItem(each, path, context));
    else if (typeof value === 'string') addBodyText(key, value, path, into, context, part, form);
    else into[key] = value;
  }
}

function addBodyText(
  key: string,
  value: string,
  path: string,
  into: Record<string, unknown>,
  context: Context,
  part: RequestPart,
  form: string,
): void {
  const meaning = context.meaning(value);
  const interval = meaning === null ? null : context.intervalText(meaning, form);
  if (interval) {
    part.times.push({ param: path, place: 'body', text: interval });
    return;
  }
  const text = bodyText(value, path, context);
  if (text !== undefined && text !== '') into[key] = text;
}

function bodyItem(value: unknown, path: string, context: Context): unknown {
  if (typeof value === 'string') return bodyText(value, path, context) ?? '';
  if (Array.isArray(value)) return value.map((each) => bodyItem(each, path, context));
  if (!isNode(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, bodyItem(each, `${path}.${key}`, context)]),
  );
}

/** A value in a body; JSON in a text stands for what it says. Undefined where it is lost. */
function bodyText(source: string, path: string, context: Context): unknown {
  const meaning = context.meaning(source);
  if (meaning?.is === 'known' && typeof meaning.value !== 'string') return meaning.value ?? undefined;
  const text = context.render(source, path);
  if ('open' in text) {
    context.lose(`${path} in the body, which reads ${text.open}`);
    return undefined;
  }
  return jsonIn(text.text) ?? unquoted(text.text);
}

function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a request option puts its value; null where it says nothing. */
export function optionPlace(option: Node | undefined): { place: Place; param: string } | null {
  if (option === undefined) return null;
  if (typeOf(option) === 'RequestPath' || textAt(option, 'inject_into') === 'path') return { place: 'path', param: '' };
  const path = listAt(option, 'field_path').filter((step) => typeof step === 'string');
  const name = scalarAt(option, 'field_name');
  const isBody = textAt(option, 'inject_into') === 'body_json';
  const param = path.length > 0 ? dotted(path) : name !== undefined && isBody ? dotted([name]) : name;
  if (param === undefined) return null;
  switch (textAt(option, 'inject_into')) {
    case 'header':
      return { place: 'header', param };
    case 'body_json':
      return { place: 'body', param };
    case 'body_data':
      return { place: 'form', param };
    default:
      return { place: 'query', param };
  }
}

/** Adds a value that stands in every request of the stream. */
export function addOption(option: Node, value: string, part: RequestPart, context: Context, what: string): void {
  const found = optionPlace(option);
  if (found === null) return;
  const { place, param } = found;
  if (place === 'query') part.query[param] = value;
  else if (place === 'header') part.headers[param] = value;
  else if (place === 'body') {
    part.body ??= {};
    setDeep(part.body, pathSteps(param), value);
  } else context.lose(`${what}, which goes into a ${place}`);
}

function setDeep(into: Record<string, unknown>, steps: readonly string[], value: unknown): void {
  const [first = '', ...rest] = steps;
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = into[first];
  const copy: Record<string, unknown> = isNode(inner) ? { ...inner } : {};
  setDeep(copy, rest, value);
  into[first] = copy;
}
