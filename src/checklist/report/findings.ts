import { basename } from 'node:path';
import type { CheckLine } from '../question.ts';
import type { CheckReport } from '../run-check.ts';

/** One thing that a probe found, as a report tells it. */
export interface ToldFinding {
  system: string;
  /** `integration.yaml:41`; null where it stands in no file. */
  place: string | null;
  /** What it is, and which records or values it is about; one or more sentences. */
  text: string;
  next: string | null;
}

/** All that the probes of an answer found, in their order. */
export function findingsOf({ evidence }: CheckLine, { systems }: CheckReport): ToldFinding[] {
  return evidence.flatMap(({ side, findings = [] }) =>
    findings.map(({ where, summary, detail, next }) => ({
      system: systems[side],
      place: where?.line === undefined ? null : `${basename(where.file)}:${where.line}`,
      text: detail === undefined ? summary : `${summary}. ${detail}`,
      next: next ?? null,
    })),
  );
}
