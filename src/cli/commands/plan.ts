import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { limitsOf } from '../../connector/budget.ts';
import type { Connection } from '../../connector/port.ts';
import type { RunEvent } from '../../engine/mapping-run.ts';
import { fillOldValues } from '../../engine/old-values.ts';
import { runIntegration } from '../../engine/run.ts';
import { rulesDigest, savedItem } from '../../planning/saved-plan.ts';
import { ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { Run } from '../../store/port.ts';
import { type Cli, type CommonOptions, toCount, withExamples, withIntegration, withRuntime } from '../command.ts';
import { type Estimate, estimateSync, type WrittenObject } from '../estimate.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { chosenMappings, commandLine } from '../mappings.ts';
import { type Refusal, type Runtime, refuse } from '../open.ts';
import type { Output } from '../output.ts';
import { countParked } from '../parked-count.ts';
import { type PlanWriter, writePlan } from '../plan-file.ts';
import { hasWork, isWorthShowing, itemData, PlanCollector, type PlanReport, totalsOf } from '../plan-report.ts';
import { openProgress } from '../progress.ts';
import { referenceFields } from '../reference-fields.ts';
import { planText } from '../views/plan.ts';

export interface PlanOptions extends CommonOptions {
  mapping?: string[];
  all?: boolean;
  most: number;
  out?: string;
  values?: boolean;
  full?: boolean;
  sweep?: boolean;
}

const SHOWN = 20;

export function addPlan(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('plan'))
    .summary('show what a sync would do, and write nothing')
    .description(
      'Shows what a sync would create, change, delete or hold back in either system, and why. Writes nothing.',
    )
    .option('--mapping <name...>', 'only these mappings')
    .option('--most <number>', 'records shown of each mapping', toCount, SHOWN)
    .option('--all', 'show every record')
    .option('--out <file>', 'save the plan, without values, for `dovetail sync --plan`')
    .option('--values', 'with --json: field values too')
    .option('--full', 'read everything, not only changes')
    .option('--sweep', 'look for deletes now')
    .action((options: PlanOptions) =>
      withRuntime(cli, options, (runtime, output) => plan(cli, runtime, output, options), { remarks: true }),
    );
  withExamples(command, 'dovetail plan', 'dovetail plan --mapping companies --out today.plan');
}

async function plan(cli: Cli, runtime: Runtime, output: Output, options: PlanOptions): Promise<ExitCode> {
  const made = await makePlan(cli, runtime, output, options);
  if (!made.ok) return output.failure(made.error.exit, made.error.diagnostics);
  output.summary(made.value, planText);
  const { outcome, parkedBefore, mappings, diagnostics } = made.value;
  const held = diagnostics.some(({ code }) => code === 'mapping-held');
  if (outcome === 'failed') return EXIT.failed;
  return held || parkedBefore + totalsOf(mappings).waiting > 0 ? EXIT.leftOver : EXIT.done;
}

/** Plans with live progress, and saves the plan where that is asked for. */
export async function makePlan(
  cli: Cli,
  runtime: Runtime,
  output: Output,
  options: PlanOptions,
): Promise<Result<PlanReport, Refusal>> {
  const chosen = chosenMappings(runtime.integration, options.mapping);
  if (!chosen.ok) return refuse(EXIT.usage, chosen.error);
  const connections = runtime.connect();
  if (!connections.ok) return refuse(EXIT.failed, connections.error);
  const file = options.out === undefined ? null : resolve(cli.terminal.folder, options.out);
  const writer = openWriter(runtime, file, chosen.value);
  if (!writer.ok) return refuse(EXIT.failed, writer.error);
  const most = options.all ? Number.POSITIVE_INFINITY : options.most;
  const collector = new PlanCollector(runtime.integration, chosen.value, output.json ? 0 : most);
  const ran = await runPlan(cli, runtime, output, { options, only: chosen.value, writer: writer.value, collector });
  if (!ran.ok || ran.value.outcome === 'failed' || ran.value.outcome === 'interrupted') writer.value?.discard();
  if (!ran.ok) return refuse(EXIT.failed, ran.error);
  const { outcome } = ran.value;
  if (outcome === 'interrupted') return refuse(EXIT.failed, stopped);
  if (outcome !== 'failed') {
    const saved = writer.value?.finish() ?? ok(undefined);
    if (!saved.ok) return refuse(EXIT.failed, saved.error);
  }
  if (!output.json) await fillOldValues(runtime.integration, connections.value, collector.mappings);
  const parked = await countParked(runtime);
  return ok(reportOf(cli, runtime, ran.value, collector, { options, only: chosen.value, file, parked }));
}

const stopped = problem('interrupted', 'Stopped', { detail: 'Nothing was written.' });

interface PlanParts {
  options: PlanOptions;
  only: string[] | null;
  writer: PlanWriter | null;
  collector: PlanCollector;
}

async function runPlan(cli: Cli, runtime: Runtime, output: Output, parts: PlanParts): Promise<Result<Run>> {
  const { options, writer, collector, only } = parts;
  const { integration, keys, platform, store, openScratch } = runtime;
  const connections = runtime.connect();
  if (!connections.ok) return connections;
  const isReference = referenceFields(runtime.integration);
  const systems = { a: integration.a.name, b: integration.b.name };
  const progress = openProgress(cli.terminal, output, runtime, connections.value);
  const onEvent = (event: RunEvent) => {
    progress.take(event);
    collector.take(event);
    if (event.type !== 'item' || !isWorthShowing(event.item)) return;
    output.line(itemData(event.mapping, systems, event.item, options.values === true));
    const saved = writer ? savedItem(keys.strong, event.mapping, event.item, isReference(event.mapping)) : null;
    if (saved) writer?.add(saved);
  };
  const ran = await runIntegration({
    integration,
    connections: connections.value,
    store,
    platform,
    keys,
    openScratch,
    mode: 'plan',
    only,
    sweep: options.sweep ? 'always' : 'due',
    full: options.full === true,
    signal: cli.terminal.signal,
    onEvent,
  });
  progress.end();
  return ran;
}

function openWriter(runtime: Runtime, file: string | null, only: string[] | null): Result<PlanWriter | null> {
  if (file === null) return ok(null);
  const { integration, keys, platform } = runtime;
  return writePlan(file, {
    integration: integration.name,
    environment: integration.environment,
    created: platform.clock.now(),
    rules: rulesDigest(keys.strong, integration.mappings),
    mappings: only,
  });
}

function reportOf(
  cli: Cli,
  runtime: Runtime,
  run: Run,
  collector: PlanCollector,
  { options, only, file, parked }: { options: PlanOptions; only: string[] | null; file: string | null; parked: number },
): PlanReport {
  const { integration } = runtime;
  const saved = file === null || run.outcome === 'failed' ? null : relative(cli.terminal.folder, file) || file;
  const sync = commandLine('dovetail sync', options, saved ? { plan: saved } : only ? { mapping: only } : {});
  const work = hasWork(totalsOf(collector.mappings)) && run.outcome !== 'failed';
  return {
    integration: integration.name,
    environment: integration.environment,
    systems: { a: integration.a.name, b: integration.b.name },
    outcome: run.outcome,
    mappings: collector.mappings,
    estimate: estimateOf(runtime, run, collector),
    diagnostics: run.diagnostics,
    parkedBefore: parked,
    saved,
    next: work ? sync : null,
  };
}

function estimateOf(runtime: Runtime, run: Run, collector: PlanCollector): Estimate {
  const { integration } = runtime;
  const connections = runtime.connect();
  const reads = { a: run.calls.a.reads, b: run.calls.b.reads };
  const limits = { a: limitsOf(integration.a.connector), b: limitsOf(integration.b.connector) };
  const objects = connections.ok ? writtenObjects(runtime, collector, connections.value) : [];
  return estimateSync(objects, reads, limits, (run.finished ?? run.started) - run.started);
}

function writtenObjects(
  { integration }: Runtime,
  collector: PlanCollector,
  connections: Record<Side, Connection>,
): WrittenObject[] {
  return collector.mappings.flatMap(({ name, objects, writes }) => {
    const fields = integration.mappings.find((mapping) => mapping.name === name)?.fields ?? [];
    const goesBothWays = fields.some((field) => field.aToB && field.bToA);
    return (['a', 'b'] as const).map((side) => {
      const can = connections[side].capabilities(objects[side]);
      return { side, writes: writes[side], can, guarded: goesBothWays || can.wholeRecords };
    });
  });
}
