import { compileTime, type TimeFormat } from '../../../connector/codec/time.ts';
import { wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Listed, type Page, type Place, START, type Subject } from '../subject.ts';
import { durationOf, grainOf, unitOf } from '../time-form.ts';
import { ENOUGH } from './stamps.ts';

const AT = ['list', 'since'];
const FACT = 'the filter by time of change';
const YEARS_AHEAD = 2 * 365 * 86_400_000;
/** Pages that are looked through for one record. */
const MOST_PAGES = 10;

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
    const findings = list.since ? await declared(subject, base) : await discovered(subject, base);
    if (!subject.list?.since) return findings;
    return [...findings, ...(await edge(subject, base))];
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
    return [subject.settle([...AT, 'param'], filter.param, FACT, 'a time in the future leaves no record')];
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
  return [subject.tell({ at: [...AT, 'param'], fact: FACT, verdict: 'contradicted', seen, changes }), ...other];
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

/** Inclusiveness and grain, by the newest record of the first page. */
async function edge(subject: Subject, base: Page): Promise<Finding[]> {
  const filter = subject.list?.since;
  const { modified, fields } = subject.definition;
  if (!filter || modified === undefined) return [];
  const at = wireReader(fields[modified]?.path ?? modified);
  const time = compileTime(fields[modified]?.time);
  const stamped = base.records.flatMap((record) => {
    const ms = time.readMs(at(record.wire));
    return ms === undefined ? [] : [{ record, ms }];
  });
  const newest = stamped.sort((a, b) => b.ms - a.ms)[0];
  if (!newest) return [];
  const step = unitOf(filter.time ?? 'iso');
  const includes = (ms: number) => contains(subject, newest.record, ms);
  const before = await includes(newest.ms - step);
  if (before !== true)
    return [
      subject.hidden(
        [...AT, 'inclusive'],
        'whether the instant itself belongs to the changes',
        'the newest record of the first page was not found again',
      ),
    ];
  const exact = await includes(newest.ms);
  const inclusive = subject.settle(
    [...AT, 'inclusive'],
    exact === true,
    'whether the instant itself belongs to the changes',
    exact ? 'a record stamped with that instant is listed' : 'a record stamped with that instant is left out',
  );
  if (exact !== true) return [inclusive];
  subject.mark();
  const stamps = stamped.map(({ ms }) => ms);
  const own = new Set(stamps).size >= ENOUGH ? grainOf(stamps) : 1;
  const grain = Math.max(own, await filterGrain(step, newest.ms, includes));
  return [
    inclusive,
    subject.settle(
      [...AT, 'precision'],
      durationOf(grain),
      'the grain of the filter and the stamp',
      `a record is left out from ${durationOf(grain)} after its stamp on`,
    ),
  ];
}

/** How much later than a record's stamp the filter must be to leave it out. */
async function filterGrain(
  step: number,
  stamp: number,
  includes: (ms: number) => Promise<boolean | null>,
): Promise<number> {
  for (const unit of [1, 1000, 60_000, 3_600_000, 86_400_000]) {
    if (unit < step) continue;
    // Beginning with the unit in which the stamp stands: a filter that cuts to minutes takes 14:05:59 for 14:05.
    const next = Math.floor(stamp / unit) * unit + unit;
    if ((await includes(next)) === false) return unit;
  }
  return 86_400_000;
}

/** Whether the changes since an instant hold a record; null where they are too many to tell. */
async function contains(subject: Subject, record: Listed, ms: number): Promise<boolean | null> {
  const query = sinceQuery(subject, ms);
  let place: Place | null = START;
  for (let pages = 0; place && pages < MOST_PAGES; pages++) {
    const page: Page = await subject.page({ place, values: query });
    if (!isGood(page.reply)) return null;
    if (page.ids.includes(record.id)) return true;
    place = subject.after(page);
  }
  return place === null ? false : null;
}

/** The parameter that asks for changes since an instant. */
export function sinceQuery(subject: Subject, ms: number): Record<string, string> {
  const filter = subject.list?.since;
  if (!filter) return {};
  const text = String(compileTime(filter.time).writeMs(ms));
  return { [filter.param]: filter.template.replaceAll('{value}', text) };
}
