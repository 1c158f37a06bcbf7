import { isWire, wireReader } from '../../../connector/wire-path.ts';
import { attempt } from '../attempt.ts';
import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import type { TestSubject } from '../test-subject.ts';

const FACT = 'decimals that are stored';

/** What becomes of more decimals than a number or an amount of money has. */
export const numbers: WritingProbe = {
  id: 'numbers',
  async run(subject) {
    const { tests, definition } = subject;
    const made = await tests.main(subject);
    if (!made || !definition.update) return null;
    const { records } = await subject.sample();
    const findings: Finding[] = [];
    for (const [name, field] of Object.entries(definition.fields)) {
      if (field.read_only || !['money', 'decimal', 'integer', 'number'].includes(field.type)) continue;
      const path = field.path ?? name;
      const at = wireReader(path);
      const example = records.map((record) => at(record.wire)).find((value) => finer(value) !== null);
      const sent = finer(example);
      if (sent === null) continue;
      subject.mark();
      const outcome = (await attempt(subject, made.id, new Map([[path, sent.wire]]))).get(path);
      // That a whole number takes no decimals is what its type says.
      if (field.type === 'integer' && outcome?.kind !== 'stored') continue;
      findings.push(told(subject, name, sent, outcome?.kind === 'stored' ? outcome.value : null));
    }
    return findings;
  },
};

interface Finer {
  wire: unknown;
  /** The digits after the mark that were sent. */
  decimals: string;
}

const DECIMALS = '5678';

/** A value of the same form with four decimals; null where it is no number. */
function finer(value: unknown): Finer | null {
  if (typeof value === 'number')
    return { wire: Number(`${Math.trunc(Math.abs(value)) % 1000}.${DECIMALS}`), decimals: DECIMALS };
  if (typeof value === 'string') {
    const match = /^(\D*\d[\d.,' ]*?)([.,])(\d{1,3})(\D*)$/.exec(value);
    return match ? { wire: `${match[1]}${match[2]}${DECIMALS}${match[4]}`, decimals: DECIMALS } : null;
  }
  if (!isWire(value) || Array.isArray(value)) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = finer(inner);
    if (found) return { ...found, wire: { ...value, [key]: found.wire } };
  }
  return null;
}

function told(subject: TestSubject, name: string, sent: Finer, stored: unknown): Finding {
  const at = ['fields', name, 'number', 'scale'];
  const fact = `${FACT} in ${name}`;
  const declared = subject.definition.fields[name]?.number?.scale;
  if (stored === null) {
    const verdict = declared === undefined ? ('learnt' as const) : ('confirmed' as const);
    return subject.tell({ at, fact, verdict, declared: declared ?? null, seen: `${sent.decimals.length} are refused` });
  }
  const digits = decimalsOf(stored);
  if (digits === null) return subject.hidden(at, fact, 'what was stored can not be read');
  const scale = digits.length;
  const cut = sent.decimals.slice(0, scale);
  const how = digits === sent.decimals ? 'all are kept' : digits === cut ? 'the rest is cut' : 'rounded';
  if (digits === sent.decimals)
    return subject.tell({
      at,
      fact,
      verdict: declared === undefined || declared >= scale ? 'learnt' : 'contradicted',
      declared: declared ?? null,
      seen: `${scale}: ${how}`,
    });
  if (subject.definition.fields[name]?.type === 'integer')
    return subject.tell({ at, fact, verdict: 'learnt', declared: null, seen: `${scale}; ${how}` });
  return subject.settle(at, scale, fact, `${scale}; ${how}`);
}

function decimalsOf(value: unknown): string | null {
  if (typeof value === 'number') return /\.(\d+)$/.exec(String(value))?.[1] ?? '';
  if (typeof value === 'string') {
    const match = /[.,](\d{1,6})\D*$/.exec(value);
    return match?.[1] ?? (/\d/.test(value) ? '' : null);
  }
  if (!isWire(value)) return null;
  for (const inner of Object.values(value)) {
    const found = decimalsOf(inner);
    if (found !== null) return found;
  }
  return null;
}
