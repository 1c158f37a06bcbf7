import type { Clock } from './clock.ts';
import type { HttpClient } from './http.ts';
import type { Log } from './log.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';

/** Everything outside the program that a run may touch besides the store. The simulation passes its own. */
export interface Platform {
  clock: Clock;
  random: Random;
  http: HttpClient;
  log: Log;
  /** Absent in simulations. */
  network?: Network;
}
