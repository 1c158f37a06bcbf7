import type { ListDefinition, ObjectDefinition } from '../../connector/definition.ts';
import { isWire, wireReader } from '../../connector/wire-path.ts';
import { ACCEPT, PARSERS } from '../../protocols/rest/formats.ts';
import { compileItems } from '../../protocols/rest/list-records.ts';
import { type Draft, valueAt } from './draft.ts';
import type { Change, Finding, Verdict } from './finding.ts';
import type { Raw, Reply } from './raw.ts';

export interface LearnOptions {
  /** Whether marked test records may be made and removed. */
  write: boolean;
  /** The longest wait for one thing to happen, ms. */
  patienceMs: number;
  /** Requests sent at once to find the most that are served; 0 for none. */
  burst: number;
  /** Pages that one walk to the end of a list may take. */
  mostPages: number;
  signal?: AbortSignal;
}

/** A record as a list showed it. */
export interface Listed {
  id: string;
  wire: unknown;
}

/** One page of a list, as it came. */
export interface Page {
  reply: Reply;
  /** Null where the answer held no list. */
  items: readonly unknown[] | null;
  /** Those with an id. */
  records: Listed[];
  ids: string[];
  total: number | null;
  next: string | null;
  /** What was asked for to get it. */
  place: Place;
}

/** Where a page begins. */
export interface Place {
  index: number;
  cursor: string | null;
  /** Records before it. */
  offset: number;
}

export const START: Place = { index: 0, cursor: null, offset: 0 };

export interface PageAsk {
  place?: Place;
  size?: number;
  /** See `Ask`. */
  query?: Record<string, string>;
  values?: Record<string, string>;
  /** Leaves the declared size out. */
  unsized?: boolean;
}

/** What a probe says; the rest of the finding is filled in. */
export interface Telling {
  /** Below the object; for a fact of the whole system, `system` is set. */
  at: readonly string[];
  fact: string;
  verdict: Verdict;
  seen: string;
  declared?: unknown;
  changes?: Change[];
  system?: boolean;
}

/** One object under the eyes of the probes: asks for its pages and records, and words what was found. */
export class Subject {
  readonly name: string;
  readonly raw: Raw;
  readonly draft: Draft;
  readonly options: LearnOptions;
  #probe = '';
  #mark = 0;
  #sample: { key: string; page: Page } | null = null;

  constructor(name: string, raw: Raw, draft: Draft, options: LearnOptions) {
    this.name = name;
    this.raw = raw;
    this.draft = draft;
    this.options = options;
  }

  get definition(): ObjectDefinition {
    return this.draft.object(this.name);
  }

  get list(): ListDefinition | undefined {
    return this.definition.list;
  }

  now(): number {
    return this.raw.platform.clock.now();
  }

  sleep(ms: number): Promise<void> {
    return this.raw.platform.clock.sleep(ms, this.options.signal);
  }

  /** A path of the connector with the object's name in it. */
  path(template: string): string {
    return template.replaceAll('{object}', encodeURIComponent(this.name));
  }

  /** From here on findings are those of this probe. */
  begin(probe: string): void {
    this.#probe = probe;
    this.#mark = this.raw.mark();
  }

  /** Evidence begins here. */
  mark(): void {
    this.#mark = this.raw.mark();
  }

  tell({ at, fact, verdict, seen, declared, changes = [], system = false }: Telling): Finding {
    const path = system ? at : ['objects', this.name, ...at];
    const said = declared === undefined ? this.draft.declared(path) : declared;
    const kept = changes.length > 0 && this.#isByHand(path);
    const wanted = verdict !== 'not visible' && changes.length > 0 && !kept;
    const taken = wanted && this.draft.apply(changes);
    const remark = kept ? '; it stays, since it was written by hand' : "; can't be written into the file";
    return {
      probe: this.#probe,
      object: system ? null : this.name,
      at: path.join('.'),
      fact,
      verdict,
      declared: said === undefined || said === null ? null : JSON.stringify(said),
      seen: changes.length > 0 && verdict !== 'not visible' && !taken ? `${seen}${remark}` : seen,
      evidence: this.raw.evidence(this.#mark),
      changes: taken ? changes : [],
    };
  }

  hidden(at: readonly string[], fact: string, why: string, system = false): Finding {
    // What is said about answers is one list for all of them.
    const declared = at[0] === 'responses' ? { declared: null } : {};
    return this.tell({ at, fact, verdict: 'not visible', seen: why, system, ...declared });
  }

  /**
   * The value that a key should have: confirmed where the file says so, learnt where it says nothing, else contradicted.
   * `undefined` means that the key should not be there.
   */
  settle(at: readonly string[], value: unknown, fact: string, seen: string, system = false): Finding {
    const path = system ? at : ['objects', this.name, ...at];
    const said = this.draft.declared(path);
    // What is so by default need not be written.
    const changes = same(valueAt(this.draft.connector, path), value) ? [] : [{ path, value }];
    const verdict = same(said, value)
      ? said === undefined
        ? 'learnt'
        : 'confirmed'
      : said === undefined
        ? 'learnt'
        : 'contradicted';
    return this.tell({ at, fact, verdict, seen, changes, system });
  }

  /** Whether what the file says at a path is known to be a guess; a path that it leaves out is one. */
  isGuess(at: readonly string[]): boolean {
    const path = ['objects', this.name, ...at];
    if (this.draft.declared(path) === undefined) return true;
    const steps = path.map((_, i) => path.slice(0, path.length - i).join('.'));
    const ground = steps.flatMap((one) => this.draft.connector.grounds.filter(({ at: place }) => place === one))[0];
    return ground?.ground === 'assumed' || ground?.ground === 'inferred';
  }

  #isByHand(path: readonly string[]): boolean {
    const steps = path.map((_, i) => path.slice(0, i + 1).join('.'));
    return this.draft.connector.grounds.some(({ at, ground }) => ground === 'by hand' && steps.includes(at));
  }

  /** The first page as declared, kept while the list's definition stays the same. */
  async sample(fresh = false): Promise<Page> {
    const key = JSON.stringify([this.list, this.definition.id]);
    if (fresh || this.#sample?.key !== key) this.#sample = { key, page: await this.page() };
    return this.#sample.page;
  }

  async page({ place = START, size, query = {}, values = {}, unsized = false }: PageAsk = {}): Promise<Page> {
    const { list } = this;
    if (!list) throw new Error(`The connector declares no list for ${this.name}`);
    const sized = unsized ? {} : sizeQuery(list, size);
    const { address, asked, hidden } = placeQuery(list, place, size);
    const path = this.path(list.path);
    const how = { headers: { accept: ACCEPT[list.format], ...list.headers }, parse: PARSERS[list.format] };
    const reply = await this.raw.send(
      address === null
        ? { ...how, path, query: { ...list.query, ...query, ...sized, ...asked }, values: { ...values, ...hidden } }
        : { ...how, path: this.raw.relative(address) ?? path, shown: `${path}?(the next address)` },
    );
    return this.read(reply, place);
  }

  /** What an answer to a list holds, by the list's definition. */
  read(reply: Reply, place: Place = START): Page {
    const list = this.list;
    const items = list && isGood(reply) ? compileItems(list)(reply.data) : null;
    if (items) reply.noteRecords(items.length);
    const records = (items ?? []).flatMap((wire) => {
      const id = this.idIn(wire);
      return id === null ? [] : [{ id, wire }];
    });
    return {
      reply,
      items,
      records,
      ids: records.map((record) => record.id),
      total: list ? totalIn(list, reply) : null,
      next: list ? nextIn(list, reply, records) : null,
      place,
    };
  }

  idIn(wire: unknown): string | null {
    const value = wireReader(this.definition.id.path)(wire);
    if (typeof value === 'string') return value === '' ? null : value;
    return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
  }

  /** The place after a page; null where its list ends, as far as the connector can tell. */
  after(page: Page): Place | null {
    const { list } = this;
    const count = page.items?.length ?? 0;
    if (!list || count === 0) return null;
    const place = { index: page.place.index + 1, cursor: page.next, offset: page.place.offset + count };
    switch (list.pagination.style) {
      case 'none':
      case 'keyset':
        return null;
      case 'cursor':
      case 'next_url':
        return page.next === null ? null : place;
      case 'page':
      case 'offset':
        return page.total !== null && place.offset >= page.total ? null : place;
    }
  }

  /** A record by its id, as it is; `record` is null where there is none. */
  async get(id: string): Promise<{ reply: Reply; record: unknown }> {
    const { get } = this.definition;
    if (!get) throw new Error(`The connector declares no get for ${this.name}`);
    const reply = await this.raw.send({ path: this.path(get.path), id });
    const found = isGood(reply) ? wireReader(get.record)(reply.data) : undefined;
    return { reply, record: isWire(found) && this.idIn(found) !== null ? found : null };
  }
}

export const isGood = (reply: Reply): boolean => reply.status !== null && reply.status >= 200 && reply.status < 300;

/** Deep equality of JSON values. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isWire(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** `HTTP 400`, or that nothing came. */
export const statusText = (reply: Reply): string => (reply.status === null ? 'no answer' : `HTTP ${reply.status}`);

function sizeQuery({ pagination }: ListDefinition, size: number | undefined): Record<string, string> {
  if (pagination.style === 'none' || pagination.size_param === undefined) return {};
  return { [pagination.size_param]: String(size ?? pagination.size) };
}

interface Placed {
  /** Instead of path and query, after the base URL. */
  address: string | null;
  asked: Record<string, string>;
  hidden: Record<string, string>;
}

function placeQuery({ pagination }: ListDefinition, place: Place, size: number | undefined): Placed {
  const sent = (value: string) => {
    const template = ('sent_as' in pagination ? pagination.sent_as : undefined) ?? '{value}';
    const count = size ?? ('size' in pagination ? pagination.size : 0);
    return template.replaceAll('{value}', value).replaceAll('{size}', String(count));
  };
  const none = { address: null, asked: {}, hidden: {} };
  switch (pagination.style) {
    case 'none':
    case 'keyset':
      return none;
    case 'cursor':
      return place.cursor === null ? none : { ...none, hidden: { [pagination.param]: sent(place.cursor) } };
    case 'next_url':
      return { ...none, address: place.cursor };
    case 'page':
      return place.index === 0
        ? none
        : { ...none, asked: { [pagination.param]: sent(String(pagination.first + place.index)) } };
    case 'offset':
      return place.offset === 0 ? none : { ...none, asked: { [pagination.param]: sent(String(place.offset)) } };
  }
}

export function countOf(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

function totalIn({ pagination }: ListDefinition, reply: Reply): number | null {
  if ('total_header' in pagination && pagination.total_header !== undefined) {
    return countOf(reply.headers[pagination.total_header.toLowerCase()]);
  }
  if (!('total' in pagination) || pagination.total === undefined) return null;
  return countOf(wireReader(pagination.total)(reply.data));
}

function nextIn({ pagination }: ListDefinition, reply: Reply, records: readonly Listed[]): string | null {
  if (pagination.style === 'cursor') {
    if (pagination.last_id) return records.at(-1)?.id ?? null;
    if (pagination.last_field !== undefined) return tokenOf(wireReader(pagination.last_field)(records.at(-1)?.wire));
    const found =
      pagination.next_header === undefined
        ? wireReader(pagination.next ?? '')(reply.data)
        : reply.headers[pagination.next_header.toLowerCase()];
    return tokenOf(found);
  }
  if (pagination.style !== 'next_url') return null;
  const found =
    pagination.next === undefined ? linkNext(reply.headers.link ?? '') : wireReader(pagination.next)(reply.data);
  return tokenOf(found);
}

export function tokenOf(value: unknown): string | null {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null;
}

/** The address of `rel="next"` in a Link header (RFC 8288). */
export function linkNext(header: string): string | null {
  for (const part of header.split(/,(?=\s*<)/)) {
    const match = /<([^>]+)>\s*;(.*)/.exec(part);
    if (match?.[1] !== undefined && /\brel="?next"?/i.test(match[2] ?? '')) return match[1];
  }
  return null;
}
