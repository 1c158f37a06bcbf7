import { connectorConformance } from '../../connector/conformance/conformance.ts';
import type { ConnectorDefinition } from '../../connector/definition.ts';
import type { Connection } from '../../connector/port.ts';
import { randomToken } from '../../platform/random.ts';
import { openRestConnection, type RestConnectionParts } from '../../protocols/rest/connection.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { Draft } from './draft.ts';
import { countVerdicts, type Finding, type LearnReport } from './finding.ts';
import type { Probe } from './probe.ts';
import { READING, SYSTEM, SYSTEM_LAST, WRITING } from './probes.ts';
import { openRaw } from './raw.ts';
import { type LearnOptions, Subject } from './subject.ts';
import { TestRecords } from './test-records.ts';
import { TestSubject } from './test-subject.ts';

export interface LearnParts extends RestConnectionParts {
  /** The connector file as plain data: what it says, without defaults. */
  data: Record<string, unknown>;
  /** The objects that are looked at; default: all that have a list. */
  objects?: readonly string[];
  options: LearnOptions;
  /** Told before each probe. */
  onProbe?(object: string | null, probe: string): void;
}

export interface Learnt {
  report: LearnReport;
  /** The connector with all that was learnt. */
  connector: ConnectorDefinition;
}

/**
 * Looks into a live system, probe by probe: what is found becomes part of the connector before the next probe runs.
 * Reads only, unless `options.write` allows marked test records, which are taken away again whatever happens.
 */
export async function learn(parts: LearnParts): Promise<Result<Learnt>> {
  const { definition, options, platform, data } = parts;
  const names = chosenObjects(definition, parts.objects);
  if (!names.ok) return names;
  const raw = openRaw({ ...parts, write: options.write, ...(options.signal ? { signal: options.signal } : {}) });
  if (!raw.ok) return raw;
  const draft = new Draft(data, definition);
  const tests = options.write ? new TestRecords(randomToken(platform.random).slice(0, 6)) : null;
  const all = names.value.map((name) =>
    tests ? new TestSubject(name, raw.value, draft, options, tests) : new Subject(name, raw.value, draft, options),
  );
  const subjects = all.filter((subject) => beyond(subject) === null);
  const begun = platform.clock.now();
  const findings: Finding[] = all.flatMap((subject) => {
    const why = beyond(subject);
    subject.begin('object');
    return why === null ? [] : [subject.hidden([], 'the object', why)];
  });
  const look = async (subject: Subject, probe: string, run: () => Promise<Finding[] | null>) => {
    if (options.signal?.aborted) return;
    parts.onProbe?.(subject.name, probe);
    subject.begin(probe);
    findings.push(...((await run()) ?? []));
  };
  const run = async (subject: Subject, probes: readonly Probe[]) => {
    for (const probe of probes) await look(subject, probe.id, () => probe.run(subject));
  };
  const [first] = subjects;
  const unreachable = first && (await first.sample()).reply.failure;
  if (unreachable) return fail(unreachable);
  let left: LearnReport['left'] = [];
  try {
    for (const subject of subjects) {
      await run(subject, READING);
      if (subject === first) await run(subject, SYSTEM);
      if (!(subject instanceof TestSubject)) continue;
      for (const probe of WRITING) await look(subject, probe.id, () => probe.run(subject));
    }
    if (first) await run(first, SYSTEM_LAST);
    // The driver reads what is there without them.
    await tests?.clean();
    const driven = openRestConnection({ ...parts, definition: draft.connector, budget: raw.value.budget });
    for (const subject of options.signal?.aborted ? [] : subjects) {
      subject.begin('driver');
      findings.push(await driverFinding(subject, driven));
    }
  } finally {
    left = (await tests?.clean()) ?? [];
  }
  const report: LearnReport = {
    connector: definition.connector,
    on: new Date(begun).toISOString().slice(0, 10),
    wrote: options.write,
    tookMs: platform.clock.now() - begun,
    calls: raw.value.calls(),
    findings,
    counts: countVerdicts(findings),
    left,
  };
  return ok({ report, connector: draft.connector });
}

/** What was learnt is not only told but used: the driver reads the object by the connector as it is now. */
async function driverFinding(subject: Subject, driven: Result<Connection>): Promise<Finding> {
  const faults = driven.ok ? await connectorConformance(driven.value, subject.name, { most: 500 }) : [driven.error];
  const fact = 'reading by the connector as it is now';
  if (faults.length === 0)
    return subject.tell({
      at: [],
      fact,
      verdict: 'learnt',
      declared: null,
      seen: 'the list, single records and filters do as declared',
    });
  const seen = [...new Set(faults.map(({ summary, detail }) => (detail ? `${summary} (${detail})` : summary)))].join(
    '; ',
  );
  return subject.tell({ at: [], fact, verdict: 'contradicted', declared: null, seen });
}

function chosenObjects(
  definition: ConnectorDefinition,
  asked: readonly string[] | undefined,
): Result<readonly string[]> {
  if (definition.protocol !== 'rest') return fail(notRest(definition.protocol));
  const known = Object.keys(definition.objects);
  const unknown = (asked ?? []).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return fail(
      problem('object-unknown', `The connector has no object "${unknown}"`, { next: `It has ${known.join(', ')}` }),
    );
  }
  const names = asked ?? known;
  return ok(names);
}

/** Why the probes do not look at an object; null where they do. */
function beyond({ definition }: Subject): string | null {
  const within = definition.part_of ?? definition.lines_of;
  if (within) return `it stands within ${within.object}; what holds for those holds here`;
  if (!definition.list) return 'it has no list';
  if (definition.parent) return `it is read below each of ${definition.parent.object}; what holds for those holds here`;
  if (definition.list.each) return 'its list is read once for each of several values';
  return definition.id.paths || definition.id.digest ? 'its records have no id of their own' : null;
}

const notRest = (protocol: string): Diagnostic =>
  problem('protocol-unlearnt', `Connectors of protocol ${protocol} are not learnt`, {
    detail: 'Its database describes itself.',
  });
