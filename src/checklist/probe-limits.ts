import { sameValue } from '../record/canonical.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import { Obstacle } from '../record/expressed.ts';
import type { Side } from '../record/side.ts';
import { compileCheck } from '../validation/validate.ts';
import { counted, mappedFields, mappedObjects, someOf } from './answers.ts';
import { asFarAsSeen, nothingToSee } from './failure.ts';
import { aboutRecords } from './named.ts';
import type { Observation, ProbeContext } from './question.ts';
import type { Sample } from './sample.ts';

/** Whether a system's own records keep to what its connector says that it demands: a limit that they break is none. */
export async function askOwnLimits(
  { integration, samples, connections }: ProbeContext,
  side: Side,
): Promise<Observation> {
  const asked = 'the sampled records, held against what their own system is said to demand';
  const facts: Record<string, number> = {};
  const findings: Diagnostic[] = [];
  const broken: { name: string; share: number }[] = [];
  const seen: Sample[] = [];
  let values = 0;
  for (const object of mappedObjects(integration, side)) {
    const sample = await samples.of(side, object.name);
    seen.push(sample);
    for (const field of mappedFields(object, side)) {
      const definition = object.definition.fields[field];
      const check = definition && compileCheck(field, definition, { lists: (list) => connections[side].options(list) });
      if (!check) continue;
      const name = `${object.name}.${field}`;
      const ids: string[] = [];
      let detail: string | undefined;
      for (const { id, fields } of sample.records) {
        const value = fields[field];
        if (value === undefined) continue;
        values += 1;
        const checked = check(value);
        if (checked instanceof Obstacle) detail ??= checked.diagnostic.summary;
        if (checked instanceof Obstacle || !sameValue(checked, value)) ids.push(id);
      }
      if (ids.length === 0) continue;
      facts[name] = ids.length;
      broken.push({ name: `${name} (${ids.length})`, share: ids.length / sample.records.length });
      findings.push(brokenLimit(name, ids, detail));
    }
  }
  const nothing = nothingToSee(asked, seen);
  if (nothing) return nothing;
  if (broken.length === 0) {
    const kept = `${counted(values, 'value')} keep to what is declared`;
    return asFarAsSeen({ verdict: 'holds', asked, facts, found: kept }, seen);
  }
  const found = `Not as declared in the system's own records: ${someOf(broken.map(({ name }) => name))}`;
  const isWrong = broken.some(({ share }) => share > integration.failures.share);
  const next = isWrong
    ? 'Correct what the connector declares of these fields: the system takes more, or other values'
    : 'Correct these records in the system: what they hold can not be written again';
  return { verdict: isWrong ? 'contradicts' : 'holds', asked, facts, findings, found, next };
}

const brokenLimit = (name: string, ids: readonly string[], detail: string | undefined): Diagnostic =>
  aboutRecords('limit-broken', `${name}: ${counted(ids.length, 'record')} not as declared`, ids, {
    severity: 'warning',
    detail: detail ?? 'They are longer than declared, or hold other characters',
  });
