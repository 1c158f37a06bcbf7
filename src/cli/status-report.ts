import type { LoadedIntegration } from '../integration/loaded.ts';
import type { Side } from '../record/side.ts';
import type { Cursor, Run, Store } from '../store/port.ts';

/** What an installation knows about an integration, without asking the systems. */
export interface StatusReport {
  integration: string;
  environment: string;
  purpose: string;
  systems: Record<Side, string>;
  mappings: MappingStatus[];
  /** The newest run; null before the first. */
  lastRun: Run | null;
  next: string;
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
}

export async function statusOf(integration: LoadedIntegration, store: Store, next: string): Promise<StatusReport> {
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
    });
  }
  const [lastRun = null] = await store.runs(integration.name, 1);
  return {
    integration: integration.name,
    environment: integration.environment,
    purpose: integration.purpose,
    systems: { a: integration.a.name, b: integration.b.name },
    mappings,
    lastRun,
    next,
  };
}
