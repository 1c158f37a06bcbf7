import type { Command } from 'commander';
import { isProduction } from '../../checklist/environment.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { systemClock } from '../../platform/clock.ts';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import { playScenario } from '../../testing/scenario/play.ts';
import { type Cli, type CommonOptions, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { aloneWith, refuseMarked, removeLeft } from '../marked-records.ts';
import { loadFile, type Runtime } from '../open.ts';
import { type Output, openOutput } from '../output.ts';
import { newScenario, type Player, recordNames, scenarioFiles, testFile, writeScenario } from '../scenario-files.ts';
import { countsOf, type ScenarioReport, type TestReport } from '../test-report.ts';
import { scenarioText, testSummaryText } from '../views/test.ts';

interface TestOptions extends CommonOptions {
  update?: boolean;
  live?: boolean;
  yes?: boolean;
  record?: string;
  records?: string[];
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
    .option('--live', 'play them in the live systems, on marked records that are removed again; not in production')
    .option('--yes', 'with --live: do not ask first')
    .option('--record <name>', 'make tests/<name>.yaml of live records, with fakes of the same shape for all values')
    .option('--records <system.object:id...>', 'with --record: of these records (default: a few that are linked)')
    .action(async (files: string[], options: TestOptions) => {
      if (options.record !== undefined) {
        const name = options.record;
        await withRuntime(cli, options, (runtime, output) => record(cli, runtime, output, name, options.records ?? []));
        return;
      }
      if (options.live) {
        await withRuntime(cli, options, (runtime, output) => testLive(cli, runtime, output, files, options));
        return;
      }
      const output = openOutput(cli.terminal, options.json === true);
      cli.exit = await testInMemory(cli, output, files, options);
    });
  withExamples(
    command,
    'dovetail test',
    'dovetail test tests/first-contact.yaml',
    'dovetail test --update',
    'dovetail test --live --env staging',
    'dovetail test --record two-companies --records crm.companies:co_1000003 crm.companies:co_1000007',
  );
}

async function testInMemory(cli: Cli, output: Output, named: string[], options: TestOptions): Promise<ExitCode> {
  // Nothing is asked of a live system, so no variable needs a value.
  const loaded = await loadFile(cli.terminal, options, { kept: () => 'unused' });
  if (!loaded.ok) return output.failure(EXIT.usage, loaded.error);
  const integration = loaded.value;
  const files = scenarioFiles(cli.terminal, integration, named);
  if (!files.ok) return output.failure(EXIT.usage, [files.error]);
  return testAll(cli, output, { integration, files: files.value, options }, (scenario) =>
    playScenario(integration, scenario),
  );
}

/** Alone with the systems: a run meanwhile would take the marked records along. */
async function testLive(
  cli: Cli,
  runtime: Runtime,
  output: Output,
  named: string[],
  options: TestOptions,
): Promise<ExitCode> {
  const { integration, platform, store } = runtime;
  const files = scenarioFiles(cli.terminal, integration, named);
  if (!files.ok) return output.failure(EXIT.usage, [files.error]);
  const refused = await refuseMarked(cli.terminal, runtime, 'changed and removed again', options);
  if (refused) return output.failure(EXIT.usage, [refused]);
  const connections = runtime.connect();
  if (!connections.ok) return output.failure(EXIT.failed, [connections.error]);
  const { playLive } = await import('../../testing/scenario/play-live.ts');
  const left: Diagnostic[] = [];
  const play: Player = async (scenario) => {
    if (scenario.notLive !== null) return null;
    const live = { integration, connections: connections.value, platform, log: store.marked };
    const { played, cleared } = await playLive(live, scenario);
    left.push(...cleared.left.map(({ why }) => why));
    return played;
  };
  const done = await aloneWith(runtime, cli.terminal.signal, async (signal) => {
    const before = await removeLeft(runtime, 'check');
    if (!before.ok) return output.failure(EXIT.failed, [before.error]);
    return testAll(cli, output, { integration, files: files.value, options, signal }, play);
  });
  if (!done.ok) return output.failure(EXIT.failed, [done.error]);
  output.diagnostics(left);
  return left.length > 0 ? EXIT.failed : done.value;
}

/** Makes a scenario of live records, plays it in memory and writes down what comes. */
async function record(
  cli: Cli,
  runtime: Runtime,
  output: Output,
  name: string,
  records: readonly string[],
): Promise<ExitCode> {
  const { integration, platform, store } = runtime;
  const { recordScenario } = await import('../../testing/scenario/record-live.ts');
  const file = newScenario(integration, name);
  if (!file.ok) return output.failure(EXIT.usage, [file.error]);
  if (isProduction(integration.environment)) return output.failure(EXIT.usage, [production(integration.environment)]);
  const named = recordNames(integration, records);
  if (!named.ok) return output.failure(EXIT.usage, [named.error]);
  const connections = runtime.connect();
  if (!connections.ok) return output.failure(EXIT.failed, [connections.error]);
  const reading = { integration, connections: connections.value, store, random: platform.random };
  const recorded = await recordScenario(reading, name, named.value);
  if (!recorded.ok) return output.failure(EXIT.failed, [recorded.error]);
  writeScenario(file.value, recorded.value);
  const asked = { integration, files: [file.value], options: { update: true } };
  return testAll(cli, output, asked, (scenario) => playScenario(integration, scenario));
}

const production = (environment: string): Diagnostic =>
  problem('production-record', `No scenario is made of records of ${environment}: it counts as production`, {
    next: 'Choose a staging environment with --env',
  });

const STOPPED = problem('stopped', 'The scenarios were stopped', { next: 'Start them again: each begins anew' });

interface Asked {
  integration: LoadedIntegration;
  files: readonly string[];
  options: TestOptions;
  /** Stops before the next scenario. */
  signal?: AbortSignal;
}

async function testAll(
  cli: Cli,
  output: Output,
  { integration, files, options, signal = cli.terminal.signal }: Asked,
  play: Player,
): Promise<ExitCode> {
  const started = systemClock.now();
  const scenarios: ScenarioReport[] = [];
  for (const file of files) {
    if (signal.aborted) return output.failure(EXIT.failed, [STOPPED]);
    const report = await testFile(cli.terminal, integration, file, play, options.update === true);
    scenarios.push(report);
    output.line({ type: 'scenario', ...report });
    output.text(scenarioText(report, integration, output.style));
  }
  const report: TestReport = {
    integration: integration.name,
    scenarios: countsOf(scenarios),
    tookMs: systemClock.now() - started,
  };
  output.summary(report, testSummaryText);
  if (report.scenarios.invalid > 0) return EXIT.usage;
  return report.scenarios.failed > 0 ? EXIT.failed : EXIT.done;
}
