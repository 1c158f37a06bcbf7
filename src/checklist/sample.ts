import { compileCodec } from '../connector/codec.ts';
import type { ObjectDefinition } from '../connector/definition.ts';
import type { Connection, Wire } from '../connector/port.ts';
import type { Clock } from '../platform/clock.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Fields } from '../record/value.ts';

/** One record of a sample; values live in memory only. */
export interface SampledRecord {
  id: string;
  version: string | null;
  modified: number | null;
  fields: Fields;
  /** Fields that could not be decoded, by name. */
  problems: Record<string, Diagnostic>;
  wire: Wire;
}

/** Some records of one object, archived ones left out. */
export interface Sample {
  object: string;
  definition: ObjectDefinition;
  records: SampledRecord[];
  /** Records of each page that was read, archived ones too. */
  pages: number[];
  /** These are all records that the object has. */
  whole: boolean;
  /** Calls that it took. */
  reads: number;
  tookMs: number;
  /** Why it holds fewer records than wanted. */
  failure: Diagnostic | null;
}

/** Reads samples, each object of each side once. */
export interface SampleReader {
  /** Most records of a sample. */
  readonly size: number;
  of(side: Side, object: string): Promise<Sample>;
  /** Nothing more is read from this side: samples not taken yet hold this failure. */
  shut(side: Side, why: Diagnostic): void;
}

export function createSampleReader(
  connections: Record<Side, Connection>,
  clock: Clock,
  size: number,
  signal: AbortSignal,
): SampleReader {
  const known = new Map<string, Promise<Sample>>();
  const closed: Partial<Record<Side, Diagnostic>> = {};
  return {
    size,
    of(side, object) {
      const key = `${side} ${object}`;
      const failure = closed[side];
      const sample =
        known.get(key) ??
        (failure
          ? Promise.resolve({ ...emptySample(connections[side], object), failure })
          : readSample(connections[side], object, { clock, size, signal }));
      known.set(key, sample);
      return sample;
    },
    shut(side, why) {
      closed[side] ??= why;
    },
  };
}

function emptySample(connection: Connection, object: string): Sample {
  const definition = connection.connector.objects[object];
  if (!definition) throw new Error(`The connector declares no object ${object}`);
  return { object, definition, records: [], pages: [], whole: false, reads: 0, tookMs: 0, failure: null };
}

async function readSample(
  connection: Connection,
  object: string,
  { clock, size, signal }: { clock: Clock; size: number; signal: AbortSignal },
): Promise<Sample> {
  const sample = emptySample(connection, object);
  if (!connection.capabilities(object).list) {
    sample.failure = problem('not-offered', `The connector declares no list of ${object}`);
    return sample;
  }
  const before = connection.calls().reads;
  const started = clock.now();
  const options = await connection.loadOptions(object);
  if (!options.ok) sample.failure = options.error;
  else await fill(sample, connection, { size, signal });
  sample.reads = connection.calls().reads - before;
  sample.tookMs = clock.now() - started;
  return sample;
}

async function fill(
  sample: Sample,
  connection: Connection,
  { size, signal }: { size: number; signal: AbortSignal },
): Promise<void> {
  const codec = compileCodec(sample.definition, (list) => connection.options(list));
  const names = Object.keys(sample.definition.fields);
  for await (const step of connection.read({ object: sample.object, since: null, signal })) {
    if (step.kind === 'end') {
      sample.whole = step.complete;
      if (!step.complete) sample.failure = step.diagnostic ?? problem('read-incomplete', 'The read was not complete');
      return;
    }
    sample.pages.push(step.records.length);
    for (const { id, version, modified, archived, wire } of step.records) {
      if (archived || sample.records.length >= size) continue;
      sample.records.push({ id, version, modified, wire, ...codec.decode(wire, names) });
    }
    if (sample.records.length >= size) return;
  }
}
