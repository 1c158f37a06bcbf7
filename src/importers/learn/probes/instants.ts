import { attempt } from '../attempt.ts';
import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import type { TestSubject } from '../test-subject.ts';

const SENT = '2026-03-01T12:34:56.789+02:00';
const INSTANT = Date.parse(SENT);

/** What becomes of an instant that is written with an offset: kept, turned into UTC, or its offset lost. */
export const instants: WritingProbe = {
  id: 'instants',
  async run(subject) {
    const { tests, definition } = subject;
    const made = await tests.main(subject);
    if (!made || !definition.update) return null;
    const fields = Object.entries(definition.fields).filter(
      ([, field]) => field.type === 'timestamp' && !field.read_only && (field.time ?? 'iso') === 'iso',
    );
    const findings: Finding[] = [];
    for (const [name, field] of fields) {
      const path = field.path ?? name;
      subject.mark();
      const outcome = (await attempt(subject, made.id, new Map([[path, SENT]]))).get(path);
      findings.push(told(subject, name, outcome?.kind === 'stored' ? outcome.value : null));
    }
    return findings;
  },
};

function told(subject: TestSubject, name: string, stored: unknown): Finding {
  const at = ['fields', name, 'time'];
  const fact = `an instant with an offset in ${name}`;
  const learnt = (seen: string) => subject.tell({ at, fact, verdict: 'learnt', declared: null, seen });
  if (typeof stored !== 'string') return learnt('is refused');
  if (stored === SENT) return learnt('is kept as it is');
  const at0 = Date.parse(stored);
  if (Number.isNaN(at0)) return learnt('becomes something that is no instant of ISO 8601');
  const lost = INSTANT - at0;
  if (lost >= 0 && lost < 60_000) {
    const cut = lost === 0 ? '' : lost < 1000 ? ', to the second' : ', to the minute';
    return learnt(`becomes ${/Z$|[+-]00:?00$/.test(stored) ? 'UTC' : 'another offset'}${cut}`);
  }
  return learnt('loses its offset: another instant is stored');
}
