import { isProduction } from '../checklist/environment.ts';
import { bearsMark } from '../checklist/marks/mark.ts';
import { type Cleared, clearMarked } from '../checklist/marks/marks.ts';
import type { Connection } from '../connector/port.ts';
import { keepLease } from '../engine/commit.ts';
import { randomToken } from '../platform/random.ts';
import { type Diagnostic, ok, problem, type Result } from '../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { MarkedRecord, MarkPurpose } from '../store/marked.ts';
import type { Fence } from '../store/port.ts';
import type { Runtime } from './open.ts';
import type { Terminal } from './terminal.ts';

export interface WriteConsent {
  yes?: boolean;
  json?: boolean;
}

/** Why no records are made to try something; null where a person agreed. `what` is done with them: `removed again`. */
export async function refuseMarked(
  terminal: Terminal,
  { integration }: Pick<Runtime, 'integration'>,
  what: string,
  { yes, json }: WriteConsent,
): Promise<Diagnostic | null> {
  const { environment, a, b } = integration;
  if (isProduction(environment)) {
    return problem('production-write', `No test records are made in ${environment}: it counts as production`, {
      next: 'Choose a staging environment with --env; nothing was sent',
    });
  }
  if (yes) return null;
  const does = `Records named "Dovetail test ..." are made in ${a.name} and ${b.name} (${environment}), ${what}.`;
  if (!terminal.interactive || json) {
    return problem('consent-missing', `Nobody agreed that test records are made in ${environment}`, {
      detail: does,
      next: 'Add --yes',
    });
  }
  terminal.err(`${does}\nNo other record is changed or removed.\n`);
  const { agreeTo } = await import('./confirm-write.ts');
  return (await agreeTo('Go on?')) ? null : problem('consent-missing', 'Nothing was made');
}

/** Short: the marked records that a killed check left are removed as soon as it is over. ms */
const LEASE_MS = 5000;
const RETRY_MS = 500;

/**
 * Does something while no run of the integration goes on, which would take marked records along. Waits for a lease that a
 * killed check left; fails with `lease-held` where a run goes on. The signal that `work` gets aborts when the lease is lost.
 */
export async function aloneWith<T>(
  { integration, store, platform }: Pick<Runtime, 'integration' | 'store' | 'platform'>,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Result<T>> {
  const fence = await acquire({ integration, store, platform }, stop);
  if (!fence.ok) return fence;
  const over = new AbortController();
  const held = { platform, store, fence: fence.value, stop: null, leaseRenewed: platform.clock.now() };
  const lost = new AbortController();
  const kept = keepLease(held, over.signal, LEASE_MS).then(() => {
    if (!over.signal.aborted) lost.abort();
  });
  try {
    return ok(await work(AbortSignal.any([stop, lost.signal])));
  } finally {
    over.abort();
    await kept;
    await store.release(fence.value);
  }
}

async function acquire(
  { integration, store, platform }: Pick<Runtime, 'integration' | 'store' | 'platform'>,
  stop: AbortSignal,
): Promise<Result<Fence>> {
  const { clock, random } = platform;
  const holder = randomToken(random).slice(0, 16);
  const until = clock.now() + LEASE_MS + RETRY_MS;
  for (;;) {
    const acquired = await store.acquire(integration.name, holder, LEASE_MS, clock.now());
    if (acquired.ok || stop.aborted || clock.now() > until) return acquired;
    await clock.sleep(RETRY_MS, stop);
  }
}

/**
 * Removes the marked records that earlier commands left, and what runs have made of them in the other system meanwhile. Fails
 * where a connection can't be opened.
 */
export async function removeLeft(runtime: Runtime, purpose: MarkPurpose): Promise<Result<Cleared>> {
  const { integration, store, platform } = runtime;
  const connections = runtime.connect({ freshTokens: true });
  if (!connections.ok) return connections;
  const noted = await store.marked.list(integration.name, purpose);
  const copies = await copiesOf(runtime, connections.value, noted);
  return ok(
    await clearMarked({ connections: connections.value, platform }, [...noted, ...copies], async (records) => {
      await store.marked.forget(records);
    }),
  );
}

/** The records that are linked with marked ones and bear their marks: runs made them. */
async function copiesOf(
  { integration, store }: Runtime,
  connections: Record<Side, Connection>,
  noted: readonly MarkedRecord[],
): Promise<MarkedRecord[]> {
  const copies: MarkedRecord[] = [];
  for (const { name, objects } of integration.mappings) {
    for (const side of SIDES) {
      const mine = noted.filter((one) => one.side === side && one.object === objects[side]);
      const ids = mine.flatMap(({ id }) => id ?? []);
      const links = await store.links(`${integration.name}/${name}`, side, ids);
      const other = otherSide(side);
      for (const record of mine) {
        const id = record.id === null ? undefined : links.get(record.id)?.[other];
        if (
          id === undefined ||
          noted.some((one) => one.side === other && one.object === objects[other] && one.id === id)
        )
          continue;
        const [seen] = await connections[other].get(objects[other], [id]);
        if (seen?.kind !== 'present' || seen.record.archived || !bearsMark(seen.record.wire, record.mark)) continue;
        copies.push({ ...record, side: other, object: objects[other], id });
      }
    }
  }
  return copies;
}
