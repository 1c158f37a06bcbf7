import type { MappingRun } from './mapping-run.ts';

/**
 * Reads the options of both sides as they are now, once, where the run began on those of an earlier one: as soon as there
 * is something to decide. Where they can't be read the run stops.
 */
export async function refreshOptions({ context, a, b }: MappingRun, toDecide: readonly unknown[]): Promise<void> {
  if (toDecide.length === 0) return;
  for (const { connection, object } of [a, b]) {
    const loaded = await connection.loadOptions(object, { anew: true });
    if (!loaded.ok) context.stop ??= loaded.error;
  }
}
