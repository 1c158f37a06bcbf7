import type { Finding } from './finding.ts';
import type { Subject } from './subject.ts';
import type { TestSubject } from './test-subject.ts';

/** One thing that is looked into. What it says becomes part of the connector before the next one runs. */
export interface Probe {
  id: string;
  /** Null: it does not apply to this object. */
  run(subject: Subject): Promise<Finding[] | null>;
}

/** One that needs test records. */
export interface WritingProbe {
  id: string;
  run(subject: TestSubject): Promise<Finding[] | null>;
}
