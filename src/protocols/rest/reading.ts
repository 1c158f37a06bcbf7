import { CapWindows, capReached } from '../../connector/cap-windows.ts';
import type { ListDefinition } from '../../connector/definition.ts';
import type { PageAnswer, PageRequest, PageWalk } from '../../connector/page-walk.ts';
import { createPageWalk, type PageFacts, pageFacts } from '../../connector/pagination.ts';
import type { ReadStep, WireRecord } from '../../connector/port.ts';
import { serverTime } from '../../connector/response.ts';
import { compileSince, type SinceFilter, type Span } from '../../connector/since-filter.ts';
import { SpanWalk } from '../../connector/span-walk.ts';
import type { Names } from '../../connector/template.ts';
import { wireReader } from '../../connector/wire-path.ts';
import type { HttpResponse } from '../../platform/http.ts';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import { PARSERS } from './formats.ts';
import { compileItems } from './list-records.ts';
import { compileListRequest, type ListRequest } from './list-request.ts';
import { sendUnlessUnchanged } from './remembered-answers.ts';
import type { RestObject } from './rest-object.ts';
import type { Sender } from './sender.ts';

/** One list below one parent, for one value of `each`. */
export interface ListQuery {
  object: RestObject;
  list: ListDefinition;
  /** Besides the list's own query. */
  query: Readonly<Record<string, unknown>>;
  /** Epoch ms; null for everything. */
  since: number | null;
  names: Names;
  parentId: string | undefined;
  signal: AbortSignal;
}

/** Pages in flight at once, where their places are known ahead. */
const AHEAD = 2;

interface Page {
  records: WireRecord[];
  answer: PageAnswer;
  /** Records that could not be recognised. */
  unreadable: number;
  serverTime: number | null;
}

type Fetched = { ok: true; page: Page } | { ok: false; diagnostic: Diagnostic; missing: boolean };

export type ReadingEnd = Extract<ReadStep, { kind: 'end' }> & {
  /** The system says that there is no such list. */
  missing?: boolean;
};

/** Reads a list to its end, page by page; the pages that can be known ahead are asked for while one is dealt with. */
export class Reading {
  readonly #sender: Sender;
  readonly #query: ListQuery;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #facts: PageFacts;
  readonly #items: (body: unknown) => readonly unknown[] | null;
  readonly #request: ListRequest;
  readonly #lastIn: ((item: unknown) => unknown) | null;
  readonly #since: SinceFilter | null;
  readonly #spans: SpanWalk;
  #walk: PageWalk;
  #windows: CapWindows | null = null;
  #inFlight: { request: PageRequest; page: Promise<Fetched> }[] = [];
  #capped = false;
  #unreadable = 0;
  #serverTime: number | null | undefined;
  #end: ReadingEnd | null = null;

  constructor(sender: Sender, query: ListQuery) {
    const { list, object } = query;
    this.#sender = sender;
    this.#query = query;
    this.#signal = AbortSignal.any([query.signal, this.#stop.signal]);
    this.#facts = pageFacts(list.pagination);
    this.#items = compileItems(list);
    this.#request = compileListRequest(list, sender.baseUrl);
    this.#lastIn = lastReader(object, list);
    this.#since = list.since ? compileSince(list.since) : null;
    const mayBeSplit = list.cap !== undefined && list.sort === undefined;
    this.#spans = new SpanWalk(this.#since, query.since, sender.now(), mayBeSplit);
    this.#walk = createPageWalk(list.pagination);
    const tellsTotal = list.pagination.style !== 'none' && 'total' in list.pagination && list.pagination.total;
    if (list.cap !== undefined && !tellsTotal) this.#sortIntoWindows();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Asks for the first page, where that was not done yet. */
  start(): void {
    if (this.#inFlight.length === 0) this.#ask();
  }

  async step(): Promise<{ kind: 'page'; records: WireRecord[] } | ReadingEnd> {
    while (!this.#end) {
      this.#ask();
      const next = this.#inFlight.shift();
      if (!next) {
        this.#nextWindow();
        continue;
      }
      const fetched = await next.page;
      if (!fetched.ok) {
        this.#finish(false, fetched.diagnostic, fetched.missing);
        break;
      }
      const records = this.#accept(next.request, fetched.page);
      this.#ask();
      if (records.length > 0) return { kind: 'page', records };
    }
    return this.#end ?? { kind: 'end', complete: false, serverTime: null };
  }

  /** Sends what can be asked for now, up to the cap of one query. */
  #ask(): void {
    const { cap } = this.#query.list;
    while (!this.#end && !this.#capped && this.#inFlight.length < AHEAD) {
      const request = this.#walk.ask();
      if (!request) return;
      if (cap !== undefined && request.start + request.size > cap && request.start > 0) {
        this.#capped = true;
        return;
      }
      this.#inFlight.push({ request, page: this.#fetch(request, this.#spans.current) });
    }
  }

  async #fetch(page: PageRequest, span: Span): Promise<Fetched> {
    const { object, list, query, names } = this.#query;
    const since = this.#since?.of(span);
    const sort = this.#windows && list.sort ? { [list.sort.param]: list.sort.by_modified } : {};
    const filter = { ...query, ...sort, ...since?.query };
    const request = this.#request({ names, query: filter, headers: since?.headers ?? {}, page });
    if (!request.ok) return { ok: false, diagnostic: request.error, missing: false };
    const call = { kind: 'reads', ...request.value, repeatable: true, signal: this.#signal } as const;
    const parse = PARSERS[list.format];
    const asked = since === undefined || list.since?.header !== true ? call : { ...call, unchanged: true };
    const sent = list.conditional
      ? await sendUnlessUnchanged(this.#sender, { ...asked, parse }, list.conditional, object.remembered)
      : await this.#sender.send({ ...asked, parse });
    if (!sent.ok && sent.action !== 'empty') {
      return { ok: false, diagnostic: sent.diagnostic, missing: sent.action === 'missing' };
    }
    if (!sent.ok || sent.response.status === 304) return { ok: true, page: emptyPage(sent.response) };
    const items = this.#items(sent.data);
    if (!items) return { ok: false, diagnostic: noRecords(list.records), missing: false };
    const { headers } = sent.response;
    return { ok: true, page: this.#pageOf(items, this.#facts(sent.data, headers), page, serverTime(sent.response)) };
  }

  #pageOf(
    items: readonly unknown[],
    facts: Omit<PageAnswer, 'ids'>,
    { start }: PageRequest,
    serverTime: number | null,
  ): Page {
    const { object, parentId } = this.#query;
    const records: WireRecord[] = [];
    for (const item of items) {
      const record = object.view(item, parentId);
      if (record) records.push(record);
    }
    const ids = records.map((record) => record.id);
    const unreadable = items.length - records.length;
    // Records without an id still take a place on their page.
    for (let i = 0; i < unreadable; i++) ids.push(`\0${start + i}`);
    const answer: PageAnswer = { ids, ...facts };
    if (shifts(this.#query.list)) answer.versions = versionsOf(records);
    if (this.#lastIn) {
      const last = this.#lastIn(items.at(-1));
      answer.last = typeof last === 'string' || typeof last === 'number' ? last : null;
      answer.stamps = records.map((record) => record.modified);
    }
    return { records, answer, unreadable, serverTime };
  }

  /** The records of the page that were not there before. */
  #accept(request: PageRequest, page: Page): WireRecord[] {
    const { cap } = this.#query.list;
    this.#serverTime ??= page.serverTime;
    if (!this.#windows && cap !== undefined && (page.answer.total ?? 0) > cap) {
      if (this.#sortIntoWindows() || this.#splitSpan()) return [];
    }
    const step = this.#walk.accept(request, page.answer);
    if (step.kind === 'page' && step.discard) this.#inFlight = [];
    this.#unreadable += page.unreadable;
    const windows = this.#windows;
    const spans = this.#spans.isDivided ? this.#spans : null;
    const records = page.records.filter(
      (record, place) =>
        step.fresh(place) && (windows === null || windows.take(record)) && (spans === null || spans.take(record)),
    );
    if (step.kind === 'end') {
      if (!step.complete || !this.#nextSpan()) this.#finish(step.complete, step.diagnostic);
    }
    return records;
  }

  #nextSpan(): boolean {
    if (!this.#spans.next()) return false;
    if (this.#windows) this.#sortIntoWindows();
    else this.#begin();
    return true;
  }

  /** Begins anew, sorted by modification stamp; false where the system can't. */
  #sortIntoWindows(): boolean {
    const { object, list } = this.#query;
    if (!list.sort || !this.#since || object.definition.modified === undefined) return false;
    this.#windows = new CapWindows(this.#spans.current.since, this.#since.grain, this.#since.inclusive);
    this.#begin();
    return true;
  }

  /** Begins anew with the first half of the stretch of time; false where it can not be divided. */
  #splitSpan(): boolean {
    if (!this.#spans.split()) return false;
    this.#begin();
    return true;
  }

  #begin(): void {
    this.#walk = createPageWalk(this.#query.list.pagination);
    this.#inFlight = [];
    this.#capped = false;
  }

  #nextWindow(): void {
    const { cap = 0 } = this.#query.list;
    if (!this.#windows) {
      if (!this.#sortIntoWindows() && !this.#splitSpan()) this.#finish(false, capReached(cap));
      return;
    }
    const next = this.#windows.next();
    if (!next.ok) {
      this.#finish(false, next.error);
      return;
    }
    this.#spans.continueAt(next.value);
    this.#begin();
  }

  #finish(complete: boolean, diagnostic: Diagnostic | undefined, missing = false): void {
    const unreadable = this.#unreadable > 0 ? withoutId(this.#unreadable) : undefined;
    const told = diagnostic ?? unreadable;
    this.#end = {
      kind: 'end',
      complete: complete && unreadable === undefined,
      serverTime: this.#serverTime ?? null,
      ...(told ? { diagnostic: told } : {}),
      ...(missing ? { missing } : {}),
    };
    this.stop();
  }
}

const shifts = ({ pagination }: ListDefinition): boolean => 'shifts' in pagination && pagination.shifts;

function versionsOf(records: readonly WireRecord[]): Map<string, string | number> {
  const versions = new Map<string, string | number>();
  for (const { id, version, modified } of records) {
    const known = version ?? modified;
    if (known !== null) versions.set(id, known);
  }
  return versions;
}

const emptyPage = (response: HttpResponse | null): Page => ({
  records: [],
  answer: { ids: [], next: null, total: null, pages: null, more: false },
  unreadable: 0,
  serverTime: response && serverTime(response),
});

const noRecords = (path: string) =>
  problem('records-missing', 'The answer holds no list of records', {
    detail: path === '' ? 'The body is not a list.' : `There is no list at ${path}.`,
    next: 'Check list.records of this object in the connector',
  });

const withoutId = (count: number) =>
  problem('record-without-id', `${count} records have no id that can be read`, {
    next: 'Check the id of this object in the connector',
  });

/** What of the last record the next page is asked for with, where the pagination goes by it. */
function lastReader(object: RestObject, { pagination, item }: ListDefinition): ((item: unknown) => unknown) | null {
  if (pagination.style !== 'cursor' && pagination.style !== 'keyset') return null;
  const record = item === '' ? (value: unknown) => value : wireReader(item);
  if (pagination.style === 'cursor' && pagination.last_field !== undefined) {
    const at = wireReader(pagination.last_field);
    return (value) => at(record(value));
  }
  if (pagination.style === 'cursor' && !pagination.last_id) return null;
  const at = wireReader(object.definition.id.path);
  return (value) => at(record(value));
}
