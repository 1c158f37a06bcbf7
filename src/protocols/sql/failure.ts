import type { FailureClass } from '../../connector/port.ts';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';

/** Why a statement gave no result. */
export interface SqlFailure {
  class: FailureClass;
  /** Whether the statement may have taken effect all the same: the connection broke before the database answered. */
  maybeApplied: boolean;
  /** Whether it is the fault of one row, so that the others of its batch may fare better alone. */
  ofRow: boolean;
  diagnostic: Diagnostic;
}

/** What a database refuses, in its own code's terms; the words never repeat the database's: those may hold values. */
export type Refusal =
  | 'unique'
  | 'parent-missing'
  | 'value'
  | 'busy'
  | 'conflicting-transaction'
  | 'down'
  | 'credentials'
  | 'permission'
  | 'structure'
  | 'other';

const WORDS: Record<Refusal, { class: FailureClass; ofRow: boolean; code: string; summary: string; next?: string }> = {
  unique: {
    class: 'conflict',
    ofRow: true,
    code: 'unique-violation',
    summary: 'Another record holds this unique value',
  },
  'parent-missing': {
    class: 'missing',
    ofRow: true,
    code: 'foreign-key-violation',
    summary: 'A record that this one refers to is not there, or this one is still referred to',
  },
  value: { class: 'invalid', ofRow: true, code: 'refused', summary: 'The database refuses a value' },
  busy: { class: 'transient', ofRow: false, code: 'database-busy', summary: 'The database is busy' },
  'conflicting-transaction': {
    class: 'transient',
    ofRow: false,
    code: 'database-busy',
    summary: 'The database gave another transaction precedence',
  },
  down: { class: 'transient', ofRow: false, code: 'database-unreachable', summary: 'The database can not be reached' },
  credentials: {
    class: 'auth',
    ofRow: false,
    code: 'auth-failed',
    summary: 'The database does not accept the credentials',
    next: 'Check the credentials of this connection',
  },
  permission: {
    class: 'fatal',
    ofRow: false,
    code: 'forbidden',
    summary: 'The account may not do this in the database',
    next: 'Grant the account of this connection the right, or choose another account',
  },
  structure: {
    class: 'fatal',
    ofRow: false,
    code: 'structure-differs',
    summary: 'The database has no such table, column or unique index',
    next: 'Compare the connector with the database',
  },
  other: { class: 'fatal', ofRow: false, code: 'statement-failed', summary: 'The database could not run a statement' },
};

/** `names`: the code and the names of columns and constraints that the database told, for the detail. */
export function refusal(kind: Refusal, names: readonly (string | undefined)[], maybeApplied = false): SqlFailure {
  const { class: failureClass, ofRow, code, summary, next } = WORDS[kind];
  const told = names.filter((name) => name !== undefined && name !== '').join(', ');
  return {
    class: failureClass,
    maybeApplied,
    ofRow,
    diagnostic: problem(code, summary, { ...(told ? { detail: `${told}.` } : {}), ...(next ? { next } : {}) }),
  };
}
