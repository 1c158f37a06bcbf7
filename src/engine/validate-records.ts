import { fieldsRead } from '../integration/data-rule.ts';
import type { LoadedMapping } from '../integration/loaded.ts';
import type { Seen } from '../planning/plan-item.ts';
import { canonicalText, isEmpty } from '../record/canonical.ts';
import { type Diagnostic, ok, problem, type Result } from '../record/diagnostic.ts';
import { Obstacle } from '../record/expressed.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import { compileRecordCheck, type RuleFinding } from '../validation/validate.ts';
import { decode } from './decode.ts';
import { passes } from './filter.ts';
import { IdSet } from './id-set.ts';
import { fieldsHeld, map, recordOf, validate } from './map.ts';
import type { MappingRun } from './mapping-run.ts';
import { emptyPair } from './match.ts';
import type { Pair } from './pair.ts';
import { prepareMapping } from './prepare-mapping.ts';
import { resolve } from './resolve.ts';
import { contextOf, type RunOptions } from './run.ts';

/** A rule that a record breaks, or would break without repair. */
export interface DataProblem extends RuleFinding {
  mapping: string;
  /** The side that the record is of. */
  side: Side;
  id: string;
  /** The side whose rule it is: the other one, where it speaks of what would be written there. */
  ruleSide: Side;
  /** The field of the record itself that is to be corrected; null where that is not one field. */
  ownField: string | null;
  /** What it holds, in memory only; undefined where it could not be read, or there is no such field. */
  value: Value | undefined;
}

/** How the records of one side of a mapping are, by its rules. */
export interface ValidatedSide {
  mapping: string;
  side: Side;
  read: number;
  /** Kept out by the filter, or archived. */
  outside: number;
  /** Records that would be parked, that would be written with a warning, that would be repaired: each in the first that fits. */
  violated: number;
  warned: number;
  repaired: number;
  rules: BrokenRule[];
  /** Rules that can't be asked, because they speak of fields that this side does not know. */
  unasked: string[];
  /** Why not all records were read. */
  failure: Diagnostic | null;
}

export interface BrokenRule extends Pick<DataProblem, 'rule' | 'ruleSide' | 'field' | 'outcome'> {
  records: number;
  diagnostic: Diagnostic;
  /** Ids of the first records. */
  examples: string[];
}

export interface ValidateOptions extends Omit<RunOptions, 'mode' | 'onEvent'> {
  sides: readonly Side[];
  onProblem?: (found: DataProblem) => void;
  onProgress?: (done: Pick<ValidatedSide, 'mapping' | 'side' | 'read' | 'violated'>) => void;
}

const EXAMPLES = 3;

/**
 * Asks all rules of all records: by the same steps as a run, decode, resolve, map and validate, as if each record were
 * created on the other side. Writes nothing. Fails where a mapping can't be prepared; a read that breaks off is in the result.
 */
export async function validateRecords(options: ValidateOptions): Promise<Result<ValidatedSide[]>> {
  const context = contextOf({ ...options, mode: 'plan' }, 'validate', { key: '', token: 0 });
  const done: ValidatedSide[] = [];
  try {
    for (const mapping of options.integration.mappings) {
      if (options.only && !options.only.includes(mapping.name)) continue;
      const prepared = await prepareMapping(context, mapping, options.connections);
      if (!prepared.ok) return prepared;
      try {
        for (const side of options.sides) done.push(await validateSide(prepared.value, side, options));
      } finally {
        prepared.value.scratch.close();
      }
    }
    return ok(done);
  } finally {
    await context.store.close();
  }
}

/** What is asked of the records of one side. */
interface Asking {
  run: MappingRun;
  side: Side;
  /** The rules of the other side that this one can answer. */
  checkOther: ((record: Record<string, Value>) => RuleFinding[]) | null;
  /** By field that the other side keeps unique: the values seen. */
  unique: Map<string, IdSet>;
}

async function validateSide(run: MappingRun, side: Side, options: ValidateOptions): Promise<ValidatedSide> {
  const { mapping, context } = run;
  const report: ValidatedSide = {
    mapping: mapping.name,
    side,
    read: 0,
    outside: 0,
    violated: 0,
    warned: 0,
    repaired: 0,
    rules: [],
    unasked: [],
    failure: null,
  };
  if (!run[side].can.list) {
    report.failure = problem('not-offered', `${run[side].system} has no list of ${run[side].object}`);
    return report;
  }
  const asking = askingOf(run, side, report);
  const { connection, object } = run[side];
  for await (const step of connection.read({ object, since: null, signal: context.signal })) {
    if (step.kind === 'end') {
      if (!step.complete) report.failure = step.diagnostic ?? incomplete(run, side);
      break;
    }
    const pairs = takeIn(asking, decode(run, run[side], step.records), report);
    for (const [pair, found] of await problemsOf(asking, pairs)) {
      count(report, pair.ids[side] ?? '', found);
      for (const one of found) options.onProblem?.(one);
    }
    options.onProgress?.(report);
    if (context.signal.aborted) {
      report.failure = problem('interrupted', 'Stopped', { detail: 'Nothing was written.' });
      break;
    }
  }
  return report;
}

const incomplete = (run: MappingRun, side: Side): Diagnostic =>
  problem('read-incomplete', `Not all of ${run[side].system} ${run[side].object} could be read`);

/** Rules about fields that no row writes are asked of the records of that side instead. */
function askingOf(run: MappingRun, side: Side, report: ValidatedSide): Asking {
  const { mapping } = run;
  const target = otherSide(side);
  const written = new Set(writtenFields(mapping, target));
  const isKnown = (rule: LoadedMapping['dataRules'][number]) => fieldsRead(rule)?.every((name) => written.has(name));
  const ofRecords = mapping.dataRules.filter((rule) => rule.side === target && rule.scope === 'record');
  report.unasked = written.size === 0 ? [] : ofRecords.filter((rule) => !isKnown(rule)).map(({ name }) => name);
  const unique = run[target].definition.unique.filter((name) => written.has(name));
  return {
    run,
    side,
    checkOther: compileRecordCheck({ dataRules: ofRecords.filter(isKnown) }, target),
    unique: new Map(unique.map((name) => [name, new IdSet(run.context.digestKey)])),
  };
}

const writtenFields = ({ fields }: LoadedMapping, target: Side): string[] =>
  fields.filter((row) => (target === 'b' ? row.aToB : row.bToA)).map((row) => row[target]);

function takeIn({ run, side }: Asking, page: readonly Seen[], report: ValidatedSide): Pair[] {
  report.read += page.length;
  const inside = page.filter((seen) => !seen.archived && passes(run, side, { kind: 'present', seen }));
  report.outside += page.length - inside.length;
  return inside.map((seen) => {
    const pair = emptyPair(side, null, { a: null, b: null, [side]: seen.id });
    pair.sides[side] = { kind: 'present', seen };
    return pair;
  });
}

async function problemsOf(asking: Asking, pairs: readonly Pair[]): Promise<[Pair, DataProblem[]][]> {
  const { run, side, checkOther } = asking;
  const target = otherSide(side);
  await resolve(run, pairs);
  map(run, pairs);
  const unsaid = pairs.map((pair) => obstaclesOf(run, pair, target));
  validate(run, pairs);
  return pairs.map((pair, index) => {
    const presence = pair.sides[side];
    const { fields, problems }: Pick<Seen, 'fields' | 'problems'> =
      presence.kind === 'present' ? presence.seen : { fields: {}, problems: {} };
    const undecoded = Object.entries(problems).map(([field, diagnostic]) => violated(diagnostic, field));
    const own = [...undecoded, ...(run[side].checkRecord?.(fieldsHeld(run, pair, side)) ?? [])];
    const written = recordOf(run, pair, target);
    const theirs = [
      ...(unsaid[index] ?? []),
      ...pair.findings[target],
      ...(checkOther?.(written) ?? []),
      ...repeatedIn(asking, written),
    ];
    const of = (ruleSide: Side) => (finding: RuleFinding) => {
      const ownField = ruleSide === side ? finding.field : sourceOf(run.mapping, target, finding.field);
      const value = ownField === null ? undefined : fields[ownField];
      return { ...finding, mapping: run.mapping.name, side, id: pair.ids[side] ?? '', ruleSide, ownField, value };
    };
    const decoded = theirs.map(of(target)).filter(({ ownField }) => ownField === null || !(ownField in problems));
    return [pair, [...own.map(of(side)), ...decoded]];
  });
}

/** The field that a field of `target` is written from; null where that is not one field. */
function sourceOf({ fields }: LoadedMapping, target: Side, name: string | null): string | null {
  const row = fields.find((one) => one[target] === name && (target === 'b' ? one.aToB : one.bToA));
  return row?.[otherSide(target)] || null;
}

const violated = (diagnostic: Diagnostic, field: string): RuleFinding => ({
  rule: diagnostic.code,
  field,
  outcome: 'violated',
  diagnostic,
});

/** What can't be said on the other side at all. A parent that is not linked yet is no fault of the data. */
const obstaclesOf = (run: MappingRun, pair: Pair, target: Side): RuleFinding[] =>
  pair.expressed[target].flatMap((said, index) =>
    said instanceof Obstacle && said.waitsFor === null
      ? [violated(said.diagnostic, run.mapping.fields[index]?.[target] ?? '')]
      : [],
  );

/** A value of which the other system takes one only, and that an earlier record has. */
function repeatedIn({ run, side, unique }: Asking, written: Record<string, Value>): RuleFinding[] {
  const target = otherSide(side);
  return [...unique].flatMap(([field, seen]) => {
    const held = run[target].codec.normalise(field, written[field] ?? null);
    if (!held.ok || isEmpty(held.value)) return [];
    const text = canonicalText(held.value);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    const summary = `Another record has the same ${field}, of which ${run[target].system} takes one only`;
    return [violated(problem('not-unique', summary, { next: 'Merge the records, or correct one of them.' }), field)];
  });
}

function count(report: ValidatedSide, id: string, found: readonly DataProblem[]): void {
  const worst = (['violated', 'warned', 'repaired'] as const).find((one) =>
    found.some(({ outcome }) => outcome === one),
  );
  if (worst) report[worst] += 1;
  for (const { rule, ruleSide, field, outcome, diagnostic } of found) {
    let known = report.rules.find(
      (one) => one.rule === rule && one.ruleSide === ruleSide && one.field === field && one.outcome === outcome,
    );
    if (!known) {
      known = { rule, ruleSide, field, outcome, records: 0, diagnostic, examples: [] };
      report.rules.push(known);
    }
    known.records += 1;
    if (known.examples.length < EXAMPLES) known.examples.push(id);
  }
}
