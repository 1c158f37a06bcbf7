import type { Result } from '../record/diagnostic.ts';
import type { StoredCheck, StoredEvidence } from './evidence.ts';
import type {
  Cursor,
  Fence,
  HistoryEntry,
  Intent,
  KnownShape,
  Link,
  MappingCounts,
  ParkedRecord,
  Run,
  StateChange,
  Store,
} from './port.ts';

/** What the conformance cases write: one plain example of each thing, with the parts a case is about. */

export const COMPANIES = 'shop/companies';
export const ORDERS = 'shop/orders';

export function link(a: string, b: string, more: Partial<Link> = {}): Link {
  return {
    mapping: COMPANIES,
    a,
    b,
    aVersion: null,
    bVersion: '7',
    aBase: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    bBase: Uint8Array.of(9, 10, 11, 12, 13, 14, 15, 16),
    layout: 1,
    state: 'active',
    touched: 1000,
    run: 'run-1',
    ...more,
  };
}

export function shape(read: number, more: Partial<KnownShape> = {}): KnownShape {
  const accepted: KnownShape['accepted'] = {
    fields: {
      cf_region: {
        name: 'region',
        label: 'Region',
        type: 'string',
        maxLength: 40,
        required: false,
        options: null,
        paired: null,
      },
    },
    options: { stages: [{ value: 2, key: 'won' }] },
  };
  return { mapping: COMPANIES, side: 'a', read, accepted, live: accepted, unmapped: null, ...more };
}

export function evidence(more: Partial<StoredEvidence>): StoredEvidence {
  return {
    question: 'credentials',
    probe: 'accepted',
    side: 'a',
    at: 900,
    tookMs: 12,
    verdict: 'holds',
    asked: 'the first records',
    found: 'Accepted for 2 objects',
    facts: { objects: 2, refused: null, whole: true },
    next: null,
    basis: 'abc',
    ...more,
  };
}

export function check(at: number, found: StoredEvidence[], integration = 'shop'): StoredCheck {
  const answers = [{ question: 'credentials', system: 'crm', status: 'verified' }];
  return { integration, at, version: '0.1.0', answers, evidence: found };
}

export function parked(id: string, more: Partial<ParkedRecord> = {}): ParkedRecord {
  return {
    mapping: COMPANIES,
    side: 'a',
    id,
    reason: 'invalid',
    diagnostic: { severity: 'error', code: 'too-long', summary: 'The name is too long', next: 'Shorten it.' },
    seen: 'aa',
    rules: 'bb',
    first: 1000,
    last: 2000,
    attempts: 2,
    next: null,
    waitsFor: null,
    dismissed: null,
    partner: null,
    approved: null,
    ...more,
  };
}

export function intent(id: string, more: Partial<Intent> = {}): Intent {
  const item = { source: 'a1', sourceVersion: null, idempotencyKey: 'k1', linkToken: 't1', seen: 'AAAA', body: 'cc' };
  return { id, mapping: COMPANIES, side: 'b', created: 1000, items: [item], ...more };
}

export function history(more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    mapping: COMPANIES,
    a: 'a1',
    b: 'b1',
    run: 'run-1',
    at: 1000,
    kind: 'update',
    rule: 'a-wins',
    fields: ['name', 'city'],
    digests: { name: { lost: 'aa', won: 'bb' } },
    ...more,
  };
}

export function run(id: string, more: Partial<Run> = {}): Run {
  const side = { read: 3, unchanged: 1, applied: 1, filtered: 1, parked: 0, held: 0, failed: 0 };
  const wrote = { create: 1, update: 0, delete: 0, archive: 0 };
  const counts: MappingCounts = { a: side, b: side, wrote: { a: wrote, b: wrote }, linked: 1 };
  const calls = { reads: 1, writes: 2, auth: 3, throttled: 4 };
  return {
    id,
    integration: 'shop',
    environment: 'staging',
    started: 1000,
    finished: null,
    outcome: 'running',
    counts: { [COMPANIES]: counts },
    calls: { a: calls, b: calls },
    diagnostics: [{ severity: 'warning', code: 'slow', summary: 'It was slow' }],
    ...more,
  };
}

export async function lease(store: Store): Promise<Fence> {
  return value(await store.acquire('shop', 'conformance', 60_000, 0));
}

export async function commit(store: Store, change: StateChange): Promise<void> {
  value(await store.commit(await lease(store), change));
}

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`Unexpected failure: ${result.error.code}`);
  return result.value;
}

export function code(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.error.code;
}

/** Bases as arrays, as one backend's byte arrays are another's views. */
export function plain(one: Link | undefined): unknown {
  return one && { ...one, aBase: [...one.aBase], bBase: [...one.bBase] };
}

export function cursor(more: Partial<Cursor> = {}): Cursor {
  return {
    mapping: COMPANIES,
    side: 'a',
    mark: null,
    scanned: null,
    swept: null,
    seen: null,
    rules: 'rules-1',
    ...more,
  };
}
