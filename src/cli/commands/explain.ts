import type { Command } from 'commander';
import { type Explanation, explainRecord } from '../../engine/explain-record.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { fail, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { type Cli, type CommonOptions, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { knownMapping, knownSystem } from '../mappings.ts';
import type { Runtime } from '../open.ts';
import type { Output } from '../output.ts';
import { explainText } from '../views/explain.ts';

interface ExplainOptions extends CommonOptions {
  system?: string;
  values?: boolean;
}

export function addExplain(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('explain <mapping> <id>'))
    .summary('why a record is as it is, field by field')
    .description(
      'Shows the link of a record, what both systems say now, which rule decides each field, and what was done so far. ' +
        'Writes nothing.',
    )
    .option('--system <name>', 'the system that the id belongs to (default: the one that knows it)')
    .option('--values', 'with --json: field values too')
    .action((mapping: string, id: string, options: ExplainOptions) =>
      withRuntime(cli, options, (runtime, output) => explain(cli, runtime, output, mapping, id, options)),
    );
  withExamples(command, 'dovetail explain companies co_1000003', 'dovetail explain companies 10004 --system erp');
}

async function explain(
  cli: Cli,
  runtime: Runtime,
  output: Output,
  mapping: string,
  id: string,
  options: ExplainOptions,
): Promise<ExitCode> {
  const { integration } = runtime;
  const named = knownMapping(integration, mapping);
  if (!named.ok) return output.failure(EXIT.usage, [named.error]);
  const side = options.system === undefined ? null : knownSystem(integration, options.system);
  if (side && !side.ok) return output.failure(EXIT.usage, [side.error]);
  const found = await look(cli, runtime, mapping, id, side ? [side.value] : await likelySides(runtime, mapping, id));
  if (!found.ok) return output.failure(found.error.code === 'record-unknown' ? EXIT.usage : EXIT.failed, [found.error]);
  const systems = { a: integration.a.name, b: integration.b.name };
  if (output.json) output.document(withoutItem(found.value, options.values === true), () => '');
  else output.document({ ...found.value, systems }, explainText);
  return EXIT.done;
}

/** The side where the id is linked first; an id may exist on both. */
async function likelySides({ store, integration }: Runtime, mapping: string, id: string): Promise<Side[]> {
  const linked = await store.links(`${integration.name}/${mapping}`, 'b', [id]);
  const own = await store.links(`${integration.name}/${mapping}`, 'a', [id]);
  return linked.size > 0 && own.size === 0 ? ['b', 'a'] : ['a', 'b'];
}

async function look(
  cli: Cli,
  runtime: Runtime,
  mapping: string,
  id: string,
  sides: readonly Side[],
): Promise<Result<Explanation>> {
  const connections = runtime.connect();
  if (!connections.ok) return connections;
  const { integration, store, platform, keys, openScratch } = runtime;
  let result: Result<Explanation> | null = null;
  for (const side of sides) {
    result = await explainRecord(
      { integration, store, platform, keys, openScratch, connections: connections.value, signal: cli.terminal.signal },
      mapping,
      side,
      id,
    );
    if (result.ok || result.error.code !== 'record-unknown') return result;
  }
  if (!result) throw new Error('There is no side to look at');
  return sides.length > 1 ? fail(unknownToBoth(integration, mapping, id)) : result;
}

const unknownToBoth = ({ a, b }: LoadedIntegration, mapping: string, id: string) =>
  problem(
    'record-unknown',
    `Neither ${a.name} nor ${b.name} has a record ${id} of ${mapping}, and none was ever linked`,
    {
      next: 'Check the id.',
    },
  );

/** As data, without the planned values; without any value unless they are asked for. */
function withoutItem({ item, fields, ...rest }: Explanation, withValues: boolean) {
  return {
    ...rest,
    rule: item?.rule ?? null,
    ending: item?.ending ?? null,
    fields: fields.map(({ values, ...field }) => (withValues ? { ...field, values } : field)),
  };
}
