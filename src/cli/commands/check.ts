import { type Command, Option } from 'commander';
import { changesSince } from '../../checklist/changes.ts';
import { QUESTIONS } from '../../checklist/registry.ts';
import { LANGUAGES, type Language } from '../../checklist/report/words.ts';
import { type CheckOptions as RunCheckOptions, runCheck, SAMPLE_SIZE } from '../../checklist/run-check.ts';
import { toStored } from '../../checklist/standing.ts';
import { endLeftovers } from '../../checklist/webhooks/delivery.ts';
import { didYouMean } from '../../connector/closest-word.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { SIDES } from '../../record/side.ts';
import type { StoredCheck } from '../../store/evidence.ts';
import { type Cli, type CommonOptions, toCount, withExamples, withIntegration, withRuntime } from '../command.ts';
import { type EvidenceFile, writeEvidence } from '../evidence-file.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CHECKS_READ, gateOf, overriddenOf } from '../gate.ts';
import { commandLine } from '../mappings.ts';
import { aloneWith, refuseMarked, removeLeft } from '../marked-records.ts';
import { openPassing, type Runtime } from '../open.ts';
import { type Output, openOutput } from '../output.ts';
import { LineOver } from '../progress.ts';
import { reportFiles, verifyReport, writeReports } from '../report-file.ts';
import { version } from '../version.ts';
import { type CheckView, checkText } from '../views/check.ts';
import { type ClearedView, clearedText } from '../views/marked.ts';
import { counted } from '../views/text.ts';

interface CheckOptions extends CommonOptions {
  question?: string[];
  sample: number;
  details?: boolean;
  since?: string;
  report?: string[];
  language: Language;
  verify?: string;
  export?: string;
  write?: boolean;
  yes?: boolean;
  cleanup?: boolean;
}

export function addCheck(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('check'))
    .summary('is everything ready? every question of the check list, asked of both live systems')
    .description(
      'Answers every question of the integration check list from the integration file, and verifies the answers on both ' +
        'live systems. Reads only, unless --write lets it try what only a write tells: on records that it names "Dovetail ' +
        'test ...", notes and removes again; never in production. Exit code 3 says that something is in the way of a run.',
    )
    .option('--question <id...>', 'only these questions')
    .option('--sample <number>', 'records of each object to look at', toCount, SAMPLE_SIZE)
    .option('--details', 'show what was asked and what came back')
    .option('--since <time>', 'show what changed since the last check (`last`), or since a date such as 2026-12-31')
    .option('--report <file...>', 'write the report for the people who decide: .html, .md, or both')
    .addOption(new Option('--language <code>', 'of the report').choices(LANGUAGES).default('en'))
    .option('--write', 'try what only a write tells, on marked records that are removed again; not in production')
    .option('--yes', 'with --write: do not ask first')
    .option('--cleanup', 'only remove the marked records that a broken-off check left')
    .option('--verify <file>', 'tell whether a report is as it was written; asks no system')
    .option('--export <file>', 'write all evidence that is on record, as JSON lines; asks no system')
    .action((options: CheckOptions) => {
      if (options.verify !== undefined) return verify(cli, options.verify, options);
      const work = options.export !== undefined ? exportEvidence : options.cleanup ? cleanUp : check;
      return withRuntime(cli, options, (runtime, output) => work(cli, runtime, output, options), {
        remarks: work === check,
      });
    });
  withExamples(
    command,
    'dovetail check',
    'dovetail check --question credentials duplicates --details',
    'dovetail check --write',
    'dovetail check --cleanup',
    'dovetail check --since last',
    'dovetail check --report readiness.html readiness.md --language de',
    'dovetail check --verify readiness.html',
    'dovetail check --export evidence.jsonl',
  );
}

async function check(cli: Cli, runtime: Runtime, output: Output, options: CheckOptions): Promise<ExitCode> {
  const unknown = options.question?.find((id) => QUESTIONS.every((question) => question.id !== id));
  if (unknown !== undefined) return output.failure(EXIT.usage, [questionUnknown(unknown)]);
  const files = reportFiles(cli, options.report ?? []);
  if (!files.ok) return output.failure(EXIT.usage, [files.error]);
  const since = sinceOf(options.since, runtime.platform.clock.now());
  if (!since.ok) return output.failure(EXIT.usage, [since.error]);
  if (options.write) {
    const refused = await refuseMarked(cli.terminal, runtime, 'changed and removed again', options);
    if (refused) return output.failure(EXIT.usage, [refused]);
  }
  const progress = new LineOver(cli.terminal, output, runtime.platform.clock);
  const settings: CheckSettings = {
    since: since.value,
    only: options.question ?? null,
    sampleSize: options.sample,
    nextCommand: commandLine('dovetail plan', options),
    signal: cli.terminal.signal,
    // A check takes seconds: whoever does not look on needs no word of it.
    ...(cli.terminal.interactive
      ? { onQuestion: (id, done, all) => progress.show(`Asking ${done + 1} of ${all}: ${id} …`) }
      : {}),
  };
  const view = await (options.write ? writingView(runtime, settings) : checkView(runtime, settings));
  progress.end();
  if (!view.ok) return output.failure(EXIT.failed, [view.error]);
  if (cli.terminal.signal.aborted) return output.failure(EXIT.failed, [stopped]);
  const written = writeReports(files.value, runtime.integration, view.value, options.language);
  if (!written.ok) return output.failure(EXIT.failed, [written.error]);
  const loaded = runtime.integration.remarks.filter(({ code }) => code === 'functions-loaded');
  output.diagnostics([...loaded, ...view.value.remarks]);
  output.document(view.value, (value, style) => checkText(value, style, { details: options.details === true }));
  return view.value.ready ? EXIT.done : EXIT.blocked;
}

/** The check that writes too, alone with the systems; what an earlier one left is removed first. */
async function writingView(runtime: Runtime, settings: CheckSettings): Promise<Result<CheckView>> {
  const done = await aloneWith(runtime, settings.signal, async (signal): Promise<Result<CheckView>> => {
    const left = await removeLeft(runtime, 'check');
    return left.ok ? checkView(runtime, { ...settings, signal, write: true }) : left;
  });
  return done.ok ? done.value : done;
}

async function cleanUp(cli: Cli, runtime: Runtime, output: Output): Promise<ExitCode> {
  const done = await aloneWith(runtime, cli.terminal.signal, async () => {
    const connections = runtime.connect();
    if (connections.ok) for (const side of SIDES) await endLeftovers(connections.value[side]);
    return removeLeft(runtime, 'check');
  });
  const cleared = done.ok ? done.value : done;
  if (!cleared.ok) return output.failure(EXIT.failed, [cleared.error]);
  const { a, b } = runtime.integration;
  const view: ClearedView = { ...cleared.value, systems: { a: a.name, b: b.name } };
  output.document(view, clearedText);
  return view.left.length === 0 ? EXIT.done : EXIT.failed;
}

async function verify(cli: Cli, name: string, options: CheckOptions): Promise<void> {
  const output = openOutput(cli.terminal, options.json === true);
  const verified = verifyReport(cli, name);
  if (!verified.ok) cli.exit = output.failure(EXIT.failed, [verified.error]);
  else output.document(verified.value, ({ file, seal }) => `${file} is as it was written.\n${seal}\n`);
}

async function exportEvidence(cli: Cli, runtime: Runtime, output: Output, options: CheckOptions): Promise<ExitCode> {
  const written = await writeEvidence(runtime, cli.terminal, options.export ?? '');
  if (!written.ok) return output.failure(EXIT.failed, [written.error]);
  output.document(written.value, evidenceFileText);
  return EXIT.done;
}

const evidenceFileText = ({ file, checks, evidence, overrides }: EvidenceFile): string =>
  `${file}: ${checks} checks, ${evidence} pieces of evidence, ${overrides} overrides.\n`;

export interface CheckSettings {
  /** Epoch ms: changes since the newest check up to then are shown; null for none. */
  since: number | null;
  only: readonly string[] | null;
  sampleSize: number;
  /** Named where nothing is in the way of it; empty for none. */
  nextCommand: string;
  signal: AbortSignal;
  /** Allows the probes that write. Default false. */
  write?: boolean;
  /** Told before a question is asked. */
  onQuestion?: RunCheckOptions['onQuestion'];
}

/** Runs the check list over an open runtime. Fails where a connection can't be opened. */
export async function checkView(runtime: Runtime, settings: CheckSettings): Promise<Result<CheckView>> {
  const { integration, platform } = runtime;
  const { only, sampleSize, signal, nextCommand, since } = settings;
  const earlier = since === null ? null : await checkBefore(runtime, since);
  if (earlier && !earlier.ok) return earlier;
  const connections = runtime.connect({ freshTokens: true });
  if (!connections.ok) return connections;
  const report = await runCheck({
    integration,
    connections: connections.value,
    platform,
    only,
    sampleSize,
    open: (system) => openPassing(system, platform),
    signal,
    onRecord: await runtime.store.evidence.latest(integration.name),
    ...(settings.write ? { write: runtime.store.marked } : {}),
    ...(settings.onQuestion ? { onQuestion: settings.onQuestion } : {}),
  });
  if (!signal.aborted) {
    const kept = await runtime.store.evidence.add(toStored(integration, report, version()));
    if (!kept.ok) return kept;
  }
  const left = await runtime.store.marked.list(integration.name, 'check');
  return ok({
    ...report,
    remarks: [...report.remarks, ...(left.length > 0 ? [markedLeft(left.length)] : [])],
    overridden: overriddenOf(await gateOf(runtime)),
    changes: earlier && { since: earlier.value.at, answers: changesSince(earlier.value, report.lines) },
    nextCommand: report.ready ? nextCommand : '',
  });
}

/** The newest check up to a time. Fails with `check-none`. */
async function checkBefore({ integration, store }: Runtime, time: number): Promise<Result<StoredCheck>> {
  const checks = await store.evidence.checks(integration.name, CHECKS_READ);
  const found = checks.find(({ at }) => at <= time);
  if (found) return ok(found);
  const next = checks.length === 0 ? 'Run `dovetail check` once without --since' : 'Name a later time, or `last`';
  return fail(problem('check-none', 'There is no check to compare with', { next }));
}

/** `last` is any time up to now; a date without a time is its end in UTC. */
function sinceOf(text: string | undefined, now: number): Result<number | null> {
  if (text === undefined) return ok(null);
  if (text === 'last') return ok(now);
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59.999Z` : text);
  if (!Number.isNaN(time)) return ok(time);
  return fail(problem('time-invalid', '--since takes `last` or a time', { next: 'For example 2026-12-31T08:00Z' }));
}

const markedLeft = (count: number): Diagnostic => ({
  severity: 'warning',
  code: 'marked-left',
  summary: `${counted(count, 'marked record')} of a check ${count === 1 ? 'is' : 'are'} still in the systems`,
  next: 'Run `dovetail check --cleanup`',
});

const stopped = problem('interrupted', 'Stopped', { detail: 'Nothing was written.' });

function questionUnknown(id: string) {
  const next = didYouMean(
    id,
    QUESTIONS.map((question) => question.id),
  );
  return problem('question-unknown', `The check list has no question "${id}"`, next === undefined ? {} : { next });
}
