import type { Platform } from '../../platform/platform.ts';
import type { Result } from '../../record/diagnostic.ts';
import type { SqlFailure } from './failure.ts';

const TRIES = 5;
const FIRST_WAIT_MS = 100;

/**
 * Runs a statement again after transient failures, with growing, jittered waits. A write is repeated only where it
 * certainly did not take effect; a read always may be.
 */
export async function retrying<T>(
  platform: Platform,
  isRead: boolean,
  attempt: () => Promise<Result<T, SqlFailure>> | Result<T, SqlFailure>,
): Promise<Result<T, SqlFailure>> {
  for (let tries = 1; ; tries += 1) {
    const result = await attempt();
    if (result.ok || tries === TRIES) return result;
    const repeatable = result.error.class === 'transient' && (isRead || !result.error.maybeApplied);
    if (!repeatable) return result;
    await platform.clock.sleep(FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + platform.random.next()));
  }
}
