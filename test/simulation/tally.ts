import { kindOf } from './shrink.ts';
import type { Played } from './worker.ts';

/** What many worlds came to. */
export interface Tally {
  worlds: number;
  edits: number;
  runs: number;
  /** Runs that could not start, because another process held the lease. */
  refused: number;
  /** Processes that died on the way. */
  died: number;
  /** Edits lost in the time between a re-read and an unconditional write. */
  inWindow: number;
  /** Edits overruled by a conflict policy, each on record. */
  overruled: number;
  written: { create: number; update: number; remove: number };
  faults: Record<string, number>;
  /** What befell the engine besides faults of the network. */
  occurred: Record<string, number>;
  parked: Record<string, number>;
  /** Kind of violation → seeds. */
  violations: Record<string, number[]>;
}

export const emptyTally = (): Tally => ({
  worlds: 0,
  edits: 0,
  runs: 0,
  refused: 0,
  died: 0,
  inWindow: 0,
  overruled: 0,
  written: { create: 0, update: 0, remove: 0 },
  faults: {},
  occurred: {},
  parked: {},
  violations: {},
});

export function count(tally: Tally, { seed, outcome }: Played): void {
  tally.worlds += 1;
  for (const part of ['edits', 'runs', 'refused', 'died', 'inWindow', 'overruled'] as const)
    tally[part] += outcome[part];
  for (const part of ['create', 'update', 'remove'] as const) tally.written[part] += outcome.written[part];
  add(tally.faults, outcome.faults);
  add(tally.occurred, outcome.occurred);
  add(tally.parked, outcome.parked);
  for (const kind of new Set(outcome.violations.map(kindOf))) {
    tally.violations[kind] = [...(tally.violations[kind] ?? []), seed];
  }
}

function add(sums: Record<string, number>, parts: Record<string, number>): void {
  for (const [name, number] of Object.entries(parts)) sums[name] = (sums[name] ?? 0) + number;
}

const list = (numbers: Record<string, number>): string =>
  Object.entries(numbers)
    .sort((one, other) => other[1] - one[1])
    .map(([name, number]) => `${name} ${number}`)
    .join(', ') || 'none';

/** The tally for people. */
export function tallyText(tally: Tally, seconds: number): string {
  const lines = [
    `${tally.worlds} worlds in ${seconds.toFixed(1)} s, ${(tally.worlds / seconds).toFixed(1)} worlds/s`,
    `edits ${tally.edits}, runs ${tally.runs}, refused for the lease ${tally.refused}, processes that died ${tally.died}`,
    `written: ${list(tally.written)}`,
    `faults: ${list(tally.faults)}`,
    `besides: ${list(tally.occurred)}`,
    `parked at the end: ${list(tally.parked)}`,
    `overruled on record ${tally.overruled}, lost in the window of an unconditional write ${tally.inWindow}`,
  ];
  const violations = Object.entries(tally.violations).sort((one, other) => other[1].length - one[1].length);
  for (const [kind, seeds] of violations) {
    lines.push(`VIOLATION ${kind.slice(0, 300)} (${seeds.length} worlds: ${seeds.slice(0, 8).join(', ')})`);
  }
  if (violations.length === 0) lines.push('no violation');
  return lines.join('\n');
}
