import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RunEvent } from '../../engine/mapping-run.ts';
import { type RunOptions, runIntegration } from '../../engine/run.ts';
import { checkSavedPlan, rulesDigest, type SavedPlan, savedItem } from '../../planning/saved-plan.ts';
import { fail, ok, type Result } from '../../record/diagnostic.ts';
import { advanceGeneration } from '../../store/installation.ts';
import type { Run } from '../../store/port.ts';
import { type Cli, type CommonOptions, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type Overridden, type OverrideOptions, passGate } from '../gate.ts';
import { chosenMappings, commandLine } from '../mappings.ts';
import { memoryKeeper } from '../memory.ts';
import { type Refusal, type Runtime, refuse } from '../open.ts';
import type { Output } from '../output.ts';
import { countParked } from '../parked-count.ts';
import { readPlan } from '../plan-file.ts';
import { openProgress } from '../progress.ts';
import { referenceFields } from '../reference-fields.ts';
import type { SavedPlanReport, SyncReport } from '../sync-report.ts';
import { syncText } from '../views/sync.ts';

export interface SyncOptions extends CommonOptions, OverrideOptions {
  mapping?: string[];
  plan?: string;
  full?: boolean;
  sweep?: boolean;
}

const PARKED_SHOWN = 10;

export function addSync(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('sync'))
    .summary('bring both systems to the same state')
    .description(
      'Reads what changed in either system and brings both to the same state. Ctrl-C stops between two records or batches; ' +
        'the next sync goes on from there.',
    )
    .option('--mapping <name...>', 'only these mappings')
    .option('--plan <file>', 'do what this saved plan holds, and nothing else')
    .option('--full', 'read everything, not only changes')
    .option('--sweep', 'look for deletes now')
    .option('--override <question...>', 'let these questions of the check list through, on record; with --reason')
    .option('--reason <text>', 'why; stands in every report until the question is resolved')
    .action((options: SyncOptions) =>
      withRuntime(cli, options, (runtime, output) => sync(cli, runtime, output, options)),
    );
  withExamples(
    command,
    'dovetail sync',
    'dovetail sync --plan today.plan',
    'dovetail sync --mapping companies --sweep',
    'dovetail sync --env production --override privacy --reason "signed, the paper is on its way"',
  );
}

async function sync(cli: Cli, runtime: Runtime, output: Output, options: SyncOptions): Promise<ExitCode> {
  const made = await makeSync(cli, runtime, output, options);
  if (!made.ok) return output.failure(made.error.exit, made.error.diagnostics);
  output.summary(made.value, syncText);
  return exitOf(made.value);
}

/** Syncs with live progress, as far as a saved plan allows where one is named. */
export async function makeSync(
  cli: Cli,
  runtime: Runtime,
  output: Output,
  options: SyncOptions,
): Promise<Result<SyncReport, Refusal>> {
  const saved = openPlan(cli, runtime, options);
  if (!saved.ok) return refuse(EXIT.usage, saved.error);
  const chosen = chosenMappings(runtime.integration, saved.value?.header.mappings ?? options.mapping);
  if (!chosen.ok) return refuse(EXIT.usage, chosen.error);
  const passed = await passGate(runtime, options);
  if (!passed.ok) return passed;
  const advanced = await advanceGeneration(runtime.store, runtime.installation);
  if (!advanced.ok) return refuse(EXIT.failed, advanced.error);
  const follower = saved.value ? new PlanFollower(runtime, saved.value) : null;
  const ran = await runSync(cli, runtime, output, options, chosen.value, follower);
  if (!ran.ok) return refuse(EXIT.failed, ran.error);
  return ok(await reportOf(runtime, ran.value, options, follower?.report() ?? null, passed.value));
}

function exitOf({ run, parkedTotal }: SyncReport): ExitCode {
  if (run.outcome !== 'done' && run.outcome !== 'partial') return EXIT.failed;
  return parkedTotal > 0 || run.diagnostics.some(({ code }) => code === 'mapping-held') ? EXIT.leftOver : EXIT.done;
}

async function runSync(
  cli: Cli,
  runtime: Runtime,
  output: Output,
  options: SyncOptions,
  only: string[] | null,
  follower: PlanFollower | null,
): Promise<Result<Run>> {
  const connections = runtime.connect();
  if (!connections.ok) return connections;
  const { integration, store, platform, keys, openScratch } = runtime;
  const progress = openProgress(cli.terminal, output, runtime, connections.value);
  const keepMemory = memoryKeeper();
  const ran = await runIntegration({
    integration,
    connections: connections.value,
    store,
    platform,
    keys,
    openScratch,
    mode: 'sync',
    only,
    sweep: options.sweep ? 'always' : 'due',
    full: options.full === true,
    signal: cli.terminal.signal,
    onEvent: (event: RunEvent) => {
      progress.take(event);
      keepMemory(event);
      if (event.type === 'diagnostic') output.line({ ...event });
    },
    ...(follower ? { allows: follower.allows } : {}),
  });
  progress.end();
  return ran;
}

/** The saved plan that is to be applied, if one is. */
function openPlan(cli: Cli, { integration, keys, platform }: Runtime, options: SyncOptions): Result<SavedPlan | null> {
  if (options.plan === undefined) return ok(null);
  const file = resolve(cli.terminal.folder, options.plan);
  const read = readPlan(file);
  if (!read.ok) return read;
  const fits = checkSavedPlan(read.value.header, {
    integration: integration.name,
    environment: integration.environment,
    rules: rulesDigest(keys.strong, integration.mappings),
    now: platform.clock.now(),
  });
  return fits.ok ? read : fail({ ...fits.error, where: { file } });
}

/** Lets through what a saved plan holds, and remembers what of it was met. */
class PlanFollower {
  readonly allows: NonNullable<RunOptions['allows']>;
  readonly #planned: number;
  readonly #met = new Set<string>();
  readonly #changed = new Set<string>();

  constructor(runtime: Runtime, { items }: SavedPlan) {
    const isReference = referenceFields(runtime.integration);
    this.#planned = items.size;
    this.allows = (mapping, item) => {
      const digest = savedItem(runtime.keys.strong, mapping, item, isReference(mapping))?.digest;
      const planned = digest !== undefined && items.has(digest);
      if (planned) this.#met.add(digest);
      else this.#changed.add(`${mapping} ${item.a} ${item.b}`);
      return planned;
    };
  }

  report(): SavedPlanReport {
    return { planned: this.#planned, asPlanned: this.#met.size, skipped: this.#changed.size };
  }
}

async function reportOf(
  { integration, store }: Runtime,
  run: Run,
  options: SyncOptions,
  plan: SavedPlanReport | null,
  overridden: Overridden[],
): Promise<SyncReport> {
  const keys = integration.mappings.map(({ name }) => `${integration.name}/${name}`);
  const parked = [];
  const parkedTotal = await countParked({ integration, store });
  for (const mapping of keys) {
    if (parked.length < PARKED_SHOWN)
      parked.push(...(await store.parked({ mapping, limit: PARKED_SHOWN - parked.length })));
  }
  const { outcome } = run;
  return {
    run,
    systems: { a: integration.a.name, b: integration.b.name },
    parked,
    parkedTotal,
    plan,
    overridden,
    next:
      outcome === 'failed' || outcome === 'interrupted'
        ? commandLine('dovetail sync', options, options.mapping ? { mapping: options.mapping } : {})
        : parkedTotal > 0
          ? commandLine('dovetail parked list', options)
          : null,
  };
}
