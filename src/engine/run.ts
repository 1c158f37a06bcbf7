import type { Connection } from '../connector/port.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { PlanItem } from '../planning/plan-item.ts';
import type { Platform } from '../platform/platform.ts';
import { randomToken } from '../platform/random.ts';
import { type Diagnostic, problem, type Result } from '../record/diagnostic.ts';
import { digestKey } from '../record/digest.ts';
import { SIDES, type Side } from '../record/side.ts';
import { Draft } from '../store/draft.ts';
import type { Fence, MappingCounts, Run, Store } from '../store/port.ts';
import type { Scratch } from '../store/scratch.ts';
import { INTERRUPTED } from './applied.ts';
import { commit, keepLease, LEASE_MS, leaseEnding } from './commit.ts';
import { addsUp, ruleRemarks } from './counts.ts';
import { cycle, setOpenReferences } from './cycle.ts';
import { applyDeletes } from './deletes.ts';
import { moveCursors } from './finish.ts';
import { letIn } from './let-in.ts';
import type { MappingRun, RunContext, RunEvent } from './mapping-run.ts';
import { waitingAmong } from './outside.ts';
import { prepareMapping } from './prepare-mapping.ts';

export interface RunOptions {
  integration: LoadedIntegration;
  connections: Record<Side, Connection>;
  store: Store;
  platform: Platform;
  /** Keys derived from the installation's master key: 16 bytes for field digests, 32 for match keys and bodies. */
  keys: { fields: Uint8Array; strong: Uint8Array };
  openScratch: () => Scratch;
  /** `plan` decides and writes nothing, neither in the systems nor in the store. */
  mode: 'plan' | 'sync';
  /** Only these mappings, by name; null for all. */
  only?: readonly string[] | null;
  /** With a saved plan: whether it holds this very item. */
  allows?: (mapping: string, item: PlanItem) => boolean;
  /** Deletes that changes do not tell of: looked for when due, always, or never. Default `due`. */
  sweep?: 'due' | 'always' | 'never';
  /** Reads everything, not only changes since the cursor. */
  full?: boolean;
  /** Pairs per step: what a run holds of its records at a time. Default 600. */
  batch?: number;
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
}

/** Few enough to stay small in memory, and a multiple of the sizes of batched writes, so that those are full. */
const BATCH = 600;

/** Runs an integration once. A failure here means that the run could not start; all else is in the run it returns. */
export async function runIntegration(options: RunOptions): Promise<Result<Run>> {
  const { integration, store, platform } = options;
  const id = randomToken(platform.random).slice(0, 16);
  const started = platform.clock.now();
  const acquired = await store.acquire(integration.name, id, LEASE_MS, started);
  if (!acquired.ok) return acquired;
  const context = contextOf(options, id, acquired.value);
  const [previous] = await store.runs(integration.name, 1);
  context.lastWrite = previous ? (previous.finished ?? started) : Number.NEGATIVE_INFINITY;
  const run: Run = {
    id,
    integration: integration.name,
    environment: integration.environment,
    started,
    finished: null,
    outcome: 'running',
    counts: {},
    calls: { a: noCalls(), b: noCalls() },
    diagnostics: context.diagnostics,
  };
  if (options.mode === 'sync') await commit(context, { run });
  for (const side of SIDES) options.connections[side].guardWrites(() => leaseEnding(context) ?? interruption(context));
  const over = new AbortController();
  const lease = keepLease(context, over.signal);
  const mappings: MappingRun[] = [];
  await runMappings(context, options, mappings).catch((thrown: unknown) => {
    context.stop ??= brokenRun(thrown);
  });
  for (const { scratch } of mappings) scratch.close();
  over.abort();
  await lease;
  const finished = await closeRun(context, options, run, mappings);
  if (options.mode === 'sync') await commit({ ...context, stop: null }, { run: finished });
  else await context.store.close();
  await store.release(acquired.value);
  return { ok: true, value: finished };
}

/** What the mappings of a run have in common. */
export function contextOf(options: RunOptions, id: string, fence: Fence): RunContext {
  const started = options.platform.clock.now();
  return {
    id,
    integration: options.integration,
    platform: options.platform,
    store: options.mode === 'plan' ? new Draft(options.store, options.openScratch()) : options.store,
    fence,
    digestKey: digestKey(options.keys.fields),
    strongKey: options.keys.strong,
    mode: options.mode,
    allows: options.allows ?? null,
    sweep: options.sweep ?? 'due',
    full: options.full ?? false,
    batch: options.batch ?? BATCH,
    signal: options.signal ?? new AbortController().signal,
    started,
    onEvent: options.onEvent ?? (() => undefined),
    stop: null,
    diagnostics: [],
    openScratch: options.openScratch,
    letIn: async () => undefined,
    held: false,
    foreseenOptions: new Map(),
    triedOptions: new Set(),
    lastWrite: started,
    leaseRenewed: started,
  };
}

/** Once a person has stopped the run no further record is written; what is in hand is finished and recorded. */
const interruption = ({ signal }: RunContext): Diagnostic | null =>
  signal.aborted
    ? problem(INTERRUPTED, 'The run was stopped', { next: 'Start it again: it goes on where it stopped.' })
    : null;

const noCalls = () => ({ reads: 0, writes: 0, auth: 0, throttled: 0 });

/** Parents first; deletes children first, after everything else; then the cursors. */
async function runMappings(context: RunContext, options: RunOptions, runs: MappingRun[]): Promise<void> {
  context.letIn = (name, side, ids) =>
    letIn(
      runs.find((run) => run.mapping.name === name),
      side,
      ids,
    );
  for (const mapping of context.integration.mappings) {
    if (options.only && !options.only.includes(mapping.name)) continue;
    const prepared = await prepareMapping(context, mapping, options.connections);
    if (!prepared.ok) {
      context.stop ??= prepared.error;
      break;
    }
    if (prepared.value.held) {
      context.held = true;
      prepared.value.scratch.close();
      continue;
    }
    runs.push(prepared.value);
    context.onEvent({ type: 'mapping', mapping: mapping.name, phase: 'read' });
    await cycle(prepared.value);
    if (isOver(context)) break;
    if (prepared.value.deletes.size === 0) await moveCursors(prepared.value);
    context.onEvent({ type: 'mapping', mapping: mapping.name, phase: 'done' });
  }
  for (const run of runs) {
    if (run.mapping.cycleBreakers.length > 0 && !isOver(context)) await setOpenReferences(run);
  }
  for (const run of [...runs].reverse()) {
    if (isOver(context)) break;
    if (run.deletes.size === 0) continue;
    await applyDeletes(run);
    await moveCursors(run);
  }
}

/** An exception is a fault of Dovetail, or a store that can't be read; either ends the run, with the lease given back. */
function brokenRun(thrown: unknown): Diagnostic {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return problem('run-broken', `The run ended by an unexpected ${name}`, {
    next: 'Run `dovetail doctor`. Nothing that was recorded is lost; the next run goes on from there.',
  });
}

const isOver = (context: RunContext): boolean => context.stop !== null || context.signal.aborted;

async function closeRun(
  context: RunContext,
  options: RunOptions,
  run: Run,
  mappings: readonly MappingRun[],
): Promise<Run> {
  const counts: Record<string, MappingCounts> = Object.fromEntries(
    mappings.map((one) => [one.mapping.name, one.counts]),
  );
  const interrupted = context.signal.aborted;
  if (!interrupted && !context.stop) {
    // Of an object that was not read to its end the rest is left for the next run, which the outcome says.
    for (const one of mappings.filter(isComplete)) {
      for (const side of SIDES) {
        if (!addsUp(one.counts[side])) context.stop ??= miscount(one.mapping.name, context.integration[side].name);
      }
    }
  }
  context.diagnostics.push(...mappings.flatMap(ruleRemarks));
  if (context.stop) context.diagnostics.push(context.stop);
  const incomplete = !mappings.every(isComplete) || mappings.some((one) => one.sweepBroken);
  const waiting = await Promise.all(mappings.map((one) => leftOver(one)));
  const good =
    waiting.includes(true) || context.held ? 'partial' : mappings.some((one) => one.readNothing) ? 'failed' : 'done';
  const outcome = context.stop || incomplete ? 'failed' : interrupted ? 'interrupted' : good;
  const calls = { a: { ...options.connections.a.calls() }, b: { ...options.connections.b.calls() } };
  return {
    ...run,
    finished: context.platform.clock.now(),
    outcome,
    counts,
    calls,
    diagnostics: context.diagnostics.slice(0, 100),
  };
}

const isComplete = ({ reads }: MappingRun): boolean => reads.a.complete && reads.b.complete;

/** Whether records of the mapping wait for something, from this run or an earlier one. */
async function leftOver({ context, key, counts }: MappingRun): Promise<boolean> {
  if ([counts.a, counts.b].some((side) => side.parked + side.held + side.failed > 0)) return true;
  return waitingAmong(await context.store.countParked(key)) > 0;
}

const miscount = (mapping: string, system: string): Diagnostic =>
  problem('counts-differ', `Not every record that was read of ${mapping} in ${system} is accounted for`, {
    detail: 'This is a fault of Dovetail: records may have been passed over.',
    next: 'Report it with the output of `dovetail runs --json`.',
  });
