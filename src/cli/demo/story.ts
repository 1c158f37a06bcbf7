import { join } from 'node:path';
import { SAMPLE_SIZE } from '../../checklist/run-check.ts';
import { systemClock } from '../../platform/clock.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { ParkedRecord, Run } from '../../store/port.ts';
import type { Cli } from '../command.ts';
import { checkView } from '../commands/check.ts';
import { makePlan } from '../commands/plan.ts';
import { makeSync } from '../commands/sync.ts';
import { EXIT } from '../exit-code.ts';
import { openRuntime, type Refusal, type Runtime, refuse } from '../open.ts';
import type { Output } from '../output.ts';
import { countParked } from '../parked-count.ts';
import type { SyncReport } from '../sync-report.ts';
import { shortCheckText } from '../views/check.ts';
import { editsText, endText, startText, stepText } from '../views/demo.ts';
import { planText } from '../views/plan.ts';
import { syncText } from '../views/sync.ts';
import { type DemoEdit, Office } from './edits.ts';
import { type Claim, prove } from './proof.ts';
import type { DemoSystems } from './systems.ts';

export interface StoryParts {
  cli: Cli;
  output: Output;
  systems: DemoSystems;
  size: number;
  seed: number;
  /** Holds the integration file. */
  folder: string;
  /** The folder is kept when the demo ends. */
  kept: boolean;
  /** Both systems keep running when the story is over. */
  serving: boolean;
}

/** Records of each mapping that the first plan shows. */
const SHOWN_FIRST = 2;
const SHOWN_EDITED = 20;
/** Parked records that a sync shows, each of another kind. */
const SHOWN_PARKED = 3;

/**
 * The demo as a story: check, plan, sync, a quiet sync, edits on both sides, plan, sync. Each step is what the command
 * of its name does, with its own connections and its own view.
 */
export class Story {
  readonly #parts: StoryParts;
  readonly #output: Output;
  readonly #cli: Cli;
  readonly #file: string;
  #step = 0;

  constructor(parts: StoryParts) {
    const { cli, output, systems } = parts;
    this.#parts = parts;
    this.#file = join(parts.folder, 'integration.yaml');
    // What is set in the user's environment must not lead to another system than the demo's own.
    const variables = { ...cli.terminal.variables, ...systems.variables, DOVETAIL_MASTER_KEY: undefined };
    this.#cli = { ...cli, terminal: { ...cli.terminal, variables } };
    const isDetail = ({ type }: { type: string }) => type === 'item' || type === 'progress';
    this.#output = { ...output, line: (value) => (isDetail(value) ? undefined : output.line(value)) };
  }

  /** Gives what the demo claims, held against the systems; fails where a step could not be done. */
  async tell(): Promise<Result<Claim[], Refusal>> {
    const started = systemClock.now();
    this.#start();
    const checked = await this.#check();
    if (!checked.ok) return checked;
    const planned = await this.#plan('What would a sync do? Nothing is written yet', SHOWN_FIRST, false);
    if (!planned.ok) return planned;
    const first = await this.#sync('Do it: the first sync of two systems filled by hand', SHOWN_PARKED, false);
    if (!first.ok) return first;
    const quiet = await this.#sync('Again. Nothing changed, so nothing is written', 0, false);
    if (!quiet.ok) return quiet;
    const edits = await this.#edit();
    if (!edits.ok) return edits;
    const replanned = await this.#plan('What would a sync do now?', SHOWN_EDITED, true);
    if (!replanned.ok) return replanned;
    const edited = await this.#sync('Do it: only what was edited moves', 0, true);
    if (!edited.ok) return edited;
    return this.#end({ first: first.value, quiet: quiet.value, edited: edited.value }, edits.value, started);
  }

  #start(): void {
    const { systems, size, seed } = this.#parts;
    const { crm, erp, urls, limit, lagMs } = systems;
    const start = {
      size,
      seed,
      urls,
      limit,
      lagMs,
      file: this.#file,
      counts: {
        crm: { companies: crm.count('companies'), products: crm.count('products'), deals: crm.count('deals') },
        erp: { customers: erp.count('customers'), articles: erp.count('articles'), orders: erp.count('orders') },
      },
    };
    this.#output.line({ type: 'start', ...start });
    this.#output.text(startText(start, this.#output.style));
  }

  #title(title: string, command: string): void {
    this.#step += 1;
    this.#output.text(stepText(this.#step, title, command, this.#output.style));
  }

  /** Opens the integration as a command of its own would, and closes it again. */
  async #opened<T>(work: (runtime: Runtime) => Promise<Result<T, Refusal>>): Promise<Result<T, Refusal>> {
    if (this.#cli.terminal.signal.aborted) return refuse(EXIT.failed, problem('interrupted', 'Stopped'));
    const runtime = await openRuntime(this.#cli.terminal, { integration: this.#file });
    if (!runtime.ok) return runtime;
    try {
      return await work(runtime.value);
    } finally {
      await runtime.value.close();
    }
  }

  #check(): Promise<Result<void, Refusal>> {
    this.#title('Is everything ready? Both systems are asked', 'dovetail check');
    return this.#opened(async (runtime) => {
      const { signal } = this.#cli.terminal;
      const view = await checkView(runtime, {
        since: null,
        only: null,
        sampleSize: SAMPLE_SIZE,
        nextCommand: '',
        signal,
      });
      if (!view.ok) return refuse(EXIT.failed, view.error);
      this.#output.line({ type: 'check', ...view.value });
      this.#output.text(shortCheckText(view.value, this.#output.style));
      if (view.value.ready) return ok(undefined);
      return refuse(EXIT.blocked, problem('check-failed', 'The check list is in the way of the demo'));
    });
  }

  #plan(title: string, most: number, sweep: boolean): Promise<Result<void, Refusal>> {
    this.#title(title, sweep ? 'dovetail plan --sweep' : 'dovetail plan');
    return this.#opened(async (runtime) => {
      const plan = await makePlan(this.#cli, runtime, this.#output, { most, sweep });
      if (!plan.ok) return plan;
      const { mappings, ...rest } = plan.value;
      this.#output.line({ type: 'plan', ...rest, mappings: mappings.map(({ items: _, ...mapping }) => mapping) });
      this.#output.text(planText({ ...plan.value, next: null }, this.#output.style));
      if (plan.value.outcome !== 'failed') return ok(undefined);
      return fail({ exit: EXIT.failed, diagnostics: plan.value.diagnostics });
    });
  }

  #sync(title: string, parkedShown: number, sweep: boolean): Promise<Result<Run, Refusal>> {
    this.#title(title, sweep ? 'dovetail sync --sweep' : 'dovetail sync');
    return this.#opened(async (runtime) => {
      const made = await makeSync(this.#cli, runtime, this.#output, { sweep });
      if (!made.ok) return made;
      const { run } = made.value;
      this.#output.line({ type: 'sync', ...made.value });
      const parked = parkedShown === 0 ? [] : await differentlyParked(runtime, parkedShown);
      const shown: SyncReport = { ...made.value, parked, next: 'dovetail parked list' };
      this.#output.text(syncText(shown, this.#output.style));
      if (run.outcome === 'done' || run.outcome === 'partial') return ok(run);
      return fail({ exit: EXIT.failed, diagnostics: run.diagnostics });
    });
  }

  #edit(): Promise<Result<DemoEdit[], Refusal>> {
    this.#title('People work in both systems', '');
    return this.#opened(async (runtime) => {
      const { systems } = this.#parts;
      const office = new Office(systems, () => systemClock.now());
      const edits = await office.work(runtime.store, runtime.integration.name);
      for (const { holds: _, ...edit } of edits) this.#output.line({ type: 'edit', ...edit });
      this.#output.text(editsText(edits, systems, this.#output.style));
      await systemClock.sleep(systems.lagMs, this.#cli.terminal.signal);
      return ok(edits);
    });
  }

  #end(runs: { first: Run; quiet: Run; edited: Run }, edits: readonly DemoEdit[], started: number) {
    this.#title('What was shown, held against both systems', '');
    return this.#opened(async (runtime): Promise<Result<Claim[], Refusal>> => {
      const { systems, serving } = this.#parts;
      const claims = await prove(runs, edits, runtime.store, runtime.integration.name);
      const end = {
        claims,
        tookMs: systemClock.now() - started,
        calls: { crm: systems.crm.stats().requests, erp: systems.erp.stats().requests },
        parked: await countParked(runtime),
        next: this.#next(edits),
        serving,
      };
      this.#output.summary({ held: claims.every((claim) => claim.held), ...end }, (value, style) =>
        endText(value, style),
      );
      return ok(claims);
    });
  }

  /** Commands that work as they stand. */
  #next(edits: readonly DemoEdit[]): { command: string; shows: string }[] {
    const { cli, serving, kept, systems } = this.#parts;
    const { variables } = cli.terminal;
    const underNpm = variables.npm_lifecycle_event !== undefined && variables.npm_command !== 'exec';
    const dovetail = underNpm ? 'npm run dovetail --' : variables.npm_command === 'exec' ? 'npx dovetail' : 'dovetail';
    if (!serving) {
      const again = underNpm ? 'npm start -- --serve' : `${dovetail} demo --serve`;
      const own = {
        command: `${dovetail} init my-integration --example crm-erp`,
        shows: 'the same integration to change, with the reason for every line',
      };
      return [
        { command: again, shows: 'the demo again, with both systems left running to try commands on' },
        ...(kept ? [] : [own]),
      ];
    }
    const at = `--integration ${this.#file}`;
    const edited = edits[0];
    return [
      { command: `${dovetail} parked list ${at}`, shows: 'what waits for a person, and the way out' },
      ...(edited
        ? [
            {
              command: `${dovetail} explain ${edited.mapping} ${edited.a} ${at}`,
              shows: 'one record on both sides, field by field',
            },
          ]
        : []),
      {
        command: `curl -X DELETE -H 'X-Api-Key: ${systems.variables.ERP_API_KEY}' ${systems.urls.erp}/api/articles/20000`,
        shows: 'delete an article behind its back, then',
      },
      { command: `${dovetail} plan --sweep ${at}`, shows: 'see what a sync would do about it' },
    ];
  }
}

/** The first parked record of each kind. */
async function differentlyParked({ integration, store }: Runtime, most: number): Promise<ParkedRecord[]> {
  const kinds = new Map<string, ParkedRecord>();
  for (const { name } of integration.mappings) {
    for (const one of await store.parked({ mapping: `${integration.name}/${name}` })) {
      const kind = `${one.reason} ${one.diagnostic.code}`;
      if (!kinds.has(kind)) kinds.set(kind, one);
    }
  }
  return [...kinds.values()].slice(0, most);
}
