import type { Draft } from './draft.ts';
import type { Raw } from './raw.ts';
import type { LearnOptions } from './subject.ts';
import { Subject } from './subject.ts';
import type { TestRecords } from './test-records.ts';

/** An object in which test records may be made. */
export class TestSubject extends Subject {
  readonly tests: TestRecords;

  constructor(name: string, raw: Raw, draft: Draft, options: LearnOptions, tests: TestRecords) {
    super(name, raw, draft, options);
    this.tests = tests;
  }
}
