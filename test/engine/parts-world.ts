import { fileURLToPath } from 'node:url';
import type { CrmObject, CrmRecord } from '../../sandbox/crm/objects.ts';
import type { ErpObject, ErpRecord } from '../../sandbox/erp/objects.ts';
import { isJsonObject, type Json, type SandboxResponse } from '../../sandbox/system.ts';
import type { Run, Store } from '../../src/store/port.ts';
import { instead, openWorld, type World, type WorldOptions } from './world.ts';

export const PARTS_EXAMPLE = fileURLToPath(new URL('../../examples/parts-and-lines/integration.yaml', import.meta.url));

/** Fields as a person sees them on a page. */
type Entered = Record<string, Json>;

/** Both sandbox systems, empty, with what people do there in few words. */
export interface PartsWorld extends World {
  inCrm(object: CrmObject, fields: Entered): string;
  inErp(object: ErpObject, fields: Entered): number;
  changeCrm(object: CrmObject, id: string, fields: Entered): void;
  changeErp(object: ErpObject, id: number, fields: Entered): void;
  /** What is there and not archived. */
  crmRecords(object: CrmObject): CrmRecord[];
  erpRecords(object: ErpObject): ErpRecord[];
  crmRecord(object: CrmObject, id: string): CrmRecord;
  erpRecord(object: ErpObject, id: number): ErpRecord;
}

export async function openPartsWorld(options: WorldOptions = {}): Promise<PartsWorld> {
  const world = await openWorld({
    file: PARTS_EXAMPLE,
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1, deal_items: 0 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
    ...options,
  });
  // Where there are three records, deleting one is a third of them.
  for (const mapping of world.integration.mappings) mapping.deleteGuard = { share: 1, records: 100 };
  const at = () => world.platform.clock.now();
  return Object.assign(world, {
    inCrm: (object: CrmObject, fields: Entered) => recordOf(world.crm.userCreate(object, fields, at())).id as string,
    inErp: (object: ErpObject, fields: Entered) => recordOf(world.erp.userCreate(object, fields, at())).id as number,
    changeCrm: (object: CrmObject, id: string, fields: Entered) =>
      void recordOf(world.crm.userUpdate(object, id, fields, at())),
    changeErp: (object: ErpObject, id: number, fields: Entered) =>
      void recordOf(world.erp.userUpdate(object, id, fields, at())),
    crmRecords: (object: CrmObject) => [...world.crm.records(object)].filter((one) => !one.archived),
    erpRecords: (object: ErpObject) => [...world.erp.records(object)],
    crmRecord: (object: CrmObject, id: string) => there(world.crm.get(object, id)),
    erpRecord: (object: ErpObject, id: number) => there(world.erp.get(object, id)),
  });
}

function there<T>(record: T | null): T {
  if (record === null) throw new Error('no such record');
  return record;
}

function recordOf(outcome: object): { id: unknown } {
  const record: unknown = Reflect.get(outcome, 'record');
  if (typeof record !== 'object' || record === null || !('id' in record)) throw new Error(JSON.stringify(outcome));
  return { id: record.id };
}

/** How many records a run wrote in all. */
export const wrote = (run: Run): number =>
  Object.values(run.counts)
    .flatMap((counts) => [counts.wrote.a, counts.wrote.b].flatMap((side) => Object.values(side)))
    .reduce((sum, count) => sum + count, 0);

/** Counts that are not zero, for people. */
export function writes(run: Run): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [mapping, { wrote: by }] of Object.entries(run.counts)) {
    for (const side of ['a', 'b'] as const) {
      for (const [kind, count] of Object.entries(by[side])) {
        if (count > 0) all[`${mapping} ${side === 'a' ? 'crm' : 'erp'} ${kind}`] = count;
      }
    }
  }
  return all;
}

/** Of a list within a record: what its items say under one key. */
export const column = (list: Json | undefined, key: string): Json[] =>
  Array.isArray(list) ? list.map((item) => (isJsonObject(item) ? (item[key] ?? null) : null)) : [];

/** Waits take no time; what systems stamp goes on as they wait. */
export function jumpingClock() {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        // The lease is renewed while a run goes on: that waits for its end.
        if (ms >= 10_000 && signal) return signal.addEventListener('abort', () => resolve());
        ahead += Math.ceil(ms);
        setImmediate(resolve);
      }),
    skip: (ms: number) => {
      ahead += ms;
    },
  };
}

/** The process dies at its n-th commit: nothing is recorded any more, and nothing else is sent. */
export function dyingAt(store: Store, n: number): Store {
  let left = n;
  return instead(store, {
    commit: async (...given) => {
      left -= 1;
      if (left < 0) throw new Error('The process has died');
      return store.commit(...given);
    },
  });
}

export type Lost = 'request' | 'answer';

/** From its n-th write on the ERP is not reached, or is not heard. */
export function losing(world: World, what: Lost, n: number): () => void {
  const { handle } = world.erp;
  let left = n;
  world.erp.handle = (request, now) => {
    if (request.method === 'GET') return handle.call(world.erp, request, now);
    left -= 1;
    if (left >= 0) return handle.call(world.erp, request, now);
    if (what === 'answer') handle.call(world.erp, request, now);
    return { status: 500, headers: {}, body: 'lost' } satisfies SandboxResponse;
  };
  return () => {
    world.erp.handle = handle;
  };
}
