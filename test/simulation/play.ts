import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkGeneration } from '../../src/store/installation.ts';
import type { ParkedRecord, Store } from '../../src/store/port.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { Fault } from '../../src/testing/network.ts';
import { seededRandom } from '../../src/testing/random.ts';
import type { Sabotage } from '../../src/testing/sabotage.ts';
import { freshValue, MAPPINGS } from './fields.ts';
import { checkHonest } from './honest.ts';
import {
  checkComplete,
  checkConverged,
  checkCursors,
  checkNoValues,
  checkOverruled,
  checkQuiet,
  parkedReasons,
} from './invariants.ts';
import { lacks } from './rules.ts';
import type { Round, WorldSpec } from './spec.ts';
import type { Violation } from './tracked.ts';
import { type Attempt, World } from './world.ts';

export interface Outcome {
  violations: Violation[];
  /** Equal for equal worlds: of all that was sent, answered, committed and edited. */
  trace: string;
  faults: Partial<Record<Fault, number>>;
  /** What befell the engine besides faults of the network. */
  occurred: Record<string, number>;
  /** Where each fault struck, so that the world can be run again with exactly these. */
  struck: Record<string, Fault>;
  parked: Record<string, number>;
  edits: number;
  runs: number;
  refused: number;
  died: number;
  inWindow: number;
  overruled: number;
  written: { create: number; update: number; remove: number };
  log: string[];
}

export interface PlayOptions {
  sabotage?: Sabotage;
  keepLog?: boolean;
}

const MOST_RUNS_TO_REST = 12;
/** A plan and a sync take no longer than this, ms. */
const PLAN_AND_SYNC_MS = 120_000;
const PAUSES = [70_000, 70_000, 300_000, 1_200_000, 3_700_000];

/** Runs one world: its rounds with faults and edits, then in peace until nothing moves any more; then looks at all of it. */
export async function play(spec: WorldSpec, options: PlayOptions = {}): Promise<Outcome> {
  const directory = spec.onDisk ? mkdtempSync(join(tmpdir(), 'dovetail-world-')) : null;
  const path = directory === null ? ':memory:' : join(directory, 'store.db');
  const store = openStore(spec, path);
  try {
    const world = new World(spec, store, options);
    for (const edit of spec.first) world.edit(edit);
    for (const [index, round] of spec.rounds.entries()) {
      if (spec.revised?.round === index) world.revise(spec.revised.mapping, spec.revised.policies);
      await playRound(world, round);
    }
    await comeToRest(world);
    if (directory !== null) await checkFiles(world, directory, path);
    return await outcomeOf(world);
  } finally {
    await store.close();
    if (directory !== null) rmSync(directory, { recursive: true, force: true });
  }
}

function openStore(spec: WorldSpec, path: string): Store {
  const opened = openSqliteStore(path, {
    key: new Uint8Array(32).fill(3),
    random: seededRandom(`${spec.seed}/store`),
    clock: { now: () => spec.start, sleep: async () => undefined },
    durability: 'normal',
  });
  if (!opened.ok) throw new Error(opened.error.summary);
  return opened.value;
}

async function playRound(world: World, round: Round): Promise<void> {
  const from = world.scheduler.now;
  for (const { at, edit } of round.edits) world.scheduler.at(from + at, () => world.edit(edit));
  if (round.approve) await approveAll(world);
  if (round.mend) await mendAll(world);
  await world.scheduler.pass(round.wait);
  const first = world.start('sync', round, round.trouble);
  const attempts = [first];
  if (round.second) {
    await world.scheduler.pass(round.second.after);
    attempts.push(world.start('sync', round, null));
  }
  await world.finish(...attempts);
  const lastEdit = Math.max(0, ...round.edits.map((one) => from + one.at));
  if (lastEdit >= world.scheduler.now) await world.scheduler.pass(lastEdit - world.scheduler.now + 1);
  await checkRuns(world, attempts);
}

async function checkRuns(world: World, attempts: readonly Attempt[]): Promise<void> {
  for (const { result } of attempts) if (result?.ok) checkComplete(world, result.value);
  if (attempts.every((one) => one.result !== null)) await checkCursors(world);
}

/** A person approves whatever is held. */
async function approveAll(world: World): Promise<void> {
  const held = (await world.store.parked({})).filter(
    (one) => one.reason.startsWith('held-') || one.reason.startsWith('delete-'),
  );
  const lease = await world.store.acquire('simulated', 'person', 1000, world.scheduler.now);
  if (!lease.ok) return;
  const parked = held.map((one): ParkedRecord => ({ ...one, approved: one.reason }));
  for (const one of held) world.ledger.approve(one);
  await world.store.commit(lease.value, { parked });
  await world.store.release(lease.value);
}

/** A person fills in what parked records lack. */
async function mendAll(world: World): Promise<void> {
  for (const mapping of world.spec.mappings) {
    const { rules } = world.spec.policies[mapping];
    const parked = await world.store.parked({ mapping: `simulated/${mapping}`, reason: 'required-empty' });
    for (const { side, id } of parked) {
      const raw = world.ledger.tracked(mapping, side, id)?.raw;
      const empty = MAPPINGS[mapping].fields.filter((field) => raw && lacks(rules, field, raw, side));
      const random = seededRandom(`${world.spec.seed}/mend ${mapping} ${side} ${id}`);
      const values = Object.fromEntries(
        empty.map((field) => [field[side], freshValue(field, side, random, random.below(80_000))]),
      );
      if (empty.length > 0) world.edit({ side, mapping, kind: 'update', pick: 0, id, other: 0, values, theirs: {} });
      world.tell('parked record mended');
    }
  }
}

/** Faults and edits are over: a bounded number of runs must bring rest, and rest must last. */
async function comeToRest(world: World): Promise<void> {
  world.isCalm = true;
  let moved = world.scheduler.now;
  for (let run = 0; run < MOST_RUNS_TO_REST; run += 1) {
    await world.scheduler.pass(PAUSES[run % PAUSES.length] ?? 70_000);
    await untilNothingIsDue(world);
    const plan = world.start('plan', { sweep: 'always', full: false }, null);
    await world.finish(plan);
    const isSettled = (await intentCount(world)) === 0;
    const sync = world.start('sync', { sweep: 'always', full: false }, null);
    await world.finish(sync);
    await checkRuns(world, [sync]);
    if (isSettled) await checkHonest(world, plan, sync);
    const passed = sync.result?.ok === true && sync.result.value.outcome !== 'failed';
    if (sync.writeRequests > 0) moved = world.scheduler.now;
    if (passed && sync.writeRequests === 0 && run > 1 && !(await isAnyUntried(world, moved))) {
      await checkRest(world);
      return;
    }
  }
  const last = world.attempts.at(-1)?.result;
  const why = last?.ok
    ? `${last.value.outcome} ${last.value.diagnostics.map((one) => `${one.code} ${one.summary}`).join(', ')}`
    : last?.error.code;
  world.ledger.fail('converge', `no rest after ${MOST_RUNS_TO_REST} runs: ${why}`);
}

/** So that the sync after a plan has no more to do than it, no parked record's time comes between them. */
async function untilNothingIsDue(world: World): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const { now } = world.scheduler;
    const times = (await world.store.parked({})).map((one) => one.next ?? 0);
    const last = Math.max(0, ...times.filter((next) => next > now && next <= now + PLAN_AND_SYNC_MS));
    if (last === 0) return;
    await world.scheduler.pass(last - now);
  }
}

/** Whether a parked record whose time is yet to come has not been tried since something last moved: it may have much to do. */
async function isAnyUntried(world: World, moved: number): Promise<boolean> {
  return (await world.store.parked({})).some(({ next, last }) => next !== null && last < moved);
}

async function intentCount(world: World): Promise<number> {
  let count = 0;
  for (const { name } of world.integration.mappings) count += (await world.store.intents(`simulated/${name}`)).length;
  return count;
}

async function checkRest(world: World): Promise<void> {
  for (const full of [false, true]) {
    await world.scheduler.pass(70_000);
    const again = world.start('sync', { sweep: 'always', full }, null);
    await world.finish(again);
    checkQuiet(world, again);
    await checkRuns(world, [again]);
  }
  await checkConverged(world);
  await checkOverruled(world);
}

/** The bytes of the store; and that an older copy of it is refused. */
async function checkFiles(world: World, directory: string, path: string): Promise<void> {
  for (const file of [path, `${path}-wal`]) if (existsSync(file)) checkNoValues(world, readFileSync(file));
  const copy = join(directory, 'older.db');
  for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end);
  const generation = await world.store.advanceGeneration();
  const older = openStore(world.spec, copy);
  const checked = await checkGeneration(older, { id: '', file: '', masterKey: new Uint8Array(32), generation });
  if (checked.ok) world.ledger.fail('no-duplicate', 'An older copy of the store was not refused');
  await older.close();
}

async function outcomeOf(world: World): Promise<Outcome> {
  const { attempts, ledger } = world;
  return {
    violations: ledger.violations,
    trace: world.trace(),
    faults: world.faults,
    occurred: world.occurred,
    struck: world.struck,
    parked: parkedReasons(await world.store.parked({ includeDismissed: true })),
    edits: world.edits,
    runs: attempts.filter((one) => one.result?.ok).length,
    refused: attempts.filter((one) => one.result?.ok === false).length,
    died: attempts.filter((one) => !one.process.alive).length,
    inWindow: ledger.inWindow,
    overruled: ledger.overwritten.length,
    written: ledger.written,
    log: world.log,
  };
}
