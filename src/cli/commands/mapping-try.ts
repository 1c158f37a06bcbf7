import type { Command } from 'commander';
import { type Trial, tryRecord } from '../../engine/try-record.ts';
import { fail, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { type Cli, type CommonOptions, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { knownMapping, knownSystem } from '../mappings.ts';
import type { Runtime } from '../open.ts';
import type { Output } from '../output.ts';
import { shapeText, trialText } from '../views/mapping-try.ts';

interface TryOptions extends CommonOptions {
  from?: string;
  field?: string[];
  mask?: boolean;
}

export function addMappingTry(group: Command, cli: Cli): void {
  const command = withIntegration(group.command('try <mapping> <id>'))
    .summary('what becomes of a record on its way to the other system, step by step')
    .description(
      'Reads one record and takes each of its fields through the steps of a sync: read, decoded, each part of its ' +
        'expression, converted, checked, written. Shows values, and writes nothing. Exit code 4 says that a sync would ' +
        'park the record.',
    )
    .option('--from <system>', 'the system that the id belongs to (default: the one that knows it)')
    .option('--field <name...>', 'only these fields, by their name in either system')
    .option('--mask', 'show what values look like, not the values')
    .action((mapping: string, id: string, options: TryOptions) =>
      withRuntime(cli, options, (runtime, output) => attempt(cli, runtime, output, { mapping, id, options })),
    );
  withExamples(
    command,
    'dovetail mapping try companies co_1000003',
    'dovetail mapping try companies 10004 --from erp --field name_1',
    'dovetail mapping try companies co_1000003 --mask --json',
  );
}

interface Asked {
  mapping: string;
  id: string;
  options: TryOptions;
}

async function attempt(cli: Cli, runtime: Runtime, output: Output, asked: Asked): Promise<ExitCode> {
  const { integration } = runtime;
  const { mapping, id, options } = asked;
  const named = knownMapping(integration, mapping);
  if (!named.ok) return output.failure(EXIT.usage, [named.error]);
  const side = options.from === undefined ? null : knownSystem(integration, options.from);
  if (side && !side.ok) return output.failure(EXIT.usage, [side.error]);
  const found = await look(cli, runtime, mapping, id, side ? [side.value] : ['a', 'b']);
  if (!found.ok) return output.failure(found.error.code === 'record-unknown' ? EXIT.usage : EXIT.failed, [found.error]);
  const trial = chosen(found.value, options.field);
  if (trial.fields.length === 0) {
    return output.failure(EXIT.usage, [problem('field-unknown', `No row of ${mapping} has a field of that name`)]);
  }
  if (output.json) output.document(options.mask ? masked(trial) : trial, () => '');
  else output.document(trial, (value, style) => trialText(value, style, options.mask === true));
  return trial.fields.some((field) => field.problem) ? EXIT.leftOver : EXIT.done;
}

/** An id may exist in both systems: the first that knows it is meant. */
async function look(
  cli: Cli,
  { integration, store, platform, keys, openScratch, connect }: Runtime,
  mapping: string,
  id: string,
  sides: readonly Side[],
): Promise<Result<Trial>> {
  const connections = connect();
  if (!connections.ok) return connections;
  const options = { integration, store, platform, keys, openScratch, connections: connections.value };
  for (const side of sides) {
    const tried = await tryRecord({ ...options, signal: cli.terminal.signal }, mapping, side, id);
    if (tried.ok || tried.error.code !== 'record-unknown' || sides.length === 1) return tried;
  }
  return fail(
    problem(
      'record-unknown',
      `Neither ${integration.a.name} nor ${integration.b.name} has a record ${id} of ${mapping}`,
      {
        next: 'Check the id.',
      },
    ),
  );
}

const chosen = (trial: Trial, names: readonly string[] | undefined): Trial =>
  names
    ? { ...trial, fields: trial.fields.filter(({ from, to }) => names.includes(from) || names.includes(to)) }
    : trial;

/** What values look like in place of the values. */
function masked({ fields, ...trial }: Trial) {
  return {
    ...trial,
    fields: fields.map((field) => ({
      ...field,
      steps: field.steps.map(({ kind, label, value }) => ({ kind, label, shape: shapeText(value) })),
    })),
  };
}
