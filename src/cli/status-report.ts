import type { Side } from '../record/side.ts';
import type { Cursor, Run } from '../store/port.ts';
import { gateOf, type Overridden, overriddenOf } from './gate.ts';
import type { Runtime } from './open.ts';

/** What an installation knows about an integration, without asking the systems. */
export interface StatusReport {
  integration: string;
  environment: string;
  purpose: string;
  systems: Record<Side, string>;
  mappings: MappingStatus[];
  /** The newest run; null before the first. */
  lastRun: Run | null;
  /** What the check list says of a sync now, by what is on record. */
  gate: { shut: GateLine[]; overridden: Overridden[] };
  next: string;
}

/** An answer that is in the way of a sync. */
export interface GateLine {
  question: string;
  system: string | null;
  status: string;
  next: string | null;
}

export interface MappingStatus {
  name: string;
  objects: Record<Side, string>;
  links: { active: number; silent: number; closed: number };
  /** By reason, without dismissed ones. */
  parked: Record<string, number>;
  /** Creates whose outcome is unknown. */
  openIntents: number;
  cursors: Record<Side, Cursor | null>;
  /** Of the last whole read: in how many records the fields beside the mapping hold something; null before the first. */
  unmapped: Record<Side, Record<string, number> | null>;
}

export async function statusOf(runtime: Runtime, next: string): Promise<StatusReport> {
  const { integration, store } = runtime;
  const mappings: MappingStatus[] = [];
  for (const { name, objects } of integration.mappings) {
    const key = `${integration.name}/${name}`;
    const intents = await store.intents(key);
    mappings.push({
      name,
      objects,
      links: await store.countLinks(key),
      parked: await store.countParked(key),
      openIntents: intents.reduce((sum, intent) => sum + intent.items.length, 0),
      cursors: { a: await store.cursor(key, 'a'), b: await store.cursor(key, 'b') },
      unmapped: {
        a: (await store.shape(key, 'a'))?.unmapped ?? null,
        b: (await store.shape(key, 'b'))?.unmapped ?? null,
      },
    });
  }
  const gate = await gateOf(runtime);
  const [lastRun = null] = await store.runs(integration.name, 1);
  return {
    integration: integration.name,
    environment: integration.environment,
    purpose: integration.purpose,
    systems: { a: integration.a.name, b: integration.b.name },
    mappings,
    lastRun,
    gate: {
      shut: gate.shut.map(({ question, system, status, next: what }) => ({ question, system, status, next: what })),
      overridden: overriddenOf(gate),
    },
    next,
  };
}
