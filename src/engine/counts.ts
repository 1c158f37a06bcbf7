import type { ActionKind, Ending, WrittenFinding } from '../planning/plan-item.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { MappingCounts, SideCounts } from '../store/port.ts';
import type { MappingRun } from './mapping-run.ts';

const noSide = (): SideCounts => ({ read: 0, unchanged: 0, applied: 0, filtered: 0, parked: 0, held: 0, failed: 0 });
const noWrites = () => ({ create: 0, update: 0, delete: 0, archive: 0 });

export const noCounts = (): MappingCounts => ({
  a: noSide(),
  b: noSide(),
  wrote: { a: noWrites(), b: noWrites() },
  linked: 0,
});

export function countEnding(run: MappingRun, side: Side, ending: Ending): void {
  run.counts[side][ending] += 1;
}

export function countWrite(run: MappingRun, side: Side, kind: ActionKind): void {
  run.counts.wrote[side][kind] += 1;
  run.context.lastWrite = run.context.platform.clock.now();
}

/** Whether every record read is accounted for (invariant *complete*). */
export function addsUp(counts: SideCounts): boolean {
  const { unchanged, applied, filtered, parked, held, failed } = counts;
  return counts.read === unchanged + applied + filtered + parked + held + failed;
}

/** Counts what the rules for data found in what is written. */
export function countFindings({ counts }: MappingRun, findings: readonly WrittenFinding[]): void {
  for (const { side, rule, field, outcome } of findings) {
    counts.rules ??= [];
    let known = counts.rules.find((one) => one.side === side && one.rule === rule && one.field === field);
    if (!known) {
      known = { side, rule, field, warned: 0, repaired: 0 };
      counts.rules.push(known);
    }
    if (outcome === 'warned') known.warned += 1;
    if (outcome === 'repaired') known.repaired += 1;
  }
}

/** One remark for each rule that was broken by what was written all the same. */
export function ruleRemarks({ counts, mapping, context }: MappingRun): Diagnostic[] {
  return (counts.rules ?? []).flatMap(({ side, rule, field, warned }): Diagnostic[] => {
    if (warned === 0) return [];
    const { name } = context.integration[side];
    const about = field === null ? '' : ` about ${field}`;
    const records = warned === 1 ? '1 record' : `${warned} records`;
    const summary = `${mapping.name}: ${records} written to ${name} against the rule ${rule}${about}`;
    const next = `\`dovetail validate --mapping ${mapping.name}\` lists them.`;
    return [{ severity: 'warning', code: 'rule-warned', summary, next }];
  });
}
