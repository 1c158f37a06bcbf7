import type { Parameter } from './description.ts';
import { assumed, declared, type Finding, inferred } from './finding.ts';
import type { ListFound } from './lists.ts';
import { type PageSignals, signalsOf } from './page-signals.ts';
import { isSize, positionOf } from './parameter-names.ts';
import { squeezed } from './path-parts.ts';
import type { Shape, Shapes } from './shape.ts';

/** As it stands under list.pagination. */
export type PaginationDraft = { style: string } & Record<string, string | number | boolean>;

const USUAL_SIZE = 100;

/** How pages are asked for: the parameters say the style, the answer says the end. */
export function paginationOf(list: ListFound, shapes: Shapes): Finding<PaginationDraft> {
  const query = list.operation.parameters.filter((one) => one.in === 'query');
  const signals = signalsOf(list, shapes);
  const usable = query.filter((one) => mayPosition(one, shapes.of(one.schema)));
  const at = (position: 'page' | 'offset' | 'cursor') => usable.find((one) => positionOf(one.name) === position);
  const size = query.find((one) => isSize(one.name) && countable(shapes.of(one.schema)));
  const size_ = size ? sizeOf(size, shapes.of(size.schema)) : undefined;
  const sizes = { ...(size ? { size_param: size.name } : {}), size: size_?.value ?? USUAL_SIZE };
  const cursor = at('cursor');
  const page = at('page');
  const offset = at('offset');
  if (cursor && (signals.nextCursor !== undefined || (!page && !offset))) return byCursor(cursor, sizes, signals);
  if (page) return byNumber('page', page, sizes, signals, shapes.of(page.schema));
  if (offset) return byNumber('offset', offset, sizes, signals, shapes.of(offset.schema));
  return unnumbered(size?.name, sizes, signals);
}

/** A date, a flag or a list of values asks for no place of the list, whatever its name. */
function mayPosition(parameter: Parameter, shape: Shape): boolean {
  if (/date/.test(shape.format) || shape.kind === 'boolean' || shape.kind === 'array' || shape.kind === 'object')
    return false;
  if (shape.options) return false;
  const dated = /\b(date|iso ?8601|timestamp|yyyy)\b/i.test(parameter.description);
  return !(dated && /^(from|start|after|next)$/.test(squeezed(parameter.name)));
}

const countable = (shape: Shape): boolean => ['integer', 'number', 'string', 'unknown'].includes(shape.kind);

/** The largest page that is said to be allowed, else 100, or what is said to be usual where that is more. */
function sizeOf(parameter: Parameter, shape: Shape): Finding<number> {
  const { maximum } = shape;
  if (maximum !== undefined && maximum >= 1) return declared(Math.min(Math.trunc(maximum), 1000), 'its maximum');
  const options = (shape.options ?? []).map(Number).filter((option) => Number.isSafeInteger(option) && option > 0);
  if (options.length > 0) return declared(Math.max(...options), 'its largest option');
  const text = parameter.description.replace(/(\d)[,.](\d{3})\b/g, '$1$2');
  const said =
    /(?:max(?:imum)?|up to|at most|no more than|cannot exceed|can't exceed|not exceed|limit(?:ed)? (?:is|to))\D{0,30}?(\d{1,5})\b/i.exec(
      text,
    )?.[1] ??
    /\b(?:between )?\d+ (?:and|to|-) (\d{1,5})\b/i.exec(text)?.[1] ??
    /\b(\d{1,5})\)? ?(?:\w+ )?(?:max(?:imum)?)\b/i.exec(text)?.[1];
  if (said !== undefined && Number(said) >= 1) return inferred(Math.min(Number(said), 1000), 'its description');
  const fallback = Number(shape.fallback);
  if (Number.isSafeInteger(fallback) && fallback > USUAL_SIZE) return declared(Math.min(fallback, 1000), 'its default');
  return assumed(USUAL_SIZE, 'nothing is said of a largest page');
}

type Sizes = { size_param?: string; size: number };

const total = (signals: PageSignals) => (signals.total === undefined ? {} : { total: signals.total });

function byCursor(cursor: Parameter, sizes: Sizes, signals: PageSignals): Finding<PaginationDraft> {
  const base = { style: 'cursor', param: cursor.name };
  const more = signals.more === undefined ? {} : { more: signals.more };
  if (signals.nextCursor !== undefined) {
    const value = { ...base, next: signals.nextCursor, ...more, ...sizes, ...total(signals) };
    return inferred(value, `parameter ${cursor.name}, next cursor at ${signals.nextCursor}`);
  }
  if (signals.nextHeader !== undefined) {
    const value = { ...base, next_header: signals.nextHeader, ...more, ...sizes };
    return inferred(value, `parameter ${cursor.name}, header ${signals.nextHeader}`);
  }
  const takesId = /^(startingafter|after|afterid|lastid|startid|maxid|nextid|marker|lastseenid)$/.test(
    squeezed(cursor.name),
  );
  if (takesId && (signals.more !== undefined || /\b(id|identifier|object)\b/i.test(cursor.description))) {
    return inferred(
      { ...base, last_id: true, ...more, ...sizes, ...total(signals) },
      `${cursor.name} takes the last id`,
    );
  }
  const byUrl = byAddress(sizes, signals, `parameter ${cursor.name}`);
  if (byUrl) return byUrl;
  if (takesId) return assumed({ ...base, last_id: true, ...sizes }, `${cursor.name} may take the last id`);
  const next = /token/i.test(cursor.name) ? 'next_page_token' : 'next_cursor';
  return assumed(
    { ...base, next, ...sizes },
    `parameter ${cursor.name}; where the next cursor stands is not described`,
  );
}

/** The address of the next page, in the body or the Link header; null where neither is described. */
function byAddress(sizes: Sizes, signals: PageSignals, by: string): Finding<PaginationDraft> | null {
  if (signals.nextUrl !== undefined) {
    const value = { style: 'next_url', next: signals.nextUrl, ...sizes, ...total(signals) };
    return inferred(value, `${by}, address of the next page at ${signals.nextUrl}`);
  }
  if (!signals.linkHeader) return null;
  return inferred({ style: 'next_url', ...sizes, ...total(signals) }, `${by}, header Link`);
}

function byNumber(
  style: 'page' | 'offset',
  parameter: Parameter,
  sizes: Sizes,
  signals: PageSignals,
  shape: Shape,
): Finding<PaginationDraft> {
  const ends: Record<string, string> = {};
  if (signals.total !== undefined) ends.total = signals.total;
  else if (signals.totalHeader !== undefined) ends.total_header = signals.totalHeader;
  else if (style === 'page' && signals.pages !== undefined) ends.pages = signals.pages;
  else if (style === 'page' && signals.pagesHeader !== undefined) ends.pages_header = signals.pagesHeader;
  else if (signals.more !== undefined) ends.more = signals.more;
  else if (signals.last !== undefined) ends.last = signals.last;
  else if (signals.nextUrl !== undefined) ends.more = signals.nextUrl;
  const [end] = Object.entries(ends);
  const because = end
    ? `parameter ${parameter.name}, end by ${end[1]}`
    : `parameter ${parameter.name}, end by a short or empty page`;
  const first = style === 'page' ? { first: firstPage(parameter, shape) } : {};
  const value = { style, param: parameter.name, ...first, ...sizes, ...ends };
  return inferred(value, because);
}

/** Pages count from 1 unless the parameter says 0. */
function firstPage(parameter: Parameter, shape: Shape): number {
  if (Number(shape.fallback) === 0 && shape.fallback !== null && shape.fallback !== '') return 0;
  if (shape.fallback === undefined && shape.minimum === 0) return 0;
  return /zero[- ]based|0[- ]based|starts? (?:at|from|with) (?:0|zero)|0 is the first|first page is 0/i.test(
    parameter.description,
  )
    ? 0
    : 1;
}

function unnumbered(sizeName: string | undefined, sizes: Sizes, signals: PageSignals): Finding<PaginationDraft> {
  const byUrl = byAddress(sizes, signals, sizeName === undefined ? 'no parameter' : `parameter ${sizeName}`);
  if (byUrl) return byUrl;
  if (sizeName !== undefined) {
    return assumed({ style: 'none' }, `${sizeName} limits the list, and nothing asks for what follows`);
  }
  const untold = signals.nextCursor ?? signals.more ?? signals.pages;
  if (untold !== undefined) {
    return assumed({ style: 'none' }, `the answer has ${untold}, but no parameter asks for another page`);
  }
  return inferred({ style: 'none' }, 'no parameter asks for a page');
}
