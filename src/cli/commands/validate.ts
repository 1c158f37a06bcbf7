import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { type DataProblem, validateRecords } from '../../engine/validate-records.ts';
import type { Side } from '../../record/side.ts';
import { SIDES } from '../../record/side.ts';
import { type Cli, type CommonOptions, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { chosenMappings, knownSystem } from '../mappings.ts';
import type { Runtime } from '../open.ts';
import type { Output } from '../output.ts';
import { openProblemList, type ProblemList } from '../problem-list.ts';
import { LineOver } from '../progress.ts';
import type { ValidationReport } from '../validation-report.ts';
import { validationProgress, validationText } from '../views/validate.ts';

interface ValidateOptions extends CommonOptions {
  side?: string;
  mapping?: string[];
  export?: string;
  values?: boolean;
}

export function addValidate(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('validate'))
    .summary('ask all rules of all records, and write nothing')
    .description(
      'Reads all records and asks the rules of the integration file and of both systems, as a sync would before it ' +
        'writes. Shows which rules are broken how often, and lists the records for those who correct them. Writes nothing.',
    )
    .option('--side <system>', 'only the records of this system')
    .option('--mapping <name...>', 'only these mappings')
    .option('--export <file>', 'write the list of problems: a .csv or an .xlsx file')
    .option('--values', 'with --export or --json: the values at fault too')
    .action((options: ValidateOptions) =>
      withRuntime(cli, options, (runtime, output) => validate(cli, runtime, output, options)),
    );
  withExamples(command, 'dovetail validate', 'dovetail validate --side crm --export problems.xlsx --values');
}

async function validate(cli: Cli, runtime: Runtime, output: Output, options: ValidateOptions): Promise<ExitCode> {
  const { integration } = runtime;
  const chosen = chosenMappings(integration, options.mapping);
  if (!chosen.ok) return output.failure(EXIT.usage, [chosen.error]);
  const side = options.side === undefined ? null : knownSystem(integration, options.side);
  if (side && !side.ok) return output.failure(EXIT.usage, [side.error]);
  const file = options.export === undefined ? null : resolve(cli.terminal.folder, options.export);
  const list = file === null ? null : openProblemList(file, integration, options.values === true);
  if (list && !list.ok) return output.failure(EXIT.usage, [list.error]);
  const sides = side ? [side.value] : SIDES;
  const report = await ask(cli, runtime, output, { options, only: chosen.value, sides, list: list?.value ?? null });
  if (!report.ok) {
    list?.value.discard();
    return output.failure(EXIT.failed, [report.error]);
  }
  const finished = await list?.value.finish();
  if (finished && !finished.ok) return output.failure(EXIT.failed, [finished.error]);
  const saved = file === null ? null : relative(cli.terminal.folder, file);
  output.summary<ValidationReport>({ ...report.value, saved }, validationText);
  if (report.value.sides.some(({ failure }) => failure !== null)) return EXIT.failed;
  return report.value.sides.some(({ violated, warned }) => violated + warned > 0) ? EXIT.leftOver : EXIT.done;
}

interface Asked {
  options: ValidateOptions;
  only: string[] | null;
  sides: readonly Side[];
  list: ProblemList | null;
}

async function ask(cli: Cli, runtime: Runtime, output: Output, { options, only, sides, list }: Asked) {
  const connections = runtime.connect();
  if (!connections.ok) return connections;
  const { integration, store, platform, keys, openScratch } = runtime;
  const systems = { a: integration.a.name, b: integration.b.name };
  const progress = new LineOver(cli.terminal, output, platform.clock);
  const validated = await validateRecords({
    integration,
    connections: connections.value,
    store,
    platform,
    keys,
    openScratch,
    only,
    sides,
    signal: cli.terminal.signal,
    onProblem(found) {
      list?.add(found);
      output.line({ type: 'problem', ...problemData(found, systems, options.values === true) });
    },
    onProgress: (done) => progress.show(validationProgress({ ...done, system: systems[done.side] })),
  });
  progress.end();
  if (!validated.ok) return validated;
  const { environment, name } = integration;
  return { ok: true, value: { integration: name, environment, systems, sides: validated.value, saved: null } } as const;
}

function problemData(found: DataProblem, systems: Record<Side, string>, withValues: boolean) {
  const { mapping, side, id, ownField, rule, ruleSide, field, outcome, diagnostic, value } = found;
  const data = {
    mapping,
    system: systems[side],
    id,
    field: ownField,
    rule,
    rule_of: systems[ruleSide],
    field_there: field,
  };
  return { ...data, outcome, diagnostic, ...(withValues ? { value } : {}) };
}
