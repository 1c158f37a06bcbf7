import type { Wire } from '../../../connector/port.ts';
import { wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import { isGood, same, statusText } from '../subject.ts';
import type { TestSubject } from '../test-subject.ts';
import { leaves, withAt } from '../wire-search.ts';

/** Whether an update keeps the fields that it does not name, which part grows with each, and whether it can be conditional. */
export const updates: WritingProbe = {
  id: 'updates',
  async run(subject) {
    const { tests, definition } = subject;
    const made = await tests.main(subject);
    const path = tests.mainPath(subject);
    if (!made || !path || !definition.update || !definition.get) return null;
    const before = (await subject.get(made.id)).record;
    const text = tests.text();
    subject.mark();
    const partial = withAt({}, path, text);
    const reply = await tests.send(subject, 'update', made.id, partial);
    const findings: Finding[] = [];
    if (isGood(reply)) {
      const after = (await subject.get(made.id)).record;
      findings.push(others(subject, before, after, path));
    } else findings.push(refused(subject, statusText(reply)));
    // What was emptied is filled again, so that the later probes have something to look at.
    await tests.send(subject, 'update', made.id, tests.writable(subject, before));
    return [...findings, ...(await version(subject, made.id, path))];
  },
};

const FACT = 'whether an update keeps the fields that it does not name';
const AT = ['update', 'whole'];

function others(subject: TestSubject, before: unknown, after: unknown, changed: string): Finding {
  const { fields, modified, version } = subject.definition;
  const lost: string[] = [];
  let filled = 0;
  for (const [name, field] of Object.entries(fields)) {
    const path = field.path ?? name;
    if (path === changed || field.read_only || name === modified || path === version) continue;
    const [old, now] = [wireReader(path)(before), wireReader(path)(after)];
    if (old === null || old === undefined || old === '') continue;
    filled += 1;
    if (!same(old, now)) lost.push(name);
  }
  if (filled === 0) return subject.hidden(AT, FACT, 'the test record has no other field that is filled');
  const seen =
    lost.length === 0
      ? `all ${filled} others stayed`
      : `${lost.length} of ${filled} others were emptied: ${lost.slice(0, 5).join(', ')}`;
  return subject.settle(AT, lost.length > 0, FACT, seen);
}

function refused(subject: TestSubject, status: string): Finding {
  if (subject.definition.update?.whole)
    return subject.tell({ at: AT, fact: FACT, verdict: 'confirmed', seen: `a part of a record is refused: ${status}` });
  return subject.tell({
    at: AT,
    fact: FACT,
    verdict: 'contradicted',
    seen: `a part of a record is refused: ${status}`,
  });
}

async function version(subject: TestSubject, id: string, path: string): Promise<Finding[]> {
  const { tests } = subject;
  subject.mark();
  const seen: Wire[] = [];
  for (let i = 0; i < 3; i++) {
    const { wire } = await tests.update(subject, id, withAt({}, path, tests.text()));
    if (wire) seen.push(wire);
  }
  if (seen.length < 3) return [];
  const at = ['version'];
  const fact = 'a part that is another after each write';
  const grows = (candidate: string) => {
    const values = seen.map(wireReader(candidate));
    return (
      values.every((value) => typeof value === 'number' || typeof value === 'string') &&
      new Set(values.map(String)).size === values.length
    );
  };
  const stamp = subject.definition.modified;
  const stampPath = stamp === undefined ? undefined : (subject.definition.fields[stamp]?.path ?? stamp);
  const declared = subject.definition.version;
  const candidates = leaves(seen[0])
    .map((leaf) => leaf.path)
    .filter((one) => one !== path && one !== stampPath && /vers|etag|rev|lock|seq|counter/i.test(one));
  const found = declared !== undefined && grows(declared) ? declared : candidates.find(grows);
  const findings: Finding[] = [];
  if (found !== undefined)
    findings.push(subject.settle(at, found, fact, `${found} is another after each of ${seen.length} writes`));
  else if (declared !== undefined) findings.push(subject.settle(at, undefined, fact, `${declared} stays the same`));
  else findings.push(subject.hidden(at, fact, 'none is named like a version'));
  return [...findings, ...(await conditional(subject, id, path, found, seen))];
}

/** An update with the version of two writes ago in If-Match. */
async function conditional(
  subject: TestSubject,
  id: string,
  path: string,
  name: string | undefined,
  seen: readonly Wire[],
): Promise<Finding[]> {
  const { tests } = subject;
  const at = ['update', 'if_match'];
  const fact = 'whether an update can be made conditional';
  if (name === undefined) return [];
  subject.mark();
  const versionOf = (wire: Wire | undefined) => String(wireReader(name)(wire));
  const template = subject.definition.update?.if_match ?? '"{version}"';
  const header = (version: string) => ({ 'if-match': template.replaceAll('{version}', version) });
  const stale = await tests.update(subject, id, withAt({}, path, tests.text()), header(versionOf(seen[0])));
  const fresh = await tests.update(
    subject,
    id,
    withAt({}, path, tests.text()),
    header(versionOf(stale.wire ?? seen.at(-1))),
  );
  const works = !isGood(stale.reply) && isGood(fresh.reply);
  const said = `an old version: ${statusText(stale.reply)}; the current one: ${statusText(fresh.reply)}`;
  if (works) return [subject.settle(at, template, fact, said)];
  const declared = subject.definition.update?.if_match !== undefined;
  const changes = declared ? [{ path: ['objects', subject.name, ...at], value: undefined }] : [];
  return [
    subject.tell({
      at,
      fact,
      verdict: declared ? 'contradicted' : 'learnt',
      seen: `If-Match is ignored: ${said}`,
      changes,
    }),
  ];
}
