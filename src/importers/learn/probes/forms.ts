import { compileCodec } from '../../../connector/codec.ts';
import type { FieldDefinition } from '../../../connector/field.ts';
import { isWire, wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import type { Subject } from '../subject.ts';
import { timeFormOf, unitOf } from '../time-form.ts';

/** Names of the stamp of a record's creation. */
const CREATION = /^(date_?)?(created?|creation)_?(at|on|date|time)?$/i;
/** Fewer different values may look like something else by chance. */
const ENOUGH = 3;
const SYMBOLS: Record<string, string> = { '€': 'EUR', $: 'USD', '£': 'GBP', CHF: 'CHF', '¥': 'JPY' };

/** Whether the values of each field are of its declared form; texts that are instants or amounts throughout are told. */
export const forms: Probe = {
  id: 'forms',
  async run(subject) {
    const { records } = await subject.sample();
    const { modified } = subject.definition;
    const codec = compileCodec(subject.definition, () => []);
    const findings: Finding[] = [];
    const fine: string[] = [];
    for (const [name, field] of Object.entries(subject.definition.fields)) {
      if (name === modified || field.write_only || field.options_from !== undefined) continue;
      const at = wireReader(field.path ?? name);
      const filled = records.filter(({ wire }) => ![null, undefined, ''].some((empty) => at(wire) === empty));
      if (filled.length === 0) continue;
      const unreadable = filled.filter(
        ({ wire }) => !isWire(wire) || codec.decode({ ...wire }, [name]).problems[name],
      ).length;
      const values = filled.map(({ wire }) => at(wire));
      const found =
        unreadable > 0 || field.type === 'string' || field.type === 'object' ? better(subject, field, values) : null;
      if (found) findings.push(changed(subject, name, field, found, values.length));
      else if (unreadable > 0)
        findings.push(
          subject.tell({
            at: ['fields', name],
            fact: `the form of ${name}`,
            verdict: 'contradicted',
            seen: `${unreadable} of ${filled.length} values are of another form`,
          }),
        );
      else fine.push(name);
    }
    if (fine.length > 0)
      findings.unshift(
        subject.tell({
          at: ['fields'],
          fact: 'the forms of the fields',
          verdict: 'confirmed',
          declared: null,
          seen: `all values of the sample can be read: ${fine.length} fields`,
        }),
      );
    return findings;
  },
};

type Form = Record<string, unknown> & { type: FieldDefinition['type'] };

/** What the values say they are; null where they may be anything. */
function better(
  subject: Subject,
  field: FieldDefinition,
  values: readonly unknown[],
): { form: Form; seen: string } | null {
  if (new Set(values.map((value) => JSON.stringify(value))).size < ENOUGH) return null;
  const zone = zoneOf(subject);
  const time = timeFormOf(values, zone);
  if (time !== null && !(typeof time === 'string' && time !== 'iso')) {
    const isDate = typeof time === 'object' && unitOf(time) === 86_400_000;
    const plain =
      typeof time === 'string' ? {} : { time: isDate ? { pattern: time.pattern } : { pattern: time.pattern, zone } };
    return {
      form: { type: isDate ? 'date' : 'timestamp', ...plain },
      seen: typeof time === 'string' ? 'instants of ISO 8601' : time.pattern,
    };
  }
  if (field.type === 'string' && values.every((value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)))
    return { form: { type: 'date' }, seen: 'dates of ISO 8601' };
  return moneyOf(values);
}

function zoneOf({ definition: { modified, fields } }: Subject): string {
  const time = modified === undefined ? undefined : fields[modified]?.time;
  return typeof time === 'object' ? (time.zone ?? 'UTC') : 'UTC';
}

const GERMAN = /^-?\d{1,3}(?:\.\d{3})*,(\d{2}) ?(\D{1,3})$/;
const ENGLISH = /^-?\d{1,3}(?:,\d{3})*\.(\d{2}) ?(\D{1,3})$/;

function moneyOf(values: readonly unknown[]): { form: Form; seen: string } | null {
  if (
    values.every(
      (value) =>
        isWire(value) && typeof value.currency === 'string' && /^[A-Z]{3}$/.test(value.currency) && 'amount' in value,
    )
  ) {
    const wire = values.every((value) => isWire(value) && typeof value.amount === 'string') ? 'string' : 'number';
    return {
      form: { type: 'money', money: { form: 'object' }, number: { wire } },
      seen: 'objects of amount and currency',
    };
  }
  for (const [pattern, decimal, group] of [
    [GERMAN, ',', '.'],
    [ENGLISH, '.', ','],
  ] as const) {
    const marks = values.map((value) => (typeof value === 'string' ? pattern.exec(value)?.[2]?.trim() : undefined));
    if (!marks.every((mark) => mark !== undefined && Object.hasOwn(SYMBOLS, mark))) continue;
    const symbols = Object.fromEntries(
      [...new Set(marks)].flatMap((mark) => (mark === undefined ? [] : [[mark, SYMBOLS[mark]]])),
    );
    return {
      form: { type: 'money', money: { form: 'text', symbols }, number: { wire: 'string', decimal, group, scale: 2 } },
      seen: `texts such as 1${group}234${decimal}56 with a currency sign`,
    };
  }
  return null;
}

function changed(
  subject: Subject,
  name: string,
  field: FieldDefinition,
  { form, seen }: { form: Form; seen: string },
  count: number,
): Finding {
  const known = subject.draft.known(['objects', subject.name, 'fields', name]);
  const { max_length: _, required, ...rest } = isWire(known) ? known : {};
  // What the system sets itself is nothing that a write must hold.
  const isOwn = form.type === 'timestamp' && CREATION.test(name);
  const kept = { ...rest, ...(isOwn ? { read_only: true } : required === undefined ? {} : { required }) };
  const path = ['fields', name];
  const verdict = field.type === 'string' || field.type === 'object' ? ('learnt' as const) : ('contradicted' as const);
  const changes = [{ path: ['objects', subject.name, ...path], value: { ...kept, ...form } }];
  return subject.tell({
    at: path,
    fact: `the form of ${name}`,
    verdict,
    seen: `${seen}, in all ${count} values`,
    changes,
  });
}
