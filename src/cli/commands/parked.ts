import { type Command, Option } from 'commander';
import { APPROVABLE } from '../../engine/approval.ts';
import { LEASE_MS } from '../../engine/commit.ts';
import { randomToken } from '../../platform/random.ts';
import { ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { ParkedRecord } from '../../store/port.ts';
import { type Cli, type CommonOptions, toCount, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { commandLine, knownMapping, knownSystem } from '../mappings.ts';
import type { Runtime } from '../open.ts';
import type { Output } from '../output.ts';
import { type ParkedChange, parkedChangeText, parkedRecordText, parkedText } from '../views/parked.ts';

interface FilterOptions extends CommonOptions {
  mapping?: string;
  system?: string;
  reason?: string;
  id?: string[];
  dismissed?: boolean;
}

export function addParked(program: Command, cli: Cli): void {
  const parked = program
    .command('parked')
    .summary("records that can't be synced now, and the way out of each")
    .description("Records that can't be synced now. None is lost, none blocks the others.");
  addList(parked, cli);
  addShow(parked, cli);
  addChange(parked, cli, 'retry', 'Tries records again in the next sync.');
  addChange(
    parked,
    cli,
    'approve',
    'Lets the next sync do what is held: deletes above the guard, held creates and updates.',
  );
  addChange(parked, cli, 'dismiss', 'Leaves records alone until they change.');
  withExamples(
    parked,
    'dovetail parked',
    'dovetail parked show companies co_1000003',
    'dovetail parked retry --reason invalid',
    'dovetail parked approve --mapping companies --reason delete-guard',
    "dovetail parked dismiss --mapping companies --id co_1000003 --reason-text 'test record'",
  );
}

const withFilter = (command: Command): Command =>
  withIntegration(command)
    .option('--mapping <name>', 'only of this mapping')
    .option('--system <name>', 'only records of this system')
    .option('--reason <code>', 'only with this reason')
    .option('--id <id...>', 'only these records');

function addList(parked: Command, cli: Cli): void {
  const command = withFilter(parked.command('list', { isDefault: true }))
    .description('Lists parked records with their reason and the way out.')
    .option('--dismissed', 'dismissed ones too')
    .option('--most <number>', 'records shown', toCount, 50)
    .action((options: FilterOptions & { most: number }) =>
      withRuntime(cli, options, async (runtime, output) => {
        const found = await select(runtime, options);
        if (!found.ok) return output.failure(EXIT.usage, [found.error]);
        const parked = output.json ? found.value : found.value.slice(0, options.most);
        const report = {
          systems: systemsOf(runtime),
          parked,
          total: found.value.length,
          reasons: byReason(found.value),
        };
        output.document(report, parkedText);
        return EXIT.done;
      }),
    );
  withExamples(command, 'dovetail parked list --mapping companies', 'dovetail parked list --reason conflict --json');
}

function addShow(parked: Command, cli: Cli): void {
  const command = withIntegration(parked.command('show <mapping> <id>'))
    .description('Shows everything that is known of a parked record.')
    .action((mapping: string, id: string, options: CommonOptions) =>
      withRuntime(cli, options, async (runtime, output) => {
        const found = await select(runtime, { mapping, id: [id], dismissed: true });
        if (!found.ok) return output.failure(EXIT.usage, [found.error]);
        const [one] = found.value;
        if (!one) return output.failure(EXIT.usage, [notParked(mapping, id)]);
        output.document({ one, systems: systemsOf(runtime) }, parkedRecordText);
        return EXIT.done;
      }),
    );
  withExamples(command, 'dovetail parked show companies co_1000003');
}

type ChangeOptions = FilterOptions & { all?: boolean; reasonText?: string };

function addChange(parked: Command, cli: Cli, what: ParkedChange['what'], description: string): void {
  const command = withFilter(parked.command(what))
    .description(description)
    .option('--all', 'without a filter: all of them');
  if (what === 'dismiss') {
    command.addOption(new Option('--reason-text <text>', 'why: kept with the record').makeOptionMandatory());
  }
  command.action((options: ChangeOptions) =>
    withRuntime(cli, options, (runtime, output) => change(runtime, output, what, options)),
  );
  const reason = what === 'dismiss' ? " --reason-text 'test record'" : '';
  withExamples(command, `dovetail parked ${what} --mapping companies --id co_1000003${reason}`);
}

async function change(
  runtime: Runtime,
  output: Output,
  what: ParkedChange['what'],
  options: ChangeOptions,
): Promise<ExitCode> {
  const filtered = [options.mapping, options.system, options.reason, options.id].some((one) => one !== undefined);
  if (!filtered && !options.all) return output.failure(EXIT.usage, [noFilter]);
  // Whoever names a dismissed record means it.
  const selected = await select(runtime, { ...options, dismissed: what === 'retry' && options.id !== undefined });
  if (!selected.ok) return output.failure(EXIT.usage, [selected.error]);
  const found = selected.value.filter((one) => what !== 'approve' || APPROVABLE.includes(one.reason));
  if (found.length === 0) return output.failure(EXIT.usage, [nothingFits(what, selected.value.length)]);
  const now = runtime.platform.clock.now();
  const text = options.reasonText ?? '';
  const changed = found.map((one) => changedRecord(one, what, now, text));
  const done = await commitParked(runtime, changed);
  if (!done.ok) return output.failure(EXIT.failed, [done.error]);
  const next = what === 'dismiss' ? null : commandLine('dovetail sync', options);
  output.document({ what, count: changed.length, next }, parkedChangeText);
  return EXIT.done;
}

function changedRecord(one: ParkedRecord, what: ParkedChange['what'], now: number, text: string): ParkedRecord {
  if (what === 'dismiss') return { ...one, dismissed: { reason: text, at: now } };
  const woken = { ...one, next: now, dismissed: null };
  return what === 'approve' ? { ...woken, approved: one.reason } : woken;
}

/** Under the integration's lease, so that no run has the same records in hand. */
async function commitParked({ store, platform, integration }: Runtime, parked: ParkedRecord[]): Promise<Result<void>> {
  const now = platform.clock.now();
  const lease = await store.acquire(integration.name, randomToken(platform.random), LEASE_MS, now);
  if (!lease.ok) return lease;
  const done = await store.commit(lease.value, { parked });
  await store.release(lease.value);
  return done;
}

async function select({ integration, store }: Runtime, options: FilterOptions): Promise<Result<ParkedRecord[]>> {
  const mapping = options.mapping === undefined ? ok(null) : knownMapping(integration, options.mapping);
  if (!mapping.ok) return mapping;
  const side = options.system === undefined ? ok(null) : knownSystem(integration, options.system);
  if (!side.ok) return side;
  const names = mapping.value === null ? integration.mappings.map(({ name }) => name) : [mapping.value];
  const found: ParkedRecord[] = [];
  for (const name of names) {
    const filter = {
      mapping: `${integration.name}/${name}`,
      ...(side.value === null ? {} : { side: side.value }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
      ...(options.id === undefined ? {} : { ids: options.id }),
      includeDismissed: options.dismissed === true,
    };
    found.push(...(await store.parked(filter)));
  }
  return ok(found);
}

function byReason(parked: readonly ParkedRecord[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { reason } of parked) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

const systemsOf = ({ integration }: Runtime): Record<Side, string> => ({
  a: integration.a.name,
  b: integration.b.name,
});

const noFilter = problem('filter-missing', 'It is not said which records', {
  next: 'Name them with --mapping, --system, --reason or --id, or say --all.',
});

const nothingFits = (what: ParkedChange['what'], others: number) =>
  problem('parked-none', what === 'approve' && others > 0 ? 'None of these records is held' : 'No parked record fits', {
    ...(what === 'approve' && others > 0
      ? { detail: `Only what is held can be approved: ${APPROVABLE.join(', ')}.` }
      : {}),
    next: 'See `dovetail parked list`.',
  });

const notParked = (mapping: string, id: string) =>
  problem('parked-none', `${mapping} ${id} is not parked`, { next: `See \`dovetail explain ${mapping} ${id}\`.` });
