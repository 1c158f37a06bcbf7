import { systemClock } from '../src/platform/clock.ts';
import type { Run, Side } from '../src/store/port.ts';
import { openWorld, type World } from '../test/engine/world.ts';

/**
 * API calls of the example integration over both sandbox systems, as a ratio to the least possible:
 *
 *     least = for every object and side: the pages of what has changed since it was read, which is what was edited and
 *             what the run before wrote itself (one where there is nothing)
 *           + for every write: 1 / the size of a batch (CRM 100, ERP 1)
 *           + for every update of the ERP, which checks no version: one read just before, so that no edit is lost
 *
 * Token requests are left out: there is one in ten minutes, whatever is done. So are, but counted beside, the reads of how the
 * CRM is set up: its fields and options every fifteen minutes, and the options in a run that has something to decide.
 */
const N = 200;
/** New records on a page: the ERP's pages of 50 shift, so each begins with the last record of the one before. */
const PAGE: Record<Side, number> = { a: 100, b: 49 };
const BATCH: Record<Side, number> = { a: 100, b: 1 };
const OBJECTS = 3;
const TARGET = 1.05;
/** Half of the time between two runs: beyond every overlap of the reads, and far short of the next sweep. */
const PAUSE_MS = 300_000;

interface Scenario {
  name: string;
  /** Makes the edits, before the run. */
  edit?: (world: World, now: number) => void;
  /** Records that the run finds changed, by the side that was edited. */
  changed?: Side;
  kind?: 'create' | 'update';
}

/** The addresses at which the CRM tells of its fields and options. */
const SET_UP = /^\/(custom_fields|options)\//;

let offset = 0;
let setUpReads = 0;
const clock = { ...systemClock, now: () => systemClock.now() + offset };

const SCENARIOS: readonly Scenario[] = [
  {
    name: `${N} new companies in the CRM`,
    changed: 'a',
    kind: 'create',
    edit: (world, now) => {
      for (let index = 0; index < N; index++) {
        world.crm.userCreate('companies', { name: `Company ${index}`, country: 'DE', status: 'lead' }, now);
      }
    },
  },
  { name: 'no change, but our own writes' },
  { name: 'no change' },
  {
    name: `${N} companies changed in the CRM`,
    changed: 'a',
    kind: 'update',
    edit: (world, now) => {
      for (const record of [...world.crm.records('companies')]) {
        world.crm.userUpdate('companies', record.id, { city: `Town ${now % 1000}` }, now);
      }
    },
  },
  {
    name: `${N} customers changed in the ERP`,
    changed: 'b',
    kind: 'update',
    edit: (world, now) => {
      for (const record of [...world.erp.records('customers')]) {
        world.erp.userUpdate('customers', record.id, { street: `Street ${now % 1000}` }, now);
      }
    },
  },
  { name: 'no change, but our own writes' },
  { name: 'no change' },
];

const SIDES: readonly Side[] = ['a', 'b'];

/** `echo`: how many records the run before wrote on a side; those that are edited are the same. */
function leastCalls({ changed, kind }: Scenario, echo: Record<Side, number>): number {
  const pages = (side: Side) => Math.ceil(Math.max(echo[side], changed === side ? N : 0) / PAGE[side]);
  const reads = SIDES.reduce((sum, side) => sum + OBJECTS - 1 + Math.max(1, pages(side)), 0);
  if (!changed) return reads;
  const target: Side = changed === 'a' ? 'b' : 'a';
  const guard = kind === 'update' && target === 'b' ? N : 0;
  return reads + Math.ceil(N / BATCH[target]) + guard;
}

const written = (run: Run, side: Side): number =>
  Object.values(run.counts).reduce((sum, { wrote }) => sum + wrote[side].create + wrote[side].update, 0);

const callsOf = ({ calls: { a, b } }: Run): number => a.reads + a.writes + b.reads + b.writes;

async function main(): Promise<void> {
  const world = await openWorld({
    clock,
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  });
  try {
    dateByClock(world);
    await world.sync();
    let echo: Record<Side, number> = { a: 0, b: 0 };
    for (const scenario of SCENARIOS) {
      offset += PAUSE_MS;
      scenario.edit?.(world, clock.now());
      offset += PAUSE_MS;
      setUpReads = 0;
      const run = await world.sync();
      report(scenario.name, run, leastCalls(scenario, echo));
      echo = { a: written(run, 'a'), b: written(run, 'b') };
    }
  } finally {
    await world.close();
  }
}

/** Answers carry the date of the clock that is set forward between runs, not that of Node's server. */
function dateByClock(world: World): void {
  const { http } = world.platform;
  world.platform.http = {
    request: async (request) => {
      if (SET_UP.test(new URL(request.url).pathname)) setUpReads += 1;
      const answer = await http.request(request);
      if (answer.ok) answer.value.headers.date = new Date(clock.now()).toUTCString();
      return answer;
    },
    close: () => http.close(),
  };
}

function report(name: string, run: Run, least: number): void {
  const { a, b } = run.calls;
  const calls = callsOf(run) - setUpReads;
  const ratio = calls / least;
  const figures = `${String(calls).padStart(5)} calls, least ${String(least).padStart(5)}: ${ratio.toFixed(3)}`;
  const verdict = ratio <= TARGET ? 'met' : `missed: at most ${TARGET}`;
  const detail = `reads + writes: CRM ${a.reads} + ${a.writes}, of them ${setUpReads} of its set-up, ERP ${b.reads} + ${b.writes}`;
  console.log(`${name.padEnd(34)} ${run.outcome.padEnd(7)} ${figures}  ${verdict}  (${detail})`);
}

await main();
