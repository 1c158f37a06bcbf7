import { waitingAmong } from '../engine/outside.ts';
import type { Runtime } from './open.ts';

/** How many records of the integration are parked, without dismissed ones and those that only go without a reference. */
export async function countParked({ integration, store }: Pick<Runtime, 'integration' | 'store'>): Promise<number> {
  let total = 0;
  for (const { name } of integration.mappings) {
    const reasons = await store.countParked(`${integration.name}/${name}`);
    total += waitingAmong(reasons);
  }
  return total;
}
