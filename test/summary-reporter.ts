import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with the names of what was skipped and one plain line: `N passed, N failed`. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length };
    const skipped: string[] = [];
    for (const module of modules) {
      // A file that can't even be loaded, or a suite whose set-up failed, has no failed test to count.
      count.failed += module.errors().length;
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') count.passed += 1;
        else if (result.state === 'failed') count.failed += 1;
        else {
          const note = result.state === 'skipped' && result.note ? ` (${result.note})` : '';
          skipped.push(`${module.relativeModuleId} > ${test.fullName}${note}`);
        }
      }
    }
    for (const name of skipped) console.log(`skipped: ${name}`);
    console.log(`${count.passed} passed, ${count.failed} failed`);
  }
}
