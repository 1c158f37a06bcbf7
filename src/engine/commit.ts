import type { StateChange } from '../store/port.ts';
import type { RunContext } from './mapping-run.ts';

/** A lease lives this long without renewal, ms. */
export const LEASE_MS = 60_000;

/** Makes a step durable; stops the run where it can't, above all when another process has taken the lease over. */
export async function commit(context: RunContext, change: StateChange): Promise<boolean> {
  if (context.stop?.code === 'lease-lost') return false;
  const now = context.platform.clock.now();
  if (now - context.leaseRenewed > LEASE_MS / 3) {
    const renewed = await context.store.renew(context.fence, LEASE_MS, now);
    if (!renewed.ok) {
      context.stop = renewed.error;
      return false;
    }
    context.leaseRenewed = now;
  }
  const result = await context.store.commit(context.fence, change);
  if (!result.ok) context.stop = result.error;
  return result.ok;
}
