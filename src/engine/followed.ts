import type { Side } from '../record/side.ts';
import type { MappingRun } from './mapping-run.ts';

/** What a delete may come to that waits for the next sweep just as well. */
const PATIENT = ['ignore', 'hold'];

/**
 * Whether anything can follow from what changed on a side. Nothing does on the target side of a one-way mapping whose
 * edits are left alone and that is not searched for matches: it is not read then, which halves the work of a run without
 * changes. Its deletes are found by the sweep.
 */
export function isFollowed({ rules, mapping, ...run }: MappingRun, side: Side): boolean {
  const flows =
    rules.fields.some((field) => (side === 'a' ? field.flows.aToB : field.flows.bToA)) ||
    rules.propagate[side].create !== 'ignore';
  const defended = rules.fields.some((field) => field.targetEdits === 'restore');
  const deletes = !PATIENT.includes(rules.propagate[side].delete) || run[side].can.deletesInChanges;
  return flows || defended || deletes || mapping.match.length > 0 || Boolean(mapping.filter[side]);
}
