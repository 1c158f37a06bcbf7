import { isWire, wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Subject, statusText } from '../subject.ts';

/** Whether the lists of options answer, and whether the records hold any option that is not declared. */
export const options: Probe = {
  id: 'options',
  async run(subject) {
    const { records } = await subject.sample();
    const findings: Finding[] = [];
    for (const [name, field] of Object.entries(subject.definition.fields)) {
      if (field.options_from !== undefined) findings.push(...(await endpoint(subject, field.options_from)));
      if (!field.options) continue;
      const at = wireReader(field.path ?? name);
      const values = new Set(
        records.map(({ wire }) => at(wire)).filter((value) => value !== null && value !== undefined && value !== ''),
      );
      const unknown = [...values].filter((value) => !field.options?.some((option) => option.value === value));
      const path = ['fields', name, 'options'];
      const fact = `the options of ${name}`;
      if (unknown.length > 0)
        findings.push(
          subject.tell({
            at: path,
            fact,
            verdict: 'contradicted',
            declared: `${field.options.length} options`,
            seen: `${unknown.length} more in the records`,
          }),
        );
      else if (values.size > 0)
        findings.push(
          subject.tell({
            at: path,
            fact,
            verdict: 'confirmed',
            declared: `${field.options.length} options`,
            seen: `${values.size} of them in the records, no other`,
          }),
        );
    }
    return findings;
  },
};

async function endpoint(subject: Subject, name: string): Promise<Finding[]> {
  const list = subject.draft.connector.option_lists[name];
  if (!list) return [];
  subject.mark();
  const reply = await subject.raw.send({ path: subject.path(list.path) });
  const items = wireReader(list.records)(reply.data);
  const at = ['option_lists', name];
  const fact = `the options at ${list.path}`;
  const good =
    isGood(reply) &&
    Array.isArray(items) &&
    items.every((item) => isWire(item) && wireReader(list.value)(item) !== undefined);
  if (!good)
    return [
      subject.tell({
        at,
        fact,
        verdict: 'contradicted',
        seen: isGood(reply) ? 'no list of options' : statusText(reply),
        system: true,
      }),
    ];
  reply.noteRecords(items.length);
  return [subject.tell({ at, fact, verdict: 'confirmed', seen: `${items.length} options`, system: true })];
}
