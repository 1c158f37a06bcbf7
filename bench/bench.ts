import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Kit, openKit, PROJECT, WorkloadServer } from './kit.ts';
import { type Command, type Measure, measure, median } from './measure.ts';
import { type Figures, type Result, reportText } from './report.ts';
import { FLOORS, LARGE, type Place, WORKLOADS, type Workload } from './workloads.ts';

interface Run extends Measure {
  requests: number;
}

const options = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    large: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
}).values;

async function main(): Promise<void> {
  const usual = options.large ? [...WORKLOADS, LARGE] : WORKLOADS;
  const only = options.only?.split(',');
  const chosen = only ? [...usual, ...FLOORS].filter(({ id }) => only.some((name) => id.startsWith(name))) : usual;
  if (options.help || chosen.length === 0) {
    console.log('npm run bench -- [--runs N] [--only w1,w2-scan,…] [--large] [--json]');
    console.log(`Workloads: ${[...WORKLOADS, LARGE, ...FLOORS].map(({ id }) => id).join(', ')}`);
    return;
  }
  const kit = openKit();
  if (!kit) return;
  try {
    if (spawnSync('npm', ['run', '--silent', 'build'], { cwd: PROJECT, stdio: 'inherit' }).status !== 0) {
      throw new Error('The build failed');
    }
    const results = await runAll(kit, chosen);
    console.log(options.json ? JSON.stringify(results, null, 2) : reportText(results));
  } finally {
    kit.remove();
  }
}

async function runAll(kit: Kit, chosen: readonly Workload[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const records of new Set(chosen.map((workload) => workload.records))) {
    const server = await WorkloadServer.start(kit, records);
    try {
      for (const workload of chosen.filter((one) => one.records === records)) {
        console.error(`${workload.title} …`);
        const folder = mkdtempSync(join(kit.folder, `${workload.id}-`));
        results.push(await runWorkload(workload, { kit, server, folder }));
      }
    } finally {
      server.stop();
    }
  }
  return results;
}

/** Ours and the baseline in turn, so that whatever else the machine does slows both. */
async function runWorkload(workload: Workload, place: Place): Promise<Result> {
  for (const command of workload.prepare?.(place) ?? []) await runOnce(place, command);
  const ours: Run[] = [];
  const baseline: Run[] = [];
  for (let round = 0; round < Number(options.runs); round++) {
    ours.push(await runOnce(place, workload.ours(place)));
    const other = workload.baseline(place);
    if (other) baseline.push(await runOnce(place, other));
  }
  const { id, title, target } = workload;
  const ratio = baseline.length > 0 ? ratioOf(ours, baseline) : null;
  return { id, title, target, ours: medians(ours), baseline: baseline.length > 0 ? medians(baseline) : null, ratio };
}

async function runOnce({ server }: Place, command: Command): Promise<Run> {
  await server.reset();
  const measured = await measure(command);
  return { ...measured, requests: (await server.stats()).requests };
}

function ratioOf(ours: readonly Run[], baseline: readonly Run[]): NonNullable<Result['ratio']> {
  const of = (value: (run: Run) => number | null): number | null => {
    const ratios = ours.map((run, round) => {
      const other = baseline[round];
      const [mine, theirs] = [value(run), other ? value(other) : null];
      return mine === null || theirs === null || theirs === 0 ? null : mine / theirs;
    });
    const known = ratios.filter((one) => one !== null);
    return known.length > 0 ? median(known) : null;
  };
  return { wall: of((run) => run.wall) ?? Number.NaN, cpu: of((run) => run.cpu) };
}

function medians(runs: readonly Run[]): Figures {
  const of = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length > 0 ? median(known) : null;
  };
  return {
    wall: median(runs.map((run) => run.wall)),
    cpu: of(runs.map((run) => run.cpu)),
    peak: of(runs.map((run) => run.peak)),
    requests: median(runs.map((run) => run.requests)),
  };
}

await main();
