import type { Measure } from './measure.ts';
import type { Target } from './workloads.ts';

/** Medians over the runs of one command. */
export interface Figures extends Measure {
  /** That the workload server counted in a run. */
  requests: number;
}

export interface Result {
  id: string;
  title: string;
  ours: Figures;
  baseline: Figures | null;
  /** Of wall times and of CPU times, ours over the baseline's: medians of the ratios within one round. */
  ratio: { wall: number; cpu: number | null } | null;
  target: Target;
}

/** The table that a person reads: ours over the baseline, and whether the target is met. */
export function reportText(results: readonly Result[]): string {
  const head = ['', 'wall s', 'CPU s', 'peak MiB', 'requests', 'ratio', 'CPU ratio', 'target', ''];
  const rows = results.flatMap((result) => rowsOf(result, results));
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowsOf(result: Result, results: readonly Result[]): string[][] {
  const { ratio, ours, baseline } = result;
  const verdicts = verdictsOf(result, results);
  const missed = verdicts.filter((one) => !one.met).map((one) => one.what);
  const verdict = missed.length > 0 ? `missed: ${missed.join(', ')}` : 'met';
  const rows = [
    [
      result.title,
      ...figures(ours),
      ratio ? ratio.wall.toFixed(2) : '',
      ratio?.cpu ? ratio.cpu.toFixed(2) : '',
      verdicts.map((one) => one.what).join(', '),
      verdicts.length > 0 ? verdict : '',
    ],
  ];
  if (baseline) rows.push(['  baseline', ...figures(baseline)]);
  return rows;
}

const figures = ({ wall, cpu, peak, requests }: Figures): string[] => [
  wall.toFixed(2),
  cpu === null ? '–' : cpu.toFixed(2),
  peak === null ? '–' : peak.toFixed(0),
  String(requests),
];

function verdictsOf({ target, ours, ratio }: Result, results: readonly Result[]): { what: string; met: boolean }[] {
  const verdicts: { what: string; met: boolean }[] = [];
  if (target.ratio !== undefined && ratio) {
    verdicts.push({ what: `≤ ${target.ratio} ×`, met: ratio.wall <= target.ratio });
  }
  if (target.requests !== undefined) {
    verdicts.push({ what: `${target.requests} request`, met: ours.requests <= target.requests });
  }
  if (target.peak !== undefined && ours.peak !== null) {
    verdicts.push({ what: `≤ ${target.peak} MiB`, met: ours.peak <= target.peak });
  }
  const { growth } = target;
  const base = results.find((one) => one.id === growth?.of)?.ours.peak;
  if (growth && base && ours.peak !== null) {
    verdicts.push({ what: `≤ ${growth.most} × its peak at 100,000`, met: ours.peak <= growth.most * base });
  }
  return verdicts;
}
