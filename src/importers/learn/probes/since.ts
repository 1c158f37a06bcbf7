import { compileTime, type TimeFormat } from '../../../connector/codec/time.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Page, type Subject } from '../subject.ts';

const AT = ['list', 'since'];
const FACT = 'the filter by time of change';
const YEARS_AHEAD = 2 * 365 * 86_400_000;

/** Whether the list can be asked for changes since an instant, whether that instant belongs to them, and how fine it is. */
export const since: Probe = {
  id: 'since',
  async run(subject) {
    const { list } = subject;
    if (list?.method !== 'GET') return null;
    const base = await subject.sample();
    if (base.ids.length === 0) return null;
    if (list.since?.header || list.since?.until)
      return [subject.hidden(AT, FACT, 'filters by header or by window are not looked into')];
    return list.since ? declared(subject, base) : discovered(subject, base);
  },
};

/** What a filter with an instant in the future does: an honest one leaves nothing. */
async function future(
  subject: Subject,
  base: Page,
  param: string,
  template: string,
  form: TimeFormat,
): Promise<'honoured' | 'ignored' | 'refused'> {
  const text = String(compileTime(form).writeMs(subject.now() + YEARS_AHEAD));
  const page = await subject.page({ query: { [param]: template.replaceAll('{value}', text) } });
  if (!isGood(page.reply) || !page.items) return 'refused';
  return page.items.length === 0 && base.ids.length > 0 ? 'honoured' : 'ignored';
}

async function declared(subject: Subject, base: Page): Promise<Finding[]> {
  const filter = subject.list?.since;
  if (!filter) return [];
  const outcome = await future(subject, base, filter.param, filter.template, filter.time ?? 'iso');
  if (outcome === 'honoured')
    return [subject.tell({ at: AT, fact: FACT, verdict: 'confirmed', seen: 'a time in the future leaves no record' })];
  if (outcome === 'refused') {
    const form = await otherForm(subject, base, filter.param, filter.template);
    if (form !== null)
      return [
        subject.settle(
          [...AT, 'time'],
          plain(form),
          'how the filter by time of change is written',
          'the declared form is refused, this one is honoured',
        ),
      ];
  }
  const seen = outcome === 'ignored' ? 'silently ignored: a time in the future leaves all records' : 'refused';
  const gone = { path: ['objects', subject.name, ...AT], value: undefined };
  const other = await discovered(subject, base);
  const changes = other.length > 0 ? [] : [gone];
  return [subject.tell({ at: AT, fact: FACT, verdict: 'contradicted', seen, changes }), ...other];
}

async function otherForm(subject: Subject, base: Page, param: string, template: string): Promise<TimeFormat | null> {
  for (const form of forms(subject)) {
    if ((await future(subject, base, param, template, form)) === 'honoured') return form;
  }
  return null;
}

function forms(subject: Subject): TimeFormat[] {
  const { modified, fields } = subject.definition;
  const own = modified === undefined ? undefined : fields[modified]?.time;
  return [...(own === undefined ? [] : [own]), 'iso', 'epoch_s', 'epoch_ms'];
}

const plain = (form: TimeFormat) => (typeof form === 'string' ? form : { pattern: form.pattern, zone: form.zone });

function candidates(modified: string): string[] {
  return [
    'updated_since',
    'changed_since',
    'modified_since',
    'updated_after',
    'modified_after',
    'changed_after',
    'since',
    'updatedSince',
    'modifiedSince',
    'updatedAfter',
    'modifiedAfter',
    'last_modified_after',
    'updated_at_min',
    'updated_from',
    `${modified}_since`,
    `${modified}_after`,
    `${modified}_from`,
    `${modified}[gte]`,
    `${modified}[gt]`,
    `${modified}__gte`,
    `${modified}_gte`,
    `min_${modified}`,
    'from',
    'start_time',
  ];
}

async function discovered(subject: Subject, base: Page): Promise<Finding[]> {
  const { modified } = subject.definition;
  if (modified === undefined) return [subject.hidden(AT, FACT, 'no stamp of change is known to compare with')];
  const [form = 'iso'] = forms(subject);
  const wire = subject.definition.fields[modified]?.path ?? modified;
  for (const param of new Set(candidates(wire))) {
    if ((await future(subject, base, param, '{value}', form)) !== 'honoured') continue;
    const value = { param, ...(form === 'iso' ? {} : { time: plain(form) }) };
    return [subject.settle(AT, value, FACT, `${param} is honoured: a time in the future leaves no record`)];
  }
  const count = candidates(wire).length;
  return [subject.hidden(AT, FACT, `none of ${count} usual names is honoured; it may have another one`)];
}

/** The parameter that asks for changes since an instant. */
export function sinceQuery(subject: Subject, ms: number): Record<string, string> {
  const filter = subject.list?.since;
  if (!filter) return {};
  const text = String(compileTime(filter.time).writeMs(ms));
  return { [filter.param]: filter.template.replaceAll('{value}', text) };
}
