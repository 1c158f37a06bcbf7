import { decideField, type FieldDecision } from '../planning/field-decision.ts';
import { fieldCase } from '../planning/pair-decision.ts';
import type { PlanItem, Presence } from '../planning/plan-item.ts';
import { fail, ok, type Result } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import type { HistoryEntry, Link, ParkedRecord } from '../store/port.ts';
import type { MappingRun } from './mapping-run.ts';
import { readPair, recordUnknown, withMappingRun } from './one-record.ts';
import type { Pair } from './pair.ts';
import { caseOf, plan, prepare } from './plan.ts';
import { recallLinks } from './recall.ts';
import type { RunOptions } from './run.ts';

/** One field mapping of a pair of records: what both say now, and what a sync would make of it. */
export interface ExplainedField {
  /** `vat_id ↔ vat_no` */
  name: string;
  fields: Record<Side, string>;
  flows: { aToB: boolean; bToA: boolean };
  /** In memory only; undefined where the record was not read or lacks the field. */
  values: Record<Side, Value | undefined>;
  /** Since both sides last agreed; null: no baseline. */
  changed: Record<Side, boolean | null>;
  agree: boolean;
  decision: FieldDecision;
}

export interface Explanation {
  mapping: string;
  objects: Record<Side, string>;
  ids: Record<Side, string | null>;
  link: Pick<Link, 'state' | 'touched' | 'run'> | null;
  /** What a direct read says now; `none` where no record of that side is known. */
  presence: Record<Side, Presence['kind']>;
  /** Epoch ms, by each system's own stamp. */
  modified: Record<Side, number | null>;
  fields: ExplainedField[];
  /** What a sync would do with the pair now; null where an earlier create is unsettled. */
  item: PlanItem | null;
  parked: ParkedRecord[];
  history: HistoryEntry[];
}

const HISTORY = 20;

/**
 * Everything about one record of a mapping, read from both systems now. Decides as a sync would, and writes nothing. Fails
 * with `record-unknown` where neither the store nor the system knows the record.
 */
export async function explainRecord(
  options: Omit<RunOptions, 'mode'>,
  mappingName: string,
  side: Side,
  id: string,
): Promise<Result<Explanation>> {
  return withMappingRun(options, mappingName, 'explain', async (run) => {
    const link = (await recallLinks(run, side, [id])).get(id) ?? null;
    const pair = await readPair(run, side, id, link);
    const presence = pair.sides[side];
    if (!link && presence.kind === 'unknown') return fail(presence.diagnostic);
    if (!link && presence.kind !== 'present') return fail(recordUnknown(run, side, id));
    return ok(await explain(run, side, id, link, pair));
  });
}

async function explain(run: MappingRun, side: Side, id: string, link: Link | null, pair: Pair): Promise<Explanation> {
  const { store } = run.context;
  await prepare(run, [pair]);
  const known = pair.ids.a !== null || pair.ids.b !== null;
  const [planned] = known ? await plan(run, [pair]) : [];
  const parked: ParkedRecord[] = [];
  for (const one of ['a', 'b'] as const) {
    const own = pair.ids[one] ?? (one === side ? id : null);
    if (own === null) continue;
    parked.push(...(await store.parked({ mapping: run.key, side: one, ids: [own], includeDismissed: true })));
  }
  return {
    mapping: run.mapping.name,
    objects: run.mapping.objects,
    ids: side === 'a' ? { ...pair.ids, a: id } : { ...pair.ids, b: id },
    link: link && { state: link.state, touched: link.touched, run: link.run },
    presence: { a: pair.sides.a.kind, b: pair.sides.b.kind },
    modified: { a: modifiedOf(pair.sides.a), b: modifiedOf(pair.sides.b) },
    fields: explainFields(run, pair),
    item: planned?.item ?? null,
    parked,
    history: await store.history(run.key, side, id, HISTORY),
  };
}

const modifiedOf = (presence: Presence): number | null => (presence.kind === 'present' ? presence.seen.modified : null);

function explainFields(run: MappingRun, pair: Pair): ExplainedField[] {
  const known = caseOf(run, pair);
  return run.rules.fields.map((field, index) => {
    const asked = fieldCase(run.rules, known, field, index);
    const valueOn = (side: Side): Value | undefined => {
      const presence = pair.sides[side];
      return presence.kind === 'present' ? presence.seen.fields[field.names[side]] : undefined;
    };
    return {
      name: run.mapping.fields[index]?.name ?? '',
      fields: field.names,
      flows: field.flows,
      values: { a: valueOn('a'), b: valueOn('b') },
      changed: asked.changed,
      agree: asked.agree,
      decision: decideField(asked),
    };
  });
}
