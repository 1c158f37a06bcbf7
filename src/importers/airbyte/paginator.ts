import type { z } from 'zod';
import type { connectorSchema } from '../../connector/definition.ts';
import type { Context } from './context.ts';
import { type Ends, endsOf } from './ends.ts';
import { type Meaning, textOf } from './meaning.ts';
import { dotted, type Node, nodeAt, scalarAt, textAt, typeOf } from './node.ts';
import { optionPlace, Refusal, type RequestPart } from './request.ts';

type ObjectInput = z.input<typeof connectorSchema>['objects'][string];
export type ListInput = NonNullable<ObjectInput['list']>;
export type PaginationInput = ListInput['pagination'];

/** Asked for where a manifest says no size. */
const USUAL_SIZE = 100;

interface Sizes {
  size: number;
  size_param?: string;
}

/** The pagination of a stream; adds to the request what goes along with it. */
export function readPaginator(
  paginator: Node | undefined,
  context: Context,
  part: RequestPart,
  idPath: string,
): PaginationInput {
  const type = typeOf(paginator);
  if (paginator === undefined || type === 'NoPagination') return { style: 'none' };
  if (type !== 'DefaultPaginator') throw new Refusal(type || 'a paginator of no type');
  const strategy = nodeAt(paginator, 'pagination_strategy');
  const token = optionPlace(nodeAt(paginator, 'page_token_option'));
  const sizes = sizesOf(paginator, strategy, token, context, part);
  const kind = typeOf(strategy);
  if (strategy === undefined || kind.startsWith('Custom')) throw new Refusal(kind || 'no pagination strategy');
  if (kind === 'CursorPagination') return cursorPagination(strategy, token, sizes, context, part, idPath);
  if (kind !== 'PageIncrement' && kind !== 'OffsetIncrement') throw new Refusal(kind);
  const sent = tokenParameter(token, part);
  if (sent === null) return onlyPage(sizes, context, part);
  if (kind === 'OffsetIncrement') return { style: 'offset', ...sent, ...sizes };
  const first = Number(scalarAt(strategy, 'start_from_page') ?? 0);
  return { style: 'page', ...sent, first: Number.isSafeInteger(first) ? first : 0, ...sizes };
}

function onlyPage({ size, size_param }: Sizes, context: Context, part: RequestPart): PaginationInput {
  context.lose('the paginator, which says nowhere how a page is asked for: one page is read');
  if (size_param !== undefined && part.method === 'GET') part.query[size_param] = String(size);
  return { style: 'none' };
}

/** The parameter that takes the page's number or token, and the text around it. */
function tokenParameter(
  token: ReturnType<typeof optionPlace>,
  part: RequestPart,
): { param: string; sent_as?: string } | null {
  if (token === null) {
    if (part.token === null) return null;
    const { param, template } = part.token;
    return template === '{value}' ? { param } : { param, sent_as: template };
  }
  checkPlace(token.place, part, 'the page');
  return { param: token.param };
}

function checkPlace(place: string, part: RequestPart, what: string): void {
  if (place === 'header' || place === 'form') throw new Refusal(`${what} is asked for in a ${place}`);
  if (place === 'body' && part.method === 'GET') throw new Refusal(`${what} is asked for in the body of a GET`);
  if (place === 'query' && part.method === 'POST') part.paramsInQuery = true;
}

function sizesOf(
  paginator: Node,
  strategy: Node | undefined,
  token: ReturnType<typeof optionPlace>,
  context: Context,
  part: RequestPart,
): Sizes {
  const told = strategy === undefined ? undefined : scalarAt(strategy, 'page_size');
  const standard = told === undefined ? undefined : Number(context.standard(told));
  const isKnown = standard !== undefined && Number.isSafeInteger(standard) && standard > 0;
  if (told !== undefined && !isKnown) context.lose('the page size, which the configuration says');
  const size = isKnown ? standard : USUAL_SIZE;
  const option = optionPlace(nodeAt(paginator, 'page_size_option'));
  if (option === null || option.place === 'path') return { size };
  if (option.place === 'header') {
    part.headers[option.param] = String(size);
    return { size };
  }
  if (option.place === 'form' || (option.place === 'body' && part.method === 'GET')) {
    context.lose('the page size, which goes into a body');
    return { size };
  }
  if (option.place === token?.place && option.param === token.param) {
    context.lose('the page size, which is asked for as the page is');
    return { size };
  }
  // A size that goes elsewhere than the page is always the same there.
  if (part.method === 'POST' && token && token.place !== 'path' && option.place !== token.place) {
    if (option.place === 'query') part.query[option.param] = String(size);
    else part.body = { ...part.body, [option.param]: size };
    return { size };
  }
  if (option.place === 'query' && part.method === 'POST') part.paramsInQuery = true;
  return { size, size_param: option.param };
}

function cursorPagination(
  strategy: Node,
  token: ReturnType<typeof optionPlace>,
  sizes: Sizes,
  context: Context,
  part: RequestPart,
  idPath: string,
): PaginationInput {
  const source = textAt(strategy, 'cursor_value') ?? '';
  const value = context.meaning(source);
  if (value === null) throw new Refusal('a cursor that can not be read');
  const ends = endsOf(textAt(strategy, 'stop_condition'));
  const found = narrowed(cursorSource(value, idPath, source), ends);
  if (found === null) throw new Refusal(`a cursor that is computed: ${source.replace(/\s+/g, ' ').slice(0, 120)}`);
  for (const what of ends.unclear) context.lose(`the end of the list by ${what}`);
  if (found.kind === 'sum') return summed(found, token, sizes, ends, context, part);
  if (found.kind === 'link' || token?.place === 'path' || found.kind === 'address') {
    return nextAddress(found, sizes);
  }
  const sent = tokenParameter(token, part);
  if (sent === null) return onlyPage(sizes, context, part);
  const text = found.kind === 'template' ? deepParameter(sent.param, found.text, part) : sent;
  const flags = flagsOf(ends, found.kind === 'last' ? null : found.path);
  return { style: 'cursor', ...text, ...whereNext(found), ...flags, ...sizes, may_end_full: true };
}

/** Where a manifest takes an object for the cursor, its end tells what of the object is meant. */
function narrowed(found: CursorSource | null, ends: Ends): CursorSource | null {
  if (found?.kind !== 'body') return found;
  const inner = [...ends.falseAt, ...ends.absentAt].find((path) => path.startsWith(`${found.path}.`));
  return inner === undefined ? found : { ...found, path: inner };
}

type CursorSource =
  | { kind: 'body'; path: string }
  | { kind: 'template'; path: string; text: string }
  | { kind: 'header'; path: string }
  | { kind: 'last'; path: string; isId: boolean }
  /** The parameter is cut out of the address of the next page. */
  | { kind: 'address'; path: string }
  | { kind: 'link' }
  | { kind: 'sum'; parts: readonly Meaning[] };

function cursorSource(value: Meaning, idPath: string, source: string): CursorSource | null {
  if (value.is === 'open' && value.reads.has('headers') && /\blink\b/i.test(source)) return { kind: 'link' };
  if (value.is === 'sum') return { kind: 'sum', parts: value.parts };
  if (value.is === 'text') return templateSource(value.parts);
  if (value.is !== 'slot') return null;
  const path = dotted(value.path);
  switch (value.of) {
    case 'response': {
      const last = /^(.*)\.-1\.([^.]+)$/.exec(path);
      if (last?.[2] !== undefined) return { kind: 'last', path: last[2], isId: last[2] === idPath };
      return value.pattern === undefined ? { kind: 'body', path } : { kind: 'address', path };
    }
    case 'headers':
      if (value.path[0]?.toLowerCase() === 'link') return { kind: 'link' };
      return value.path.length === 1 ? { kind: 'header', path } : null;
    case 'last_record':
      return path === '' ? null : { kind: 'last', path, isId: path === idPath };
    default:
      return null;
  }
}

/** A text with one place of the answer in it. */
function templateSource(parts: readonly Meaning[]): CursorSource | null {
  let path: string | null = null;
  let text = '';
  for (const part of parts) {
    if (part.is === 'known') text += textOf(part.value);
    else if (part.is === 'slot' && part.of === 'response' && path === null) {
      path = dotted(part.path);
      text += '{value}';
    } else return null;
  }
  return path === null ? null : { kind: 'template', path, text: text.trim() };
}

function whereNext(found: Exclude<CursorSource, { kind: 'link' | 'sum' | 'address' }>) {
  if (found.kind === 'header') return { next_header: found.path };
  if (found.kind !== 'last') return { next: found.path };
  return found.isId ? { last_id: true } : { last_field: found.path };
}

/** A cursor within JSON goes to its own place in the body; what else the JSON holds stands there always. */
function deepParameter(param: string, text: string, part: RequestPart) {
  const json = parsed(text);
  if (json === null || part.method !== 'POST') return { param, sent_as: text };
  const path = valuePath(json, param);
  if (path === null) return { param, sent_as: text };
  const rest = withoutValue(json);
  part.body = { ...part.body, ...(Object.keys(rest).length > 0 ? { [param]: rest } : {}) };

  return { param: path };
}

function parsed(text: string): Node | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function valuePath(json: Node, prefix: string): string | null {
  for (const [key, value] of Object.entries(json)) {
    if (value === '{value}') return `${prefix}.${key}`;
    const inner = nodeAt(json, key);
    const found = inner ? valuePath(inner, `${prefix}.${key}`) : null;
    if (found) return found;
  }
  return null;
}

function withoutValue(json: Node): Node {
  const entries = Object.entries(json).flatMap(([key, value]): [string, unknown][] => {
    const inner = nodeAt(json, key);
    return value === '{value}' ? [] : [[key, inner ? withoutValue(inner) : value]];
  });
  return Object.fromEntries(entries);
}

function flagsOf(ends: Ends, nextPath: string | null): { more?: string; last?: string } {
  const apart = (path: string) => nextPath === null || !`${nextPath}.`.startsWith(`${path}.`);
  const more = ends.falseAt.find(apart);
  const last = ends.trueAt.find(apart);
  return { ...(more === undefined ? {} : { more }), ...(last === undefined || more !== undefined ? {} : { last }) };
}

function nextAddress(found: CursorSource, sizes: Sizes): PaginationInput {
  if (found.kind === 'link') return { style: 'next_url', ...sizes, may_end_full: true };
  if (found.kind === 'body' || found.kind === 'address') {
    return { style: 'next_url', next: found.path, ...sizes, may_end_full: true };
  }

  throw new Refusal('an address of the next page that is computed');
}

/** Arithmetic on what the answer repeats of the request: pages or offsets. */
function summed(
  found: Extract<CursorSource, { kind: 'sum' }>,
  token: ReturnType<typeof optionPlace>,
  sizes: Sizes,
  ends: Ends,
  context: Context,
  part: RequestPart,
): PaginationInput {
  const sent = tokenParameter(token, part);
  if (sent === null) throw new Refusal('a cursor that is computed and sent nowhere');
  const flags = flagsOf(ends, null);
  const step = found.parts.find((each) => each.is === 'known');
  const total = ends.totalAt === undefined ? {} : { total: ends.totalAt };
  if (step === undefined) return { style: 'offset', ...sent, ...total, ...flags, ...sizes };
  if (step.is !== 'known' || step.value !== 1) throw new Refusal('a cursor that is computed');
  context.lose('the number of the first page, taken as 1');
  const pages = ends.pagesAt === undefined ? {} : { pages: ends.pagesAt };
  return { style: 'page', ...sent, first: 1, ...pages, ...flags, ...sizes };
}
