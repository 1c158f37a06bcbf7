import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from './civil.ts';
import { isTimeZone, type ZonePolicy, zoneNamed } from './zone.ts';

const ZONES = Intl.supportedValuesOf('timeZone');
const COMPATIBLE: ZonePolicy = { overlap: 'earlier', gap: 'later' };
const LATER: ZonePolicy = { overlap: 'later', gap: 'later' };
const REJECT: ZonePolicy = { overlap: 'earlier', gap: 'reject' };

/** What Temporal makes of a local time, counted in ms as if it were UTC. */
function temporal(zone: string, local: number, disambiguation: 'compatible' | 'later' | 'reject'): number | undefined {
  const plain = Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO('UTC').toPlainDateTime();
  try {
    return plain.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
  } catch {
    return undefined;
  }
}

function temporalLocal(zone: string, instant: number): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return zoned.toPlainDateTime().toZonedDateTime('UTC').epochMilliseconds;
}

/** Up to `most` changes of offset of a zone after an instant. */
function changesOf(zone: string, from: string, most: number): { at: number; before: number; after: number }[] {
  const found = [];
  let at = Temporal.Instant.from(from).toZonedDateTimeISO(zone).getTimeZoneTransition('next');
  while (at && found.length < most && at.epochMilliseconds < Date.UTC(2040, 0)) {
    const before = at.subtract({ milliseconds: 1 }).offsetNanoseconds / 1e6;
    found.push({ at: at.epochMilliseconds, before, after: at.offsetNanoseconds / 1e6 });
    at = at.getTimeZoneTransition('next');
  }
  return found;
}

function checkAround(zone: string, { at, before, after }: { at: number; before: number; after: number }) {
  const own = zoneNamed(zone);
  for (const step of [-1, 0, 1, -30 * MINUTE, 30 * MINUTE, -HOUR, HOUR]) {
    expect(own.toLocal(at + step), `${zone} ${at + step}`).toBe(temporalLocal(zone, at + step));
    for (const edge of [at + before, at + after]) {
      const local = edge + step;
      const where = `${zone} ${new Date(local).toISOString()}`;
      expect(own.toInstant(local, COMPATIBLE), where).toBe(temporal(zone, local, 'compatible'));
      expect(own.toInstant(local, LATER), where).toBe(temporal(zone, local, 'later'));
    }
  }
}

test('every zone of the table agrees with Temporal around its changes', () => {
  for (const zone of ZONES) {
    for (const change of changesOf(zone, '2005-01-01T00:00Z', 2)) checkAround(zone, change);
    for (const change of changesOf(zone, '2024-01-01T00:00Z', 2)) checkAround(zone, change);
  }
});

test.each([
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
  'Asia/Manila',
  'Europe/Dublin',
])('all changes of %s since 1840', (zone) => {
  for (const change of changesOf(zone, '1840-01-01T00:00Z', 60)) checkAround(zone, change);
});

test('any zone, any instant and any local time agree with Temporal', () => {
  const ms = fc.integer({ min: Date.UTC(1850, 0), max: Date.UTC(2099, 11) });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), ms, (zone, at) => {
      const own = zoneNamed(zone);
      expect(own.toLocal(at)).toBe(temporalLocal(zone, at));
      expect(own.toInstant(at, COMPATIBLE)).toBe(temporal(zone, at, 'compatible'));
      expect(own.toInstant(at, LATER)).toBe(temporal(zone, at, 'later'));
    }),
    { numRuns: 1000 },
  );
});

describe('policies in Berlin', () => {
  const berlin = zoneNamed('Europe/Berlin');
  test.each([
    ['2026-10-25T02:30', COMPATIBLE, '2026-10-25T00:30Z'],
    ['2026-10-25T02:30', LATER, '2026-10-25T01:30Z'],
    ['2026-03-29T02:30', COMPATIBLE, '2026-03-29T01:30Z'],
    ['2026-03-29T02:30', REJECT, undefined],
    ['2026-03-29T03:00', REJECT, '2026-03-29T01:00Z'],
    ['2026-10-25T02:30', REJECT, '2026-10-25T00:30Z'],
  ])('%s with %j is %s', (local, policy, instant) => {
    const expected = instant === undefined ? undefined : Date.parse(instant);
    expect(berlin.toInstant(Date.parse(`${local}Z`), policy)).toBe(expected);
  });
});

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Europe/Berlni', false],
  ['+01:00', false],
  ['', false],
])('isTimeZone(%j) is %j', (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});
