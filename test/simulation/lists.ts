import type { Crm } from '../../sandbox/crm/crm.ts';
import type { Erp } from '../../sandbox/erp/erp.ts';
import { isJsonObject, type Json } from '../../sandbox/system.ts';
import type { Side } from '../../src/record/side.ts';
import type { SimulatedSystem, SystemRequest, SystemResponse } from '../../src/testing/network.ts';
import { type SeededRandom, seededRandom } from '../../src/testing/random.ts';
import { MAPPING_NAMES, MAPPINGS, type MappingName } from './fields.ts';
import type { ListHabits } from './list-habits.ts';
import type { Raw, Systems } from './views.ts';

/** What befell those who read the lists: how often each really made a difference. */
export type ListTrouble =
  | 'stale list'
  | 'mis-sorted page'
  | 'shifted page'
  | 'record repeated on a page'
  | 'record repeated on a later page'
  | 'clamped page';

export interface ListOptions {
  side: Side;
  seed: string;
  habits: ListHabits;
  isCalm: () => boolean;
  tell: (trouble: ListTrouble) => void;
  /** Told of each page: how many records it holds. */
  page: (size: number) => void;
}

/** One reading of a list: what its earlier pages held. */
interface Listing {
  places: Map<number, string>;
  seen: Set<string>;
}

interface ListRequest {
  mapping: MappingName;
  query: URLSearchParams;
  /** Pages of one reading have it in common. */
  name: string;
  random: SeededRandom;
}

/** The records of a page, and what else its answer says. */
interface Page {
  records: Raw[];
  more: boolean;
  body: Record<string, Json>;
}

/** Most rows that the ERP gives at once; longer lists are left as they are. */
const ERP_MOST = 50;

/** A system whose lists have habits that its documentation does not tell of. */
export function withHabits(systems: Systems, options: ListOptions): SimulatedSystem {
  const { side } = options;
  const system: Crm | Erp = systems[side];
  const lists = new Lists(systems, options);
  // What lists may show of the past must be kept from the start.
  if (options.habits.staleMs > 0) system.setFaults({ stale: { ms: options.habits.staleMs, probability: 0 } });
  return {
    concurrency: system.concurrency,
    handle: (request, now) => lists.handle(request, now),
    busy: () => system.busy(),
    faultResponse: (kind) => system.faultResponse(kind),
    expireTokens: () => system.expireTokens(),
  };
}

class Lists {
  readonly #systems: Systems;
  readonly #options: ListOptions;
  readonly #listings = new Map<string, Listing>();
  readonly #asked = new Map<string, number>();

  constructor(systems: Systems, options: ListOptions) {
    this.#systems = systems;
    this.#options = options;
  }

  handle(request: SystemRequest, now: number): SystemResponse {
    const asked = this.#listRequest(request);
    if (!asked) return this.#system.handle(request, now);
    const size = this.#clamp(asked);
    const response = this.#answer(asked, request, now);
    const page = response.status === 200 ? this.#pageOf(response.body, offsetOf(asked.query)) : null;
    if (!page) return response;
    if (size !== null && page.more && page.records.length === size) this.#options.tell('clamped page');
    this.#notice(asked, page.records);
    const records = this.#options.isCalm() ? page.records : this.#disturb(asked, page.records);
    this.#options.page(records.reduce((sum, one) => sum + Math.max(1, linesOf(one)), 0));
    const field = this.#options.side === 'a' ? 'data' : 'items';
    return { ...response, body: JSON.stringify({ ...page.body, [field]: records.map((one) => ({ ...one })) }) };
  }

  get #system(): Crm | Erp {
    return this.#systems[this.#options.side];
  }

  #listRequest({ method, path }: SystemRequest): ListRequest | null {
    const { side, seed } = this.#options;
    const url = new URL(path, 'http://x');
    const object = url.pathname.replace('/api', '').slice(1);
    const mapping = MAPPING_NAMES.find((name) => MAPPINGS[name].objects[side] === object);
    if (method !== 'GET' || !mapping || url.searchParams.has('ids')) return null;
    const count = 1 + (this.#asked.get(path) ?? 0);
    this.#asked.set(path, count);
    const name = new URLSearchParams(url.searchParams);
    for (const param of ['cursor', 'offset']) name.delete(param);
    const random = seededRandom(`${seed}/${side} ${path} ${count}`);
    return { mapping, query: url.searchParams, name: `${object} ${name}`, random };
  }

  /** Asks for less where the system gives less. */
  #clamp({ query }: ListRequest): number | null {
    const { side, habits } = this.#options;
    const param = side === 'a' ? 'limit' : 'size';
    if (habits.most === null || Number(query.get(param)) <= habits.most) return null;
    query.set(param, String(habits.most));
    return habits.most;
  }

  #answer(asked: ListRequest, request: SystemRequest, now: number): SystemResponse {
    const { habits, side, isCalm, tell } = this.#options;
    const isStale = !isCalm() && habits.staleMs > 0 && asked.random.chance(habits.stale);
    if (isStale) this.#system.setFaults({ stale: { ms: habits.staleMs, probability: 1 } });
    const ask = (query: URLSearchParams) =>
      this.#system.handle({ ...request, path: `${new URL(request.path, 'http://x').pathname}?${query}` }, now);
    const response = side === 'a' ? this.#crmOrder(asked, ask) : this.#erpOrder(asked, ask);
    if (!isStale) return response;
    this.#system.setFaults({ stale: { ms: habits.staleMs, probability: 0 } });
    const page = response.status === 200 ? this.#pageOf(response.body, offsetOf(asked.query)) : null;
    if (page && this.#isPast(asked, page)) tell('stale list');
    return response;
  }

  /** The CRM sorts by what it is asked for: it is asked for something else. */
  #crmOrder({ query }: ListRequest, ask: (query: URLSearchParams) => SystemResponse): SystemResponse {
    const { order } = this.#options.habits;
    if (order === 'declared') return ask(query);
    const other = new URLSearchParams(query);
    other.set('sort', order === 'by-id' ? 'id' : '-updated_at');
    return ask(other);
  }

  /** The ERP knows one order only: all is asked for, and the page is cut out of it. */
  #erpOrder({ query }: ListRequest, ask: (query: URLSearchParams) => SystemResponse): SystemResponse {
    if (this.#options.habits.order !== 'newest-first') return ask(query);
    const whole = new URLSearchParams(query);
    for (const param of ['fields', 'offset', 'size']) whole.delete(param);
    const response = ask(whole);
    const page = response.status === 200 ? this.#pageOf(response.body, 0) : null;
    if (!page || page.more) return ask(query);
    const [offset, size] = [offsetOf(query), Number(query.get('size') ?? ERP_MOST)];
    const fields = query.get('fields');
    const items = page.records
      .toSorted((one, other) => (newer(one) < newer(other) ? 1 : -1))
      .slice(offset, offset + size)
      .map((one) => (fields === 'id' ? { id: one.id } : { ...one }));
    const total = page.records.length;
    const body = {
      ...page.body,
      items,
      page: Math.floor(offset / size) + 1,
      size,
      pages: Math.ceil(total / size),
      total,
    };
    return { ...response, body: JSON.stringify(body) };
  }

  #pageOf(text: string, offset: number): Page | null {
    const body: Json = JSON.parse(text);
    if (!isJsonObject(body)) return null;
    const { side } = this.#options;
    const list = side === 'a' ? body.data : body.items;
    if (!Array.isArray(list)) return null;
    const records = list.flatMap((one: Json) => (isJsonObject(one) ? [one] : []));
    const more = side === 'a' ? (body.next_cursor ?? null) !== null : offset + records.length < Number(body.total);
    return { records, more, body };
  }

  /** Whether the page differs from what the system holds now. */
  #isPast({ mapping, query }: ListRequest, { records, body }: Page): boolean {
    const changed = records.some((one) => {
      const now = this.#current(mapping, String(one.id));
      return now === null || isOlder(one, now);
    });
    const { side } = this.#options;
    const whole = !query.has('changed_since') && !query.has('updated_since') && side === 'b';
    return changed || (whole && body.total !== this.#systems.b.count(MAPPINGS[mapping].objects.b));
  }

  #current(mapping: MappingName, id: string): Raw | null {
    const { objects } = MAPPINGS[mapping];
    return this.#options.side === 'a' ? this.#systems.a.get(objects.a, id) : this.#systems.b.get(objects.b, Number(id));
  }

  /** What happens all by itself: records that change while the pages are read move between them. */
  #notice({ name, query }: ListRequest, records: readonly Raw[]): void {
    const offset = offsetOf(query);
    const isFirst = offset === 0 && !query.has('cursor');
    const known = this.#listings.get(name);
    const listing = isFirst || !known ? { places: new Map<number, string>(), seen: new Set<string>() } : known;
    this.#listings.set(name, listing);
    const ids = records.map((one) => String(one.id));
    const { side, tell } = this.#options;
    const isMoved = (id: string, place: number) =>
      side === 'a' ? listing.seen.has(id) : (listing.places.get(offset + place) ?? id) !== id;
    if (ids.some(isMoved)) tell('shifted page');
    if (side === 'a' && !isSorted(records)) tell('mis-sorted page');
    for (const [place, id] of ids.entries()) {
      listing.places.set(offset + place, id);
      listing.seen.add(id);
    }
  }

  #disturb(asked: ListRequest, records: readonly Raw[]): Raw[] {
    const { habits, tell } = this.#options;
    const { random } = asked;
    const page = [...records];
    const copied = random.chance(habits.repeated) && page.length > 0 ? random.pick(page) : null;
    const later = random.chance(habits.repeatedLater) ? this.#fromEarlier(asked, records) : null;
    const isShuffled = random.chance(habits.shuffled);
    if (copied) {
      page.splice(random.below(page.length + 1), 0, copied);
      tell('record repeated on a page');
    }
    if (later) {
      page.push(later);
      tell('record repeated on a later page');
    }
    if (!isShuffled || page.length < 2) return page;
    tell('mis-sorted page');
    const shuffled: Raw[] = [];
    while (page.length > 0) shuffled.push(...page.splice(random.below(page.length), 1));
    return shuffled;
  }

  /** A record that an earlier page held, as it is now. */
  #fromEarlier({ mapping, name, query, random }: ListRequest, records: readonly Raw[]): Raw | null {
    const here = new Set(records.map((one) => String(one.id)));
    const earlier = [...(this.#listings.get(name)?.seen ?? [])].filter((id) => !here.has(id));
    if (earlier.length === 0) return null;
    const record = this.#current(mapping, random.pick(earlier));
    if (!record || (record.archived === true && query.get('include_archived') !== 'true')) return null;
    return query.get('fields') === 'id' ? { id: record.id } : record;
  }
}

const offsetOf = (query: URLSearchParams): number => Number(query.get('offset') ?? 0);

/** Where a record of the ERP stands in the order of change: `31.12.2026 14:05`, then the id. */
function newer({ changed, id }: Raw): string {
  const stamp = String(changed);
  return `${stamp.slice(6, 10)}${stamp.slice(3, 5)}${stamp.slice(0, 2)}${stamp.slice(10)} ${id}`;
}

/** A page of ids alone tells no version. */
function isOlder(one: Raw, now: Raw): boolean {
  const version = one.row_version ?? one.version;
  return version !== undefined && version !== (now.row_version ?? now.version);
}

/** Whether the CRM's records are in the order that it declares for changes, or that of their ids. */
function isSorted(records: readonly Raw[]): boolean {
  const byStamp = records.every((one, at) => at === 0 || String(records[at - 1]?.updated_at) <= String(one.updated_at));
  return byStamp || records.every((one, at) => at === 0 || String(records[at - 1]?.id) < String(one.id));
}

/** How many lines stand within a record, of which each may be a record for its reader. */
const linesOf = ({ lines, offers }: Raw): number =>
  [lines, offers].reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
