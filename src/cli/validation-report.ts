import type { ValidatedSide } from '../engine/validate-records.ts';
import type { Side } from '../record/side.ts';

/** How the records of an integration are, by its rules. */
export interface ValidationReport {
  integration: string;
  environment: string;
  /** Names of the systems in the integration file. */
  systems: Record<Side, string>;
  sides: ValidatedSide[];
  /** Where the list of problems was written. */
  saved: string | null;
}
