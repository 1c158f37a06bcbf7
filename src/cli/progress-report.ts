import type { MappingCounts } from '../store/port.ts';

/** How far a mapping has come in a run. */
export interface ProgressReport {
  mapping: string;
  phase: 'settle' | 'read' | 'sync' | 'sweep' | 'deletes' | 'done';
  /** Records read on both sides. */
  read: number;
  /** Records written on both sides. */
  written: number;
  /** Records read or written in a second, since the mapping began. */
  perSecond: number;
  systems: { name: string; calls: number; quota: number | null }[];
}

/** Records written on both sides. */
export const writesOf = ({ wrote }: MappingCounts): number =>
  [wrote.a, wrote.b].reduce((sum, one) => sum + one.create + one.update + one.delete + one.archive, 0);
