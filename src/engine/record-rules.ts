import type { Action, Park, PlanItem, WrittenFinding } from '../planning/plan-item.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { Fields } from '../record/value.ts';
import type { RuleFinding } from '../validation/validate.ts';
import { isPlanned } from './foreseen.ts';
import { fieldsHeld } from './map.ts';
import type { MappingRun } from './mapping-run.ts';
import type { Pair, Planned } from './pair.ts';
import { whyNotMoved } from './places.ts';

/** The side whose record must be read before its rules can be asked of what is to be written there; null where none must. */
export function sideToCheck(run: MappingRun, pair: Pair, { actions }: PlanItem): Side | null {
  const isUnread = (side: Side) =>
    run[side].checkRecord !== null &&
    actions[side]?.kind === 'update' &&
    pair.sides[side].kind === 'unread' &&
    !run[side].writeOnly &&
    !isPlanned(run, pair.ids[side]);
  return SIDES.find(isUnread) ?? null;
}

/** Parks what can't be written where it is to go or would break a rule for whole records, and notes on the others which rules they break or were repaired for. */
export function checkRecords(run: MappingRun, planned: readonly Planned[]): Planned[] {
  return planned.map((one) => checkRecord(run, one));
}

function checkRecord(run: MappingRun, { pair, item }: Planned): Planned {
  const findings: WrittenFinding[] = [];
  for (const side of SIDES) {
    const action = item.actions[side];
    if (action?.kind !== 'create' && action?.kind !== 'update') continue;
    const { heldCreates } = run[side];
    if (action.kind === 'create' && heldCreates) {
      return { pair, item: parkedFor(pair, side, item, heldCreates, 'creates-held') };
    }
    const fixed = action.kind === 'update' ? whyNotMoved(run, side, action) : null;
    if (fixed) return { pair, item: parkedFor(pair, side, item, fixed, 'invalid') };
    const { checkRecord } = run[side];
    const broken = checkRecord ? checkRecord(recordAfter(run, pair, side, action)) : [];
    const violated = broken.find(({ outcome }) => outcome === 'violated');
    if (violated) return { pair, item: parkedFor(pair, side, item, violated.diagnostic, 'invalid') };
    for (const finding of [...repairsOf(pair, side, action), ...broken]) findings.push({ ...finding, side });
  }
  return findings.length === 0 ? { pair, item } : { pair, item: { ...item, findings } };
}

/** What the rules found among the values that are written. */
function repairsOf(pair: Pair, side: Side, { changes, later }: Action): readonly RuleFinding[] {
  const findings = pair.findings[side];
  if (findings.length === 0) return findings;
  const written = new Set([...changes, ...later].map(({ field }) => field));
  return findings.filter(({ field, outcome }) => outcome !== 'violated' && written.has(field ?? ''));
}

function recordAfter(run: MappingRun, pair: Pair, side: Side, action: Action): Fields {
  const record = fieldsHeld(run, pair, side);
  for (const { field, value } of [...action.changes, ...action.later]) record[field] = value;
  return record;
}

function parkedFor(pair: Pair, target: Side, item: PlanItem, diagnostic: Diagnostic, reason: string): PlanItem {
  const source = otherSide(target);
  const side = pair.ids[source] === null ? target : source;
  const park: Park = { side, id: pair.ids[side] ?? '', reason, diagnostic, waitsFor: null };
  return { ...item, rule: 'validate', actions: {}, link: 'none', refresh: false, park, waits: null, ending: 'parked' };
}
