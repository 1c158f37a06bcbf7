import type { Crm } from '../../sandbox/crm/crm.ts';
import type { Erp } from '../../sandbox/erp/erp.ts';
import type { Json } from '../../sandbox/system.ts';
import { otherSide, type Side } from '../../src/record/side.ts';
import { MAPPINGS, type MappingName } from './fields.ts';
import type { Edit } from './spec.ts';

/** Both systems as people use them. */
export interface Systems {
  a: Crm;
  b: Erp;
}

/** A record of either system, as its API shows it. */
export type Raw = { readonly [field: string]: Json | undefined };

export const isArchived = (record: Raw): boolean => record.archived === true;

/** All records of one side of a mapping, archived ones too, by their ids as texts. */
export function recordsOf(systems: Systems, side: Side, mapping: MappingName): Map<string, Raw> {
  const { objects } = MAPPINGS[mapping];
  const found = new Map<string, Raw>();
  const records: Iterable<Raw> = side === 'a' ? systems.a.records(objects.a) : systems.b.records(objects.b);
  for (const record of records) found.set(String(record.id), record);
  return found;
}

/** What the record at a place had before, for undoing: by `side mapping id field`. */
export type Memory = Map<string, Json>;

/** Does what a person wants to do, where it can be done. Says what was done, for the trace. */
export function perform(systems: Systems, edit: Edit, memory: Memory, clock: Record<Side, number>): string {
  const { side, mapping, kind } = edit;
  const now = clock[side];
  const what = `${side} ${mapping} ${kind}`;
  if (kind === 'create' || kind === 'twin') {
    const done = create(systems, side, edit, edit.values, now);
    const twin =
      kind === 'twin' ? ` ${create(systems, otherSide(side), edit, edit.theirs, clock[otherSide(side)])}` : '';
    return `${what} ${done}${twin}`;
  }
  if (kind === 'option') return `${what} ${systems.a.addOption('companies', 'status', 'vip', 'VIP')}`;
  const all = [...recordsOf(systems, side, mapping)];
  const live = all.filter(([, record]) => !isArchived(record));
  const from = kind === 'restore' ? all.filter(([, record]) => isArchived(record)) : live;
  const chosen =
    edit.id === undefined ? from[edit.pick % Math.max(1, from.length)] : from.find(([id]) => id === edit.id);
  if (!chosen) return `${what} nothing`;
  const [id, record] = chosen;
  if (kind === 'update' || kind === 'undo') {
    const values = kind === 'update' ? withParent(systems, edit, edit.values) : former(memory, edit, id, record);
    for (const field of Object.keys(values)) memory.set(`${side} ${mapping} ${id} ${field}`, record[field] ?? null);
    return `${what} ${id} ${JSON.stringify(values)} ${update(systems, side, mapping, id, values, now)}`;
  }
  return `${what} ${id} ${remove(systems, edit, id, live, now)}`;
}

/** The parent of a deal or order: an edit that sets it names none, since which there are is known only now. */
function withParent(systems: Systems, edit: Edit, values: Record<string, Json>): Record<string, Json> {
  const field = MAPPINGS[edit.mapping].fields.find((one) => one.kind === 'reference')?.[edit.side];
  if (field === undefined || (edit.kind === 'update' && !(field in values))) return values;
  const parents = [...recordsOf(systems, edit.side, 'companies')].filter(([, record]) => !isArchived(record));
  const parent = parents[edit.other % Math.max(1, parents.length)]?.[0];
  if (parent === undefined) return Object.fromEntries(Object.entries(values).filter(([name]) => name !== field));
  return { ...values, [field]: edit.side === 'a' ? parent : Number(parent) };
}

function create(systems: Systems, side: Side, edit: Edit, plain: Record<string, Json>, now: number): string {
  const { objects } = MAPPINGS[edit.mapping];
  const values = withParent(systems, { ...edit, side }, plain);
  const outcome =
    side === 'a' ? systems.a.userCreate(objects.a, values, now) : systems.b.userCreate(objects.b, values, now);
  return 'record' in outcome ? String(outcome.record.id) : `refused ${outcome.status}`;
}

function update(
  systems: Systems,
  side: Side,
  mapping: MappingName,
  id: string,
  values: Record<string, Json>,
  now: number,
) {
  const { objects } = MAPPINGS[mapping];
  return side === 'a'
    ? systems.a.userUpdate(objects.a, id, values, now).status
    : systems.b.userUpdate(objects.b, Number(id), values, now).status;
}

function former(memory: Memory, { side, mapping, pick }: Edit, id: string, record: Raw): Record<string, Json> {
  const known = MAPPINGS[mapping].fields.flatMap((field) => {
    const before = memory.get(`${side} ${mapping} ${id} ${field[side]}`);
    return before === undefined || field.kind === 'reference' || before === record[field[side]]
      ? []
      : [[field[side], before] as const];
  });
  const chosen = known[pick % Math.max(1, known.length)];
  return chosen ? { [chosen[0]]: chosen[1] } : {};
}

function remove(systems: Systems, edit: Edit, id: string, live: readonly [string, Raw][], now: number): string {
  const { objects } = MAPPINGS[edit.mapping];
  if (edit.side === 'b') return String(systems.b.userDelete(objects.b, Number(id), now).status);
  switch (edit.kind) {
    case 'restore':
      return String(systems.a.userRestore(objects.a, id, now).status);
    case 'purge':
      return String(systems.a.purge(objects.a, id, now).status);
    case 'merge': {
      const survivor = live[edit.other % Math.max(1, live.length)]?.[0] ?? id;
      return `into ${survivor} ${systems.a.merge(objects.a, survivor, id, now).status}`;
    }
    default:
      return String(systems.a.userDelete(objects.a, id, now).status);
  }
}
