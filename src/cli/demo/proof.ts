import { addsUp } from '../../engine/counts.ts';
import { SIDES } from '../../record/side.ts';
import type { Run, Store } from '../../store/port.ts';
import { numberText } from '../views/text.ts';
import type { DemoEdit } from './edits.ts';

/** Something that the demo says, and whether it was so. */
export interface Claim {
  says: string;
  held: boolean;
}

/** The three syncs of the demo: the first load, the quiet one, and the one after the edits. */
export interface DemoRuns {
  first: Run;
  quiet: Run;
  edited: Run;
}

/** Holds what the demo has shown against the runs, the store and both systems. */
export async function prove(
  runs: DemoRuns,
  edits: readonly DemoEdit[],
  store: Store,
  integration: string,
): Promise<Claim[]> {
  const { first, quiet, edited } = runs;
  const read = records(quiet);
  const fields = edits.flatMap(({ moves }) => [...moves.crm, ...moves.erp]).length;
  const deleted = edits.filter((edit) => edit.deleted !== null);
  const conflicts = edits.filter(isConflict);
  const plain = edits.filter((edit) => edit.deleted === null && !isConflict(edit));
  const claims: Claim[] = [
    {
      says: 'In all three syncs, every record that was read is accounted for',
      held: [first, quiet, edited].every(accounted),
    },
    {
      says: `The second sync wrote nothing: ${numberText(read)} records read again, 0 written`,
      held: writes(quiet) === 0 && quiet.calls.a.writes + quiet.calls.b.writes === 0,
    },
    {
      says: `The third wrote the ${fields} fields that people had edited, and no other`,
      held: (await wroteExactly(edited, edits, store, integration)) && plain.every((edit) => edit.holds()),
    },
  ];
  if (deleted.length > 0) {
    claims.push({
      says: 'The deal whose order was deleted is archived in the CRM, nothing else is',
      held: deleted.every((edit) => edit.holds()) && edited.counts.deals?.wrote.a.archive === deleted.length,
    });
  }
  if (conflicts.length > 0) {
    claims.push({
      says: 'The amount that both had changed is held for a person: neither edit is lost',
      held: conflicts.every((edit) => edit.holds()) && (await areParked(conflicts, store, integration)),
    });
  }
  return claims;
}

/** Both sides were edited, and nothing is to be written. */
export const isConflict = ({ deleted, moves }: DemoEdit): boolean =>
  deleted === null && moves.crm.length + moves.erp.length === 0;

const records = ({ counts }: Run): number => Object.values(counts).reduce((sum, { a, b }) => sum + a.read + b.read, 0);

const accounted = ({ counts }: Run): boolean => Object.values(counts).every(({ a, b }) => addsUp(a) && addsUp(b));

/** Records written on both sides. */
function writes({ counts }: Run): number {
  const each = Object.values(counts).flatMap(({ wrote }) => [wrote.a, wrote.b]);
  return each.reduce((sum, one) => sum + one.create + one.update + one.delete + one.archive, 0);
}

/** As many updates as there are edited sides, none beside them, and of each record just the fields that were edited. */
async function wroteExactly(run: Run, edits: readonly DemoEdit[], store: Store, integration: string): Promise<boolean> {
  const expected = edits.flatMap(({ moves }) => [moves.crm, moves.erp]).filter((fields) => fields.length > 0).length;
  const counts = Object.values(run.counts).flatMap(({ wrote }) => [wrote.a, wrote.b]);
  const updated = counts.reduce((sum, one) => sum + one.update, 0);
  const created = counts.reduce((sum, one) => sum + one.create + one.delete, 0);
  if (updated !== expected || created !== 0) return false;
  for (const edit of edits) {
    const history = await store.history(`${integration}/${edit.mapping}`, 'a', edit.a, 20);
    for (const side of SIDES) {
      const written = history.filter((entry) => entry.run === run.id && entry.kind === `update-${side}`);
      const fields = written.flatMap((entry) => entry.fields);
      const wanted = side === 'a' ? edit.moves.crm : edit.moves.erp;
      if ([...fields].sort().join() !== [...wanted].sort().join()) return false;
    }
  }
  return true;
}

async function areParked(edits: readonly DemoEdit[], store: Store, integration: string): Promise<boolean> {
  for (const { mapping, a, b } of edits) {
    const key = `${integration}/${mapping}`;
    const parked = [
      ...(await store.parked({ mapping: key, side: 'a', ids: [a] })),
      ...(await store.parked({ mapping: key, side: 'b', ids: [b] })),
    ];
    if (!parked.some((one) => one.reason === 'conflict')) return false;
  }
  return true;
}
