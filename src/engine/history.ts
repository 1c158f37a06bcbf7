import type { Action, FieldChange } from '../planning/plan-item.ts';
import { DIGEST_BYTES } from '../record/digest.ts';
import { SIDES, type Side } from '../record/side.ts';
import type { HistoryEntry } from '../store/port.ts';
import type { Applied } from './applied.ts';
import { ownDigest } from './map.ts';
import type { MappingRun } from './mapping-run.ts';
import { expressedOn, presentSide } from './pair.ts';

/** Which values of a side an update is about to overrule. */
export function overruledBy(run: MappingRun, target: Side, one: Applied): HistoryEntry[] {
  return overruledIn(run, target, one, one.item.actions[target]?.changes ?? []);
}

function overruledIn(run: MappingRun, target: Side, one: Applied, changes: readonly FieldChange[]): HistoryEntry[] {
  const overruled = changes.filter((change) => change.to === target && change.overruled);
  if (overruled.length === 0) return [];
  const digests = overruled.map((change) => [change.field, overruledDigests(run, one, target, change.index)] as const);
  return [{ ...entryOf(run, one, `overrule-${target}`, overruled), digests: Object.fromEntries(digests) }];
}

/**
 * Updates go on record with what they wrote; a create is on record by its link. An edit that lost against a value which
 * the mapping does not carry over is on record, too, although it still stands where it was made.
 */
export function historyOf(run: MappingRun, one: Applied): HistoryEntry[] {
  const { actions, ignored } = one.item;
  const entries: HistoryEntry[] = [];
  for (const side of SIDES) {
    const action = actions[side];
    if (action?.kind === 'update') entries.push(entryOf(run, one, `update-${side}`, action.changes));
    if (ignored) entries.push(...overruledIn(run, side, one, ignored));
  }
  return entries;
}

function entryOf(run: MappingRun, { pair }: Applied, kind: string, changes: Action['changes']): HistoryEntry {
  return {
    mapping: run.key,
    a: pair.ids.a,
    b: pair.ids.b,
    run: run.context.id,
    at: run.context.platform.clock.now(),
    kind,
    rule: [...new Set(changes.map((change) => change.rule))].join(' '),
    fields: changes.map((change) => change.field),
    digests: null,
  };
}

function overruledDigests(run: MappingRun, { pair }: Applied, to: Side, index: number): { lost: string; won: string } {
  const at = index * DIGEST_BYTES;
  const lost = presentSide(pair, to)?.digests.subarray(at, at + DIGEST_BYTES);
  const won = ownDigest(run, to, index, expressedOn(pair, to, index));
  return {
    lost: Buffer.from(lost ?? []).toString('hex'),
    won: Buffer.from(won ?? []).toString('hex'),
  };
}
