import { type Civil, civilToMs, DAY, HOUR, MINUTE, msToCivil } from '../../../connector/codec/civil.ts';
import { isoOfMs, readIso } from '../../../connector/codec/iso.ts';
import { compileTimePattern, type TimePattern } from '../../../connector/codec/time-pattern.ts';
import { isTimeZone, zoneNamed } from '../../../connector/codec/zone.ts';
import { asText, type Filter, filter, textArgument, textFilter, Unfit, wholeArgument } from '../filter.ts';
import { type Item, isNothing } from '../items.ts';

/*
 * Dates are `YYYY-MM-DD`, instants `YYYY-MM-DDTHH:mm:ss.sssZ`, and local times the same without the Z: which of the three
 * a text is follows from its form, which is canonical.
 */

interface Moment {
  kind: 'date' | 'instant' | 'local';
  /** Of an instant since 1970; of the others as if they were UTC. */
  ms: number;
}

const FORM = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)(Z)?)?$/;

const TIME_OF_DAY = /^\d\d:\d\d:\d\d(?:\.\d{1,3})?$/;

function momentOf(item: Item): Moment {
  const text = asText(item);
  const found = FORM.exec(text);
  const iso = found ? readIso(`${found[1]}T${found[2] ?? '00:00:00.000'}Z`) : undefined;
  if (!found || iso === undefined) throw new Unfit('needs a date or a time in canonical form; parse_date reads others');
  return { kind: found[3] ? 'instant' : found[2] ? 'local' : 'date', ms: Date.parse(iso) };
}

function said({ kind, ms }: Moment): string {
  const iso = isoOfMs(ms);
  if (iso === undefined) throw new Unfit('leaves the years 0000 to 9999');
  if (kind === 'instant') return iso;
  return kind === 'date' ? iso.slice(0, 10) : iso.slice(0, -1);
}

function zoneArgument(item: Item, fallback?: string): string {
  const name = textArgument(item, 'zone', fallback);
  if (!isTimeZone(name)) throw new Unfit('needs a time zone of the IANA list, e.g. Europe/Berlin');
  return name;
}

/** As a clock in the zone shows it; a date and a local time belong to no zone and stay. */
const localMs = ({ kind, ms }: Moment, zone: Item): number =>
  kind === 'instant' ? zoneNamed(zoneArgument(zone, 'UTC')).toLocal(ms) : ms;

/** Where the clock was put back, the earlier instant; where it was put forward, the later one. */
function instantMs({ kind, ms }: Moment, zone: Item): number {
  if (kind === 'instant') return ms;
  const instant = zoneNamed(zoneArgument(zone)).toInstant(ms, { overlap: 'earlier', gap: 'later' });
  if (instant === undefined) throw new Unfit('meets a time that the zone skips');
  return instant;
}

const patterns = new Map<string, TimePattern>();
const MOST_PATTERNS = 100;

function patternArgument(item: Item): { text: string; pattern: TimePattern } {
  const text = textArgument(item, 'pattern');
  const known = patterns.get(text);
  if (known) return { text, pattern: known };
  if (text.length > 100) throw new Unfit('takes patterns of at most 100 characters');
  if (patterns.size >= MOST_PATTERNS) patterns.clear();
  const pattern = compileTimePattern(text);
  patterns.set(text, pattern);
  return { text, pattern };
}

/** A date where the pattern has no time of day, an instant where the zone is said, else a local time. */
function parsed(text: string, [form, zone]: readonly Item[]): string {
  const { text: letters, pattern } = patternArgument(form);
  const read = pattern.read(text.trim());
  const ms = read && civilToMs({ ...read, month: read.month, day: letters.includes('DD') ? read.day : 1 });
  if (!letters.includes('YYYY') || !letters.includes('MM')) throw new Unfit('needs YYYY and MM in its pattern');
  if (ms === undefined) throw new Unfit('finds no date of the pattern in the text');
  if (!/HH|mm|ss|SSS/.test(letters)) return said({ kind: 'date', ms });
  if (isNothing(zone)) return said({ kind: 'local', ms });
  return said({ kind: 'instant', ms: instantMs({ kind: 'local', ms }, zone) });
}

const adding = (unit: number): Filter =>
  filter('number', (item, [number]) => {
    const moment = momentOf(item);
    if (moment.kind === 'date' && unit < DAY) throw new Unfit('needs a time of day; a date has none');
    return said({ ...moment, ms: moment.ms + wholeArgument(number, 'number') * unit });
  });

/** The day of the month stays, or becomes the last one of a shorter month. */
const addingMonths = (months: number): Filter =>
  filter('number', (item, [number]) => {
    const moment = momentOf(item);
    const civil = msToCivil(moment.ms);
    const count = civil.year * 12 + civil.month - 1 + wholeArgument(number, 'number') * months;
    const target = { ...civil, year: Math.floor(count / 12), month: (((count % 12) + 12) % 12) + 1 };
    for (let day = civil.day; day > 27; day--) {
      const ms = civilToMs({ ...target, day });
      if (ms !== undefined) return said({ ...moment, ms });
    }
    return said({ ...moment, ms: civilToMs(target) ?? Number.NaN });
  });

const partOfDate = (read: (civil: Civil, ms: number) => number): Filter =>
  filter('zone?', (item, [zone]) => {
    const ms = localMs(momentOf(item), zone);
    return read(msToCivil(ms), ms);
  });

const dayOf = (ms: number): number => Math.floor(ms / DAY);
/** Monday is 1; day 0, 1970-01-01, was a Thursday. */
const weekdayOf = (ms: number): number => ((((dayOf(ms) + 3) % 7) + 7) % 7) + 1;

/** The ISO week: that of the year of its Thursday. */
function weekOf(ms: number): number {
  const thursday = (dayOf(ms) + 4 - weekdayOf(ms)) * DAY;
  const newYear = civilToMs({ ...msToCivil(thursday), month: 1, day: 1 }) ?? 0;
  return Math.floor((dayOf(thursday) - dayOf(newYear)) / 7) + 1;
}

export const DATE_FILTERS: Readonly<Record<string, Filter>> = {
  add_days: adding(DAY),
  add_hours: adding(HOUR),
  add_minutes: adding(MINUTE),
  add_months: addingMonths(1),
  add_years: addingMonths(12),
  date: filter('zone?', (item, [zone]) => said({ kind: 'date', ms: localMs(momentOf(item), zone) })),
  day: partOfDate(({ day }) => day),
  days_until: filter('date zone?', (item, [other, zone]) => {
    return dayOf(localMs(momentOf(other), zone)) - dayOf(localMs(momentOf(item), zone));
  }),
  format_date: filter('pattern zone?', (item, [form, zone]) =>
    patternArgument(form).pattern.write(msToCivil(localMs(momentOf(item), zone))),
  ),
  format_time: textFilter('pattern', (text, [form]) => {
    const found = TIME_OF_DAY.test(text) ? readIso(`1970-01-01T${text}Z`) : undefined;
    if (found === undefined) throw new Unfit('needs a time of day in canonical form, such as 14:05:00.000');
    return patternArgument(form).pattern.write(msToCivil(Date.parse(found)));
  }),
  instant: filter('zone', (item, [zone]) => said({ kind: 'instant', ms: instantMs(momentOf(item), zone) })),
  month: partOfDate(({ month }) => month),
  parse_date: textFilter('pattern zone?', parsed),
  parse_time: textFilter('pattern', (text, [form]) => {
    const read = patternArgument(form).pattern.read(text.trim());
    const ms = read && civilToMs({ ...read, year: 1970, month: 1, day: 1 });
    if (ms === undefined) throw new Unfit('finds no time of the pattern in the text');
    return said({ kind: 'local', ms }).slice(11);
  }),
  quarter: partOfDate(({ month }) => Math.floor((month - 1) / 3) + 1),
  time: filter('zone?', (item, [zone]) => {
    const moment = momentOf(item);
    if (moment.kind === 'date') throw new Unfit('needs a time of day; a date has none');
    return said({ kind: 'local', ms: localMs(moment, zone) }).slice(11);
  }),
  to_zone: filter('zone', (item, [zone]) => said({ kind: 'local', ms: localMs(momentOf(item), zone) })),
  week: partOfDate((_, ms) => weekOf(ms)),
  weekday: partOfDate((_, ms) => weekdayOf(ms)),
  year: partOfDate(({ year }) => year),
};
