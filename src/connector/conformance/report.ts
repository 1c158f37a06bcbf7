import type { Diagnostic } from '../../record/diagnostic.ts';

/** What is looked at, in this order, for each object. */
export const CHECKS = {
  list: 'The list comes to its declared end',
  ids: 'No record is listed twice',
  stable: 'The list is the same when it is read again',
  sweep: 'A sweep finds the records that the list has',
  fields: 'What records hold is of the declared form',
  get: 'A record read by its id is as in the list',
  missing: 'An id that no record has is said to be missing',
  find: 'What can be searched by finds the record',
  since: 'What changed since an instant is all listed, and nothing older',
  options: 'The lists of options can be read',
  create: 'A record is created, and holds what was sent',
  update: 'An update changes what it names and keeps the rest',
  condition: 'An update of an outdated version is refused',
  delete: 'A record is deleted or archived, and is then gone',
} as const;

export type CheckName = keyof typeof CHECKS;

export interface ConformanceCheck {
  object: string;
  check: CheckName;
  outcome: 'passed' | 'failed' | 'skipped';
  /** What was seen, or why it was not looked at; never with field values. */
  seen: string;
  /** Why it failed. */
  diagnostic?: Diagnostic;
}

/** What the standard suite saw of one connection. */
export interface ConformanceReport {
  connector: string;
  checks: ConformanceCheck[];
  passed: number;
  failed: number;
  skipped: number;
}

export function reportOf(connector: string, checks: ConformanceCheck[]): ConformanceReport {
  const count = (outcome: ConformanceCheck['outcome']) => checks.filter((one) => one.outcome === outcome).length;
  return { connector, checks, passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

/** Notes the checks of one object. */
export class Notes {
  readonly checks: ConformanceCheck[] = [];
  readonly #object: string;

  constructor(object: string) {
    this.#object = object;
  }

  passed(check: CheckName, seen: string): void {
    this.checks.push({ object: this.#object, check, outcome: 'passed', seen });
  }

  skipped(check: CheckName, seen: string): void {
    this.checks.push({ object: this.#object, check, outcome: 'skipped', seen });
  }

  failed(check: CheckName, diagnostic: Diagnostic): void {
    this.checks.push({ object: this.#object, check, outcome: 'failed', seen: diagnostic.summary, diagnostic });
  }
}
