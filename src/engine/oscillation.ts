import { type EarlierWrite, oscillates } from '../planning/oscillation.ts';
import type { FieldChange, Park } from '../planning/plan-item.ts';
import { problem } from '../record/diagnostic.ts';
import type { HistoryEntry } from '../store/port.ts';
import { isApproved } from './approval.ts';
import type { MappingRun } from './mapping-run.ts';
import type { Planned } from './pair.ts';

/** More entries than this of one pair within the time are ping-pong by any measure. */
const MOST_HISTORY = 50;

/** Parks updates of fields that Dovetail keeps writing on both sides in turn: some automation writes back. */
export async function parkOscillating(run: MappingRun, planned: readonly Planned[]): Promise<Planned[]> {
  const now = run.context.platform.clock.now();
  const { withinMs } = run.mapping.oscillation;
  const updates = ({ item }: Planned) => item.actions.a?.kind === 'update' || item.actions.b?.kind === 'update';
  if (!planned.some(updates)) return [...planned];
  return Promise.all(
    planned.map(async (one) => {
      const { link } = one.pair;
      const changes = [one.item.actions.a, one.item.actions.b].flatMap((action) =>
        action?.kind === 'update' ? action.changes : [],
      );
      if (!link || changes.length === 0 || now - link.touched > withinMs || isApproved(one.pair, 'oscillation'))
        return one;
      const history = await run.context.store.history(run.key, 'a', link.a, MOST_HISTORY);
      const found = changes.find((change) =>
        oscillates(writesOf(run, history, change), change.to, now, run.mapping.oscillation),
      );
      return found
        ? {
            pair: one.pair,
            item: {
              ...one.item,
              actions: {},
              link: 'none',
              refresh: false,
              park: park(run, one, found),
              ending: 'parked',
            },
          }
        : one;
    }),
  );
}

function writesOf(run: MappingRun, history: readonly HistoryEntry[], change: FieldChange): EarlierWrite[] {
  const field = run.rules.fields[change.index];
  return history.flatMap((entry) =>
    (['a', 'b'] as const).flatMap((side) =>
      entry.kind === `update-${side}` && field && entry.fields.includes(field.names[side])
        ? [{ side, at: entry.at }]
        : [],
    ),
  );
}

function park(run: MappingRun, { pair }: Planned, change: FieldChange): Park {
  const { writes, withinMs } = run.mapping.oscillation;
  const diagnostic = problem(
    'oscillation',
    `${change.field} was written on both sides in turn, more than ${writes} times within ${Math.round(withinMs / 60_000)} min`,
    {
      next: 'Find what writes it back (a workflow, another integration), make the field one-way, then approve the record.',
    },
  );
  return { side: pair.from, id: pair.ids[pair.from] ?? '', reason: 'oscillation', diagnostic, waitsFor: null };
}
