import type { ParkedRecord } from '../store/port.ts';
import { type Pair, seenOf } from './pair.ts';

/** Reasons for which a delete is held. */
const DELETES_HELD = ['held-delete', 'delete-update-conflict', 'delete-guard'];

/** Reasons under which something is held that a person may let through. */
export const APPROVABLE = [
  'delete-guard',
  'held-delete',
  'held-create',
  'held-update',
  'delete-update-conflict',
  'oscillation',
  'uncertain',
];

/**
 * Whether a person has let a pair through that is held for this reason. An approval is for the reason it was given for,
 * and outlasts what may come between, such as a system that is down. Only a delete may be approved in several ways; that it
 * takes an edit along must have been approved with that very edit in sight.
 */
export function isApproved(pair: Pair, reason: string): boolean {
  return [pair.before, pair.beforeOther].some((known) => {
    if (known === null || known.approved === null) return false;
    if (reason === 'delete-update-conflict')
      return known.approved === reason && known.seen === seenOf(pair, known.side);
    return known.approved === reason || (DELETES_HELD.includes(reason) && DELETES_HELD.includes(known.approved));
  });
}

/** What is parked once more for the reason that was approved is no longer what the person saw. */
export const approvalLeft = (before: ParkedRecord | null | undefined, reason: string): string | null =>
  !before || before.approved === reason ? null : before.approved;
