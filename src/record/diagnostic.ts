/** A place in a file that a person wrote; lines and columns count from 1. */
export interface Place {
  file: string;
  line?: number;
  column?: number;
  /** In a spreadsheet, instead of line and column: `Contacts!F12`. */
  cell?: string;
}

export type Severity = 'error' | 'warning' | 'info';

/**
 * What went wrong, where, and what to do next. A diagnostic never holds a field value or a secret: it may be logged,
 * stored and mailed as it is.
 */
export interface Diagnostic {
  severity: Severity;
  /** Stable, kebab-case, for machines and for searching the docs: `record-ambiguous`, `http-timeout`. */
  code: string;
  /** One sentence without a full stop. */
  summary: string;
  /** What was seen, in as many sentences as are needed. */
  detail?: string;
  where?: Place;
  /** What to do next, as an instruction. */
  next?: string;
}

/** The outcome of a step that can fail for a reason a user must hear of. Exceptions are for bugs. */
export type Result<T, E = Diagnostic> = { ok: true; value: T } | { ok: false; error: E };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const fail = <E>(error: E): Result<never, E> => ({ ok: false, error });

/** A diagnostic of severity `error`. */
export function problem(code: string, summary: string, more: Omit<Diagnostic, 'severity' | 'code' | 'summary'> = {}) {
  return { severity: 'error' as const, code, summary, ...more };
}
