import type { RunEvent } from '../engine/mapping-run.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { PlanItem } from '../planning/plan-item.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { MappingCounts, Run } from '../store/port.ts';
import type { Estimate, Writes } from './estimate.ts';

/** What a plan holds for one mapping. Values of fields are in `items` only, in memory. */
export interface PlannedMapping {
  name: string;
  objects: Record<Side, string>;
  /** Those shown; `more` others are only counted. */
  items: PlanItem[];
  more: number;
  /** Drift: records that are not as they were when both sides last agreed, by the side on which they changed. */
  changed: Record<Side, number>;
  writes: Record<Side, Writes>;
  links: number;
  parked: number;
  /** The delete guard holds all deletes of this mapping. */
  deletesHeld: boolean;
}

export interface PlanReport {
  integration: string;
  environment: string;
  /** Names of the systems in the integration file. */
  systems: Record<Side, string>;
  outcome: Run['outcome'];
  mappings: PlannedMapping[];
  estimate: Estimate;
  diagnostics: Diagnostic[];
  /** Records that were parked before, and of which most are not in this plan. */
  parkedBefore: number;
  /** Where the plan was saved. */
  saved: string | null;
  /** The command that does what is planned; null where there is nothing to do. */
  next: string | null;
}

const noWrites = (): Writes => ({ create: 0, update: 0, delete: 0, archive: 0 });

/** Gathers a plan from the events of a run, at most `most` items of each mapping. */
export class PlanCollector {
  readonly mappings: PlannedMapping[];
  readonly #byName: Map<string, PlannedMapping>;
  readonly #most: number;

  constructor(integration: LoadedIntegration, only: readonly string[] | null, most: number) {
    this.#most = most;
    this.mappings = integration.mappings
      .filter(({ name }) => only === null || only.includes(name))
      .map(({ name, objects }) => ({
        name,
        objects,
        items: [],
        more: 0,
        changed: { a: 0, b: 0 },
        writes: { a: noWrites(), b: noWrites() },
        links: 0,
        parked: 0,
        deletesHeld: false,
      }));
    this.#byName = new Map(this.mappings.map((mapping) => [mapping.name, mapping]));
  }

  take(event: RunEvent): void {
    const mapping = this.#byName.get(event.mapping);
    if (!mapping) return;
    if (event.type === 'progress') mapping.changed = changedSince(event.counts);
    if (event.type === 'diagnostic' && event.diagnostic.code === 'delete-guard') mapping.deletesHeld = true;
    if (event.type !== 'item' || !isWorthShowing(event.item)) return;
    count(mapping, event.item);
    if (mapping.items.length < this.#most) mapping.items.push(event.item);
    else mapping.more += 1;
  }
}

const changedSince = ({ a, b }: MappingCounts): Record<Side, number> => ({
  a: a.read - a.unchanged,
  b: b.read - b.unchanged,
});

/** Whether an item does anything that a person would want to see. */
export const isWorthShowing = (item: PlanItem): boolean =>
  item.park !== null || item.link === 'make' || item.actions.a !== undefined || item.actions.b !== undefined;

function count(mapping: PlannedMapping, item: PlanItem): void {
  if (item.park) {
    mapping.parked += 1;
    return;
  }
  let creates = false;
  for (const side of ['a', 'b'] as const) {
    const action = item.actions[side];
    if (!action) continue;
    mapping.writes[side][action.kind] += 1;
    creates ||= action.kind === 'create';
  }
  if (item.link === 'make' && !creates) mapping.links += 1;
}

export interface PlanTotals extends Writes {
  links: number;
  /** Parked, in conflict, or held. */
  waiting: number;
}

export function totalsOf(mappings: readonly PlannedMapping[]): PlanTotals {
  const totals: PlanTotals = { ...noWrites(), links: 0, waiting: 0 };
  for (const { writes, links, parked, deletesHeld } of mappings) {
    for (const side of ['a', 'b'] as const) {
      const removed = writes[side].delete + writes[side].archive;
      totals.create += writes[side].create;
      totals.update += writes[side].update;
      totals.delete += deletesHeld ? 0 : writes[side].delete;
      totals.archive += deletesHeld ? 0 : writes[side].archive;
      totals.waiting += deletesHeld ? removed : 0;
    }
    totals.links += links;
    totals.waiting += parked;
  }
  return totals;
}

/** Whether a sync would write or link anything. */
export const hasWork = ({ create, update, delete: deletes, archive, links }: PlanTotals): boolean =>
  create + update + deletes + archive + links > 0;

/** An item as a line of JSON. Values of fields are left out unless they are asked for. */
export function itemData(mapping: string, systems: Record<Side, string>, item: PlanItem, withValues: boolean) {
  const actions = (['a', 'b'] as const).flatMap((side) => {
    const action = item.actions[side];
    if (!action) return [];
    const fields = [...action.changes, ...action.later].map((change) => ({
      field: change.field,
      rule: change.rule,
      ...(withValues ? { from: change.from, to: change.value } : {}),
    }));
    return [{ system: systems[side], kind: action.kind, id: action.id, fields }];
  });
  const { rule, link, park, findings = [] } = item;
  return {
    type: 'item',
    mapping,
    rule,
    ids: { [systems.a]: item.a, [systems.b]: item.b },
    actions,
    link: link === 'make',
    rules: findings.map(({ side, ...found }) => ({ system: systems[side], ...found })),
    parked: park && { system: systems[park.side], id: park.id, reason: park.reason, diagnostic: park.diagnostic },
  };
}
