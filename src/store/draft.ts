import { ok, type Result } from '../record/diagnostic.ts';
import type { EvidenceLog } from './evidence.ts';
import type { MarkLog } from './marked.ts';
import type {
  Cursor,
  Fence,
  HistoryEntry,
  Intent,
  KnownShape,
  Link,
  MappingKey,
  ParkedFilter,
  ParkedRecord,
  RecordKey,
  Run,
  Side,
  StateChange,
  Store,
} from './port.ts';
import type { Scratch, SpooledRecord } from './scratch.ts';

type LinkCounts = Record<Link['state'], number>;
type RecordName = Pick<ParkedRecord, 'mapping' | 'side' | 'id'>;
/** A link; without a state: it was taken away altogether. */
type LinkEntry = Pick<Link, 'mapping' | 'a' | 'b'> & Partial<Link>;
/** A parked record; without a reason: it was released. */
type ParkedEntry = RecordName & Partial<ParkedRecord>;

/**
 * What a plan would record, laid over a store: it answers as the store would after the same commits, so that a plan and a
 * sync ask the same questions of the same port. It covers links, parked records and match keys; all else is the store's own
 * answer. Nothing that is committed reaches the store, and `close` gives up the draft alone.
 */
export class Draft implements Store {
  readonly evidence: EvidenceLog;
  readonly marked: MarkLog;
  readonly #store: Store;
  readonly #scratch: Scratch;
  /** By how much the commits have changed the numbers of links. */
  readonly #counts = new Map<MappingKey, LinkCounts>();

  constructor(store: Store, scratch: Scratch) {
    this.evidence = store.evidence;
    this.marked = store.marked;
    this.#store = store;
    this.#scratch = scratch;
  }

  async commit(_fence: Fence, change: StateChange): Promise<Result<void>> {
    await this.#countLinks(change);
    const { unlinked = [], links = [], released = [], parked = [], keysGone = [], keys = [] } = change;
    // Removals first: the order within a change does not matter.
    this.#scratch.put([
      ...[...unlinked, ...links].map(linkEntry),
      ...[...released, ...parked].map(parkedEntry),
      ...[...keysGone.map((one) => ({ ...one, keys: [] })), ...keys].map(keyEntry),
    ]);
    return ok(undefined);
  }

  async links(mapping: MappingKey, side: Side, ids: readonly string[]): Promise<Map<string, Link>> {
    const links = await this.#store.links(mapping, side, ids);
    const names = new Map(ids.map((id) => [nameOf('link', { mapping, side, id }), id]));
    for (const [name, found] of this.#find(side === 'a' ? 0 : 1, [...names.keys()])) {
      const id = names.get(name) ?? '';
      const entries = found.map(readLink);
      const known = links.get(id);
      const kept = known && !entries.some((one) => one.a === known.a && one.b === known.b) ? [known] : [];
      const now = [...kept, ...entries.filter(isLink)];
      const link = now.find((one) => one.state !== 'closed') ?? now.at(-1);
      if (link) links.set(id, link);
      else links.delete(id);
    }
    return links;
  }

  /** A tombstone that an open link hides, and that is written again, is counted twice. */
  async countLinks(mapping: MappingKey): Promise<LinkCounts> {
    const counts = await this.#store.countLinks(mapping);
    const more = this.#counts.get(mapping) ?? noLinks;
    return {
      active: counts.active + more.active,
      silent: counts.silent + more.silent,
      closed: counts.closed + more.closed,
    };
  }

  async parked(filter: ParkedFilter): Promise<ParkedRecord[]> {
    const entries = this.#parkedEntries(filter);
    if (entries.size === 0 && (!filter.partners || this.#scratch.size === 0)) return this.#store.parked(filter);
    const { limit, ...unlimited } = filter;
    const known = await this.#store.parked(unlimited);
    // Those that are drafted with another partner by now.
    if (filter.partners)
      for (const one of this.#scratch.get(known.map((each) => nameOf('parked', each))).values())
        entries.set(one.id, readParked(one));
    const kept = known.filter((one) => !entries.has(nameOf('parked', one)));
    const drafted = [...entries.values()].filter(isParked).filter((one) => passes(filter, one));
    const byTime = (one: ParkedRecord, other: ParkedRecord) => (one.next ?? 0) - (other.next ?? 0);
    const order =
      filter.due === undefined ? byName : (...two: Parameters<typeof byName>) => byTime(...two) || byName(...two);
    return [...kept, ...drafted].sort(order).slice(0, limit);
  }

  async countParked(mapping?: MappingKey): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { reason } of await this.parked(mapping === undefined ? {} : { mapping })) {
      counts[reason] = (counts[reason] ?? 0) + 1;
    }
    return counts;
  }

  async idsByKey(
    mapping: MappingKey,
    side: Side,
    rule: number,
    digests: readonly string[],
  ): Promise<Map<string, string[]>> {
    const found = await this.#store.idsByKey(mapping, side, rule, digests);
    if (this.#scratch.size === 0) return found;
    const byName = this.#find(
      rule,
      digests.map((digest) => nameOf('key', { mapping, side, id: digest })),
    );
    for (const digest of digests) {
      const known = found.get(digest) ?? [];
      const anew = this.#scratch.get(known.map((id) => nameOf('key', { mapping, side, id })));
      const kept = known.filter((id) => !anew.has(nameOf('key', { mapping, side, id })));
      const drafted = (byName.get(nameOf('key', { mapping, side, id: digest })) ?? []).map((one) => one.record.id);
      if (kept.length + drafted.length > 0) found.set(digest, [...kept, ...drafted]);
      else found.delete(digest);
    }
    return found;
  }

  /** Entries by a key of theirs. */
  #find(rule: number, keys: readonly string[]): Map<string, SpooledRecord[]> {
    if (this.#scratch.size === 0) return new Map();
    const found = this.#scratch.byKey(rule, keys);
    return new Map([...found].map(([key, names]) => [key, [...this.#scratch.get(names).values()]]));
  }

  /** Those that a filter may be about, by name. */
  #parkedEntries({ mapping, side, ids, partners }: ParkedFilter): Map<string, ParkedEntry> {
    if (this.#scratch.size === 0) return new Map();
    const named = (all: readonly string[], kind: 'parked' | 'partner'): string[] | null =>
      mapping === undefined || side === undefined ? null : all.map((id) => nameOf(kind, { mapping, side, id }));
    const own = ids && named(ids, 'parked');
    const others = partners && named(partners, 'partner');
    const found = own
      ? [...this.#scratch.get(own).values()]
      : others
        ? [...this.#find(2, others).values()].flat()
        : mapping === undefined
          ? [...this.#find(0, [ALL_PARKED]).values()].flat()
          : [...this.#find(1, [`${ALL_PARKED} ${mapping}`]).values()].flat();
    return new Map(found.map((one) => [one.id, readParked(one)]));
  }

  async #countLinks({ links = [], unlinked = [] }: StateChange): Promise<void> {
    const changes: LinkEntry[] = [...unlinked, ...links];
    for (const mapping of new Set(changes.map((one) => one.mapping))) {
      const counts = { ...(this.#counts.get(mapping) ?? noLinks) };
      const own = changes.filter((one) => one.mapping === mapping);
      const before = await this.links(mapping, 'a', [...new Set(own.map((one) => one.a))]);
      for (const { a, b, state } of own) {
        const known = before.get(a);
        if (known?.b === b) counts[known.state] -= 1;
        if (state) counts[state] += 1;
      }
      this.#counts.set(mapping, counts);
    }
  }

  layout(fields: readonly string[]): Promise<number> {
    return this.#store.layout(fields);
  }

  layoutFields(layout: number): Promise<readonly string[]> {
    return this.#store.layoutFields(layout);
  }

  linksAfter(mapping: MappingKey, side: Side, after: string | null, limit: number): Promise<Link[]> {
    return this.#store.linksAfter(mapping, side, after, limit);
  }

  linkedIds(mapping: MappingKey, side: Side, after: string | null, limit: number): Promise<string[]> {
    return this.#store.linkedIds(mapping, side, after, limit);
  }

  cursor(mapping: MappingKey, side: Side): Promise<Cursor | null> {
    return this.#store.cursor(mapping, side);
  }

  pages(mapping: MappingKey, side: Side): Promise<string[]> {
    return this.#store.pages(mapping, side);
  }

  shape(mapping: MappingKey, side: Side): Promise<KnownShape | null> {
    return this.#store.shape(mapping, side);
  }

  /** What a plan lets in holds for that plan alone. */
  letIn(mapping: MappingKey, side: Side): Promise<string[]> {
    return this.#store.letIn(mapping, side);
  }

  intents(mapping: MappingKey): Promise<Intent[]> {
    return this.#store.intents(mapping);
  }

  history(mapping: MappingKey, side: Side, id: string, limit: number): Promise<HistoryEntry[]> {
    return this.#store.history(mapping, side, id, limit);
  }

  runs(integration: string, limit: number): Promise<Run[]> {
    return this.#store.runs(integration, limit);
  }

  acquire(key: string, holder: string, ttlMs: number, now: number): Promise<Result<Fence>> {
    return this.#store.acquire(key, holder, ttlMs, now);
  }

  renew(fence: Fence, ttlMs: number, now: number): Promise<Result<void>> {
    return this.#store.renew(fence, ttlMs, now);
  }

  release(fence: Fence): Promise<void> {
    return this.#store.release(fence);
  }

  secret(name: string): Promise<string | null> {
    return this.#store.secret(name);
  }

  putSecret(name: string, value: string | null): Promise<void> {
    return this.#store.putSecret(name, value);
  }

  generation(): Promise<number> {
    return this.#store.generation();
  }

  advanceGeneration(): Promise<number> {
    return this.#store.advanceGeneration();
  }

  diagnose(): ReturnType<Store['diagnose']> {
    return this.#store.diagnose();
  }

  async close(): Promise<void> {
    this.#scratch.close();
  }
}

const noLinks: LinkCounts = { active: 0, silent: 0, closed: 0 };
const ALL_PARKED = 'parked';

const nameOf = (kind: 'link' | 'parked' | 'partner' | 'key', { mapping, side, id }: RecordName): string =>
  `${kind} ${mapping} ${side} ${id}`;

function entryOf(name: string, id: string, keys: (string | null)[], value: unknown): SpooledRecord {
  const wire = { json: JSON.stringify(value, bytesAsText) };
  return { id: name, keys, record: { id, version: null, modified: null, archived: false, mergedInto: null, wire } };
}

function linkEntry(entry: LinkEntry): SpooledRecord {
  const { mapping, a, b } = entry;
  const name = nameOf('link', { mapping, side: 'a', id: JSON.stringify([a, b]) });
  const ends = [nameOf('link', { mapping, side: 'a', id: a }), nameOf('link', { mapping, side: 'b', id: b })];
  return entryOf(name, a, ends, entry);
}

function parkedEntry(entry: ParkedEntry): SpooledRecord {
  const partner = entry.partner ? nameOf('partner', { ...entry, id: entry.partner }) : null;
  return entryOf(nameOf('parked', entry), entry.id, [ALL_PARKED, `${ALL_PARKED} ${entry.mapping}`, partner], entry);
}

function keyEntry(entry: RecordKey): SpooledRecord {
  const keys = entry.keys.map((digest) => (digest === null ? null : nameOf('key', { ...entry, id: digest })));
  return entryOf(nameOf('key', entry), entry.id, keys, null);
}

const isLink = (entry: LinkEntry): entry is Link => entry.state !== undefined;
const isParked = (entry: ParkedEntry): entry is ParkedRecord => entry.reason !== undefined;

const bytesAsText = (_: string, value: unknown): unknown => (value instanceof Uint8Array ? value.toBase64() : value);

function readLink({ record }: SpooledRecord): LinkEntry {
  const { aBase = '', bBase = '', ...rest } = JSON.parse(String(record.wire.json));
  return { ...rest, aBase: Uint8Array.fromBase64(aBase), bBase: Uint8Array.fromBase64(bBase) };
}

const readParked = ({ record }: SpooledRecord): ParkedEntry => JSON.parse(String(record.wire.json));

function passes(filter: ParkedFilter, one: ParkedRecord): boolean {
  const { waitsFor } = filter;
  if (filter.mapping !== undefined && one.mapping !== filter.mapping) return false;
  if (filter.side !== undefined && one.side !== filter.side) return false;
  if (filter.ids !== undefined && !filter.ids.includes(one.id)) return false;
  if (filter.partners !== undefined && !filter.partners.includes(one.partner ?? '')) return false;
  if (filter.reason !== undefined && one.reason !== filter.reason) return false;
  if (filter.due !== undefined && (one.next === null || one.next > filter.due)) return false;
  if (one.dismissed !== null && !filter.includeDismissed) return false;
  if (waitsFor === undefined) return true;
  const { mapping, side, id } = one.waitsFor ?? {};
  return mapping === waitsFor.mapping && side === waitsFor.side && id !== undefined && waitsFor.ids.includes(id);
}

const byName = (one: ParkedRecord, other: ParkedRecord): number =>
  compare(one.mapping, other.mapping) || compare(one.side, other.side) || compare(one.id, other.id);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
