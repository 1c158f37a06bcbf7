import { type Diagnostic, problem } from '../record/diagnostic.ts';
import type { StateChange } from '../store/port.ts';
import type { RunContext } from './mapping-run.ts';

/** A lease lives this long without renewal, ms. */
export const LEASE_MS = 60_000;

/** Makes a step durable; stops the run where it can't, above all when another process has taken the lease over. */
export async function commit(context: RunContext, change: StateChange): Promise<boolean> {
  if (context.stop?.code === 'lease-lost') return false;
  const result = await context.store.commit(context.fence, change);
  if (!result.ok) context.stop = result.error;
  return result.ok;
}

/** What holds a lease. */
export type Leased = Pick<RunContext, 'platform' | 'store' | 'fence' | 'stop' | 'leaseRenewed'>;

/** Renews the lease as long as the run goes on, however long a system makes it wait; stops the run where it is lost. */
export async function keepLease(context: Leased, over: AbortSignal, ttlMs = LEASE_MS): Promise<void> {
  const { clock } = context.platform;
  while (!over.aborted && context.stop?.code !== 'lease-lost') {
    await clock.sleep(ttlMs / 4, over);
    if (over.aborted) return;
    const now = clock.now();
    const renewed = await context.store.renew(context.fence, ttlMs, now);
    if (renewed.ok) context.leaseRenewed = now;
    else context.stop = renewed.error;
  }
}

/**
 * Why nothing may be written any more: the lease is lost, or so near its end that a write sent now might arrive after
 * another process has taken over, because this one was suspended.
 */
export function leaseEnding(context: RunContext): Diagnostic | null {
  if (context.stop?.code === 'lease-lost') return context.stop;
  if (context.platform.clock.now() - context.leaseRenewed < LEASE_MS / 2) return null;
  return problem('lease-lost', 'This process was suspended for so long that another one may have taken over', {
    next: 'Start the run again: it goes on where this one stopped.',
  });
}
