import type { SavedPlanReport, SyncReport } from '../sync-report.ts';
import { diagnosticsText } from './diagnostics.ts';
import { overriddenLines } from './overridden.ts';
import { parkedLines } from './parked.ts';
import { runLines } from './run.ts';
import type { Style } from './style.ts';
import { counted, numberText } from './text.ts';

/** The end of a sync: what was done, in counts that add up, what is parked, and what to do next. */
export function syncText(report: SyncReport, style: Style): string {
  const { run, systems, parked, parkedTotal, plan, overridden } = report;
  const parts = [runLines(run, systems, style).join('\n')];
  if (overridden.length > 0) parts.push(overriddenLines(overridden, style).join('\n'));
  if (plan) parts.push(planLine(plan));
  if (run.diagnostics.length > 0) parts.push(diagnosticsText(run.diagnostics, style).trimEnd());
  if (parked.length > 0) {
    const lines = [
      `${counted(parkedTotal, 'parked record')}:`,
      ...parked.flatMap((one) => parkedLines(one, systems, style)),
    ];
    if (parkedTotal > parked.length) lines.push(`… and ${numberText(parkedTotal - parked.length)} more`);
    parts.push(lines.join('\n'));
  }
  parts.push(closing(report, style));
  return `${parts.join('\n\n')}\n`;
}

function planLine({ planned, asPlanned, skipped }: SavedPlanReport): string {
  const rest = planned - asPlanned;
  const lines = [
    `Saved plan: ${numberText(asPlanned)} of ${counted(planned, 'planned record')} done or tried as planned.`,
  ];
  if (rest > 0) lines.push(`No longer as planned, so not done: ${numberText(rest)}.`);
  if (skipped > 0) lines.push(`Changed since, and left for the next plan or sync: ${counted(skipped, 'record')}.`);
  return lines.join('\n');
}

function closing({ run, parkedTotal, next }: SyncReport, { colours }: Style): string {
  switch (run.outcome) {
    case 'interrupted':
      return `${colours.yellow('Stopped.')} All that was done is on record; the next sync goes on from there: ${next ?? ''}`;
    case 'failed':
      return `${colours.red('The run failed.')} What was done is on record and is not done twice. When the cause is gone: ${next ?? ''}`;
    default:
      if (parkedTotal > 0) return `${colours.yellow('Done,')} apart from what is parked: ${next ?? ''}`;
      return `${colours.green('Done,')} ${run.outcome === 'partial' ? 'apart from what was dismissed.' : 'nothing is left.'}`;
  }
}
