import { createSampleReader } from '../checklist/sample.ts';
import type { LiveOptions, Samples, SheetContents } from '../integration/sheet/contents.ts';
import { optionsSeen, sampleTexts } from '../integration/sheet/sample-text.ts';
import { type Diagnostic, ok, type Result } from '../record/diagnostic.ts';
import { SIDES } from '../record/side.ts';
import { EXIT } from './exit-code.ts';
import { openRuntime, type Refusal, type RuntimeOptions, refuse } from './open.ts';
import type { Terminal } from './terminal.ts';

/** Records looked at for the three values of each field: some fields are seldom filled. */
const RECORDS = 200;

export interface SampledMappings {
  samples: Samples;
  /** Of the fields whose connector declares none. */
  options: LiveOptions;
  /** Objects whose samples could not be read. */
  failures: Diagnostic[];
}

const bothSides = () => ({ a: new Map(), b: new Map() });

/** Values of the fields as they are in the systems, masked unless `real`. Reads, and writes nothing. */
export async function readMappingSamples(
  terminal: Terminal,
  options: RuntimeOptions,
  contents: SheetContents,
  real: boolean,
): Promise<Result<SampledMappings, Refusal>> {
  const runtime = await openRuntime(terminal, options, { anyStore: true, systemsOnly: true });
  if (!runtime.ok) return runtime;
  try {
    const connections = runtime.value.connect();
    if (!connections.ok) return refuse(EXIT.failed, connections.error);
    const { clock } = runtime.value.platform;
    const reader = createSampleReader(connections.value, clock, RECORDS, terminal.signal);
    const sampled: SampledMappings = { samples: bothSides(), options: bothSides(), failures: [] };
    for (const { sides } of contents.mappings) {
      for (const side of SIDES) {
        const { object, fields } = sides[side];
        if (sampled.samples[side].has(object) || Object.keys(fields).length === 0) continue;
        const { records, failure } = await reader.of(side, object);
        const values = records.map((record) => record.fields);
        sampled.samples[side].set(object, sampleTexts(values, fields, real));
        const lists = (list: string) => connections.value[side].options(list);
        sampled.options[side].set(object, optionsSeen(values, fields, lists));
        if (failure && records.length === 0) sampled.failures.push({ ...failure, severity: 'warning' });
      }
    }
    return ok(sampled);
  } finally {
    await runtime.value.close();
  }
}
