import type { LoadedIntegration } from '../../integration/loaded.ts';
import type { Place } from '../../record/diagnostic.ts';
import type { Mismatch } from '../../testing/scenario/compare.ts';
import { type ScenarioReport, TEST_OUTCOMES, type TestOutcome, type TestReport } from '../test-report.ts';
import { diagnosticsText } from './diagnostics.ts';
import { diffRows } from './diff.ts';
import type { Style } from './style.ts';
import { counted, durationText, indent, printable, valueText } from './text.ts';

/** One line for a scenario that came out as expected; else what is different, each with its line. */
export function scenarioText(report: ScenarioReport, integration: LoadedIntegration, style: Style): string {
  const { colours } = style;
  const { file, name, outcome, mismatches, diagnostics } = report;
  const marks = {
    passed: colours.green('✓'),
    failed: colours.red('✗'),
    invalid: colours.red('!'),
    updated: colours.yellow('~'),
    skipped: colours.dim('-'),
  };
  const head = `${marks[outcome]} ${printable(name ?? file)}${name === null ? '' : `  ${colours.dim(file)}`}`;
  const details = mismatches.flatMap((mismatch) => mismatchLines(mismatch, file, integration, style));
  const told =
    outcome === 'skipped'
      ? diagnostics.map(({ summary }) => colours.dim(`only in memory: ${summary}`))
      : diagnosticsText(diagnostics, style).trimEnd().split('\n');
  return [head, ...indent([...details, ...told.filter((line) => line !== '')], '    ')].join('\n');
}

function mismatchLines(mismatch: Mismatch, file: string, integration: LoadedIntegration, style: Style): string[] {
  const { colours } = style;
  const at = ({ line }: Place) => colours.dim(line === undefined ? file : `${file}:${line}`);
  switch (mismatch.kind) {
    case 'field': {
      const { side, object, id, field, expected, actual, where } = mismatch;
      return [
        `${integration[side].name} ${object} ${printable(id)} ${field}  ${at(where)}`,
        `  expected ${colours.green(valueText(expected))}, got ${colours.red(valueText(actual))}`,
      ];
    }
    case 'record': {
      const { side, object, id, found, where } = mismatch;
      const what = found === 'missing' ? 'is not there' : 'is there, and not expected';
      return [`${integration[side].name} ${object} ${printable(id)} ${colours.red(what)}  ${at(where)}`];
    }
    case 'parked': {
      const { mapping, side, id, reason } = mismatch.parked;
      const what = mismatch.found === 'missing' ? 'is not parked' : 'is parked, and not expected to be';
      return [
        `${mapping}: ${integration[side].name} ${printable(id)} ${colours.red(what)} (${reason})  ${at(mismatch.where)}`,
      ];
    }
    case 'plan':
      return [`the plan  ${at(mismatch.where)}`, ...indent(diffRows(mismatch.diff, style))];
    case 'run':
      return diagnosticsText([mismatch.diagnostic], style).trimEnd().split('\n');
  }
}

/** `12 scenarios: 11 as expected, 1 not as expected.` */
export function testSummaryText({ scenarios, tookMs }: TestReport, { colours }: Style): string {
  const words: Record<TestOutcome, string> = {
    passed: 'as expected',
    updated: 'updated',
    skipped: 'only in memory',
    failed: 'not as expected',
    invalid: 'that can not be played',
  };
  const told = TEST_OUTCOMES.filter((one) => scenarios[one] > 0).map((one) => `${scenarios[one]} ${words[one]}`);
  const all = TEST_OUTCOMES.reduce((sum, one) => sum + scenarios[one], 0);
  const lines = ['', colours.bold(`${counted(all, 'scenario')}: ${told.join(', ')}. ${durationText(tookMs)}.`)];
  if (scenarios.failed > 0) lines.push('- expected, + what came. `dovetail test --update` accepts what came.');
  return `${lines.join('\n')}\n`;
}
