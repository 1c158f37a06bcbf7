import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { systemClock } from '../../platform/clock.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { compareScenario } from '../../testing/scenario/compare.ts';
import { loadScenario } from '../../testing/scenario/load.ts';
import { type Played, playScenario } from '../../testing/scenario/play.ts';
import { updateScenario } from '../../testing/scenario/update.ts';
import { type Cli, type CommonOptions, withExamples, withIntegration } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { loadFile } from '../open.ts';
import { type Output, openOutput } from '../output.ts';
import { PlanCollector } from '../plan-report.ts';
import type { ScenarioReport, TestReport } from '../test-report.ts';
import { mappingTexts } from '../views/plan.ts';
import { styleOf } from '../views/style.ts';
import { scenarioText, testSummaryText } from '../views/test.ts';

interface TestOptions extends CommonOptions {
  update?: boolean;
}

export function addTest(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('test [file...]'))
    .summary('play the scenarios of tests/ and compare what comes of them')
    .description(
      'Plays scenarios: records that are given on both sides, what people do then, and what must have become of them after a ' +
        'sync, with its plan. Both systems are played in memory, as their connectors declare; nothing is read or written ' +
        'elsewhere, and no credentials are needed. Without files: all of tests/ beside the integration file.',
    )
    .option('--update', 'write into the files what came, after you have read the difference')
    .action(async (files: string[], options: TestOptions) => {
      const output = openOutput(cli.terminal, options.json === true);
      cli.exit = await test(cli, output, files, options);
    });
  withExamples(command, 'dovetail test', 'dovetail test tests/first-contact.yaml', 'dovetail test --update');
}

async function test(cli: Cli, output: Output, named: string[], options: TestOptions): Promise<ExitCode> {
  // Nothing is asked of a live system, so no variable needs a value.
  const loaded = await loadFile(cli.terminal, options, { kept: () => 'unused' });
  if (!loaded.ok) return output.failure(EXIT.usage, loaded.error);
  const integration = loaded.value;
  const files = scenarioFiles(cli, integration, named);
  if (!files.ok) return output.failure(EXIT.usage, [files.error]);
  const started = systemClock.now();
  const scenarios: ScenarioReport[] = [];
  for (const file of files.value) {
    const report = await testOne(cli, integration, file, options.update === true);
    scenarios.push(report);
    output.line({ type: 'scenario', ...report });
    output.text(scenarioText(report, integration, output.style));
  }
  const report: TestReport = {
    integration: integration.name,
    systems: { a: integration.a.name, b: integration.b.name },
    scenarios,
    tookMs: systemClock.now() - started,
  };
  output.summary({ ...report, scenarios: countOf(scenarios) }, (_, style) => testSummaryText(report, style));
  if (scenarios.some(({ outcome }) => outcome === 'invalid')) return EXIT.usage;
  return scenarios.some(({ outcome }) => outcome === 'failed') ? EXIT.failed : EXIT.done;
}

const countOf = (scenarios: readonly ScenarioReport[]) =>
  Object.fromEntries(
    (['passed', 'failed', 'invalid', 'updated'] as const).map((outcome) => [
      outcome,
      scenarios.filter((one) => one.outcome === outcome).length,
    ]),
  );

/** Absolute paths: those named, or all of the folder tests/ beside the integration file, in the order of their names. */
function scenarioFiles(cli: Cli, { file }: LoadedIntegration, named: readonly string[]): Result<string[]> {
  if (named.length > 0) return ok(named.map((one) => resolve(cli.terminal.folder, one)));
  const folder = join(dirname(file), 'tests');
  const found = readFolder(folder);
  if (found.length > 0) return ok(found);
  return fail(
    problem('no-scenarios', 'There is no scenario yet', {
      detail: `${relative(cli.terminal.folder, folder) || folder} holds no .yaml file.`,
      next: 'Write one: docs/scenarios.md shows how.',
    }),
  );
}

function readFolder(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

async function testOne(
  cli: Cli,
  integration: LoadedIntegration,
  path: string,
  update: boolean,
): Promise<ScenarioReport> {
  const file = relative(cli.terminal.folder, path);
  const empty = { file, name: null, mismatches: [], diagnostics: [] };
  const text = textOf(path);
  if (!text.ok) return { ...empty, outcome: 'invalid', diagnostics: [text.error] };
  const scenario = loadScenario(text.value, path, integration);
  if (!scenario.ok) return { ...empty, outcome: 'invalid', diagnostics: scenario.error };
  const { name } = scenario.value;
  const played = await playScenario(integration, scenario.value);
  if (!played.ok) return { ...empty, name, outcome: 'invalid', diagnostics: played.error };
  const plan = planOf(integration, played.value);
  const mismatches = compareScenario(integration, scenario.value, played.value, plan);
  const unsaid = scenario.value.expected === null;
  const failed = mismatches.some(({ kind }) => kind === 'run');
  if (update && !failed && (unsaid || mismatches.length > 0)) {
    const next = updateScenario(text.value, integration, scenario.value, played.value, plan);
    writeFileSync(path, next);
    return { ...empty, name, mismatches, outcome: 'updated' };
  }
  if (unsaid) return { ...empty, name, mismatches, outcome: 'invalid', diagnostics: [unsaidProblem(path)] };
  return { ...empty, name, mismatches, outcome: mismatches.length > 0 ? 'failed' : 'passed' };
}

function textOf(path: string): Result<string> {
  try {
    return ok(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    return fail(problem('file-unreadable', 'The scenario can not be read', { where: { file: path } }));
  }
}

const unsaidProblem = (file: string) =>
  problem('expects-nothing', 'The scenario does not say what must come of it', {
    where: { file },
    next: '`dovetail test --update` writes what came. Read it before you keep it.',
  });

/** The plan as `dovetail plan` shows it, without colours. */
function planOf(integration: LoadedIntegration, { plan }: Played): string {
  const collector = new PlanCollector(integration, null, Number.POSITIVE_INFINITY);
  for (const event of plan) collector.take(event);
  const systems = { a: integration.a.name, b: integration.b.name };
  return mappingTexts(collector.mappings, systems, styleOf(false, 120)).join('\n');
}
