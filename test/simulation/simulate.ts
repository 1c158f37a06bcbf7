import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { SABOTAGES } from '../../src/testing/sabotage.ts';
import { play } from './play.ts';
import { shrink } from './shrink.ts';
import { drawWorld } from './spec.ts';
import { count, emptyTally, tallyText } from './tally.ts';
import type { Played, Share } from './worker.ts';

const HELP = `Runs the engine in simulated worlds and checks its invariants.

  npm run simulate -- [--seed 1] [--worlds 200] [--workers 2] [--once] [--sabotage NAME|all] [--json]

  --seed      the first world's seed; the next ones follow
  --worlds    how many worlds
  --workers   threads
  --once      does not play each world twice to compare the traces
  --sabotage  breaks the engine in a named way: each must be caught
  --json      the result as one JSON document

Sabotages: ${Object.keys(SABOTAGES).join(', ')}.

Example: npm run simulate -- --seed 1796 --worlds 1
`;

const TRACE_WIDTH = 240;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      worlds: { type: 'string' },
      workers: { type: 'string', default: '2' },
      once: { type: 'boolean', default: false },
      sabotage: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  const workers = Number(values.workers);
  const known = values.sabotage === undefined || values.sabotage === 'all' || values.sabotage in SABOTAGES;
  if (values.help || !Number.isInteger(seed) || !Number.isInteger(workers) || !known) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  if (values.sabotage !== undefined) {
    const names = values.sabotage === 'all' ? Object.keys(SABOTAGES) : [values.sabotage];
    return await sabotage(names, seed, Number(values.worlds ?? 500), workers, values.json);
  }
  return await simulate(seed, Number(values.worlds ?? 200), workers, !values.once, values.json);
}

async function simulate(seed: number, worlds: number, workers: number, twice: boolean, json: boolean): Promise<number> {
  const start = performance.now();
  const tally = emptyTally();
  const shares = Array.from({ length: workers }, (_, index): Share => {
    const own = Math.floor(worlds / workers) + (index < worlds % workers ? 1 : 0);
    return { first: seed + index, step: workers, worlds: own, sabotage: null, twice, untilCaught: false };
  });
  await Promise.all(shares.map((share) => inWorker(share, (played) => count(tally, played))));
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(json ? `${JSON.stringify({ ...tally, seconds })}\n` : `${tallyText(tally, seconds)}\n`);
  const first = Object.entries(tally.violations)[0];
  if (!first) return 0;
  if (!json) await showShortest(first[1][0] ?? seed, first[0].split(':')[0] ?? '');
  return 1;
}

/** Cuts a world with a violation down and prints what is left of it. */
async function showShortest(seed: number, invariant: string): Promise<void> {
  const cut = await shrink(drawWorld(String(seed)), invariant, {});
  const { violations, log } = await play(cut.spec, { keepLog: true });
  process.stdout.write(`\nThe shortest trace of seed ${seed} that breaks ${invariant}:\n`);
  process.stdout.write(`${JSON.stringify({ policies: cut.spec.policies, struck: cut.spec.struck })}\n`);
  for (const line of log) process.stdout.write(`  ${line.slice(0, TRACE_WIDTH)}\n`);
  for (const one of violations) {
    process.stdout.write(`${one.invariant} at ${one.at - cut.spec.start}: ${one.what}\n`);
  }
}

interface Caught {
  name: string;
  /** Which world it was, from 1; null: not caught. */
  world: number | null;
  invariant: string | null;
}

async function sabotage(
  names: string[],
  seed: number,
  worlds: number,
  workers: number,
  json: boolean,
): Promise<number> {
  const open = [...names];
  const results: Caught[] = [];
  const next = async (): Promise<void> => {
    for (let name = open.shift(); name !== undefined; name = open.shift()) {
      const caught: Caught = { name, world: null, invariant: null };
      const share: Share = { first: seed, step: 1, worlds, sabotage: name, twice: false, untilCaught: true };
      await inWorker(share, ({ seed: at, outcome }) => {
        const [violation] = outcome.violations;
        if (violation) Object.assign(caught, { world: at - seed + 1, invariant: violation.invariant });
      });
      results.push(caught);
      if (!json) process.stdout.write(`${resultText(caught, worlds)}\n`);
    }
  };
  await Promise.all(Array.from({ length: workers }, next));
  if (json) process.stdout.write(`${JSON.stringify(results)}\n`);
  return results.every((one) => one.world !== null) ? 0 : 1;
}

const resultText = ({ name, world, invariant }: Caught, worlds: number): string =>
  world === null
    ? `${name.padEnd(32)} NOT CAUGHT in ${worlds} worlds`
    : `${name.padEnd(32)} caught at world ${world} by ${invariant}`;

function inWorker(share: Share, tell: (played: Played) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: share });
    worker.on('message', tell);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

process.exitCode = await main();
