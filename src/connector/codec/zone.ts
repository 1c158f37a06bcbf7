import { DAY, HOUR } from './civil.ts';

/** A span of instants, epoch ms `start <= t < end`, in which a zone keeps one offset from UTC (ms, east positive). */
interface Period {
  start: number;
  end: number;
  offset: number;
}

/** What a local time is that occurs twice (overlap) or not at all (gap). */
export interface ZonePolicy {
  overlap: 'earlier' | 'later' | 'reject';
  gap: 'later' | 'earlier' | 'reject';
}

/** Conversions between instants and the local times of one zone, both in ms; a local time is counted as if it were UTC. */
export interface Zone {
  toLocal(instant: number): number;
  /** Undefined where the local time was skipped or occurs twice, and the policy rejects that. */
  toInstant(local: number, policy: ZonePolicy): number | undefined;
}

/** No zone was ever further from UTC than this. */
const WIDEST_OFFSET = 16 * HOUR;

/** Beyond the widest offset and the widest change of it, only one period can hold a local time. */
const MARGIN = 2 * DAY;

/** Periods kept per zone: a zone has one or two a year, so that this covers any century. */
const MOST_PERIODS = 512;

const zones = new Map<string, Zone>();

/** Whether the runtime's zone table has this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/** Whether the clocks of a zone are still changed, by the runtime's zone table: from 2026 on. */
export function changesItsClocks(name: string): boolean {
  return SINCE.toZonedDateTimeISO(name).getTimeZoneTransition('next') !== null;
}

const SINCE = Temporal.Instant.from('2026-01-01T00:00Z');

/** The zone of this IANA name, with the periods it has needed so far; throws where there is no such zone. */
export function zoneNamed(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const zone = name === 'UTC' ? UTC : openZone(name);
  zones.set(name, zone);
  return zone;
}

const UTC: Zone = { toLocal: (instant) => instant, toInstant: (local) => local };

function openZone(name: string): Zone {
  const periods: Period[] = [];
  let last = findPeriod(name, 0);
  const periodAt = (instant: number): Period => {
    if (instant >= last.start && instant < last.end) return last;
    for (const period of periods) {
      if (instant < period.start || instant >= period.end) continue;
      last = period;
      return period;
    }
    last = findPeriod(name, instant);
    if (periods.length >= MOST_PERIODS) periods.length = 0;
    periods.push(last);
    return last;
  };
  return {
    toLocal: (instant) => instant + periodAt(instant).offset,
    toInstant(local, policy) {
      const period = periodAt(local);
      const instant = local - period.offset;
      if (instant >= period.start + MARGIN && instant < period.end - MARGIN) return instant;
      return resolve(periodAt, local, policy);
    },
  };
}

/** Looks at every period that could hold the local time, in order. */
function resolve(periodAt: (instant: number) => Period, local: number, policy: ZonePolicy): number | undefined {
  const found: number[] = [];
  let before: number | undefined;
  let after: number | undefined;
  for (let period = periodAt(local - WIDEST_OFFSET); ; period = periodAt(period.end)) {
    const instant = local - period.offset;
    if (instant >= period.start && instant < period.end) found.push(instant);
    // The clock jumps over a skipped time at the end of the last period that it lies behind.
    if (instant >= period.end) before = instant;
    else if (instant < period.start) after ??= instant;
    if (period.end > local + WIDEST_OFFSET) break;
  }
  const [first, second] = found;
  if (first === undefined) return policy.gap === 'reject' ? undefined : policy.gap === 'later' ? before : after;
  if (second === undefined || policy.overlap === 'earlier') return first;
  return policy.overlap === 'later' ? found.at(-1) : undefined;
}

/** Asks Temporal, once per period. */
function findPeriod(zone: string, instant: number): Period {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(zone);
  const next = at.getTimeZoneTransition('next');
  // "Previous" means strictly before, and an instant may be a transition itself.
  const previous = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  return {
    start: previous ? previous.epochMilliseconds : Number.NEGATIVE_INFINITY,
    end: next ? next.epochMilliseconds : Number.POSITIVE_INFINITY,
    offset: at.offsetNanoseconds / 1e6,
  };
}
