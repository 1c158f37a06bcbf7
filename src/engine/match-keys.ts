import { type Candidate, decideMatch } from '../matching/match-record.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { ParkedRecord } from '../store/port.ts';
import { isOwnCreate } from './apply-creates.ts';
import { decodeOne } from './decode.ts';
import { passes } from './filter.ts';
import { addDiagnostic, type MappingRun, wireValue } from './mapping-run.ts';
import { type Pair, presentSide } from './pair.ts';
import { recallLinks } from './recall.ts';
import { type Sought, soughtKeys } from './sought-keys.ts';

/** Finds partners for unlinked records by the mapping's match rules; ambiguity is parked, never guessed. */
export async function matchByKeys(run: MappingRun, from: Side, pairs: readonly Pair[]): Promise<void> {
  const unlinked = pairs.filter(
    (pair) =>
      !pair.link && !pair.park && pair.sides[from].kind === 'present' && pair.sides[otherSide(from)].kind === 'none',
  );
  if (unlinked.length === 0 || run.mapping.match.length === 0) return;
  const other = otherSide(from);
  const sought = await soughtKeys(run, from, unlinked);
  const theirs = await candidates(run, other, from, [...sought.values()]);
  const own = unlinked.map((pair) => ({ keys: pair.keys[from] ?? [], fields: {}, waits: null }));
  const ours = await candidates(run, from, from, own);
  for (const pair of unlinked) {
    const id = pair.ids[from] ?? '';
    const digests = pair.keys[from] ?? [];
    const wanted = sought.get(pair);
    const found = digests.map((_, rule) => theirs[rule]?.get(wanted?.keys[rule] ?? '') ?? []);
    const same = digests.map((digest, rule) => (ours[rule]?.get(digest ?? '') ?? []).filter((one) => one.id !== id));
    const free = found.map((known, rule) =>
      claimed(
        run,
        other,
        ownPartner(stillContested(run, other, known, same[rule] ?? []), id),
        id,
        same[rule] ?? [],
      ).map((one) =>
        one.partner !== id && hasRivals(run, pair, unlinked, rule, same[rule] ?? [])
          ? { ...one, contested: true }
          : one,
      ),
    );
    const twins = digests.map((digest, rule) => {
      const waiting = (found[rule] ?? []).map((one) => one.partner);
      const linked = (same[rule] ?? []).filter((one) => one.linked || waiting.includes(one.id)).map((one) => one.id);
      const now = digest === null ? undefined : run.taken[from].get(`${rule} ${digest}`);
      return now === undefined || now === id || linked.includes(now) ? linked : [...linked, now];
    });
    const decision = decideMatch(free, twins);
    if (decision.kind === 'none' && wanted?.waits && mayCreate(run, pair)) {
      pair.park = { side: from, id, ...wanted.waits };
      continue;
    }
    if (decision.kind === 'park') {
      pair.park = { side: from, id, reason: decision.reason, diagnostic: decision.diagnostic, waitsFor: null };
      if (decision.reason === 'ambiguous-match') run.contested[from].add(id);
      for (const [rule, digest] of digests.entries()) if (digest !== null) run.aside[from].set(`${rule} ${digest}`, id);
      continue;
    }
    // What is not to be created, as the filter keeps it out, is no double of what is.
    if (decision.kind === 'none' && !mayCreate(run, pair)) continue;
    for (const [rule, digest] of digests.entries()) if (digest !== null) run.taken[from].set(`${rule} ${digest}`, id);
    if (decision.kind === 'match') await takeMatch(run, other, pair, decision.id);
  }
}

interface Known extends Candidate {
  /** Of a parked record: the one of the other side that it was decided together with. */
  partner: string | null;
  /** The record of the other side that is parked together with it. */
  awaitedBy: string | null;
}

/** A record that was parked because several had its key is free again once no other unlinked record has it. */
const stillContested = (run: MappingRun, side: Side, found: readonly Known[], twins: readonly Known[]): Known[] =>
  found.map((one) =>
    one.contested && !run.contested[side].has(one.id) && twins.every((twin) => twin.linked)
      ? { ...one, contested: false }
      : one,
  );

/** Of two that wait as a pair no third one is asked for. */
function ownPartner(found: readonly Known[], id: string): readonly Known[] {
  const own = found.filter((one) => one.partner === id);
  return own.length > 0 ? own : found;
}

/** What was matched in this run, or waits together with another one or with one of the `twins`, is as good as linked. */
const claimed = (run: MappingRun, side: Side, found: readonly Known[], id: string, twins: readonly Known[]): Known[] =>
  found.map((one) => {
    const isTaken =
      run.claimed[side].has(one.id) ||
      (one.awaitedBy !== null && one.awaitedBy !== id) ||
      twins.some((twin) => !twin.linked && (twin.id === one.partner || twin.partner === one.id));
    return isTaken ? { ...one, linked: true } : one;
  });

/**
 * Whether other unlinked records of side b, read in this run or parked for this very reason, have the key of this one. Side
 * a asks first and finds them all, but a record of it that waits unchanged does not ask.
 */
function hasRivals(
  run: MappingRun,
  { from, ids, keys }: Pair,
  inHand: readonly Pair[],
  rule: number,
  twins: readonly Known[],
): boolean {
  const digest = keys[from]?.[rule];
  if (from === 'a' || !digest) return false;
  const ahead = run.scratch.byKey(rule, [digest]).get(digest) ?? [];
  return (
    inHand.some((one) => one.ids[from] !== ids[from] && one.keys[from]?.[rule] === digest) ||
    twins.some((one) => !one.linked && (one.contested || ahead.includes(one.id)))
  );
}

async function takeMatch(run: MappingRun, other: Side, pair: Pair, id: string): Promise<void> {
  pair.ids[other] = id;
  const spooled = run.scratch.take([id]).get(id);
  run.claimed[other].set(id, spooled?.keys ?? []);
  pair.sides[other] = spooled
    ? { kind: 'present', seen: decodeOne(run, run[other], spooled.record) }
    : { kind: 'unread' };
  pair.joint = spooled !== undefined;
  const seen = presentSide(pair, other);
  if (seen) pair.keys[other] = run[other].keysOf(seen.fields);
}

/** Whether a record that nothing matches would be created on the other side, or asked for. */
const mayCreate = (run: MappingRun, { from, sides }: Pair): boolean =>
  run.mapping.propagate[from].create !== 'ignore' && passes(run, from, sides[from]);

/** Per match rule: digest → records of `side` with that key, from the scratch, the store, or looked up in the system. */
async function candidates(
  run: MappingRun,
  side: Side,
  from: Side,
  sought: readonly Sought[],
): Promise<Map<string, Known[]>[]> {
  const byRule: Map<string, Known[]>[] = [];
  for (let rule = 0; rule < run.mapping.match.length; rule += 1) {
    const digests = [...new Set(sought.flatMap(({ keys }) => keys[rule] ?? []))];
    const known = await run.context.store.idsByKey(run.key, side, rule, digests);
    const ahead = side === 'b' ? run.scratch.byKey(rule, digests) : new Map<string, string[]>();
    if (side === 'b') dropReadAnew(run, known);
    const looked =
      side === from || run[side].can.list ? new Map<string, string[]>() : await lookUp(run, side, rule, from, sought);
    const matched = side === from ? new Map<string, string[]>() : claimedByKey(run, side, rule, digests);
    const ids = new Map<string, Set<string>>();
    for (const found of [known, ahead, matched, looked]) {
      for (const [digest, list] of found)
        ids.set(digest, new Set([...(ids.get(digest) ?? []), ...list.filter((id) => !run.lost[side].has(id))]));
    }
    const aside = new Set<string>();
    for (const digest of side === from ? [] : digests) {
      const id = run.aside[side].get(`${rule} ${digest}`);
      if (id === undefined) continue;
      aside.add(id);
      ids.set(digest, new Set([...(ids.get(digest) ?? []), id]));
    }
    const all = [...ids.values()].flatMap((set) => [...set]);
    const links = await recallLinks(run, side, all);
    const parked = await parkedAmong(run, side, all);
    const awaiting = side === from ? new Map<string, string>() : await awaitingThem(run, from, all);
    const candidate = (id: string): Known => ({
      id,
      // A record with an open create is about to be linked, nobody knows to which.
      linked: (links.get(id)?.state ?? 'closed') !== 'closed' || run.open[otherSide(side)].has(id) || aside.has(id),
      unsettled: run.open[otherSide(side)].has(id),
      contested: run.contested[side].has(id) || parked.get(id)?.reason === 'ambiguous-match',
      partner: parked.get(id)?.partner ?? null,
      awaitedBy: awaiting.get(id) ?? null,
    });
    byRule.push(new Map([...ids].map(([digest, set]) => [digest, [...set].map(candidate)])));
  }
  return byRule;
}

/** Of what was read ahead the store has the keys of earlier runs: it may match no longer. */
function dropReadAnew(run: MappingRun, known: Map<string, string[]>): void {
  for (const [digest, ids] of known) {
    const anew = run.scratch.get(ids);
    if (anew.size > 0)
      known.set(
        digest,
        ids.filter((id) => !anew.has(id)),
      );
  }
}

/** What was matched a moment ago is no longer in the scratch and not yet in the store, but it is there. */
function claimedByKey(run: MappingRun, side: Side, rule: number, digests: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const sought = new Set(digests);
  for (const [id, keys] of run.claimed[side]) {
    const digest = keys[rule];
    if (digest && sought.has(digest)) found.set(digest, [...(found.get(digest) ?? []), id]);
  }
  return found;
}

/** Which of these records are parked; several records of the other side may match them, or one that waits as well. */
async function parkedAmong(
  run: MappingRun,
  side: Side,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ParkedRecord>> {
  if (run.parked === 0 || ids.length === 0) return new Map();
  const parked = await run.context.store.parked({ mapping: run.key, side, ids });
  return new Map(parked.map((one) => [one.id, one]));
}

/** Of these records' partners by a match: those of `side` that are parked together with them. */
async function awaitingThem(run: MappingRun, side: Side, ids: readonly string[]): Promise<Map<string, string>> {
  if (run.parked === 0 || ids.length === 0) return new Map();
  const parked = await run.context.store.parked({ mapping: run.key, side, partners: ids });
  return new Map(parked.map(({ id, partner }) => [partner ?? '', id]));
}

/** A target whose records can't be listed but can be found by a field: one look-up per new record. */
async function lookUp(
  run: MappingRun,
  side: Side,
  rule: number,
  from: Side,
  sought: readonly Sought[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const fields = run.mapping.match[rule] ?? [];
  const only = fields.length === 1 ? fields[0] : undefined;
  if (!only || !run[side].can.findable.includes(only[side])) return found;
  for (const { keys, fields } of sought) {
    const digest = keys[rule];
    if (!digest) continue;
    const wire = wireValue(run[side], only[side], fields[only[from]] ?? null);
    const outcome = await run[side].connection.find(run[side].object, only[side], wire);
    if (outcome.ok)
      found.set(
        digest,
        outcome.value.flatMap((record) => (isOwnCreate(run, side, record) ? [] : [record.id])),
      );
    else addDiagnostic(run, outcome.error);
  }
  return found;
}
