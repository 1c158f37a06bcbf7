import { wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import { isGood, statusText } from '../subject.ts';
import type { TestSubject } from '../test-subject.ts';
import { withAt } from '../wire-search.ts';

const NAME = /^(external_?(id|key|ref(erence)?)|ext_?id|foreign_?id|source_?id|integration_?id)$/i;
const SETTLE = 5000;

/** Filters that no record of the sample could tell about, by the test record; and the field for a link token. */
export const linkFields: WritingProbe = {
  id: 'link-fields',
  async run(subject) {
    const { tests, definition, list } = subject;
    const made = await tests.main(subject);
    if (!made || !list || list.method !== 'GET' || !definition.update) return null;
    const { records } = await subject.sample();
    const filled = (name: string) =>
      records.some(({ wire }) => ![null, undefined, ''].some((empty) => pathOf(subject, name)(wire) === empty));
    const names = Object.keys(definition.fields).filter(
      (name) =>
        ['string', 'email'].includes(definition.fields[name]?.type ?? '') && !definition.fields[name]?.read_only,
    );
    const findings: Finding[] = [];
    for (const name of names) {
      const isLink = name === definition.link_field || (definition.link_field === undefined && NAME.test(name));
      if (!isLink && !(name in list.equals && !filled(name))) continue;
      findings.push(...(await oneField(subject, made.id, name, isLink)));
    }
    return findings;
  },
};

const pathOf = (subject: TestSubject, name: string) => wireReader(subject.definition.fields[name]?.path ?? name);

async function oneField(subject: TestSubject, id: string, name: string, isLink: boolean): Promise<Finding[]> {
  const { tests, list, definition } = subject;
  if (!list) return [];
  subject.mark();
  const path = definition.fields[name]?.path ?? name;
  const token = tests.token();
  const { reply, wire } = await tests.update(subject, id, withAt({}, path, token));
  const at = ['list', 'equals', name];
  const fact = `the filter by ${name}`;
  if (!isGood(reply) || pathOf(subject, name)(wire) !== token)
    return [subject.hidden(at, fact, `the test record does not take a value there: ${statusText(reply)}`)];
  await subject.sleep(SETTLE);
  const param = list.equals[name] ?? path;
  const page = await subject.page({
    values: { [param]: list.equals_template.replaceAll('{field}', param).replaceAll('{value}', token) },
  });
  const found = page.ids.length === 1 && page.ids[0] === id;
  if (!found) {
    const declared = name in list.equals;
    const changes = declared ? [{ path: ['objects', subject.name, ...at], value: undefined }] : [];
    return [
      subject.tell({
        at,
        fact,
        verdict: declared ? 'contradicted' : 'learnt',
        seen: `the test record is not found by it: ${page.ids.length} records`,
        changes,
      }),
    ];
  }
  const filter = subject.settle(at, param, fact, 'the test record is found by it, and no other');
  return isLink
    ? [filter, subject.settle(['link_field'], name, 'a field for a link token', `${name} can be written and found`)]
    : [filter];
}
