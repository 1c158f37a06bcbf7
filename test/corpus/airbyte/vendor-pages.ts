import { Template } from '@huggingface/jinja';
import { isNode, type Node, nodeAt, textAt, typeOf } from '../../../src/importers/airbyte/node.ts';
import { set, slotPaths } from './vendor-records.ts';

/** What an answer says of the pages: in its body, by path, and in its headers. */
export interface PageWords {
  body: [string, unknown][];
  headers: Record<string, string>;
}

export interface PageNumbers {
  offset: number;
  size: number;
  total: number;
  /** From 1. */
  page: number;
}

export const TOKEN = 'p2tok';

/**
 * What a page must say so that Airbyte's own conditions, evaluated here by another interpreter than the importer has,
 * come to "go on" on the first page and to "end" on the last; null where nothing does.
 */
export function wordsFor(
  strategy: Node,
  page: 'first' | 'last',
  numbers: PageNumbers,
  url: string,
  last: unknown,
  byAddress: boolean,
): PageWords | null {
  const cursor = textAt(strategy, 'cursor_value') ?? '';
  const stop = textAt(strategy, 'stop_condition');
  const inCursor = slotPaths(cursor, 'response');
  const paths = [...new Set([...inCursor, ...(stop ? slotPaths(stop, 'response') : [])])].filter(
    (path) => !path.includes('-1'),
  );
  const longest = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`)));
  const choices = longest.map((path) =>
    candidates(
      path,
      inCursor.some((one) => `${path}.`.startsWith(`${one}.`)),
      page,
      numbers,
      url,
      byAddress,
    ),
  );
  const tries = page === 'last' ? [true, false] : [false];
  for (const [mustStop, headers] of tries.flatMap((must) =>
    headerChoices(`${cursor}${stop ?? ''}`, page, url).map((each) => [must, each] as const),
  )) {
    for (const values of combinations(choices)) {
      const body: [string, unknown][] = longest.map((path, place): [string, unknown] => [path, values[place]]);
      const told = { body: body.filter(([, value]) => value !== undefined), headers: headers.sent };
      if (fits(told, headers.seen, cursor, stop, page, last, mustStop)) return told;
    }
  }
  return null;
}

function fits(
  words: PageWords,
  headers: Node,
  cursor: string,
  stop: string | undefined,
  page: string,
  last: unknown,
  mustStop: boolean,
): boolean {
  const response: Record<string, unknown> = {};
  for (const [path, value] of words.body) set(response, path, value);
  const world = { response, headers, last_record: last, last_page_size: 1, config: {} };
  const stopped = stop === undefined ? null : holds(stop, world);
  const next = holds(cursor, world);
  if (page === 'first')
    return stopped !== true && next !== false && (stopped !== null || stop === undefined || /headers/.test(stop));
  // A vendor says that it ends where it has a word for that; else the cursor is missing.
  if (stopped === null && /headers/.test(stop ?? '')) return true;
  return stopped === true || (!mustStop && next === false);
}

const NOTHING = new Set(['', 'false', 'False', 'None', 'none', 'null', '{}', '[]', '0', 'undefined']);

/** Whether a text comes to something; null where this interpreter can't say. */
function holds(source: string, world: Record<string, unknown>): boolean | null {
  try {
    const plain = source
      .trim()
      .replace(/\bis (not )?(false|true)\b/gi, (_, not, flag) => `${not ? '!=' : '=='} ${flag.toLowerCase()}`);
    return !NOTHING.has(new Template(plain).render(world).trim());
  } catch {
    return null;
  }
}

function headerChoices(source: string, page: string, url: string): { sent: Record<string, string>; seen: Node }[] {
  if (!/link/i.test(source) || !/headers/.test(source)) return [{ sent: {}, seen: {} }];
  const link = (more: string) => `<${url}>; rel="next"${more}`;
  const seen = (text: string, results: string) => ({
    Link: text,
    link: { next: { url, rel: 'next', results, cursor: TOKEN } },
  });
  if (page === 'first') {
    const text = /results/.test(source) ? link(`; results="true"; cursor="${TOKEN}"`) : link('');
    return [{ sent: { Link: text }, seen: seen(text, 'true') }];
  }
  const ended = link(`; results="false"; cursor="${TOKEN}"`);
  return [
    { sent: {}, seen: { link: {} } },
    { sent: { Link: ended }, seen: seen(ended, 'false') },
  ];
}

function candidates(
  path: string,
  isCursor: boolean,
  page: string,
  numbers: PageNumbers,
  url: string,
  asUrl: boolean,
): unknown[] {
  const name = path.split('.').at(-1)?.toLowerCase() ?? '';
  const told: unknown[] = [];
  if (/^(startat|start|offset|from|skip)$/.test(name)) told.push(numbers.offset);
  if (/max|limit|per_?page|size/.test(name) || name === 'count') told.push(numbers.size);
  if (/total/.test(name)) told.push(numbers.total);
  if (/current|^page$/.test(name)) told.push(numbers.page);
  if (/pages|last_page$/.test(name)) told.push(2);
  if (isCursor) {
    const next = asUrl || /url|link|href|next$/.test(name) ? [url, TOKEN] : [TOKEN, url];
    return [...told, ...(page === 'first' ? next : [null, undefined, '', ...next])];
  }
  return [...told, page !== 'first', page === 'first', 'x', undefined, null, '', 0, 1];
}

function* combinations(choices: readonly (readonly unknown[])[]): Generator<unknown[]> {
  const [first, ...rest] = choices;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const value of first) for (const others of combinations(rest)) yield [value, ...others];
}

/** Whether the paginator names the next page by its address. */
export const goesByAddress = (paginator: Node): boolean => {
  const option = nodeAt(paginator, 'page_token_option');
  return typeOf(option) === 'RequestPath' || (isNode(option) && option.inject_into === 'path');
};
