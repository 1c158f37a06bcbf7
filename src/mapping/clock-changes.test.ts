import { expect, test } from 'vitest';
import { isoOfMs } from '../connector/codec/iso.ts';
import { localOfMs } from '../connector/codec/local-time.ts';
import { fieldSchema } from '../connector/field.ts';
import { converter } from './convert.ts';

/*
 * Local timestamps over every change of offset from 2000 to 2037, of every zone that the runtime knows: what the
 * conversion makes of the times around each change is what Temporal makes of them.
 */

const ZONES = Intl.supportedValuesOf('timeZone');
const FROM = Temporal.Instant.from('2000-01-01T00:00Z');
const UNTIL = Date.UTC(2038, 0);
const SECOND = 1000;

/** Declared policies, and what Temporal calls them. */
const POLICIES = [
  { overlap: 'earlier', gap: 'later', disambiguation: 'compatible' },
  { overlap: 'later', gap: 'later', disambiguation: 'later' },
  { overlap: 'earlier', gap: 'earlier', disambiguation: 'earlier' },
  { overlap: 'reject', gap: 'reject', disambiguation: 'reject' },
] as const;

interface Change {
  /** Epoch ms. */
  at: number;
  /** Offsets from UTC in ms. */
  before: number;
  after: number;
}

function changesOf(zone: string): Change[] {
  const found: Change[] = [];
  let at = FROM.toZonedDateTimeISO(zone).getTimeZoneTransition('next');
  while (at && at.epochMilliseconds < UNTIL) {
    const before = at.subtract({ milliseconds: 1 }).offsetNanoseconds / 1e6;
    found.push({ at: at.epochMilliseconds, before, after: at.offsetNanoseconds / 1e6 });
    at = at.getTimeZoneTransition('next');
  }
  return found;
}

/** Local times, as if they were UTC: the first and the last that is skipped or occurs twice, those beside them, and one inside. */
function localsAround({ at, before, after }: Change): number[] {
  const [first, last] = [at + Math.min(before, after), at + Math.max(before, after)];
  return [first - SECOND, first, Math.floor((first + last) / 2), last - SECOND, last, last + SECOND];
}

function byTemporal(
  zone: string,
  plain: Temporal.PlainDateTime,
  disambiguation: 'compatible' | 'earlier' | 'later' | 'reject',
) {
  try {
    return isoOfMs(plain.toZonedDateTime(zone, { disambiguation }).epochMilliseconds);
  } catch {
    return undefined;
  }
}

test('local times become the instants, and instants the local times, that Temporal makes of them', () => {
  const timestamp = fieldSchema.parse({ type: 'timestamp' });
  const wrong: string[] = [];
  let changes = 0;
  let checked = 0;
  for (const zone of ZONES) {
    const ways = POLICIES.map(({ overlap, gap, disambiguation }) => {
      const local = fieldSchema.parse({ type: 'local_timestamp', time: { pattern: 'iso', zone, overlap, gap } });
      return { disambiguation, forth: converter(local, timestamp)!, back: converter(timestamp, local)! };
    });
    for (const change of changesOf(zone)) {
      changes += 1;
      for (const ms of localsAround(change)) {
        const local = localOfMs(ms)!;
        const plain = Temporal.PlainDateTime.from(local);
        for (const { disambiguation, forth } of ways) {
          checked += 1;
          const own = forth(local);
          if (own !== byTemporal(zone, plain, disambiguation)) wrong.push(`${zone} ${local} ${disambiguation}: ${own}`);
        }
      }
      for (const ms of [change.at - SECOND, change.at, change.at + SECOND]) {
        const plain = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime();
        const expected = plain.toString({ fractionalSecondDigits: 3 });
        const isTwice = byTemporal(zone, plain, 'reject') === undefined;
        for (const { disambiguation, back } of ways) {
          checked += 1;
          const own = back(isoOfMs(ms)!);
          // A time that would be refused when it comes back is not given.
          const given = disambiguation === 'reject' && isTwice ? undefined : expected;
          if (own !== given) wrong.push(`${zone} ${isoOfMs(ms)} ${disambiguation}: ${own}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
  // A runtime without its zone table would have nothing to disagree about.
  expect(ZONES.length).toBeGreaterThan(400);
  expect(changes).toBeGreaterThan(8000);
  expect(checked).toBeGreaterThanOrEqual(changes * 36);
}, 60_000);
