import { splitId } from '../connector/composite-id.ts';
import type { GetOutcome, Wire, WireRecord } from '../connector/port.ts';
import { wholeIn } from '../connector/within/holding.ts';
import { lineStays, placeAfter, placingOf, standsAt, staysPut } from '../connector/within/place.ts';
import type { Action, FieldChange, Seen } from '../planning/plan-item.ts';
import { randomToken } from '../platform/random.ts';
import { isEmpty } from '../record/canonical.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { DIGEST_BYTES, digestInto, sameDigest } from '../record/digest.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Intent, IntentItem, Link } from '../store/port.ts';
import type { Applied } from './applied.ts';
import { commit } from './commit.ts';
import { decodeOne } from './decode.ts';
import { linkedLines } from './lines.ts';
import { ownDigest } from './map.ts';
import { type MappingRun, type SideRun, spoilPages, wireValue } from './mapping-run.ts';
import { type Pair, presentSide } from './pair.ts';
import { baseOf, idOf, linkedAmong, NO_DIGEST, newLink, recallLinks, undecided } from './recall.ts';

/**
 * Parts and lines have the id of their place: the whole, and the key in it. A change of either moves them, and a create at a
 * place can be settled by a look at it. Nothing here concerns objects whose records have ids of their own.
 */

/** The reason for which a record waits that stands where a create or move with unknown outcome may have put it. */
export const PLACE_OPEN = 'place-open';

/** The id that the target of an update has afterwards: another one where its whole or its key is written. */
export function idAfter(run: MappingRun, target: Side, { pair, item }: Applied): string {
  const side = run[target];
  const id = pair.ids[target] ?? '';
  const placing = placingOf(side.definition);
  const changes = item.actions[target]?.changes ?? [];
  if (!placing) return id;
  const written = (name: string | null) => {
    const change = changes.find(({ field }) => field === name);
    return change && name !== null ? wireValue(side, name, change.value) : undefined;
  };
  return placeAfter(side.definition, id, written(placing.whole), written(placing.key));
}

/** Why an update can't be done, whatever its system says: known before, so that a plan says it as well. Null where it can. */
export function whyNotMoved(run: MappingRun, target: Side, { id, changes }: Action): Diagnostic | null {
  const { definition, object } = run[target];
  const whole = changes.find(({ field }) => field === placingOf(definition)?.whole);
  if (id === null || !whole) return null;
  return staysPut(definition, id, wireValue(run[target], whole.field, whole.value)) ? lineStays(object) : null;
}

/**
 * What must be on record before records move: where from and where to. A crash in between leaves one at both places, or at
 * the new one with a link to the old one; neither may be taken for a new record or a deleted one.
 */
export function moveIntents(run: MappingRun, target: Side, updates: readonly Applied[]): Intent[] {
  const source = otherSide(target);
  return updates.flatMap((one): Intent[] => {
    const place = idAfter(run, target, one);
    if (place === one.pair.ids[target]) return [];
    const seen = presentSide(one.pair, source);
    // Linked before it moves: else nothing would tell, after a write with unknown outcome, from where.
    if (!one.pair.link) run.counts.linked += 1;
    one.pair.link ??= newLink(run, one.pair, {});
    one.moveIntent = `${randomToken(run.context.platform.random)}-move`;
    const item = {
      source: one.pair.ids[source] ?? '',
      sourceVersion: seen?.version ?? null,
      idempotencyKey: '',
      linkToken: place,
      seen: seen?.digests.toBase64() ?? '',
      body: '',
      within: { whole: wholeAt(run[target], place), sent: '' },
    };
    const created = run.context.platform.clock.now();
    return [{ id: one.moveIntent, mapping: run.key, side: target, created, items: [item] }];
  });
}

const wholeAt = ({ definition }: SideRun, place: string): string =>
  definition.part_of ? place : (splitId(place, 2)?.[0] ?? '');

/**
 * The ids within a whole that no other record can be given, by the id or place that it is to have: those of linked records.
 * One that is gone has its link until its deletion is through; another one in its place would be taken for it.
 */
export async function reservedAt(
  run: MappingRun,
  target: Side,
  places: readonly string[],
): Promise<readonly string[][]> {
  const placing = placingOf(run[target].definition);
  if (!placing) return [];
  if (placing.isOpen) {
    const wholes = places.map((place) => wholeAt(run[target], place));
    const lines = new Map<string, string[]>();
    for (const whole of new Set(wholes)) lines.set(whole, whole === '' ? [] : await linkedLines(run, target, whole));
    return wholes.map((whole) => lines.get(whole) ?? []);
  }
  const linked = await linkedAmong(
    run,
    target,
    places.filter((place) => place !== ''),
  );
  return places.map((place) => (linked.has(place) ? [place] : []));
}

/** Links follow the records that moved, at once: from here on they are known by their new ids. */
export async function followMoves(
  run: MappingRun,
  target: Side,
  moves: readonly { one: Applied; id: string }[],
): Promise<void> {
  const links: Link[] = [];
  const left: Link[] = [];
  const settled: string[] = [];
  for (const { one, id } of moves) {
    const { pair } = one;
    if (one.moveIntent !== null) settled.push(one.moveIntent);
    one.moveIntent = null;
    if (pair.link) {
      left.push(pair.link);
      pair.link = movedTo(run, pair.link, target, id);
      links.push(pair.link);
    }
    pair.ids[target] = id;
    const seen = presentSide(pair, target);
    if (seen) pair.sides[target] = { kind: 'present', seen: { ...seen, id } };
  }
  if (moves.length > 0) await recordMoves(run, target, left, links, settled);
}

const movedTo = (run: MappingRun, link: Link, side: Side, id: string): Link => ({
  ...undecided(run, link),
  ...(side === 'a' ? { a: id, aVersion: null } : { b: id, bVersion: null }),
  touched: run.context.platform.clock.now(),
  run: run.context.id,
});

async function recordMoves(
  run: MappingRun,
  side: Side,
  left: readonly Link[],
  links: readonly Link[],
  settled: readonly string[],
): Promise<boolean> {
  spoilPages(run, null);
  const at = run.context.platform.clock.now();
  return commit(run.context, {
    unlinked: left.map(({ a, b }) => ({ mapping: run.key, a, b })),
    links,
    settled,
    keysGone: left.map((link) => ({ mapping: run.key, side, id: idOf(link, side) })),
    history: links.map(({ a, b }) => ({
      mapping: run.key,
      a,
      b,
      run: run.context.id,
      at,
      kind: `move-${side}`,
      rule: 'moved',
      fields: [],
      digests: null,
    })),
  });
}

/**
 * The link of a record whose move may have been broken off, by where it stands now. At both places it is moved once more,
 * which ends what was begun. Null where that can't be read now.
 */
export async function linkAfterMove(run: MappingRun, side: Side, item: IntentItem, link: Link): Promise<Link | null> {
  const before = idOf(link, side);
  const { definition, connection, object } = run[side];
  const placing = placingOf(definition);
  if (!placing || placing.isOpen || item.linkToken === before) return link;
  const [old, now] = await connection.get(object, [before, item.linkToken]);
  if (old?.kind === 'unknown' || now?.kind === 'unknown') return null;
  if (isThere(old) || !isThere(now)) return link;
  if ((await linkedAmong(run, side, [item.linkToken])).size > 0) return link;
  const moved = movedTo(run, link, side, item.linkToken);
  return (await recordMoves(run, side, [link], [moved], [])) ? moved : null;
}

const isThere = (outcome: GetOutcome | undefined): boolean => outcome?.kind === 'present' && !outcome.record.archived;

/** What stands at the place of a create with unknown outcome: the record that it made, nothing, or what can't be told. */
export type AtPlace = { kind: 'found'; record: WireRecord } | { kind: 'absent' } | { kind: 'open' };

/**
 * What the intent of a create within another record keeps besides, so that the record is known again whatever becomes of its
 * source. Where a line stands in its list is not of it: that may change with the lines around it.
 */
export function placedWithin(
  run: MappingRun,
  target: Side,
  wire: Wire,
  changes: readonly FieldChange[],
): Pick<IntentItem, 'within'> {
  const { definition } = run[target];
  const whole = placingOf(definition) ? wholeIn(wire) : null;
  if (whole === null) return {};
  const sent = new Uint8Array(run.layoutFields.length * DIGEST_BYTES);
  const rough = new Uint8Array(sent.length);
  for (const { index, field, value } of changes) {
    if (field === definition.lines_of?.position) continue;
    const own = ownDigest(run, target, index, value);
    if (own === null) return { within: { whole, sent: '' } };
    sent.set(own, index * DIGEST_BYTES);
    rough.set(roughDigest(run, target, field, value), index * DIGEST_BYTES);
  }
  return { within: { whole, sent: sent.toBase64(), rough: rough.toBase64() } };
}

/** Letters of a text that are compared at most: systems cut texts. */
const ROUGH_LENGTH = 16;

/**
 * Digest of what a text says in any system, also in one that cuts it or replaces letters though its connector does not say so:
 * its first letters of ASCII and digits. No digest where there are none, and of what is no text.
 */
function roughDigest(run: MappingRun, target: Side, field: string, value: unknown): Uint8Array {
  const isText = typeof value === 'string' && run[target].definition.fields[field]?.type === 'string';
  const rough = isText
    ? value
        .replace(/[^A-Za-z0-9]/g, '')
        .slice(0, ROUGH_LENGTH)
        .toLowerCase()
    : '';
  if (rough === '') return NO_DIGEST;
  const digest = new Uint8Array(DIGEST_BYTES);
  digestInto(run.context.digestKey, rough, digest, 0);
  return digest;
}

/**
 * A direct look at the place. What is linked there is another record's; what says all that was sent is the one made, or can't
 * be told from it, if need be in a form of the system's own, where one alone does; what was linked before, and is as it was
 * then, is what another one has left.
 */
export async function lookAtPlace(run: MappingRun, target: Side, item: IntentItem): Promise<AtPlace> {
  const side = run[target];
  const placing = placingOf(side.definition);
  if (!placing || !item.within) return { kind: 'open' };
  const found = await side.connection.find(side.object, placing.whole, item.within.whole);
  if (!found.ok) return { kind: 'open' };
  const here = found.value.filter(({ id }) => standsAt(side.definition, id, item.linkToken));
  const links = await recallLinks(
    run,
    target,
    here.map(({ id }) => id),
  );
  const free = here
    .filter(({ id }) => (links.get(id)?.state ?? 'closed') === 'closed')
    .map((record) => ({ record, seen: decodeOne(run, side, record) }));
  const { within } = item;
  const made = free.find(({ seen }) => saysAll(run, seen, within));
  if (made) return { kind: 'found', record: made.record };
  const unknown = free.filter(({ seen }) => !isLeft(target, seen, links.get(seen.id)));
  const [alike, another] = unknown.filter(({ seen }) => saysAll(run, seen, within, roughlyOn(run, target, within)));
  if (alike && !another) return { kind: 'found', record: alike.record };
  return { kind: unknown.length === 0 ? 'absent' : 'open' };
}

/** Whether a record stands there just as it did when its own link was closed: it is that one, whose partner was deleted. */
const isLeft = (side: Side, { digests }: Seen, link: Link | undefined): boolean =>
  link !== undefined && Buffer.compare(digests, baseOf(link, side)) === 0;

/**
 * Whether a record says all that a create sent; false where the mapping has other fields by now. `orRoughly`: whether a field
 * that says something else is the same all the same.
 */
function saysAll(
  { layoutFields }: MappingRun,
  seen: Seen,
  within: Within,
  orRoughly: (seen: Seen, index: number) => boolean = () => false,
): boolean {
  const sent = Uint8Array.fromBase64(within.sent);
  if (sent.length !== layoutFields.length * DIGEST_BYTES) return false;
  return layoutFields.every((_, index) => {
    const at = index * DIGEST_BYTES;
    return sameDigest(sent, at, NO_DIGEST, 0) || sameDigest(sent, at, seen.digests, at) || orRoughly(seen, index);
  });
}

type Within = NonNullable<IntentItem['within']>;

/** Whether a text is as a system may have stored the one that a create sent. */
function roughlyOn(run: MappingRun, target: Side, within: Within): (seen: Seen, index: number) => boolean {
  const rough = Uint8Array.fromBase64(within.rough ?? '');
  return ({ fields }, index) => {
    const at = index * DIGEST_BYTES;
    const name = run[target].watched[index] ?? '';
    if (rough.length <= at || sameDigest(rough, at, NO_DIGEST, 0)) return false;
    return sameDigest(rough, at, roughDigest(run, target, name, fields[name]), 0);
  };
}

/** The baseline of a found record where its source can't be asked any more: none of what may have been edited since. */
export function asPlaced(run: MappingRun, target: Side, { within }: IntentItem, found: Seen): Uint8Array {
  const base = new Uint8Array(found.digests.length);
  const sent = Uint8Array.fromBase64(within?.sent ?? '');
  if (sent.length !== base.length) return base;
  const { definition, watched } = run[target];
  for (const [index, name] of watched.entries()) {
    const at = index * DIGEST_BYTES;
    const own = found.digests.subarray(at, at + DIGEST_BYTES);
    const isUnsent = sameDigest(sent, at, NO_DIGEST, 0);
    const isAsMade = isUnsent
      ? name === definition.lines_of?.position || isEmpty(found.fields[name])
      : sameDigest(sent, at, own, 0);
    if (isAsMade) base.set(own, at);
  }
  return base;
}

/** Parks unlinked records that stand where an open create or move may have put them: they are no new ones then. */
export function parkAtOpenPlaces(run: MappingRun, side: Side, pairs: readonly Pair[]): void {
  const { definition } = run[side];
  const places = [...run.openTokens[side]];
  if (places.length === 0 || placingOf(definition) === null) return;
  for (const pair of pairs) {
    const id = pair.ids[side] ?? '';
    if (pair.link || pair.park || pair.sides[side].kind === 'gone') continue;
    if (!places.some((place) => standsAt(definition, id, place))) continue;
    pair.park = { side, id, reason: PLACE_OPEN, diagnostic: PLACE_IS_OPEN, waitsFor: null };
  }
}

const PLACE_IS_OPEN: Diagnostic = problem(
  PLACE_OPEN,
  'It stands where an interrupted write may have put a record, so it may be that one',
  { next: 'It goes on by itself once that write is settled.' },
);
