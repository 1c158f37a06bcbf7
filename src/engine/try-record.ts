import type { Expression } from '../integration/expression.ts';
import type { LoadedField } from '../integration/loaded.ts';
import { canonicalText, isEmpty } from '../record/canonical.ts';
import { type Diagnostic, fail, ok, type Result } from '../record/diagnostic.ts';
import { ABSENT, type Expressed, Obstacle } from '../record/expressed.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import { passes } from './filter.ts';
import { map, PLANNED, validate } from './map.ts';
import type { MappingRun } from './mapping-run.ts';
import { readPair, recordUnknown, withMappingRun } from './one-record.ts';
import { expressedOn, type Pair, presentSide } from './pair.ts';
import { recallLinks } from './recall.ts';
import { resolve } from './resolve.ts';
import type { RunOptions } from './run.ts';

/** What a value became by one step. */
export type TriedStep =
  /** As the systems say it. */
  | { kind: 'wire'; label: string; value: unknown }
  | { kind: 'written'; label: string; value: unknown }
  /** Canonical. `label`: of an expression the part that was evaluated; else the type, the mapping of the reference, the rule. */
  | { kind: CanonicalKind; label: string; value: Value };

type CanonicalKind =
  | 'decoded'
  | 'lookup'
  | 'expression'
  | 'options'
  | 'reference'
  | 'converted'
  | 'default'
  | 'repaired';

/** One row on its way to the other system. */
export interface TriedField {
  /** '' where the row computes its field from the whole record. */
  from: string;
  to: string;
  /** Whether the row writes in this direction. */
  flows: boolean;
  steps: TriedStep[];
  /** Why nothing is written: the source does not tell, or an option is to be left alone. */
  silent: boolean;
  /** Why the record would be parked. */
  problem: Diagnostic | null;
  warnings: Diagnostic[];
}

export interface Trial {
  mapping: string;
  from: Side;
  systems: Record<Side, string>;
  objects: Record<Side, string>;
  ids: Record<Side, string | null>;
  linked: boolean;
  /** Whether the record is in the mapping; null where there is no filter. */
  passes: boolean | null;
  fields: TriedField[];
}

/**
 * Takes one record, read from a side now, through the steps of a run, and tells what each field becomes on its way. Writes
 * nothing. Fails with `record-unknown` where the system has no such record.
 */
export async function tryRecord(
  options: Omit<RunOptions, 'mode'>,
  mappingName: string,
  from: Side,
  id: string,
): Promise<Result<Trial>> {
  return withMappingRun(options, mappingName, 'try', async (run) => {
    const link = (await recallLinks(run, from, [id])).get(id) ?? null;
    const pair = await readPair(run, from, id, link);
    const presence = pair.sides[from];
    if (presence.kind === 'unknown') return fail(presence.diagnostic);
    if (presence.kind !== 'present') return fail(recordUnknown(run, from, id));
    const { a, b, mapping } = run;
    return ok({
      mapping: mapping.name,
      from,
      systems: { a: a.system, b: b.system },
      objects: mapping.objects,
      ids: pair.ids,
      linked: pair.link !== null && pair.link.state !== 'closed',
      passes: mapping.filter[from] ? passes(run, from, presence) : null,
      fields: await tryFields(run, pair, from),
    });
  });
}

async function tryFields(run: MappingRun, pair: Pair, from: Side): Promise<TriedField[]> {
  const target = otherSide(from);
  await resolve(run, [pair]);
  map(run, [pair]);
  const mapped = [...pair.expressed[target]];
  validate(run, [pair]);
  return run.mapping.fields.map((field, index) => {
    const flows = Boolean(run[target].mappers[index]);
    const tried: TriedField = {
      from: field[from],
      to: field[target],
      flows,
      steps: [],
      silent: false,
      problem: null,
      warnings: [],
    };
    if (!flows) return tried;
    const before = mapped[index] === undefined ? ABSENT : mapped[index];
    readSteps(run, pair, from, field, tried);
    if (!tried.problem) mapSteps(run, pair, from, field, before, tried);
    const said = expressedOn(pair, target, index);
    if (!tried.problem && !tried.silent) writeSteps(run, pair, from, before, said, tried);
    return tried;
  });
}

function readSteps(run: MappingRun, pair: Pair, from: Side, field: LoadedField, tried: TriedField): void {
  const { codec, definition } = run[from];
  const seen = presentSide(pair, from);
  const name = field[from];
  if (!seen || name === '') return;
  tried.steps.push({ kind: 'wire', label: run[from].system, value: codec.wireOf(name, seen.wire) ?? null });
  tried.problem = seen.problems[name] ?? null;
  const value = seen.fields[name];
  if (value !== undefined) tried.steps.push({ kind: 'decoded', label: definition.fields[name]?.type ?? '', value });
}

function mapSteps(
  run: MappingRun,
  pair: Pair,
  from: Side,
  field: LoadedField,
  mapped: Expressed,
  tried: TriedField,
): void {
  const target = otherSide(from);
  const before = lastValue(tried);
  const expression = target === 'b' ? field.toB : field.toA;
  const record = presentSide(pair, from)?.fields ?? {};
  if (expression) {
    const found = pair.lookedUp[from]?.found ?? {};
    for (const name of expression.lookups) {
      if (name in found) addStep(tried, 'lookup', name, readOf(found[name] ?? null, expression, name));
    }
    const seen = { value: record[field[from]] ?? null, record, lookup: found };
    for (const { source, result } of expression.steps(seen)) {
      if (result.ok) tried.steps.push({ kind: 'expression', label: source, value: result.value });
    }
  }
  if (mapped === ABSENT) tried.silent = true;
  else if (mapped instanceof Obstacle) tried.problem = mapped.diagnostic;
  else if (field.reference !== null) addStep(tried, 'reference', field.reference, mapped === PLANNED ? null : mapped);
  else if (!expression && field.options && !isEmpty(before)) addStep(tried, 'options', '', mapped);
  else if (!same(lastValue(tried), mapped)) {
    const type = run[target].definition.fields[field[target]]?.type ?? '';
    if (isEmpty(lastValue(tried))) addStep(tried, 'default', '', mapped);
    else addStep(tried, 'converted', type, mapped);
  }
}

/** Of a record that was looked up, the fields that the expression reads. */
function readOf(found: Value, { lookupFields }: Expression, name: string): Value {
  if (found === null || typeof found !== 'object' || Array.isArray(found)) return found;
  const read = lookupFields.filter(([lookup]) => lookup === name).map(([, field]) => field);
  return Object.fromEntries(read.map((field) => [field, found[field] ?? null]));
}

function writeSteps(
  run: MappingRun,
  pair: Pair,
  from: Side,
  mapped: Expressed,
  said: Expressed,
  tried: TriedField,
): void {
  const target = otherSide(from);
  const { codec, system } = run[target];
  const found = pair.findings[target].filter(({ field }) => field === tried.to);
  tried.warnings = found.filter(({ outcome }) => outcome === 'warned').map(({ diagnostic }) => diagnostic);
  if (said instanceof Obstacle) {
    tried.problem = said.diagnostic;
    return;
  }
  if (said === ABSENT || said === PLANNED) return;
  if (mapped === ABSENT || mapped instanceof Obstacle || !same(mapped, said)) {
    const rules = found.filter(({ outcome }) => outcome === 'repaired').map(({ rule }) => rule);
    addStep(tried, 'repaired', rules.join(', '), said);
  }
  const wire = codec.encodeValue(tried.to, said);
  if (wire.ok) tried.steps.push({ kind: 'written', label: system, value: wire.value });
  else tried.problem = wire.error;
}

function addStep(tried: TriedField, kind: CanonicalKind, label: string, value: Value): void {
  tried.steps.push({ kind, label, value });
}

/** The canonical value that the steps so far have come to. */
function lastValue({ steps }: TriedField): Value {
  let last: Value = null;
  for (const step of steps) {
    if (step.kind === 'wire' || step.kind === 'written') continue;
    last = step.value;
  }
  return last;
}

const same = (a: Value, b: Value): boolean => canonicalText(a) === canonicalText(b);
