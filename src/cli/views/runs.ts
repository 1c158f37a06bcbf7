import type { Side } from '../../record/side.ts';
import type { Run } from '../../store/port.ts';
import { writesOf } from '../progress-report.ts';
import { diagnosticsText } from './diagnostics.ts';
import { OUTCOME_WORDS, runLines } from './run.ts';
import type { Style } from './style.ts';
import { durationText, numberText, table, timeText } from './text.ts';

export interface RunsReport {
  runs: Run[];
}

/** One line per run, the newest first. */
export function runsText({ runs }: RunsReport): string {
  if (runs.length === 0) return 'There was no run yet.\n';
  const rows = runs.map((run) => {
    const counts = Object.values(run.counts);
    const sum = (of: (one: (typeof counts)[number]) => number) => counts.reduce((total, one) => total + of(one), 0);
    return [
      run.id,
      timeText(run.started),
      run.finished === null ? '' : durationText(run.finished - run.started),
      OUTCOME_WORDS[run.outcome],
      numberText(sum((one) => one.a.read + one.b.read)),
      numberText(sum(writesOf)),
      numberText(sum((one) => one.a.parked + one.b.parked + one.a.held + one.b.held)),
      numberText(sum((one) => one.a.failed + one.b.failed)),
    ];
  });
  const head = ['run', 'started', 'took', 'outcome', 'read', 'written', 'parked', 'failed'];
  return `${table([head, ...rows], [2, 4, 5, 6, 7]).join('\n')}\n`;
}

export interface RunReport {
  run: Run;
  systems: Record<Side, string>;
}

/** One run with its counts and what it had to say. */
export function runText({ run, systems }: RunReport, style: Style): string {
  const said = diagnosticsText(run.diagnostics, style);
  return `${runLines(run, systems, style).join('\n')}\n${said ? `\n${said}` : ''}`;
}
