import { type Command, InvalidArgumentError } from 'commander';
import { mappedObjects } from '../../checklist/answers.ts';
import type { Cleared } from '../../checklist/marks/marks.ts';
import { openMarks } from '../../checklist/marks/marks.ts';
import { SAMPLE_SIZE } from '../../checklist/run-check.ts';
import { createSampleReader } from '../../checklist/sample.ts';
import { didYouMean } from '../../connector/closest-word.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';
import { type Cli, type CommonOptions, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { commandLine } from '../mappings.ts';
import { aloneWith, refuseMarked, removeLeft } from '../marked-records.ts';
import type { Runtime } from '../open.ts';
import type { Output } from '../output.ts';
import { type ClearedView, clearedText } from '../views/marked.ts';
import { type TestDataListView, type TestDataView, testDataListText, testDataText } from '../views/testdata.ts';

interface GenerateOptions extends CommonOptions {
  system?: string;
  missing?: boolean;
  seed: number;
  yes?: boolean;
}

export function addTestdata(program: Command, cli: Cli): void {
  const command = program
    .command('testdata')
    .summary('marked records in staging that show what later changes are to be tried on')
    .description(
      'Makes records in staging that fill and empty each mapped field, with the longest texts, every option, umlauts, and ' +
        'two of one match key; all of them are named "Dovetail test ..." and noted, so that they can be removed.',
    );
  withExamples(command, 'dovetail testdata generate --missing', 'dovetail testdata list', 'dovetail testdata remove');
  addGenerate(command, cli);
  const list = withIntegration(command.command('list'))
    .summary('the test records that are noted')
    .action((options: CommonOptions) => withRuntime(cli, options, (runtime, output) => listAll(runtime, output)));
  withExamples(list, 'dovetail testdata list --json');
  const remove = withIntegration(command.command('remove'))
    .summary('remove the test records, and what runs have made of them in the other system')
    .action((options: CommonOptions) =>
      withRuntime(cli, options, (runtime, output) => removeAll(cli, runtime, output)),
    );
  withExamples(remove, 'dovetail testdata remove');
}

function addGenerate(command: Command, cli: Cli): void {
  const generate = withIntegration(command.command('generate'))
    .summary('make test records; with the same seed, go on where it stopped')
    .option('--system <name>', 'only in this system (default: in both)')
    .option('--missing', 'only what none of the records there shows')
    .option('--seed <number>', 'another number, other values', toSeed, 1)
    .option('--yes', 'do not ask first')
    .action((options: GenerateOptions) =>
      withRuntime(cli, options, (runtime, output) => generateAll(cli, runtime, output, options)),
    );
  withExamples(
    generate,
    'dovetail testdata generate',
    'dovetail testdata generate --missing --yes',
    'dovetail testdata generate --system crm --seed 7',
  );
}

function toSeed(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a number.');
  return Number(text);
}

async function generateAll(cli: Cli, runtime: Runtime, output: Output, options: GenerateOptions): Promise<ExitCode> {
  const sides = sidesOf(runtime, options.system);
  if (!sides.ok) return output.failure(EXIT.usage, [sides.error]);
  const refused = await refuseMarked(cli.terminal, runtime, 'until `dovetail testdata remove`', options);
  if (refused) return output.failure(EXIT.usage, [refused]);
  const done = await aloneWith(runtime, cli.terminal.signal, (signal) =>
    generate(cli, runtime, output, { ...options, sides: sides.value, signal }),
  );
  const view = done.ok ? done.value : done;
  if (!view.ok) return output.failure(EXIT.failed, [view.error]);
  output.summary(view.value, testDataText);
  return view.value.complete ? EXIT.done : EXIT.leftOver;
}

async function generate(
  cli: Cli,
  runtime: Runtime,
  output: Output,
  {
    sides,
    signal,
    missing = false,
    seed,
    ...options
  }: GenerateOptions & { sides: readonly Side[]; signal: AbortSignal },
): Promise<Result<TestDataView>> {
  const { integration, platform, store } = runtime;
  const connections = runtime.connect();
  if (!connections.ok) return connections;
  const marks = openMarks({
    integration,
    platform,
    connections: connections.value,
    log: store.marked,
    purpose: 'testdata',
    known: await store.marked.list(integration.name, 'testdata'),
  });
  const samples = createSampleReader(connections.value, platform.clock, SAMPLE_SIZE, signal);
  // Loaded here, since it brings all the words.
  const { generateTestData } = await import('../../checklist/test-data/generate.ts');
  const objects = await generateTestData(
    { integration, connections: connections.value, platform, samples, open: null, signal, marks },
    {
      sides,
      missing,
      seed,
      onRecord(side, object, at, of) {
        const system = integration[side].name;
        output.line({ type: 'record', system, object, number: at + 1, of });
        if (cli.terminal.interactive && !output.json) cli.terminal.err(`\r${system} ${object} ${at + 1}/${of}\u001b[K`);
      },
    },
  );
  if (cli.terminal.interactive && !output.json) cli.terminal.err('\r\u001b[K');
  const wanted = sides.reduce((sum, side) => sum + mappedObjects(integration, side).length, 0);
  const failed = objects.some(({ failures }) => failures.length > 0);
  return ok({
    objects: objects.map(({ side, ...one }) => ({ system: integration[side].name, ...one })),
    calls: { a: connections.value.a.calls(), b: connections.value.b.calls() },
    systems: { a: integration.a.name, b: integration.b.name },
    environment: integration.environment,
    complete: !failed && !signal.aborted && objects.length === wanted,
    next: signal.aborted
      ? commandLine('dovetail testdata generate', options)
      : commandLine('dovetail testdata remove', options),
  });
}

function sidesOf({ integration }: Runtime, system: string | undefined): Result<readonly Side[]> {
  if (system === undefined) return ok(SIDES);
  const side = SIDES.find((one) => integration[one].name === system);
  if (side) return ok([side]);
  const next = didYouMean(
    system,
    SIDES.map((one) => integration[one].name),
  );
  return fail(
    problem('system-unknown', `The integration has no system "${system}"`, next === undefined ? {} : { next }),
  );
}

async function listAll({ integration, store }: Runtime, output: Output): Promise<ExitCode> {
  const records = await store.marked.list(integration.name, 'testdata');
  const view: TestDataListView = {
    records: records.map(({ side, object, id, mark, at }) => ({
      system: integration[side].name,
      object,
      id,
      mark,
      at,
    })),
  };
  output.document(view, testDataListText);
  return EXIT.done;
}

async function removeAll(cli: Cli, runtime: Runtime, output: Output): Promise<ExitCode> {
  const done = await aloneWith(runtime, cli.terminal.signal, () => removeLeft(runtime, 'testdata'));
  const cleared: Result<Cleared> = done.ok ? done.value : done;
  if (!cleared.ok) return output.failure(EXIT.failed, [cleared.error]);
  const { a, b } = runtime.integration;
  const view: ClearedView = { ...cleared.value, systems: { a: a.name, b: b.name } };
  output.document(view, clearedText);
  return view.left.length === 0 ? EXIT.done : EXIT.failed;
}
