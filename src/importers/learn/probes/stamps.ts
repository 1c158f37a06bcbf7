import { compileTime } from '../../../connector/codec/time.ts';
import { isWire, wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import type { Subject } from '../subject.ts';
import { durationOf, grainOf, timeFormOf } from '../time-form.ts';
import { leaves } from '../wire-search.ts';

/** Fewer different stamps may all be round by chance. */
export const ENOUGH = 20;
const NAME = /(updat|modif|chang|edited|touched)/i;

/** Which field holds the stamp of the last change, how it is written, and how fine it is. */
export const stamps: Probe = {
  id: 'stamps',
  async run(subject) {
    if (!subject.list) return null;
    const { records } = await subject.sample();
    if (records.length === 0) return null;
    const wires = records.map((record) => record.wire);
    const declared = subject.definition.modified;
    const found = declared === undefined ? candidate(subject, wires) : { name: declared, path: undefined };
    const fact = 'the stamp of the last change';
    if (found === null) return [subject.hidden(['modified'], fact, 'no part of the records looks like one')];
    const { name } = found;
    const path = subject.definition.fields[name]?.path ?? found.path ?? name;
    const values = wires.map(wireReader(path)).filter((value) => value !== null && value !== undefined && value !== '');
    if (values.length === 0)
      return [
        subject.tell({
          at: ['modified'],
          fact,
          verdict: 'contradicted',
          seen: `no record has a value at ${path}`,
          changes: [{ path: ['objects', subject.name, 'modified'], value: undefined }],
        }),
      ];
    const findings = formOf(subject, name, path, values);
    if (subject.definition.fields[name])
      findings.push(subject.settle(['modified'], name, fact, `${values.length} of ${wires.length} records have it`));
    const time = compileTime(subject.definition.fields[name]?.time);
    const instants = values.flatMap((value) => time.readMs(value) ?? []);
    if (new Set(instants).size >= ENOUGH) findings.push(grain(subject, name, instants));
    return findings;
  },
};

/** A leaf whose name speaks of a change and whose values are instants. */
function candidate(subject: Subject, wires: readonly unknown[]): { name: string; path: string } | null {
  const found = leaves(wires[0]).filter(({ path }) => {
    const values = wires.map(wireReader(path)).filter((value) => value !== null && value !== '');
    return NAME.test(path) && values.length > 0 && timeFormOf(values, 'UTC') !== null;
  });
  const [first] = found;
  if (!first) return null;
  const field = Object.entries(subject.definition.fields).find(([name, { path = name }]) => path === first.path);
  return { name: field?.[0] ?? first.path.replaceAll('.', '_'), path: first.path };
}

/** The declared form where it reads all values, else the one that does. */
function formOf(subject: Subject, name: string, path: string, values: readonly unknown[]): Finding[] {
  const field = subject.definition.fields[name];
  const at = ['fields', name];
  const fact = `how ${name} is written`;
  const readable = (time: Parameters<typeof compileTime>[0]) => {
    const codec = compileTime(time);
    return values.every((value) => codec.readMs(value) !== undefined);
  };
  if (field?.type === 'timestamp' && readable(field.time))
    return [
      subject.tell({
        at: [...at, 'time'],
        fact,
        verdict: 'confirmed',
        declared: field.time ?? 'iso',
        seen: `all ${values.length} stamps are of this form`,
      }),
    ];
  const zone = typeof field?.time === 'object' ? (field.time.zone ?? 'UTC') : 'UTC';
  const form = timeFormOf(values, zone);
  if (form === null)
    return [subject.tell({ at, fact, verdict: 'contradicted', seen: 'the values are of no form that is known' })];
  const plain = typeof form === 'string' ? form : { pattern: form.pattern, zone: form.zone };
  const kept = subject.draft.known(['objects', subject.name, ...at]);
  // What the system sets itself is nothing that a write must hold.
  const { required: _, ...base } = isWire(kept) ? kept : {};
  const value = {
    ...base,
    type: 'timestamp',
    ...(path === name ? {} : { path }),
    ...(form === 'iso' ? {} : { time: plain }),
    read_only: true,
  };
  const seen = typeof form === 'string' ? form : `${form.pattern}; in which time zone, a test record tells`;
  return [subject.settle(at, value, fact, seen)];
}

function grain(subject: Subject, name: string, instants: readonly number[]): Finding {
  const finest = durationOf(grainOf(instants));
  return subject.tell({
    at: ['fields', name],
    fact: `how fine ${name} is`,
    verdict: 'learnt',
    declared: null,
    seen: `whole ${finest} in ${instants.length} records`,
  });
}
