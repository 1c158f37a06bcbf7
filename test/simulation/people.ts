import type { Json } from '../../sandbox/system.ts';
import { otherSide, type Side } from '../../src/record/side.ts';
import { MAPPINGS, type MappingName, placeOn, type SimulatedField } from './fields.ts';
import type { Edit } from './spec.ts';
import { createRecord, deleteRecord, isArchived, type Raw, recordsOf, type Systems, updateRecord } from './views.ts';

/** What the record at a place had before, for undoing: by `side mapping id field`. */
export type Memory = Map<string, Json>;

/** What people know of the systems while they edit. */
export interface Known {
  systems: Systems;
  memory: Memory;
  /** Now, by the clock of each system. */
  clock: Record<Side, number>;
  /** Which record of the other system is the same. */
  partnerOf: (mapping: MappingName, side: Side, id: string) => string | null;
}

/** Does what a person wants to do, where it can be done. Says what was done, for the trace. */
export function perform(known: Known, edit: Edit): string {
  const { systems, memory } = known;
  const { side, mapping, kind } = edit;
  const what = `${side} ${mapping} ${kind}`;
  if (kind === 'create' || kind === 'twin') return `${what} ${enter(known, edit)}`;
  if (kind === 'option') return `${what} ${systems.a.addOption('companies', 'status', 'vip', 'VIP')}`;
  const all = [...recordsOf(systems, side, mapping)];
  const live = all.filter(([, record]) => !isArchived(record));
  const from = kind === 'restore' ? all.filter(([, record]) => isArchived(record)) : live;
  const chosen =
    edit.id === undefined ? from[edit.pick % Math.max(1, from.length)] : from.find(([id]) => id === edit.id);
  if (!chosen) return `${what} nothing`;
  const [id, record] = chosen;
  if (kind === 'update' || kind === 'undo') {
    const values = kind === 'update' ? withParent(known, edit, edit.values) : former(memory, edit, id, record);
    for (const field of Object.keys(values)) memory.set(`${side} ${mapping} ${id} ${field}`, record[field] ?? null);
    const doing = { systems, side, mapping, now: known.clock[side] };
    return `${what} ${id} ${JSON.stringify(values)} ${updateRecord(doing, id, values)}`;
  }
  return `${what} ${id} ${remove(known, edit, id, live)}`;
}

/** A new record, or the same thing in both systems. */
function enter(known: Known, edit: Edit): string {
  const { systems, clock } = known;
  const { side, mapping } = edit;
  const values = withParent(known, { ...edit, side }, edit.values);
  const done = createRecord({ systems, side, mapping, now: clock[side] }, values);
  if (edit.kind !== 'twin') return done;
  const other = otherSide(side);
  const theirs = withParent(known, { ...edit, side: other }, edit.theirs);
  const reference = referenceOf(mapping);
  const parent = reference ? partnerOfParent(known, reference, side, values[reference[side]] ?? null) : null;
  if (reference && parent !== null) theirs[reference[other]] = parent;
  return `${done} ${createRecord({ systems, side: other, mapping, now: clock[other] }, theirs)}`;
}

const referenceOf = (mapping: MappingName): SimulatedField | undefined =>
  MAPPINGS[mapping].within ? MAPPINGS[mapping].fields.find((one) => one.kind === 'reference') : undefined;

function partnerOfParent(known: Known, { parent }: SimulatedField, side: Side, id: Json): Json {
  const partner = parent && id !== null ? known.partnerOf(parent, side, String(id)) : null;
  return partner === null ? null : idOn(otherSide(side), partner);
}

const idOn = (side: Side, id: string): Json => (side === 'a' ? id : Number(id));

/** The parent of a new or moved record: an edit that sets it names none, since which there are is known only now. */
function withParent({ systems }: Known, edit: Edit, values: Record<string, Json>): Record<string, Json> {
  const reference = MAPPINGS[edit.mapping].fields.find((one) => one.kind === 'reference');
  const field = reference?.[edit.side];
  if (!reference?.parent || field === undefined || (edit.kind === 'update' && !(field in values))) return values;
  const parents = [...recordsOf(systems, edit.side, reference.parent)].filter(([, record]) => !isArchived(record));
  const parent = parents[edit.other % Math.max(1, parents.length)]?.[0];
  if (parent === undefined) return Object.fromEntries(Object.entries(values).filter(([name]) => name !== field));
  return { ...values, [field]: idOn(edit.side, parent) };
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

function remove({ systems, clock }: Known, edit: Edit, id: string, live: readonly [string, Raw][]): string {
  const { objects } = MAPPINGS[edit.mapping];
  const now = clock[edit.side];
  if (edit.side === 'b' || placeOn(edit.mapping, 'a'))
    return String(deleteRecord({ systems, side: edit.side, mapping: edit.mapping, now }, id));
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
