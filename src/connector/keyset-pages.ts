import { CapWindows } from './cap-windows.ts';
import { compileTime, type TimeCodec } from './codec/time.ts';
import type { Pagination } from './definition.ts';
import { instantText } from './instant-text.ts';
import { createRepeats } from './page-repeats.ts';
import {
  type PageAnswer,
  type PageRequest,
  type PageStep,
  type PageWalk,
  type Parameters,
  pageRepeated,
} from './page-walk.ts';

type Keyset = Extract<Pagination, { style: 'keyset' }>;

/**
 * Pages that each begin after the last record of the one before, by its stamp and, where the system takes it, its id.
 * By the stamp alone, each page begins at that stamp, and what was there already is dropped.
 */
export function createKeysetWalk(pagination: Keyset): PageWalk {
  return new KeysetWalk(pagination);
}

class KeysetWalk implements PageWalk {
  readonly #pagination: Keyset;
  readonly #time: TimeCodec;
  readonly #sizeQuery: Parameters;
  readonly #repeats = createRepeats();
  readonly #stamps: CapWindows;
  #pending: PageRequest | null;
  #count = 0;
  /** What the server takes for a full page, as far as is known. */
  #full: number;
  #before = 0;

  constructor(pagination: Keyset) {
    const { size, size_param } = pagination;
    this.#pagination = pagination;
    this.#time = compileTime(pagination.time);
    this.#stamps = new CapWindows(null, grainOf(this.#time), true);
    this.#sizeQuery = size_param === undefined ? {} : { [size_param]: size };
    this.#full = size;
    this.#pending = { query: this.#sizeQuery, start: 0, size };
  }

  ask(): PageRequest | null {
    const request = this.#pending;
    this.#pending = null;
    return request;
  }

  accept(_: PageRequest, { ids, stamps = [], last = null }: PageAnswer): PageStep {
    const { id_param, size, time_param } = this.#pagination;
    const news = ids.map((id, place) => this.#stamps.take({ id, modified: stamps[place] ?? null }));
    const fresh = (place: number) => id_param !== undefined || news[place] === true;
    const count = id_param === undefined ? news.filter(Boolean).length : ids.length;
    this.#count += count;
    // A short page that others follow shows the server's own size.
    if (count > 0 && this.#before > 0) this.#full = Math.min(this.#full, this.#before);
    if (count === 0 && ids.length < this.#full) return { kind: 'end', fresh, complete: true };
    this.#before = ids.length;
    const next = this.#stamps.next();
    if (!next.ok && (id_param === undefined || next.error.code !== 'list-equal-stamps')) {
      return { kind: 'end', fresh, complete: false, diagnostic: next.error };
    }
    if (id_param !== undefined && (last === null || this.#repeats.seen(ids))) {
      return { kind: 'end', fresh, complete: false, diagnostic: pageRepeated() };
    }
    const stamp = stamps.at(-1) ?? null;
    const query: Parameters = { ...this.#sizeQuery };
    if (stamp !== null) query[time_param] = instantText(this.#time, stamp);
    if (id_param !== undefined && last !== null) query[id_param] = last;
    this.#pending = { query, start: this.#count, size };
    return { kind: 'page', fresh };
  }
}

/** The steps of time that the form can say, ms. */
function grainOf(time: TimeCodec): number {
  const noon = Date.UTC(2024, 0, 15, 12);
  const grains = [1, 1000, 60_000, 3_600_000];
  return grains.find((grain) => time.writeMs(noon + grain) !== time.writeMs(noon)) ?? 86_400_000;
}
