import type { Connection, ReadStep, UpdateItem, WireRecord, WriteOutcome } from '../connector/port.ts';
import type { LoadedField, LoadedIntegration, LoadedMapping } from '../integration/loaded.ts';
import type { Propagation } from '../integration/schema.ts';
import { ok } from '../record/diagnostic.ts';
import type { Link, StateChange, Store } from '../store/port.ts';
import type { Scratch } from '../store/scratch.ts';
import { instead } from './instead.ts';
import { WITHIN } from './sabotage-within.ts';

/** A way to break the engine from outside, to prove that the simulation's checkers notice. */
export interface Sabotage {
  integration(integration: LoadedIntegration): LoadedIntegration;
  connection(connection: Connection): Connection;
  store(store: Store): Store;
  scratch(scratch: Scratch): Scratch;
}

const same = <T>(value: T): T => value;

export const noSabotage: Sabotage = { integration: same, connection: same, store: same, scratch: same };

const onStore = (store: Sabotage['store']): Sabotage => ({ ...noSabotage, store });
const onConnection = (connection: Sabotage['connection']): Sabotage => ({ ...noSabotage, connection });

/** Commits something else than was asked for. */
const committing = (change: (given: StateChange) => StateChange): Sabotage =>
  onStore((store) => instead(store, { commit: (fence, given) => store.commit(fence, change(given)) }));

/** Every read is taken for complete, whatever was missed. */
async function* alwaysComplete(steps: AsyncIterable<ReadStep>): AsyncGenerator<ReadStep> {
  for await (const step of steps) yield step.kind === 'end' ? { ...step, complete: true } : step;
}

/** All pages are gathered before anything is done. */
async function* gathered(steps: AsyncIterable<ReadStep>): AsyncGenerator<ReadStep> {
  const records: WireRecord[] = [];
  for await (const step of steps) {
    if (step.kind === 'page') records.push(...step.records);
    else {
      yield { kind: 'page', records };
      yield step;
    }
  }
}

/** A list is taken for sorted by stamp: whatever comes after a newer record was dealt with before. */
async function* asIfSorted(steps: AsyncIterable<ReadStep>): AsyncGenerator<ReadStep> {
  let newest = Number.NEGATIVE_INFINITY;
  for await (const step of steps) {
    if (step.kind === 'end') yield step;
    else {
      const records = step.records.filter(({ modified }) => {
        const isNew = (modified ?? newest) >= newest;
        if (isNew) newest = modified ?? newest;
        return isNew;
      });
      yield { ...step, records };
    }
  }
}

/** Every link is looked up once; what becomes of it afterwards is not noticed. */
function rememberingLinks(store: Store): Store {
  const known = new Map<string, Link | null>();
  return instead(store, {
    links: async (mapping, side, ids) => {
      const keyOf = (id: string) => `${mapping} ${side} ${id}`;
      const found = await store.links(mapping, side, ids);
      for (const id of ids) if (!known.has(keyOf(id))) known.set(keyOf(id), found.get(id) ?? null);
      return new Map(
        ids.flatMap((id) => {
          const link = known.get(keyOf(id));
          return link ? [[id, link] as const] : [];
        }),
      );
    },
  });
}

const HOUR = 3_600_000;

/** What `stale-fence-accepted` gives every process for its own. */
let newestToken = 0;

const inRecord = (record: WireRecord, sent: object): WireRecord => ({ ...record, wire: { ...record.wire, ...sent } });

/** Outcomes as if the system had stored exactly what it was sent. */
const asSent = (outcomes: WriteOutcome[], items: readonly { wire: object }[]): WriteOutcome[] =>
  outcomes.map((outcome, index) =>
    outcome.kind === 'done' && outcome.record
      ? { ...outcome, record: inRecord(outcome.record, items[index]?.wire ?? {}) }
      : outcome,
  );

const unconditional = (items: readonly UpdateItem[]) => items.map((item) => ({ ...item, version: null }));

const withCapabilities = (change: Partial<ReturnType<Connection['capabilities']>>): Sabotage =>
  onConnection((connection) =>
    instead(connection, { capabilities: (object) => ({ ...connection.capabilities(object), ...change }) }),
  );

/** Something that a mapping says is not listened to. */
const withMappings = (change: (mapping: LoadedMapping) => LoadedMapping): Sabotage => ({
  ...noSabotage,
  integration: (integration) => ({ ...integration, mappings: integration.mappings.map(change) }),
});

const withFields = (change: Partial<LoadedField>): Sabotage =>
  withMappings((mapping) => ({ ...mapping, fields: mapping.fields.map((field) => ({ ...field, ...change })) }));

const always = (policy: Propagation): Propagation => ({ ...policy, update: 'update' });

const firstOfEach = (found: Map<string, string[]>): Map<string, string[]> =>
  new Map([...found].map(([key, ids]) => [key, ids.slice(0, 1)]));

const withoutBase = (link: Link): Link => ({ ...link, bBase: link.aBase });

/** Each is one fault that an engine could well have. The names are those of `--sabotage`. */
export const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'no-intent': committing((change) => ({ ...change, intents: [] })),
  'cursor-too-late': committing((change) => ({
    ...change,
    cursors: (change.cursors ?? []).map((one) => ({ ...one, mark: one.mark === null ? null : one.mark + HOUR })),
  })),
  'lag-ignored': withCapabilities({ lagMs: 0 }),
  'baseline-from-what-was-sent': onConnection((connection) =>
    instead(connection, {
      create: async (object, items) => asSent(await connection.create(object, items), items),
      update: async (object, items) => asSent(await connection.update(object, items), items),
    }),
  ),
  'baseline-shared-by-both-sides': committing((change) => ({
    ...change,
    links: (change.links ?? []).map(withoutBase),
  })),
  'delete-on-absence': onConnection((connection) =>
    instead(connection, {
      get: async (object, ids) =>
        (await connection.get(object, ids)).map((one) => (one.kind === 'unknown' ? { kind: 'gone' } : one)),
      read: (request) => alwaysComplete(connection.read(request)),
      sweep: (object, signal) => alwaysComplete(connection.sweep(object, signal)),
    }),
  ),
  'incomplete-read-as-complete': onConnection((connection) =>
    instead(connection, { read: (request) => alwaysComplete(connection.read(request)) }),
  ),
  'unknown-outcome-as-failed': onConnection((connection) =>
    instead(connection, {
      create: async (object, items) =>
        (await connection.create(object, items)).map((one) =>
          one.kind === 'uncertain' ? { ...one, kind: 'failed', class: 'transient' } : one,
        ),
    }),
  ),
  'failure-as-done': onConnection((connection) =>
    instead(connection, {
      update: async (object, items) =>
        (await connection.update(object, items)).map((one, index) =>
          one.kind === 'done' ? one : { kind: 'done', id: items[index]?.id ?? '', record: null },
        ),
    }),
  ),
  'order-trusted': onConnection((connection) =>
    instead(connection, { read: (request) => asIfSorted(connection.read(request)) }),
  ),
  'pages-gathered': onConnection((connection) =>
    instead(connection, { read: (request) => gathered(connection.read(request)) }),
  ),
  'scratch-left-open': { ...noSabotage, scratch: (scratch) => instead(scratch, { close: () => undefined }) },
  'links-read-once': onStore(rememberingLinks),
  'write-without-condition': onConnection((connection) =>
    instead(connection, { update: (object, items) => connection.update(object, unconditional(items)) }),
  ),
  'no-guard-read': withCapabilities({ conditionalUpdate: true }),
  'stale-fence-accepted': onStore((store) =>
    instead(store, {
      acquire: async (key, holder, ttlMs, now) => {
        const lease = await store.acquire(key, holder, ttlMs, now + HOUR);
        if (lease.ok) newestToken = lease.value.token;
        return lease;
      },
      renew: async () => ok(undefined),
      commit: (fence, change) => store.commit({ ...fence, token: newestToken }, change),
    }),
  ),
  'lease-not-guarded': onConnection((connection) => instead(connection, { guardWrites: () => undefined })),
  'parked-forgotten': committing((change) => ({ ...change, parked: [] })),
  'overruled-unrecorded': committing((change) => ({
    ...change,
    history: (change.history ?? []).map((one) => ({ ...one, digests: null })),
  })),
  'links-of-creates-lost': committing((change) => ({
    ...change,
    links: (change.links ?? []).filter((link) => link.aVersion !== '1' || link.bVersion !== '1'),
  })),
  'ambiguity-guessed': {
    ...noSabotage,
    store: (store) => instead(store, { idsByKey: async (...given) => firstOfEach(await store.idsByKey(...given)) }),
    scratch: (scratch) => instead(scratch, { byKey: (rule, digests) => firstOfEach(scratch.byKey(rule, digests)) }),
  },
  'draft-unread': {
    ...noSabotage,
    scratch: (scratch) => instead(scratch, { get: () => new Map() }),
  },
  'whole-records-written': onConnection((connection) =>
    instead(connection, {
      update: (object, items) =>
        connection.update(
          object,
          items.map((item) => ({ ...item, wire: { notes: item.current?.notes, ...item.wire } })),
        ),
    }),
  ),
  'matches-not-looked-for': withMappings((mapping) => ({ ...mapping, match: [] })),
  'deletes-never-held': withMappings((mapping) => ({
    ...mapping,
    propagate: {
      a: { ...mapping.propagate.a, delete: 'delete' },
      b: { ...mapping.propagate.b, delete: 'archive' },
    },
  })),
  'updates-always-follow': withMappings((mapping) => ({
    ...mapping,
    propagate: { a: always(mapping.propagate.a), b: always(mapping.propagate.b) },
  })),
  'filters-forgotten': withMappings((mapping) => ({ ...mapping, filter: { a: null, b: null } })),
  'required-forgotten': withFields({ required: false }),
  'expressions-skipped': withFields({ toA: null, toB: null }),
  'move-leaves-its-old-place': onConnection(WITHIN.moveLeavesOldPlace),
  'part-overwrites-another': onConnection(WITHIN.partOverwritesAnother),
  'line-write-drops-others': onConnection(WITHIN.lineWriteDropsOthers),
  'missing-line-taken-for-gone': onConnection(WITHIN.missingLineIsGone),
  'line-deletes-unnoticed': onStore((store) =>
    instead(store, {
      linkedIds: async (...given) => (await store.linkedIds(...given)).filter((id) => !id.includes('/')),
    }),
  ),
};
