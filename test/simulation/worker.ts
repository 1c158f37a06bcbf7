import { parentPort, workerData } from 'node:worker_threads';
import { SABOTAGES } from '../../src/testing/sabotage.ts';
import { type Outcome, play } from './play.ts';
import { drawWorld } from './spec.ts';

/** Which worlds one worker runs: from `first` on, every `step`th of `worlds`. */
export interface Share {
  first: number;
  step: number;
  worlds: number;
  sabotage: string | null;
  /** Plays each world a second time, which must give the same trace. */
  twice: boolean;
  /** Ends with the first world that shows a violation. */
  untilCaught: boolean;
}

export interface Played {
  seed: number;
  outcome: Omit<Outcome, 'log' | 'struck'>;
}

/** Plays one share; each world is told of as it ends. */
export async function playShare(share: Share, tell: (played: Played) => void): Promise<void> {
  const sabotage = share.sabotage === null ? undefined : SABOTAGES[share.sabotage];
  const options = sabotage ? { sabotage } : {};
  for (let n = 0; n < share.worlds; n += 1) {
    const seed = share.first + n * share.step;
    const spec = drawWorld(String(seed));
    const { log: _, struck: __, ...outcome } = await play(spec, options);
    if (share.twice && (await play(spec, options)).trace !== outcome.trace) {
      outcome.violations.push({ invariant: 'deterministic', what: 'the second time took another course', at: 0 });
    }
    tell({ seed, outcome });
    if (share.untilCaught && outcome.violations.length > 0) return;
  }
}

if (parentPort) {
  const port = parentPort;
  const share: Share = workerData;
  await playShare(share, (played) => port.postMessage(played));
}
