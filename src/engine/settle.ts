import type { WireRecord } from '../connector/port.ts';
import { placingOf } from '../connector/within/place.ts';
import type { FieldChange, Seen } from '../planning/plan-item.ts';
import { isEmpty } from '../record/canonical.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { DIGEST_BYTES, sameDigest } from '../record/digest.ts';
import { ABSENT } from '../record/expressed.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Intent, IntentItem, Link, ParkedRecord } from '../store/port.ts';
import { apply } from './apply.ts';
import { markOpen, prepareCreate } from './apply-creates.ts';
import { approvalLeft } from './approval.ts';
import { commit } from './commit.ts';
import { decodeOne } from './decode.ts';
import { passes } from './filter.ts';
import { ownDigest } from './map.ts';
import { type MappingRun, spoilPages, wireValue } from './mapping-run.ts';
import { emptyPair, presentOrGone } from './match.ts';
import { expressedOn, type Pair, presentSide } from './pair.ts';
import { asPlaced, linkAfterMove, lookAtPlace } from './places.ts';
import { plan, prepare, readPartners } from './plan.ts';
import { idOf, linkedAmong, newLink, recallLinks } from './recall.ts';
import { record } from './record.ts';
import { withoutRepeats } from './repeats.ts';

/** What became of a create whose outcome was unknown. */
type Settled =
  | { kind: 'found'; record: WireRecord }
  /** Proved not to be there: the source record is planned anew. */
  | { kind: 'absent' }
  /** Can't be known yet, or not by the system at all. */
  | { kind: 'open' };

/**
 * Settles the creates whose outcome is unknown, before anything else touches their records (docs/invariants.md): by looking
 * up the link token or a unique key, else by the idempotency key while it lives. What can't be settled stays parked.
 */
export async function settle(run: MappingRun): Promise<void> {
  if (run.context.mode === 'plan') return blockOpen(run, await run.context.store.intents(run.key));
  for (const intent of await run.context.store.intents(run.key)) {
    spoilPages(run, null);
    const source = otherSide(intent.side);
    const links = await recallLinks(
      run,
      source,
      intent.items.map((item) => item.source),
    );
    const parked = await parkedSources(run, source, intent.items);
    const open: IntentItem[] = [];
    const released: string[] = [];
    const undone: string[] = [];
    for (const item of intent.items) {
      const link = links.get(item.source);
      if (link && link.state !== 'closed') {
        const now = await linkAfterMove(run, intent.side, item, link);
        if (now) {
          if (!(await goOnAdopting(run, intent.side, item, now))) undone.push(item.source);
          released.push(item.source);
        } else open.push(item);
        continue;
      }
      const settled =
        parked.get(item.source)?.approved === 'uncertain'
          ? ({ kind: 'absent' } as const)
          : await notElsewhere(run, intent.side, await settleOne(run, intent, item, link ?? null));
      if (settled.kind === 'open') open.push(item);
      else released.push(item.source);
      if (settled.kind === 'found' && !(await adopt(run, intent.side, item, settled.record))) undone.push(item.source);
    }
    markOpen(run, intent.side, open);
    await closeIntent(run, intent, open, parked, { released, undone });
  }
}

function blockOpen(run: MappingRun, intents: readonly Intent[]): void {
  for (const intent of intents) markOpen(run, intent.side, intent.items);
}

async function parkedSources(
  run: MappingRun,
  side: Side,
  items: readonly IntentItem[],
): Promise<Map<string, ParkedRecord>> {
  const ids = items.map((item) => item.source);
  const parked = await run.context.store.parked({ mapping: run.key, side, ids, includeDismissed: true });
  return new Map(parked.map((one) => [one.id, one]));
}

/** A record that is linked already is another one's: it tells nothing about this create. */
async function notElsewhere(run: MappingRun, target: Side, settled: Settled): Promise<Settled> {
  if (settled.kind !== 'found') return settled;
  const { id } = settled.record;
  return (await linkedAmong(run, target, [id])).has(id) ? { kind: 'open' } : settled;
}

/**
 * A crash left no parked records behind, so they are made here: what is settled is due at once, also where something is yet
 * to be done about its pair, and what stays open is shown to a person.
 */
async function closeIntent(
  run: MappingRun,
  intent: Intent,
  open: readonly IntentItem[],
  known: ReadonlyMap<string, ParkedRecord>,
  { released, undone }: { released: readonly string[]; undone: readonly string[] },
): Promise<void> {
  const now = run.context.platform.clock.now();
  const side = otherSide(intent.side);
  const links = await recallLinks(run, side, released);
  const park = (id: string, diagnostic: Diagnostic, next: number | null): ParkedRecord => ({
    mapping: run.key,
    side,
    id,
    reason: diagnostic.code,
    seen: '',
    rules: run.parkDigest,
    first: known.get(id)?.first ?? now,
    last: now,
    diagnostic,
    attempts: known.get(id)?.attempts ?? 0,
    next,
    waitsFor: null,
    dismissed: null,
    partner: null,
    approved: approvalLeft(known.get(id), 'uncertain'),
  });
  const doubted = open
    .filter(({ source }) => !isToldAs(known.get(source), UNCERTAIN.code))
    .map(({ source }) => park(source, UNCERTAIN, null));
  const due = [
    ...released.filter((id) => !links.has(id)).map((id) => park(id, SETTLED, now)),
    ...undone.map((id) => park(id, UNDONE, now)),
  ];
  const intents =
    open.length > 0 && open.length < intent.items.length
      ? [{ ...intent, id: `${intent.id}-open`, items: [...open] }]
      : [];
  const settled = open.length === intent.items.length ? [] : [intent.id];
  // What adopting it has parked anew stays parked.
  const waiting = await run.context.store.parked({ mapping: run.key, side, ids: released, reason: 'uncertain' });
  run.parked += [...due, ...doubted].filter(({ id }) => !known.has(id)).length;
  await commit(run.context, {
    settled,
    intents,
    parked: [...due, ...doubted],
    released: waiting
      .filter(({ id }) => links.has(id) && !undone.includes(id))
      .map(({ id }) => ({ mapping: run.key, side, id })),
  });
}

/** Whether a person sees the record for this reason, or wants to see it no more. What it was parked for before the create is past. */
const isToldAs = (parked: ParkedRecord | undefined, reason: string): boolean =>
  parked !== undefined && (parked.reason === reason || parked.dismissed !== null);

const SETTLED: Diagnostic = {
  severity: 'info',
  code: 'settled',
  summary: 'An interrupted create did not take effect; it is sent anew',
};

const UNDONE: Diagnostic = {
  severity: 'info',
  code: 'settled',
  summary: 'An interrupted create took effect; what its pair has to come to is yet to be done',
};

const UNCERTAIN = problem('uncertain', 'Whether an interrupted create took effect is not known', {
  next: 'Each run looks for it. If it stays: look for the record in the other system, then approve this one to create it anew, or dismiss it.',
});

/**
 * A look-up comes first: the record may have been entered by someone else since, which only the match step can tell, and
 * sending the create again would double it.
 */
async function settleOne(run: MappingRun, intent: Intent, item: IntentItem, closed: Link | null): Promise<Settled> {
  const side = run[intent.side];
  const age = run.context.platform.clock.now() - intent.created;
  const before = closed ? idOf(closed, intent.side) : null;
  const linkField = side.definition.link_field;
  if (linkField && side.can.findable.includes(linkField)) {
    return lookUp(run, intent.side, linkField, wireValue(side, linkField, item.linkToken), age, before);
  }
  if (placingOf(side.definition)) return lookAtPlace(run, intent.side, item);
  const changes = await createNow(run, intent.side, item);
  const unique = changes?.find(
    (change) => side.definition.unique.includes(change.field) && side.can.findable.includes(change.field),
  );
  if (unique) return lookUp(run, intent.side, unique.field, wireValue(side, unique.field, unique.value), age, before);
  const sent =
    changes && age < side.can.idempotencyMs ? await sendAgain(run, intent.side, item, changes, before) : null;
  return sent ?? { kind: 'open' };
}

/** What a create of the source record would send now; null where the source is gone or can't be read. */
async function createNow(run: MappingRun, target: Side, item: IntentItem): Promise<FieldChange[] | null> {
  const source = await sourcePair(run, target, item);
  if (!source) return null;
  const [planned] = await plan(run, [source]);
  return planned?.item.actions[target]?.changes ?? [];
}

/** The same body under the same key: the server answers what it did then, or does it now. Null where the body differs. */
async function sendAgain(
  run: MappingRun,
  target: Side,
  item: IntentItem,
  changes: readonly FieldChange[],
  former: string | null,
): Promise<Settled | null> {
  const fields = Object.fromEntries(changes.map((change) => [change.field, change.value]));
  const again = prepareCreate(
    run,
    target,
    { id: item.source, version: item.sourceVersion, seen: item.seen, former },
    fields,
    item.idempotencyKey,
  );
  if (!again.ok || again.value.intent.body !== item.body) return null;
  const [outcome] = await run[target].connection.create(run[target].object, [again.value.item]);
  if (outcome?.kind !== 'done') return null;
  return outcome.record ? { kind: 'found', record: outcome.record } : readBack(run, target, outcome.id);
}

async function readBack(run: MappingRun, target: Side, id: string): Promise<Settled> {
  const [outcome] = await run[target].connection.get(run[target].object, [id]);
  return outcome?.kind === 'present' ? { kind: 'found', record: outcome.record } : { kind: 'open' };
}

/**
 * "Not there" is believed only after the time that the system's index may lag. `before`: the source's partner of a link that
 * is closed. It was there before the create, so it is not what that made, whatever it still says of the source.
 */
async function lookUp(
  run: MappingRun,
  target: Side,
  field: string,
  wire: unknown,
  age: number,
  before: string | null,
): Promise<Settled> {
  const found = await run[target].connection.find(run[target].object, field, wire);
  if (!found.ok) return { kind: 'open' };
  const different = withoutRepeats(found.value).filter(({ id }) => id !== before);
  const [only] = different;
  if (different.length === 1 && only) return { kind: 'found', record: only };
  if (different.length > 1) return { kind: 'open' };
  return age > run[target].can.lagMs ? { kind: 'absent' } : { kind: 'open' };
}

async function sourcePair(run: MappingRun, target: Side, item: IntentItem): Promise<Pair | null> {
  const side = otherSide(target);
  const [outcome] = await run[side].connection.get(run[side].object, [item.source]);
  if (outcome?.kind !== 'present' || outcome.record.archived) return null;
  const pair = emptyPair(side, null, side === 'a' ? { a: item.source, b: null } : { a: null, b: item.source });
  pair.sides[side] = { kind: 'present', seen: decodeOne(run, run[side], outcome.record) };
  await prepare(run, [pair]);
  return pair;
}

/**
 * Links a found record. The source's baseline is what it was when the create was sent. Where the found record does not
 * say what was sent, or the source says something else by now, there is no baseline: someone may have edited it since, or
 * the system stores it in a form of its own. There the source's value stands, and what it overrules goes on record.
 * Whether nothing is left to be done.
 */
async function adopt(run: MappingRun, target: Side, item: IntentItem, found: WireRecord): Promise<boolean> {
  const source = otherSide(target);
  const theirs = decodeOne(run, run[target], found);
  const sent = sentBase(run, item);
  const pair = await sourcePair(run, target, item);
  const ours = pair?.sides[source];
  if (!pair || ours?.kind !== 'present') {
    // The source is gone meanwhile: the link is made all the same, so that its delete is propagated. Where it can't be told
    // what was edited since the create, the found record counts as changed.
    const ids = target === 'a' ? { a: theirs.id, b: item.source } : { a: item.source, b: theirs.id };
    const bases = { [source]: sent, [target]: asPlaced(run, target, item, theirs) };
    await commit(run.context, { links: [newLink(run, emptyPair(source, null, ids), bases)] });
    return true;
  }
  pair.ids[target] = found.id;
  pair.sides[target] = presentOrGone(theirs);
  pair.swept = true;
  const bases = {
    [source]: sent.length > 0 ? sent : ours.seen.digests,
    [target]: expectedBase(run, pair, target, theirs, sent),
  };
  // What was created outside the filter of its side has not left it.
  const state = passes(run, target, pair.sides[target]) ? 'active' : 'silent';
  pair.link = { ...newLink(run, pair, bases), state };
  // Whatever is decided about the pair from here on, the two records belong together.
  return (await commit(run.context, { links: [pair.link] })) && (await decideAdopted(run, pair));
}

/** A crash came between the link of an adopted record and what was to be decided about it. */
async function goOnAdopting(run: MappingRun, target: Side, item: IntentItem, link: Link): Promise<boolean> {
  const pair = await sourcePair(run, target, item);
  if (!pair) return true;
  pair.link = link;
  pair.ids = { a: link.a, b: link.b };
  pair.swept = true;
  await readPartners(run, target, [pair]);
  return decideAdopted(run, pair);
}

/**
 * Whether what was decided is on record. A delete is done after all mappings: were the run to die before that, nothing would
 * bring the pair up again, since the intent is over.
 */
async function decideAdopted(run: MappingRun, pair: Pair): Promise<boolean> {
  await prepare(run, [pair]);
  const applied = await apply(run, await plan(run, [pair]));
  await record(run, applied);
  return applied.every(({ deferred, skipped }) => !deferred && !skipped);
}

/** The digests that the create was made from; none where the mapping has other fields by now. */
function sentBase(run: MappingRun, item: IntentItem): Uint8Array {
  const base = new Uint8Array(Buffer.from(item.seen, 'base64'));
  return base.length === run.layoutFields.length * DIGEST_BYTES ? base : new Uint8Array(0);
}

/** What the create gave, field by field; zeros (no baseline) where that can't be known. */
function expectedBase(run: MappingRun, pair: Pair, target: Side, theirs: Seen, sent: Uint8Array): Uint8Array {
  const ours = presentSide(pair, otherSide(target));
  if (!ours || sent.length === 0) return new Uint8Array(0);
  const expected = theirs.digests.slice();
  for (const index of run.rules.fields.keys()) {
    const at = index * DIGEST_BYTES;
    const said = expressedOn(pair, target, index);
    const own = ownDigest(run, target, index, said);
    // What the create did not set may be a default of the system or an edit, unless it is empty.
    const unsent = said === ABSENT && !isEmpty(theirs.fields[run.mapping.fields[index]?.[target] ?? '']);
    const moved = !sameDigest(ours.digests, at, sent, at);
    const other = own !== null && !sameDigest(own, 0, theirs.digests, at);
    if (unsent || moved || other) expected.fill(0, at, at + DIGEST_BYTES);
  }
  return expected;
}
