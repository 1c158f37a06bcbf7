import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { compileCodec } from '../src/connector/codec.ts';
import type { Wire } from '../src/connector/port.ts';
import { openIntegration } from '../src/integration/files.ts';
import { compileFieldMapper } from '../src/mapping/map-field.ts';
import { ABSENT, Obstacle } from '../src/record/expressed.ts';
import type { Fields } from '../src/record/value.ts';
import { compileCheck } from '../src/validation/validate.ts';
import { openKit, PROJECT } from './kit.ts';
import { median } from './measure.ts';

/**
 * The mapping stage alone: decode → map → validate → encode of workload W3 (20 fields, a date conversion, a replace, an
 * option), with the engine's own compiled steps, against the bench kit's hand-written `mapping.mjs`. One core, in turn.
 *
 *     node bench/mapping-stage.ts [--runs 7] [--json]
 */

const RECORDS = 20_000;
const TARGET = 3;

const options = parseArgs({
  options: { runs: { type: 'string', default: '7' }, json: { type: 'boolean', default: false } },
}).values;

type Stage = (wire: Wire) => unknown;

/** The engine's steps for one way of a mapping, from the wire form of one system to that of the other. */
async function compileStage(): Promise<Stage> {
  const file = join(PROJECT, 'bench/workloads/single.integration.yaml');
  const urls = { BENCH_URL: 'http://source.test', BENCH_TARGET_URL: 'http://target.test' };
  const loaded = await openIntegration(file, null, urls);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const { a, b, mappings } = loaded.value;
  const [mapping] = mappings;
  const from = mapping && a.connector.objects[mapping.objects.a];
  const to = mapping && b.connector.objects[mapping.objects.b];
  if (!from || !to) throw new Error('The workload has no mapping');
  const [source, target] = [compileCodec(from), compileCodec(to)];
  const names = mapping.fields.map((field) => field.a);
  const rows = mapping.fields.map((field) => {
    const [read, write] = [from.fields[field.a], to.fields[field.b]];
    if (!read || !write) throw new Error(`${field.name} is not declared`);
    return { name: field.b, mapper: compileFieldMapper(field, 'b', read, write), check: compileCheck(field.b, write) };
  });
  return (wire) => {
    const { fields } = source.decode(wire, names);
    const written: Fields = {};
    for (const { name, mapper, check } of rows) {
      const mapped = mapper(fields);
      if (mapped === ABSENT) continue;
      const said = check && !(mapped instanceof Obstacle) ? check(mapped) : mapped;
      if (said instanceof Obstacle) throw new Error(said.diagnostic.summary);
      written[name] = said;
    }
    const encoded = target.encode(written);
    if (!encoded.ok) throw new Error(JSON.stringify(encoded.error));
    return encoded.value;
  };
}

function time(stage: Stage, records: readonly Wire[]): number {
  const started = performance.now();
  for (const record of records) stage(record);
  return (performance.now() - started) / records.length;
}

async function main(): Promise<void> {
  const kit = openKit();
  if (!kit) return;
  try {
    const { mapContact }: { mapContact: Stage } = await import(kit.script('mapping.mjs'));
    const { makeContact }: { makeContact: (id: number) => Wire } = await import(kit.script('data.mjs'));
    const records = Array.from({ length: RECORDS }, (_, index) => makeContact(index + 1));
    const ours = await compileStage();
    compare(ours, mapContact, records);
    const rounds = Array.from({ length: Number(options.runs) + 1 }, () => ({
      ours: time(ours, records),
      baseline: time(mapContact, records),
    })).slice(1);
    report({
      perSecond: 1000 / median(rounds.map((round) => round.ours)),
      baselinePerSecond: 1000 / median(rounds.map((round) => round.baseline)),
      ratio: median(rounds.map((round) => round.ours / round.baseline)),
    });
  } finally {
    kit.remove();
  }
}

/** Both must say the same of every record, or the comparison means nothing. An amount is a number in both. */
function compare(ours: Stage, baseline: Stage, records: readonly Wire[]): void {
  for (const record of records) {
    const [mine, theirs] = [ours(record), baseline(record)];
    if (!isDeepStrictEqual(mine, JSON.parse(JSON.stringify(theirs)))) {
      throw new Error(`They differ:\n${JSON.stringify(mine)}\n${JSON.stringify(theirs)}`);
    }
  }
}

function report(figures: { perSecond: number; baselinePerSecond: number; ratio: number }): void {
  if (options.json) {
    console.log(JSON.stringify(figures));
    return;
  }
  const { perSecond, baselinePerSecond, ratio } = figures;
  console.log(`decode, map, validate, encode: ${Math.round(perSecond)} records/s on one core`);
  console.log(`mapping.mjs, by hand:          ${Math.round(baselinePerSecond)} records/s`);
  console.log(`${ratio.toFixed(2)} × its time (target ≤ ${TARGET}: ${ratio <= TARGET ? 'met' : 'missed'})`);
}

await main();
