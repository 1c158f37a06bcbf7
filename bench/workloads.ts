import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Kit, PROJECT, type WorkloadServer } from './kit.ts';
import type { Command } from './measure.ts';

export interface Workload {
  /** What `--only` calls it. */
  id: string;
  title: string;
  /** Records that the workload server holds. */
  records: number;
  target: Target;
  /** Makes what the runs build on, once; not measured. */
  prepare?: (place: Place) => Command[];
  /** One run of Dovetail and one of the baseline; called anew for every run. */
  ours: (place: Place) => Command;
  baseline: (place: Place) => Command | null;
}

/** `ratio`: of wall times, at most. `requests`: of one run, at most. `growth`: of the peak, over that of workload `of`. */
export interface Target {
  ratio?: number;
  requests?: number;
  peak?: number;
  growth?: { of: string; most: number };
}

/** Where a workload runs. */
export interface Place {
  kit: Kit;
  server: WorkloadServer;
  /** A folder that is kept over the runs of one workload. */
  folder: string;
}

const CLI = join(PROJECT, 'dist/cli/bin.js');
const PEAK_MIB = 250;

const sync = (place: Place, name: string, state: string, database: string): Command => ({
  args: [CLI, 'sync', '--integration', join(PROJECT, `bench/workloads/${name}.integration.yaml`), '--state', state],
  variables: {
    BENCH_URL: place.server.url,
    BENCH_TARGET_URL: place.server.url,
    BENCH_DATABASE: `sqlite:${database}`,
  },
});

/** A run on an empty state and an empty table. */
function firstSync(place: Place, name: string): Command {
  const database = join(place.folder, 'contacts.db');
  const state = join(place.folder, 'state');
  for (const suffix of ['', '-wal', '-shm']) rmSync(database + suffix, { force: true });
  rmSync(state, { recursive: true, force: true });
  const db = new DatabaseSync(database);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(readFileSync(join(PROJECT, 'bench/workloads/contacts.sql'), 'utf8'));
  db.close();
  return sync(place, name, state, database);
}

const nextSync = (place: Place, name: string): Command =>
  sync(place, name, join(place.folder, 'state'), join(place.folder, 'contacts.db'));

const load = {
  ours: (place: Place) => firstSync(place, 'load'),
  baseline: ({ kit, server, folder }: Place): Command => {
    const database = join(mkdtempSync(join(folder, 'baseline-')), 'w1.db');
    return { args: [kit.script('w1-opt.mjs'), '--src', server.url, '--dest', `sqlite:${database}`] };
  },
};

const again = (name: string, mode: 'scan' | 'cursor') => {
  const w2 = ({ kit, server, folder }: Place, mode: string): Command => ({
    args: [
      kit.script('w2.mjs'),
      '--mode',
      mode,
      '--impl',
      'opt',
      '--src',
      server.url,
      '--state',
      join(folder, 'w2.db'),
    ],
  });
  return {
    prepare: (place: Place) => [w2(place, 'seed'), firstSync(place, name)],
    ours: (place: Place) => nextSync(place, name),
    baseline: (place: Place) => w2(place, mode),
  };
};

const write = (mode: 'batch' | 'single', inFlight: number) => ({
  ours: (place: Place) => firstSync(place, mode),
  baseline: ({ kit, server }: Place): Command => ({
    args: [
      kit.script('w3-opt.mjs'),
      '--mode',
      mode,
      '--conc',
      String(inFlight),
      '--src',
      server.url,
      '--dst',
      server.url,
    ],
  }),
});

export const WORKLOADS: readonly Workload[] = [
  {
    id: 'w1',
    title: 'W1 first load, 100,000 REST → SQLite',
    records: 100_000,
    target: { ratio: 2, peak: PEAK_MIB },
    ...load,
  },
  {
    id: 'w2-scan',
    title: 'W2 nothing changed, read all of 100,000',
    records: 100_000,
    target: { ratio: 1.5, peak: PEAK_MIB },
    ...again('load', 'scan'),
  },
  {
    id: 'w2-cursor',
    title: 'W2 nothing changed, with the cursor',
    records: 100_000,
    target: { requests: 1, peak: PEAK_MIB },
    ...again('since', 'cursor'),
  },
  {
    id: 'w3-batch',
    title: 'W3 10,000 REST → REST, batches of 100',
    records: 10_000,
    target: { ratio: 2, peak: PEAK_MIB },
    ...write('batch', 8),
  },
  {
    id: 'w3-single',
    title: 'W3 10,000 REST → REST, one by one',
    records: 10_000,
    target: { ratio: 1.5, peak: PEAK_MIB },
    ...write('single', 16),
  },
];

const floor = (more: (kit: Kit) => string[]) => (place: Place) => ({
  args: [
    join(PROJECT, 'bench/floor.ts'),
    '--source',
    place.server.url,
    '--folder',
    mkdtempSync(join(place.folder, 'floor-')),
    ...more(place.kit),
  ],
  // As the command line has it, so that a start costs it no more.
  variables: { NODE_COMPILE_CACHE: join(place.folder, 'compiled') },
});

const W3_FLOORS = [
  { id: 'floor-w3-batch', kind: 'batches of 100', size: '100', baseline: write('batch', 8).baseline },
  { id: 'floor-w3-single', kind: 'one by one', size: '1', baseline: write('single', 16).baseline },
];

/** Asked for by their names: how near to the scripts any engine could come that keeps the invariants, in one thread. */
export const FLOORS: readonly Workload[] = [
  {
    id: 'floor-w1',
    title: 'W1 by the script, with digests, intents and links',
    records: 100_000,
    target: {},
    ours: floor(() => []),
    baseline: load.baseline,
  },
  ...W3_FLOORS.map(({ id, kind, size, baseline }) => ({
    id,
    title: `W3 by the script, ${kind}, with the same`,
    records: 10_000,
    target: {},
    ours: floor((kit) => ['--map', kit.script('mapping.mjs'), '--size', size]),
    baseline,
  })),
];

/** Asked for with `--large`: whether memory stays as it is at ten times the records. */
export const LARGE: Workload = {
  id: 'large',
  title: 'W1 with 1,000,000 records',
  records: 1_000_000,
  target: { growth: { of: 'w1', most: 1.15 } },
  ours: load.ours,
  baseline: () => null,
};
