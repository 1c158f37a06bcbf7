import type { Connection } from '../connector/port.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { Store } from '../store/port.ts';

/** A way to break the engine from outside, to prove that the simulation's checkers notice. */
export interface Sabotage {
  integration(integration: LoadedIntegration): LoadedIntegration;
  connection(connection: Connection): Connection;
  store(store: Store): Store;
}

const same = <T>(value: T): T => value;

export const noSabotage: Sabotage = { integration: same, connection: same, store: same };
