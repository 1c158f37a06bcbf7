import { compileTime } from '../../../connector/codec/time.ts';
import { milliseconds } from '../../../connector/duration.ts';
import { wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Listed, type Page, type Place, START, type Subject } from '../subject.ts';
import { durationOf, grainOf, unitOf } from '../time-form.ts';
import { sinceQuery } from './since.ts';
import { ENOUGH } from './stamps.ts';

const AT = ['list', 'since'];
const EDGE = 'whether the instant itself belongs to the changes';
const GRAIN = 'the grain of the filter and the stamp';
/** Pages that are looked through for one record. */
const MOST_PAGES = 10;
const SECOND = 1000;
const FEW = [2, 5, 10, 30];

interface Stamped {
  record: Listed;
  ms: number;
}

/** Whether a change at the very instant belongs to the changes since it, and how fine the filter is, by the newest record. */
export const sinceEdge: Probe = {
  id: 'since-edge',
  async run(subject) {
    const filter = subject.list?.since;
    const { modified } = subject.definition;
    if (!filter || modified === undefined || filter.header || filter.until || subject.list?.method !== 'GET')
      return null;
    const newest = await newestRecord(subject);
    if (!newest) return null;
    const step = unitOf(filter.time ?? 'iso');
    const includes = (ms: number) => contains(subject, newest, ms);
    if ((await includes(newest.ms - step)) !== true)
      return [subject.hidden([...AT, 'inclusive'], EDGE, 'the newest record that is known was not found again')];
    const exact = await includes(newest.ms);
    if (exact === null) return [subject.hidden([...AT, 'inclusive'], EDGE, 'there are too many changes to tell')];
    const seen = exact
      ? 'a record stamped with that instant is listed'
      : 'a record stamped with that instant is left out';
    const inclusive = subject.settle([...AT, 'inclusive'], exact, EDGE, seen);
    if (!exact) return [inclusive];
    subject.mark();
    const grain = await filterGrain(step, newest.ms, includes);
    if (grain === null)
      return [inclusive, subject.hidden([...AT, 'precision'], GRAIN, 'there are too many changes to tell')];
    return [inclusive, await precision(subject, grain, step)];
  },
};

/** Instants of the modification stamps of a page. */
export function stampsOf(subject: Subject, page: Page): Stamped[] {
  const { modified, fields } = subject.definition;
  if (modified === undefined) return [];
  const at = wireReader(fields[modified]?.path ?? modified);
  const time = compileTime(fields[modified]?.time);
  return page.records.flatMap((record) => {
    const ms = time.readMs(at(record.wire));
    return ms === undefined ? [] : [{ record, ms }];
  });
}

/** Of the first page, of the last where that is known, and of what comes first when the newest are asked for. */
async function newestRecord(subject: Subject): Promise<Stamped | null> {
  const first = await subject.sample();
  const pages = [first];
  const { sort, pagination } = subject.list ?? {};
  if (sort?.descending !== undefined) pages.push(await subject.page({ query: { [sort.param]: sort.descending } }));
  else if (first.total !== null && (pagination?.style === 'page' || pagination?.style === 'offset')) {
    const index = Math.max(0, Math.ceil(first.total / pagination.size) - 1);
    pages.push(await subject.page({ place: { index, cursor: null, offset: index * pagination.size } }));
  }
  return pages.flatMap((page) => stampsOf(subject, page)).sort((a, b) => b.ms - a.ms)[0] ?? null;
}

/**
 * How much later than a record's stamp the filter must be to leave it out: a unit of time, or a few of them; null where
 * that can't be told.
 */
async function filterGrain(
  step: number,
  stamp: number,
  includes: (ms: number) => Promise<boolean | null>,
): Promise<number | null> {
  let finer: number | null = null;
  for (const unit of [1, SECOND, 60_000, 3_600_000, 86_400_000]) {
    if (unit < step) continue;
    // Beginning with the unit in which the stamp stands: a filter that cuts to minutes takes 14:05:59 for 14:05.
    const held = await includes(Math.floor(stamp / unit) * unit + unit);
    if (held === null) return null;
    if (held) {
      finer = unit;
      continue;
    }
    const known = finer;
    for (const length of known === null ? [] : FEW.map((few) => few * known)) {
      if (length < unit && (await includes(stamp + length)) === false) return length;
    }
    return unit;
  }
  return null;
}

/**
 * A filter that gives a little more than it is asked for loses nothing, so that a finer declaration is not wrong, as long
 * as the form can say it. Stamps that are all whole seconds may be so by chance: taken for a grain where nothing is said.
 */
async function precision(subject: Subject, grain: number, step: number): Promise<Finding> {
  const stamps = stampsOf(subject, await subject.sample()).map(({ ms }) => ms);
  const whole = new Set(stamps).size >= ENOUGH && grainOf(stamps) >= SECOND && grain < SECOND;
  const own = whole ? `; the stamps of ${stamps.length} records are whole seconds` : '';
  const seen = `a record is left out from ${durationOf(grain)} after its stamp on${own}`;
  const at = [...AT, 'precision'];
  const said = subject.draft.declared(['objects', subject.name, ...at]);
  const declared = typeof said === 'string' ? milliseconds(said) : null;
  if (declared === null) return subject.settle(at, whole ? '1s' : durationOf(grain), GRAIN, seen);
  const finer = declared >= step && declared < grain;
  // A coarser grain than is needed costs a few records read twice, no more; test records can tell the stamp's own.
  const coarser = whole && declared > grain && declared <= SECOND;
  if (finer || coarser) return subject.tell({ at, fact: GRAIN, verdict: 'confirmed', seen });
  return subject.settle(at, durationOf(grain), GRAIN, seen);
}

/** Whether the changes since an instant hold a record; null where they are too many to tell. */
async function contains(subject: Subject, { record, ms }: Stamped, since: number): Promise<boolean | null> {
  const query = sinceQuery(subject, since);
  let place: Place | null = START;
  for (let pages = 0; place && pages < MOST_PAGES; pages++) {
    const page: Page = await subject.page({ place, values: query });
    if (!isGood(page.reply)) return null;
    if (page.ids.includes(record.id)) return true;
    if (isPast(stampsOf(subject, page), ms)) return false;
    place = subject.after(page);
  }
  return place === null ? false : null;
}

/** Whether a page in rising order of the stamps has gone beyond one. */
function isPast(stamped: readonly Stamped[], ms: number): boolean {
  const rising = stamped.every((one, i) => i === 0 || one.ms >= (stamped[i - 1]?.ms ?? 0));
  return (
    rising && stamped.length > 1 && (stamped[0]?.ms ?? 0) < (stamped.at(-1)?.ms ?? 0) && (stamped[0]?.ms ?? 0) > ms
  );
}
