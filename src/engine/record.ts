import { PLACE_TAKEN } from '../connector/within/holding.ts';
import { placingOf } from '../connector/within/place.ts';
import type { FieldChange, LinkStep, Park, PlanItem, Seen } from '../planning/plan-item.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { DIGEST_BYTES } from '../record/digest.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { HistoryEntry, Link, ParkedRecord, RecordKey } from '../store/port.ts';
import type { Applied } from './applied.ts';
import { approvalLeft } from './approval.ts';
import { commit } from './commit.ts';
import { countEnding, countFindings } from './counts.ts';
import { passes } from './filter.ts';
import { historyOf } from './history.ts';
import { addDiagnostic, type MappingRun, spoilPages } from './mapping-run.ts';
import { leftEmpty, PARENT_OUTSIDE } from './outside.ts';
import { presentSide, seenOf } from './pair.ts';
import { PLACE_OPEN } from './places.ts';
import { baseOf, undecided } from './recall.ts';

/** Retried after this long, doubled with every attempt up to an hour, ms. */
const BACKOFF_MS = 30_000;
const LONGEST_BACKOFF_MS = 3_600_000;

/** Reasons that time may cure; the others wait for a change of the record, of the mapping, or for a person. */
const PASSING = [
  'transient',
  'rate',
  'auth',
  'fatal',
  'missing',
  'partner-missing',
  'write-conflict',
  'unreadable',
  'unknown',
  'ambiguous-match',
  'match-linked',
  'match-outside',
  'duplicate-source',
  'merged-into-linked',
  'parent-unknown',
  PLACE_TAKEN,
  PLACE_OPEN,
];

/** Step *record*: links, baselines, parked records, history and settled intents, in one transaction with the outcome. */
export async function record(run: MappingRun, applied: readonly Applied[]): Promise<void> {
  for (const one of applied) {
    count(run, one);
    if (!one.park && !one.skipped) countFindings(run, one.item.findings ?? []);
  }
  await persist(run, applied);
  stopOnFailures(run);
  run.context.onEvent({ type: 'progress', mapping: run.mapping.name, counts: run.counts });
}

/** More than the declared share of failures means that something is wrong with a system, not with its records. */
function stopOnFailures(run: MappingRun): void {
  const failed = run.counts.a.failed + run.counts.b.failed;
  const read = run.counts.a.read + run.counts.b.read;
  const { share, least } = run.context.integration.failures;
  if (run.context.signal.aborted || failed < least || failed <= share * read) return;
  run.context.stop ??= problem('too-many-failures', `${failed} of ${read} records of ${run.mapping.name} failed`, {
    next: 'Look at the diagnostics of the run; the cursors have not moved, so the next run tries again.',
  });
}

function count(run: MappingRun, one: Applied): void {
  if (one.deferred || one.pair.swept) return;
  countEnding(run, one.pair.from, one.ending);
  if (one.pair.joint) countEnding(run, otherSide(one.pair.from), one.ending);
}

async function persist(run: MappingRun, applied: readonly Applied[]): Promise<void> {
  const links: Link[] = [];
  const parked: ParkedRecord[] = [];
  const released: { mapping: string; side: Side; id: string }[] = [];
  const history: HistoryEntry[] = [];
  const keys: RecordKey[] = [];
  const keysGone: Omit<RecordKey, 'keys'>[] = [];
  for (const one of applied) {
    const { pair } = one;
    if (one.skipped) continue;
    for (const known of [pair.before, pair.beforeOther]) {
      // What was merged into its partner gave its link away: nothing is to be decided of it.
      const isMerged = known === pair.beforeOther && known?.partner === pair.merged;
      if (known && !isMerged && known.partner !== pair.ids[otherSide(known.side)]) {
        parked.push(...leftAlone(run, known));
      }
    }
    if (one.park) {
      if (one.park.reason === 'option-unmapped') await alertOnce(run, one.park.diagnostic);
      // A pair is parked under one of its records, not under both.
      released.push(...releases(run, one));
      parked.push(parkedRecord(run, one, one.park));
    } else {
      const link = one.deferred ? null : linkAfter(run, one);
      if (link) links.push(link);
      if (link && one.item.waits) parked.push(parkedRecord(run, one, one.item.waits));
      if (link && !pair.link) run.counts.linked += 1;
      // What a delete waits for is given up when it is done, not before.
      if (!one.deferred) released.push(...releases(run, one));
      history.push(...historyOf(run, one));
    }
    for (const side of run.mapping.match.length > 0 ? SIDES : []) {
      const id = presentSide(pair, side)?.id ?? pair.ids[side];
      const known = keysAfter(run, one, side);
      if (id !== null && known) keys.push({ mapping: run.key, side, id, keys: known });
      else if (id !== null && isPlaced(run, one, side)) keysGone.push({ mapping: run.key, side, id });
    }
  }
  for (const side of ['a', 'b'] as const) {
    const vanished = run.vanished[side].splice(0);
    released.push(...vanished.map(({ id }) => ({ mapping: run.key, side, id })));
    parked.push(...vanished.flatMap((one) => leftAlone(run, one)));
  }
  run.parked += parked.length;
  const unlinks = applied.some((one) => one.item.link === 'unlink');
  spoil(run, applied, unlinks || parked.length + released.length > 0);
  const change = {
    links,
    parked,
    released,
    history,
    keys,
    keysGone,
    settled: run.settled.splice(0),
    intents: run.reopened.splice(0),
  };
  if (Object.values(change).some((part) => part.length > 0)) await commit(run.context, change);
  for (const side of ['a', 'b'] as const) {
    run.taken[side].clear();
    for (const one of applied) forgetKeys(run, side, one);
    run.claimed[side].clear();
  }
}

/** The match keys of a record as this run leaves it; null where nothing new is known of them. */
function keysAfter(run: MappingRun, { pair, item, written }: Applied, side: Side): (string | null)[] | null {
  const [after, read] = [written[side], presentSide(pair, side)];
  const rekeyed = after === undefined ? [] : rekeying(run, item, side);
  if (rekeyed.length > 0 && after) return run[side].keysOf(after.fields);
  const sent = Object.fromEntries(rekeyed.map(({ field, value }) => [field, value]));
  if (read) return run[side].keysOf({ ...read.fields, ...sent });
  // Where a record could not be read again, the keys that it was matched by still stand.
  return pair.sides[side].kind === 'unknown' ? (pair.keys[side] ?? null) : null;
}

/** The updates of fields that records are matched by. What was created is found by the keys of its source. */
function rekeying(run: MappingRun, { actions }: PlanItem, side: Side): readonly FieldChange[] {
  const action = actions[side];
  if (action?.kind !== 'update') return [];
  const matched = run.mapping.match.flat().map((part) => part[side]);
  return action.changes.filter(({ field }) => matched.includes(field));
}

/** Whether it was made within another record: its id may have been another one's, whose keys are none of its own. */
const isPlaced = (run: MappingRun, { item, written }: Applied, side: Side): boolean =>
  item.actions[side]?.kind === 'create' && written[side] !== undefined && placingOf(run[side].definition) !== null;

/**
 * What was matched or parked is on record now. A record whose create was refused keeps its keys for this run: a double of it
 * that comes later waits as it would have waited beside it, and as the plan said.
 */
function forgetKeys(run: MappingRun, side: Side, { pair, item, park }: Applied): void {
  const id = pair.ids[side] ?? '';
  const isRefused = park !== null && item.actions[otherSide(side)]?.kind === 'create';
  for (const [rule, digest] of (pair.keys[side] ?? []).entries()) {
    const key = `${rule} ${digest}`;
    if (run.aside[side].get(key) === id) run.aside[side].delete(key);
    if (isRefused && digest !== null) run.taken[side].set(key, id);
  }
}

/** An option without counterpart is told of with the first record that is parked for it, not with every one. */
async function alertOnce(run: MappingRun, diagnostic: Diagnostic): Promise<void> {
  run.alerted ??= new Set(
    (await run.context.store.parked({ mapping: run.key, reason: 'option-unmapped' })).map(
      (one) => one.diagnostic.summary,
    ),
  );
  if (run.alerted.has(diagnostic.summary)) return;
  run.alerted.add(diagnostic.summary);
  addDiagnostic(run, diagnostic);
}

/** What a side's own records brought up leaves the settled pages of that side alone. */
function spoil(run: MappingRun, applied: readonly Applied[], others: boolean): void {
  if (others || applied.some(({ pair }) => pair.swept)) spoilPages(run, null);
  for (const { pair } of applied) if (!pair.joint) spoilPages(run, pair.from);
}

/** The link with both merge bases after what was done; null where nothing about it is to be written. */
export function linkAfter(run: MappingRun, one: Applied): Link | null {
  const { pair, item } = one;
  const { a, b } = pair.ids;
  if (a === null || b === null || item.link === 'none') return null;
  const wrote = one.written.a !== undefined || one.written.b !== undefined;
  if (item.link === 'keep' && !wrote && !item.refresh) return null;
  // A pair that falls silent keeps the baselines at which it last agreed: what changed since then flows once it is back.
  if (item.link === 'silence' && pair.link)
    return { ...undecided(run, pair.link), state: 'silent', ...touchedNow(run) };
  const state = stateAfter(run, one);
  const base = (side: Side) =>
    state === 'closed' && isAway(run, one, side) ? new Uint8Array(0) : baseAfter(run, one, side);
  return {
    mapping: run.key,
    a,
    b,
    state,
    layout: run.layout,
    aVersion: versionAfter(one, 'a'),
    bVersion: versionAfter(one, 'b'),
    aBase: base('a'),
    bBase: base('b'),
    ...touchedNow(run),
  };
}

const touchedNow = ({ context }: MappingRun) => ({ touched: context.platform.clock.now(), run: context.id });

const STATE_AFTER: Partial<Record<LinkStep, Link['state']>> = { close: 'closed', unlink: 'closed' };

/**
 * A record that is outside the filter by what was just written to it falls silent with its partner, whatever `on_leave`
 * says: the partner, whose values these are, is not removed for them.
 */
const stateAfter = (run: MappingRun, one: Applied): Link['state'] =>
  STATE_AFTER[one.item.link] ?? (SIDES.some((side) => isWrittenOut(run, one, side)) ? 'silent' : 'active');

function isWrittenOut(run: MappingRun, { written }: Applied, side: Side): boolean {
  const seen = written[side];
  return seen ? !passes(run, side, { kind: 'present', seen }) : false;
}

/**
 * Whether a record is deleted or outside the filter. Of a closed link it keeps no baseline, so that it is looked at again
 * when it comes back; its partner keeps one, and is left alone.
 */
const isAway = (run: MappingRun, one: Applied, side: Side): boolean =>
  one.pair.sides[side].kind === 'gone' || !passes(run, side, one.pair.sides[side]);

function versionAfter(one: Applied, side: Side): string | null {
  const linked = one.pair.link ? (side === 'a' ? one.pair.link.aVersion : one.pair.link.bVersion) : null;
  const written = one.written[side];
  if (written === null) return null;
  return written?.version ?? presentSide(one.pair, side)?.version ?? linked;
}

/**
 * The merge base of a side: what was seen of it when the decision was made, and for the fields that were written the
 * form the system gave back. A field that someone else changed meanwhile keeps its old digest, so that it is noticed.
 */
function baseAfter(run: MappingRun, one: Applied, side: Side): Uint8Array {
  const { pair, item, written } = one;
  const action = item.actions[side];
  const after: Seen | null | undefined = written[side];
  const start = presentSide(pair, side)?.digests ?? (pair.link ? baseOf(pair.link, side) : new Uint8Array(0));
  let base = start;
  if (action?.kind === 'create') base = after ? after.digests : new Uint8Array(0);
  else if (action && after !== undefined && start.length > 0) {
    base = start.slice();
    for (const { index } of action.changes) {
      const at = index * DIGEST_BYTES;
      if (after) base.set(after.digests.subarray(at, at + DIGEST_BYTES), at);
      else base.fill(0, at, at + DIGEST_BYTES);
    }
    markSources(run, side, action.changes, base);
  }
  return withoutOmitted(run, one, base);
}

/**
 * An expression that reads a field which was just written on its side gives another value now, that has yet to go to the
 * other side. A digest that no value has makes the next run see that.
 */
function markSources(run: MappingRun, side: Side, changes: readonly FieldChange[], base: Uint8Array): void {
  for (const [index, sources] of run[side].sources.entries()) {
    if (!changes.some((change) => sources.includes(change.index))) continue;
    for (let at = index * DIGEST_BYTES; at < (index + 1) * DIGEST_BYTES; at += 1) base[at] = ~(base[at] ?? 0);
  }
}

/** A reference left out of a create, or left empty, has no baseline yet: the next run sees it as open and sets it. */
function withoutOmitted(run: MappingRun, one: Applied, base: Uint8Array): Uint8Array {
  const left = leftEmpty(one.pair, one.item);
  if (base.length === 0 || (left.length === 0 && run.mapping.cycleBreakers.length === 0)) return base;
  const create = [one.item.actions.a, one.item.actions.b].find((action) => action?.kind === 'create');
  const later = run.rules.fields.flatMap((field, index) =>
    create && field.later && !create.later.some((change) => change.index === index) ? [index] : [],
  );
  const omitted = [...left.map(({ index }) => index), ...later];
  if (omitted.length === 0) return base;
  const open = base.slice();
  for (const index of omitted) open.fill(0, index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
  return open;
}

function releases(run: MappingRun, { pair }: Applied): { mapping: string; side: Side; id: string }[] {
  return [pair.before, pair.beforeOther].flatMap((one) =>
    one ? [{ mapping: run.key, side: one.side, id: one.id }] : [],
  );
}

/** Two records that match were parked under one that is gone or matches no more: the other is decided anew, at once. */
function leftAlone(run: MappingRun, gone: ParkedRecord): ParkedRecord[] {
  if (gone.partner === null) return [];
  const now = run.context.platform.clock.now();
  const diagnostic: Diagnostic = {
    severity: 'info',
    code: 'match-gone',
    summary: 'The record that it matched is gone or changed; it is decided anew',
  };
  return [
    {
      ...gone,
      side: otherSide(gone.side),
      id: gone.partner,
      partner: null,
      reason: 'match-gone',
      diagnostic,
      seen: '',
      attempts: 0,
      next: now,
      waitsFor: null,
      dismissed: null,
      approved: null,
    },
  ];
}

function parkedRecord(run: MappingRun, one: Applied, park: NonNullable<Applied['park']>): ParkedRecord {
  const now = run.context.platform.clock.now();
  const before = [one.pair.before, one.pair.beforeOther].find(
    (known) => known?.side === park.side && known.id === park.id,
  );
  const attempts = (before?.attempts ?? 0) + 1;
  const next = nextAttempt(run, park, attempts, now);
  return {
    mapping: run.key,
    side: park.side,
    id: park.id,
    reason: park.reason,
    diagnostic: park.diagnostic,
    seen: park.seen ?? seenOf(one.pair, park.side, one.written),
    rules: run.parkDigest,
    first: before?.first ?? now,
    last: now,
    attempts,
    next,
    waitsFor: park.waitsFor,
    dismissed: null,
    // A partner that the filter keeps out waits for nothing.
    partner: park.reason === 'match-outside' ? null : one.pair.ids[otherSide(park.side)],
    approved: approvalLeft(before, park.reason),
  };
}

function nextAttempt(run: MappingRun, { reason, waitsFor }: Park, attempts: number, now: number): number | null {
  if (reason === 'plan-stale') return now;
  if (!PASSING.includes(reason) && !(reason === PARENT_OUTSIDE && waitsFor === null)) return null;
  const backoff = Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** (attempts - 1));
  return now + Math.round(backoff * (0.5 + run.context.platform.random.next() / 2));
}
