import type { Runtime } from './open.ts';

/** How many records of the integration are parked, without dismissed ones. */
export async function countParked({ integration, store }: Pick<Runtime, 'integration' | 'store'>): Promise<number> {
  let total = 0;
  for (const { name } of integration.mappings) {
    const reasons = await store.countParked(`${integration.name}/${name}`);
    total += Object.values(reasons).reduce((sum, count) => sum + count, 0);
  }
  return total;
}
