import type { Side } from '../record/side.ts';
import type { ParkedRecord, Run } from '../store/port.ts';
import type { Overridden } from './gate.ts';

/** What became of a saved plan. */
export interface SavedPlanReport {
  /** Records that the plan would write. */
  planned: number;
  /** Those that were met just as planned. */
  asPlanned: number;
  /** Records that would have been written otherwise than planned, and were left alone. */
  skipped: number;
}

/** A run that is over, and what it left behind. */
export interface SyncReport {
  run: Run;
  /** Names of the systems in the integration file. */
  systems: Record<Side, string>;
  /** The first of `parkedTotal` parked records of the integration. */
  parked: ParkedRecord[];
  parkedTotal: number;
  plan: SavedPlanReport | null;
  /** Questions of the check list that somebody let through. */
  overridden: Overridden[];
  /** The command to go on with. */
  next: string | null;
}
