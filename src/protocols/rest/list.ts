import { CapWindows, capReached } from '../../connector/cap-windows.ts';
import { compileTime, type TimeCodec } from '../../connector/codec/time.ts';
import type { ListDefinition } from '../../connector/definition.ts';
import { milliseconds } from '../../connector/duration.ts';
import type { PageAnswer, PageRequest, PageWalk } from '../../connector/page-walk.ts';
import { createPageWalk, pageFacts } from '../../connector/pagination.ts';
import type { ReadStep, WireRecord } from '../../connector/port.ts';
import { serverTime } from '../../connector/response.ts';
import { withQuery } from '../../connector/template.ts';
import { wireReader } from '../../connector/wire-path.ts';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import type { RestObject } from './rest-object.ts';
import type { Sender } from './sender.ts';

export interface ListQuery {
  object: RestObject;
  list: ListDefinition;
  /** Besides the list's own query. */
  query: Record<string, string>;
  /** Epoch ms; null for everything. */
  since: number | null;
  signal?: AbortSignal;
}

/** Pages in flight at once, where their places are known ahead. */
const AHEAD = 2;

/** Reads a list to its end, page by page; the pages that can be known ahead are asked for while one is dealt with. */
export async function* readList(sender: Sender, query: ListQuery): AsyncGenerator<ReadStep> {
  const reading = new Reading(sender, query);
  try {
    for (;;) {
      const step = await reading.step();
      yield step;
      if (step.kind === 'end') return;
    }
  } finally {
    reading.stop();
  }
}

interface Page {
  records: WireRecord[];
  answer: PageAnswer;
  /** Records that could not be recognised. */
  unreadable: number;
  serverTime: number | null;
}

type Fetched = { ok: true; page: Page } | { ok: false; diagnostic: Diagnostic };

class Reading {
  readonly #sender: Sender;
  readonly #query: ListQuery;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #facts: (body: unknown) => Omit<PageAnswer, 'ids'>;
  readonly #records: (body: unknown) => unknown;
  readonly #time: TimeCodec | null;
  #walk: PageWalk;
  #windows: CapWindows | null = null;
  #since: number | null;
  #inFlight: { request: PageRequest; page: Promise<Fetched> }[] = [];
  #capped = false;
  #unreadable = 0;
  #serverTime: number | null | undefined;
  #end: ReadStep | null = null;

  constructor(sender: Sender, query: ListQuery) {
    const { list } = query;
    this.#sender = sender;
    this.#query = query;
    this.#signal = query.signal ? AbortSignal.any([query.signal, this.#stop.signal]) : this.#stop.signal;
    this.#facts = pageFacts(list.pagination);
    this.#records = wireReader(list.records);
    this.#time = list.since ? compileTime(list.since.time) : null;
    this.#since = query.since;
    this.#walk = createPageWalk(list.pagination);
    const tellsTotal = 'total' in list.pagination && list.pagination.total !== undefined;
    if (list.cap !== undefined && !tellsTotal) this.#sortIntoWindows();
  }

  stop(): void {
    this.#stop.abort();
  }

  async step(): Promise<ReadStep> {
    while (!this.#end) {
      this.#ask();
      const next = this.#inFlight.shift();
      if (!next) {
        this.#nextWindow();
        continue;
      }
      const fetched = await next.page;
      if (!fetched.ok) {
        this.#finish(false, fetched.diagnostic);
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
      this.#inFlight.push({ request, page: this.#fetch(request) });
    }
  }

  async #fetch(request: PageRequest): Promise<Fetched> {
    const { object, list, query } = this.#query;
    const sort = this.#windows && list.sort ? { [list.sort.param]: list.sort.by_modified } : {};
    const path = withQuery(list.path, { ...list.query, ...query, ...sort, ...this.#sinceQuery(), ...request.query });
    const sent = await this.#sender.send({
      kind: 'reads',
      method: 'GET',
      path,
      repeatable: true,
      signal: this.#signal,
    });
    if (!sent.ok) return { ok: false, diagnostic: sent.diagnostic };
    const items = this.#records(sent.data);
    if (!Array.isArray(items)) return { ok: false, diagnostic: noRecords(list.records) };
    const records: WireRecord[] = [];
    for (const item of items) {
      const record = object.view(item);
      if (record) records.push(record);
    }
    const ids = records.map((record) => record.id);
    const unreadable = items.length - records.length;
    const facts = this.#facts(sent.data);
    // Records without an id still take a place on their page.
    for (let i = 0; i < unreadable; i++) ids.push(`\0${request.start + i}`);
    return {
      ok: true,
      page: { records, answer: { ids, ...facts }, unreadable, serverTime: serverTime(sent.response) },
    };
  }

  #sinceQuery(): Record<string, string> {
    const { since } = this.#query.list;
    if (!since || !this.#time || this.#since === null) return {};
    return { [since.param]: sinceText(this.#time, this.#since) };
  }

  /** The records of the page that were not there before. */
  #accept(request: PageRequest, page: Page): WireRecord[] {
    const { cap } = this.#query.list;
    this.#serverTime ??= page.serverTime;
    if (!this.#windows && cap !== undefined && (page.answer.total ?? 0) > cap && this.#sortIntoWindows()) return [];
    const step = this.#walk.accept(request, page.answer);
    if (step.kind === 'page' && step.discard) this.#inFlight = [];
    this.#unreadable += page.unreadable;
    const windows = this.#windows;
    const records = page.records.filter((record, place) => step.fresh(place) && (!windows || windows.take(record)));
    if (step.kind === 'end') this.#finish(step.complete, step.diagnostic);
    return records;
  }

  /** Begins anew, sorted by modification stamp; false where the system can't. */
  #sortIntoWindows(): boolean {
    const { object, list } = this.#query;
    if (!list.sort || !list.since || object.definition.modified === undefined) return false;
    this.#windows = new CapWindows(this.#since, milliseconds(list.since.precision), list.since.inclusive);
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
      if (!this.#sortIntoWindows()) this.#finish(false, capReached(cap));
      return;
    }
    const next = this.#windows.next();
    if (!next.ok) {
      this.#finish(false, next.error);
      return;
    }
    this.#since = next.value;
    this.#begin();
  }

  #finish(complete: boolean, diagnostic: Diagnostic | undefined): void {
    const unreadable = this.#unreadable > 0 ? withoutId(this.#unreadable) : undefined;
    const told = diagnostic ?? unreadable;
    this.#end = {
      kind: 'end',
      complete: complete && unreadable === undefined,
      serverTime: this.#serverTime ?? null,
      ...(told ? { diagnostic: told } : {}),
    };
    this.stop();
  }
}

const HALF_HOUR = 1_800_000;

/**
 * The instant as the filter's text. A local time that occurs twice is moved before the first of the two: the server may
 * take it for the second.
 */
function sinceText(time: TimeCodec, since: number): string {
  const text = time.writeMs(since);
  for (const later of [HALF_HOUR, 2 * HALF_HOUR]) {
    if (time.writeMs(since + later) === text) return String(time.writeMs(since - later));
  }
  return String(text);
}

const noRecords = (path: string) =>
  problem('records-missing', 'The answer holds no list of records', {
    detail: path === '' ? 'The body is not a list.' : `There is no list at ${path}.`,
    next: 'Check list.records of this object in the connector',
  });

const withoutId = (count: number) =>
  problem('record-without-id', `${count} records have no id that can be read`, {
    next: 'Check the id of this object in the connector',
  });
