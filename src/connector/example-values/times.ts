import { DAY, HOUR, MINUTE, SECOND } from '../codec/civil.ts';
import { isoOfMs } from '../codec/iso.ts';
import { zoneNamed } from '../codec/zone.ts';
import type { FieldDefinition } from '../field.ts';

const DATES: readonly string[] = [
  ...['2026-06-15', '2026-01-01', '2026-12-31', '2024-02-29', '2026-03-29', '2026-10-25', '2000-01-01'],
  ...['1999-12-31', '1970-01-01', '1969-12-31', '1900-01-01', '2038-01-19', '2099-12-31', '9999-12-31', '0001-01-01'],
];

const INSTANTS: readonly string[] = [
  ...['2026-06-15T12:00:00.000Z', '2026-06-15T12:34:00.000Z', '2026-06-15T12:34:56.000Z', '2026-06-15T12:34:56.789Z'],
  ...['2026-06-15T00:00:00.000Z', '2026-06-15T23:59:59.999Z', '2026-06-14T22:00:00.000Z', '2026-01-01T00:00:00.000Z'],
  ...['2026-12-31T23:30:00.000Z', '1970-01-01T00:00:00.000Z', '1969-12-31T23:59:59.000Z', '2024-02-29T12:00:00.000Z'],
  ...['2038-01-19T03:14:08.000Z', '1900-01-01T00:00:00.000Z', '9999-12-31T00:00:00.000Z', '2000-01-01T00:00:00.001Z'],
];

/** Years in whose clock changes instants are tried. */
const YEARS = { from: Date.UTC(2025, 0, 1), to: Date.UTC(2028, 0, 1) };

const TIMES: readonly string[] = ['09:30:00.000', '00:00:00.000', '23:59:59.999', '12:00:30.000', '12:00:00.500'];

const DURATIONS: readonly string[] = [
  ...[
    'PT1H30M',
    'PT0S',
    'PT30S',
    'PT1M',
    'PT0.5S',
    'PT0.001S',
    'PT24H',
    'P1D',
    'P1DT12H',
    'P7D',
    'P1M',
    'P1Y',
    'P1Y2M',
  ],
  ...['-PT1H', '-P1D', 'PT100H', 'PT59M59S'],
];

export const exampleTimes = (): string[] => [...TIMES];

export const exampleDurations = (): string[] => [...DURATIONS];

/** What a clock on the wall may show, with the hours that a clock change skips or repeats where either side names a zone. */
export function exampleLocalTimes(declared: FieldDefinition, beside: FieldDefinition): string[] {
  const skipped = ['2026-03-29T02:30:00.000', '2026-10-25T02:30:00.000', '2026-03-08T02:30:00.000'];
  return [...exampleInstants(declared, beside).map((instant) => instant.slice(0, -1)), ...skipped];
}

export const exampleDates = (): string[] => [...DATES];

/** Instants, with those around the clock changes of the zones that either declaration names. */
export function exampleInstants(declared: FieldDefinition, beside: FieldDefinition): string[] {
  const zones = [declared, beside].flatMap(({ time }) =>
    typeof time === 'object' && time.zone !== undefined ? [time.zone] : [],
  );
  const around = [...new Set(zones)].flatMap(clockChanges).flatMap(aroundChange);
  return [...INSTANTS, ...around.flatMap((ms) => isoOfMs(ms) ?? [])];
}

/** The instants, epoch ms, at which the clocks of a zone change. */
export function clockChanges(zone: string): number[] {
  const changes: number[] = [];
  const { toLocal } = zoneNamed(zone);
  for (let at = YEARS.from; at < YEARS.to; at += DAY) {
    if (toLocal(at) - at === toLocal(at + DAY) - at - DAY) continue;
    changes.push(changeWithin(zone, at, at + DAY));
  }
  return changes;
}

/** The first minute after a change of the offset between two instants. */
function changeWithin(zone: string, from: number, to: number): number {
  const { toLocal } = zoneNamed(zone);
  let [before, after] = [from, to];
  while (after - before > MINUTE) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE) * MINUTE;
    if (toLocal(middle) - middle === toLocal(from) - from) before = middle;
    else after = middle;
  }
  return after;
}

const aroundChange = (change: number): number[] =>
  [-90 * MINUTE, -HOUR, -30 * MINUTE, -SECOND, 0, 30 * MINUTE, HOUR - MINUTE, HOUR, 90 * MINUTE].map(
    (distance) => change + distance,
  );
