import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldSchema } from '../field.ts';
import { civilToMs, EARLIEST, LATEST, msToCivil } from './civil.ts';
import { isCanonicalDate, isoOfMs, msOfIso, readIso } from './iso.ts';
import { compileTime, dateCodec, timestampCodec } from './time.ts';
import { compileTimePattern, isTimePattern } from './time-pattern.ts';

const field = (definition: object) => fieldSchema.parse({ type: 'timestamp', ...definition });
const berlin = { pattern: 'DD.MM.YYYY HH:mm', zone: 'Europe/Berlin' };
const anyMs = fc.oneof(
  fc.integer({ min: EARLIEST, max: LATEST }),
  fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2045, 0) }),
);

test('calendar arithmetic agrees with Date', () => {
  fc.assert(
    fc.property(anyMs, (ms) => {
      const civil = msToCivil(ms);
      expect(civilToMs(civil)).toBe(ms);
      expect(isoOfMs(ms)).toBe(new Date(ms).toISOString());
      expect(msOfIso(new Date(ms).toISOString())).toBe(ms);
    }),
    { numRuns: 2000 },
  );
  expect(isoOfMs(EARLIEST - 1)).toBeUndefined();
  expect(isoOfMs(LATEST + 1)).toBeUndefined();
  expect(isoOfMs(Number.NaN)).toBeUndefined();
});

test.each([
  ['2026-12-31T14:05:00.000Z', '2026-12-31T14:05:00.000Z'],
  ['2026-12-31T14:05:00Z', '2026-12-31T14:05:00.000Z'],
  ['2026-12-31T14:05Z', '2026-12-31T14:05:00.000Z'],
  ['2026-12-31t14:05:00.5z', '2026-12-31T14:05:00.500Z'],
  ['2026-12-31T14:05:00.123456789+01:00', '2026-12-31T13:05:00.123Z'],
  ['2026-12-31 14:05:00+01', '2026-12-31T13:05:00.000Z'],
  ['2026-12-31T23:30:00-0130', '2027-01-01T01:00:00.000Z'],
  ['2024-02-29T00:00:00.000Z', '2024-02-29T00:00:00.000Z'],
])('readIso(%j) is %j', (text, expected) => {
  expect(readIso(text)).toBe(expected);
});

test.each([
  '2026-12-31T14:05:00',
  '2026-12-31',
  '2026-02-29T00:00:00.000Z',
  '2026-13-01T00:00:00.000Z',
  '2026-00-01T00:00:00.000Z',
  '2026-01-00T00:00:00.000Z',
  '2026-12-31T24:00:00.000Z',
  '2026-12-31T23:60:00.000Z',
  '2026-12-31T23:59:60.000Z',
  '2026-12-31T23:59:5x.000Z',
  '2026-12-31T14:05:00+24:00',
  '0000-01-01T00:00:00+01:00',
  '',
])('readIso refuses %j', (text) => {
  expect(readIso(text)).toBeUndefined();
});

test.each<[object, unknown, string | undefined]>([
  [{}, '2026-12-31T14:05:00.000Z', '2026-12-31T14:05:00.000Z'],
  [{}, new Date('2026-12-31T14:05:00Z'), '2026-12-31T14:05:00.000Z'],
  [{}, 1_798_725_900, undefined],
  [{ time: 'epoch_s' }, 1_798_725_900, '2026-12-31T14:05:00.000Z'],
  [{ time: 'epoch_s' }, '1798725900.123', '2026-12-31T14:05:00.123Z'],
  [{ time: 'epoch_s' }, -0.001, '1969-12-31T23:59:59.999Z'],
  [{ time: 'epoch_ms' }, 1_798_725_900_001, '2026-12-31T14:05:00.001Z'],
  [{ time: 'epoch_ms' }, '2026-12-31', undefined],
  [{ time: 'epoch_ms' }, 1e300, undefined],
  [{ time: 'dotnet' }, '/Date(1798725900001+0100)/', '2026-12-31T14:05:00.001Z'],
  [{ time: 'dotnet' }, '/Date(-1)/', '1969-12-31T23:59:59.999Z'],
  [{ time: 'dotnet' }, '1798725900001', undefined],
  [{ time: berlin }, '31.12.2026 14:05', '2026-12-31T13:05:00.000Z'],
  [{ time: berlin }, ' 01.07.2026 00:30 ', '2026-06-30T22:30:00.000Z'],
  [{ time: berlin }, '25.10.2026 02:30', '2026-10-25T00:30:00.000Z'],
  [{ time: { ...berlin, overlap: 'later' } }, '25.10.2026 02:30', '2026-10-25T01:30:00.000Z'],
  [{ time: berlin }, '29.03.2026 02:30', '2026-03-29T01:30:00.000Z'],
  [{ time: { ...berlin, gap: 'reject' } }, '29.03.2026 02:30', undefined],
  [{ time: { ...berlin, overlap: 'reject' } }, '25.10.2026 02:30', undefined],
  [{ time: { ...berlin, gap: 'earlier' } }, '29.03.2026 02:30', '2026-03-29T00:30:00.000Z'],
  [{ time: { pattern: 'iso', zone: 'Europe/Berlin' } }, '2026-12-31T14:05', '2026-12-31T13:05:00.000Z'],
  [{ time: { pattern: 'iso', zone: 'Europe/Berlin' } }, '2026-07-01 14:05:06.78912', '2026-07-01T12:05:06.789Z'],
  [{ time: { pattern: 'iso', zone: 'Europe/Berlin' } }, '2026-07-01T14:05:06Z', undefined],
  [{ time: berlin }, '31.12.2026', undefined],
  [{ time: berlin }, '31-12-2026 14:05', undefined],
  [{ time: berlin }, '31.13.2026 14:05', undefined],
  [{ time: berlin }, '3x.12.2026 14:05', undefined],
  [{ time: { pattern: 'YYYYMMDDHHmmssSSS' } }, '20261231140506789', '2026-12-31T14:05:06.789Z'],
  [
    { time: { pattern: 'YYYY-MM-DDTHH:mm:ss', zone: 'America/New_York' } },
    '2026-07-01T12:00:00',
    '2026-07-01T16:00:00.000Z',
  ],
])('a timestamp %j reads %j as %j', (definition, raw, expected) => {
  expect(timestampCodec(field(definition)).decode(raw, {})).toBe(expected);
});

test.each<[object, string, unknown]>([
  [{}, '2026-12-31T14:05:00.000Z', '2026-12-31T14:05:00.000Z'],
  [{ time: 'epoch_s' }, '2026-12-31T14:05:00.999Z', 1_798_725_900],
  [{ time: 'epoch_s' }, '1969-12-31T23:59:59.999Z', -1],
  [{ time: 'epoch_ms' }, '2026-12-31T14:05:00.999Z', 1_798_725_900_999],
  [{ time: 'dotnet' }, '2026-12-31T14:05:00.999Z', '/Date(1798725900999+0000)/'],
  [{ time: berlin }, '2026-12-31T13:05:59.999Z', '31.12.2026 14:05'],
  [{ time: berlin }, '9999-12-31T23:30:00.000Z', undefined],
  [{ time: { pattern: 'iso', zone: 'Europe/Berlin' } }, '2026-12-31T13:05:00.000Z', '2026-12-31T14:05:00'],
  [{ time: { pattern: 'iso', zone: 'Europe/Berlin' } }, '2026-12-31T13:05:00.700Z', '2026-12-31T14:05:00.700'],
  [{ time: { ...berlin, overlap: 'reject' } }, '2026-10-25T00:30:00.000Z', undefined],
  [{ time: { ...berlin, overlap: 'reject' } }, '2026-10-25T02:30:00.000Z', '25.10.2026 03:30'],
  [{}, 'soon', undefined],
  [{ time: berlin }, '2026-12-31', undefined],
])('a timestamp %j writes %j as %j', (definition, value, expected) => {
  expect(timestampCodec(field(definition)).encode(value)).toBe(expected);
});

test.each<[object, unknown, string | undefined]>([
  [{}, '2026-12-31', '2026-12-31'],
  [{}, '2026-12-31T00:00:00.000Z', '2026-12-31'],
  [{}, '2026-12-31 00:00:00', '2026-12-31'],
  [{}, '2026-12-31T14:05:00Z', undefined],
  [{}, '2026-02-29', undefined],
  [{ time: 'epoch_s' }, 1_798_675_200, '2026-12-31'],
  [{ time: 'epoch_s' }, 1_798_675_201, undefined],
  [{ time: { pattern: 'iso', zone: 'Europe/Berlin' } }, '2026-12-31', '2026-12-31'],
  [{ time: { pattern: 'DD.MM.YYYY' } }, '31.12.2026', '2026-12-31'],
  [{ time: { pattern: 'DD.MM.YYYY' } }, '31.11.2026', undefined],
  [{ time: berlin }, '31.12.2026 23:59', '2026-12-31'],
])('a date %j reads %j as %j', (definition, raw, expected) => {
  expect(dateCodec(field({ type: 'date', ...definition })).decode(raw, {})).toBe(expected);
});

test('dates come back from every form, and what is no date is not written', () => {
  const forms = ['iso', 'epoch_s', 'epoch_ms', { pattern: 'DD.MM.YYYY' }, { pattern: 'YYYYMMDD', zone: 'Asia/Tokyo' }];
  fc.assert(
    fc.property(fc.constantFrom(...forms), anyMs, (time, ms) => {
      const codec = dateCodec(field({ type: 'date', time }));
      const date = new Date(ms).toISOString().slice(0, 10);
      expect(isCanonicalDate(date)).toBe(true);
      expect(codec.decode(codec.encode(date), {})).toBe(date);
      expect(codec.encode(`${date}T00:00:00.000Z`)).toBeUndefined();
    }),
  );
});

test('instants come back from every zone up to the precision of the form', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2045, 0) }),
      (zone, ms) => {
        const { readMs, writeMs } = compileTime(field({ time: { pattern: 'DD.MM.YYYY HH:mm:ss.SSS', zone } }).time);
        const other = compileTime(field({ time: { pattern: 'DD.MM.YYYY HH:mm:ss.SSS', zone, overlap: 'later' } }).time);
        // An hour that occurs twice reads as one of the two; one of the policies gives the instant that was written.
        expect([readMs(writeMs(ms)), other.readMs(writeMs(ms))]).toContain(ms);
        const cut = compileTime(field({ time: { pattern: 'DD.MM.YYYY HH:mm', zone } }).time);
        const once = cut.readMs(cut.writeMs(ms))!;
        expect(cut.readMs(cut.writeMs(once))).toBe(once);
      },
    ),
    { numRuns: 500 },
  );
});

test('patterns stand for themselves but for their letters, and say a whole date or a time of day', () => {
  const pattern = compileTimePattern('am DD/MM/YYYY um HH Uhr');
  const civil = { year: 2026, month: 1, day: 2, hour: 3, minute: 0, second: 0, millisecond: 0 };
  expect(pattern.write({ ...civil, minute: 59 })).toBe('am 02/01/2026 um 03 Uhr');
  expect(pattern.read('am 02/01/2026 um 03 Uhr')).toEqual(civil);
  expect(['DD.MM.YYYY', 'HH:mm', 'iso', 'YYYY-MM', 'DD.MM.YYYY DD', 'mm:ss', 'MM HH'].map(isTimePattern)).toEqual([
    ...[true, true, true],
    ...[false, false, false, false],
  ]);
});
