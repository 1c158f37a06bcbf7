import { relative } from 'node:path';
import type { Command } from 'commander';
import { diffText } from '../../connector/line-diff.ts';
import { applyEdits } from '../../integration/sheet/apply-edits.ts';
import type { Edit } from '../../integration/sheet/edit.ts';
import { newFaults } from '../../integration/sheet/import-sheets.ts';
import { type OpenSide, type Proposal, proposeRows } from '../../mapping/suggest/propose-rows.ts';
import { ok } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { type Cli, toCount, withExamples, withIntegration } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type MappingSource, openMappingSource } from '../mapping-sheets.ts';
import { readValueFacts, type SampledValues } from '../mapping-values.ts';
import { commandLine } from '../mappings.ts';
import type { RuntimeOptions } from '../open.ts';
import { type Output, openOutput } from '../output.ts';
import { type Asked, mappingsOf, objectPairs, objectsOf } from '../suggest-objects.ts';
import type { Terminal } from '../terminal.ts';
import { type MappingSuggestions, objectPairsText, suggestedText, suggestionsText } from '../views/mapping-suggest.ts';
import { type WriteOptions, writeMapping } from '../write-mapping.ts';

interface SuggestOptions extends RuntimeOptions, WriteOptions {
  /** True: no names were given. */
  objects?: string[] | true;
  least: number;
  values?: number | boolean;
}

/** From this confidence on, nine of ten suggestions are right: measured, see the tests. */
const SURE = 0.8;
/** Records of each object that are read with --values. */
const RECORDS = 300;

export function addMappingSuggest(group: Command, cli: Cli): void {
  const command = withIntegration(group.command('suggest [mapping]'))
    .summary('pairs of fields that are probably the same, with how sure that is and why')
    .description(
      'Proposes rows for the fields that are neither mapped nor ignored yet: of one mapping, of all, or of two objects ' +
        'that have no mapping yet. By names and labels in English and German, types, options and, with --values, by what ' +
        'values of the live systems have in common. Writes nothing unless told and agreed.',
    )
    .option(
      '--objects [object...]',
      'two objects instead of a mapping: crm.contacts erp.customers; without names: which may fit',
    )
    .option('--least <confidence>', 'show what is at least so sure, 0 to 1', toShare, 0.5)
    .option('--values [records]', 'compare values of so many records of each object, too', toCount)
    .option('--write', `write the rows that are at least ${SURE} sure into the integration file`)
    .option('--yes', 'write without asking')
    .action(async (mapping: string | undefined, options: SuggestOptions) => {
      cli.exit = await suggest(cli.terminal, mapping, options);
    });
  withExamples(
    command,
    'dovetail mapping suggest',
    'dovetail mapping suggest companies --values --write',
    'dovetail mapping suggest --objects',
    'dovetail mapping suggest --objects crm.contacts erp.customers --json',
  );
}

const toShare = (text: string): number => Math.min(1, Math.max(0, Number(text) || 0));

async function suggest(terminal: Terminal, mapping: string | undefined, options: SuggestOptions): Promise<ExitCode> {
  const output = openOutput(terminal, options.json === true);
  const source = await openMappingSource(terminal, options);
  if (!source.ok) return output.failure(EXIT.usage, source.error);
  if (options.objects === true) {
    output.document(objectPairs(source.value), objectPairsText);
    return EXIT.done;
  }
  const asked =
    options.objects === undefined ? mappingsOf(source.value, mapping) : objectsOf(source.value, options.objects);
  if (!asked.ok) return output.failure(EXIT.usage, [asked.error]);
  const values = await valuesOf(terminal, output, options, asked.value);
  if (!values.ok) return output.failure(values.error.exit, values.error.diagnostics);
  const compared = asked.value.map((one) => (values.value ? withValues(one, values.value.facts) : one));
  const view = viewOf(terminal, source.value, compared, options.least);
  if (!output.json) output.text(suggestionsText(view.shown, output.style));
  const found =
    view.text === source.value.text
      ? []
      : newFaults(await source.value.load(source.value.text), await source.value.load(view.text));
  if (found.some(({ severity }) => severity === 'error')) return output.failure(EXIT.failed, found);
  output.diagnostics(found);
  const target = { file: source.value.file, name: view.shown.file };
  const outcome = await writeMapping(terminal, target, { before: source.value.text, text: view.text }, options);
  if (!outcome.ok) return output.failure(EXIT.failed, [outcome.error]);
  const done = { ...view.shown, outcome: outcome.value };
  const words = [mapping ?? [], options.objects ? ['--objects', ...options.objects] : []].flat();
  const again = commandLine(['dovetail mapping suggest', ...words].join(' '), options);
  if (output.json) output.document(done, () => '');
  else output.text(suggestedText(done, options.write === true, again));
  return EXIT.done;
}

/** Null without --values. */
async function valuesOf(terminal: Terminal, output: Output, options: SuggestOptions, asked: readonly Asked[]) {
  if (options.values === undefined || options.values === false) return ok(null);
  const objects = { a: asked.map(({ sides }) => sides.a.object), b: asked.map(({ sides }) => sides.b.object) };
  const read = await readValueFacts(terminal, options, objects, options.values === true ? RECORDS : options.values);
  if (read.ok) output.diagnostics(read.value.failures);
  return read;
}

function withValues({ mapping, sides }: Asked, facts: SampledValues['facts']): Asked {
  const of = (side: Side): OpenSide => {
    const known = facts[side][sides[side].object] ?? {};
    return { ...sides[side], open: sides[side].open.map((field) => ({ ...field, ...known[field.name] })) };
  };
  return { mapping, sides: { a: of('a'), b: of('b') } };
}

function viewOf(terminal: Terminal, source: MappingSource, asked: readonly Asked[], least: number) {
  const { contents } = source;
  const mappings = new Map(
    contents.mappings.map(({ name, sides }) => [name, { a: sides.a.object, b: sides.b.object }] as const),
  );
  const pairs = asked.map(({ mapping, sides }) => {
    const proposals = proposeRows({ sides, mappings }).filter(({ confidence }) => confidence >= least);
    const objects = { a: sides.a.object, b: sides.b.object };
    return { mapping, objects, proposals, rows: proposals.filter(isSure).length };
  });
  const edits = pairs.flatMap(({ mapping, proposals }): Edit[] =>
    mapping === null
      ? []
      : proposals.flatMap((one) => (isSure(one) && one.row ? [{ mapping, kind: 'add', row: one.row }] : [])),
  );
  const { text } = applyEdits(source.text, edits);
  const path = relative(terminal.folder, source.file);
  const shown: MappingSuggestions = {
    file: path.startsWith('..') ? source.file : path,
    systems: { a: contents.names.a.name, b: contents.names.b.name },
    pairs,
    sure: SURE,
    outcome: 'unchanged',
    diff: diffText(source.text, text),
  };
  return { shown, text };
}

const isSure = ({ confidence, row }: Proposal): boolean => confidence >= SURE && row !== null;
