import { afterEach, expect, test } from 'vitest';
import type { Wire } from '../../src/connector/port.ts';
import { type Hostile, openHostile, stubConnector, wrote } from '../hostile/world.ts';

/*
 * A field of one system that holds more than its counterpart: the poorer side never writes its own loss back. It gets
 * what it can hold, stays quiet about the rest, and only an edit of it by somebody reaches the richer side.
 */

interface Pair {
  /** Declarations of the field on either side. */
  rich: Wire;
  poor: Wire;
  /** What stands on the richer side, and what the poorer one makes of it. */
  whole: unknown;
  held: unknown;
  /** Another value that the poorer side holds just as the first. */
  alike: unknown;
  /** Somebody's edit of the poorer side, and what it is on the richer one. */
  edit: unknown;
  edited: unknown;
}

const berlin = (pattern: string) => ({ pattern, zone: 'Europe/Berlin' });
const local = { type: 'local_timestamp', time: { pattern: 'iso', zone: 'Europe/Berlin' } };

const PAIRS: [string, Pair][] = [
  [
    'a text that is cut',
    {
      rich: { type: 'string' },
      poor: { type: 'string', max_length: 5, on_violation: 'truncate' },
      ...{ whole: 'Nordwind', held: 'Nordw', alike: 'Nordwand', edit: 'Sued', edited: 'Sued' },
    },
  ],
  [
    'letters that are replaced',
    {
      rich: { type: 'string' },
      poor: { type: 'string', characters: 'latin1', on_violation: 'truncate' },
      ...{ whole: 'Łódź', held: '?ód?', alike: 'Łódż', edit: 'Lodz', edited: 'Lodz' },
    },
  ],
  [
    'a number that is rounded',
    {
      rich: { type: 'decimal', number: { wire: 'string' } },
      poor: { type: 'decimal', number: { wire: 'string', scale: 2, decimal: ',' } },
      ...{ whole: '1.005', held: '1,01', alike: '1.0099', edit: '2,50', edited: '2.5' },
    },
  ],
  [
    'money that is rounded to cents',
    {
      rich: { type: 'money', number: { wire: 'string' } },
      poor: { type: 'money', money: { form: 'amount', fixed: 'EUR', unit: 'minor' }, number: { scale: 0 } },
      whole: { amount: '12.345', currency: 'EUR' },
      held: 1235,
      alike: { amount: '12.346', currency: 'EUR' },
      edit: 99,
      edited: { amount: '0.99', currency: 'EUR' },
    },
  ],
  [
    'an instant without seconds, in a zone',
    {
      rich: { type: 'timestamp' },
      poor: { type: 'timestamp', time: berlin('DD.MM.YYYY HH:mm') },
      whole: '2026-07-01T12:34:56.789Z',
      held: '01.07.2026 14:34',
      alike: '2026-07-01T12:34:07.000Z',
      edit: '31.12.2026 14:05',
      edited: '2026-12-31T13:05:00.000Z',
    },
  ],
  [
    'an instant in the hour that occurs twice',
    {
      rich: { type: 'timestamp' },
      poor: { type: 'timestamp', time: berlin('YYYY-MM-DD HH:mm:ss.SSS') },
      whole: '2026-10-25T01:30:00.000Z',
      held: '2026-10-25 02:30:00.000',
      alike: '2026-10-25T00:30:00.000Z',
      edit: '2026-10-25 03:30:00.000',
      edited: '2026-10-25T02:30:00.000Z',
    },
  ],
  [
    'an instant as a local time',
    {
      rich: { type: 'timestamp' },
      poor: local,
      whole: '2026-10-25T01:30:00.500Z',
      held: '2026-10-25T02:30:00.500',
      alike: '2026-10-25T00:30:00.500Z',
      edit: '2026-03-29T02:30:00',
      edited: '2026-03-29T01:30:00.000Z',
    },
  ],
  [
    'a local time that no clock showed, as an instant',
    {
      rich: local,
      poor: { type: 'timestamp' },
      whole: '2026-03-29T02:30:00',
      held: '2026-03-29T01:30:00.000Z',
      alike: '2026-03-29T03:30:00',
      edit: '2026-07-01T12:00:00Z',
      edited: '2026-07-01T14:00:00',
    },
  ],
  [
    'an instant as a day',
    {
      rich: { type: 'timestamp' },
      poor: { type: 'date', time: { pattern: 'DD.MM.YYYY', zone: 'Europe/Berlin' } },
      whole: '2026-06-30T22:30:00.000Z',
      held: '01.07.2026',
      alike: '2026-07-01T10:00:00.000Z',
      edit: '02.07.2026',
      edited: '2026-07-01T22:00:00.000Z',
    },
  ],
  [
    'a time of day without seconds',
    {
      rich: { type: 'time' },
      poor: { type: 'time', time: { pattern: 'HHmm' } },
      ...{ whole: '14:05:06', held: '1405', alike: '14:05:59', edit: '0800', edited: '08:00:00' },
    },
  ],
  [
    'a duration in rounded hours',
    {
      rich: { type: 'duration', duration: 'seconds' },
      poor: { type: 'duration', duration: 'hours', number: { scale: 2 } },
      ...{ whole: 1200, held: 0.33, alike: 1201, edit: 1.5, edited: 5400 },
    },
  ],
  [
    'an address without all its parts',
    {
      rich: { type: 'postal_address', parts: { street: 'street', extra: 'extra', city: 'city' } },
      poor: { type: 'postal_address', parts: { street: 'line1', city: 'town' }, on_violation: 'truncate' },
      whole: { street: 'Hauptstr. 5', extra: '2. Stock', city: 'Bonn' },
      held: { line1: 'Hauptstr. 5', town: 'Bonn' },
      alike: { street: 'Hauptstr. 5', extra: '3. Stock', city: 'Bonn' },
      edit: { line1: 'Am Ring 1', town: 'Köln' },
      edited: { street: 'Am Ring 1', extra: null, city: 'Köln' },
    },
  ],
  [
    'a name that is one text',
    {
      rich: { type: 'person_name', parts: { given: 'first', family: 'last', prefix: 'title' } },
      poor: { type: 'person_name', person_name: { text: 'given family' } },
      whole: { first: 'Ana', last: 'García Márquez', title: 'Dr.' },
      held: 'Dr. Ana García Márquez',
      alike: { first: 'Ana García', last: 'Márquez', title: 'Dr.' },
      edit: 'Eva Maß',
      edited: { first: 'Eva', last: 'Maß', title: null },
    },
  ],
  [
    'what is known of a content, beside a URL',
    {
      rich: { type: 'binary', parts: { url: 'href', size: 'size' } },
      poor: { type: 'url' },
      whole: { href: 'https://x.example/a', size: 3 },
      held: 'https://x.example/a',
      alike: { href: 'https://x.example/a', size: 4 },
      edit: 'https://x.example/b',
      edited: { href: 'https://x.example/b', size: null },
    },
  ],
  [
    'a country by its name',
    {
      rich: { type: 'country', country: { form: 'alpha3' } },
      poor: { type: 'country', country: { form: 'name', in: 'de' } },
      ...{ whole: 'DEU', held: 'Deutschland', alike: 'deu', edit: 'Österreich', edited: 'AUT' },
    },
  ],
  [
    'options as one text',
    {
      rich: { type: 'multi_option' },
      poor: { type: 'multi_option', multi_option: { form: 'text', separator: ',' } },
      ...{ whole: ['b', 'a'], held: 'a,b', alike: ['a', 'b', 'a'], edit: 'c,b', edited: ['b', 'c'] },
    },
  ],
];

let world: Hostile;
afterEach(() => world.close());

async function settle(): Promise<number> {
  world.skip(60_000);
  return wrote(await world.sync());
}

test.each(PAIRS)('%s', async (_, { rich, poor, whole, held, alike, edit, edited }) => {
  const row = { left: 'value', right: 'value', loss: 'accepted' };
  world = await openHostile({
    left: stubConnector('left', {}, {}, { value: rich }),
    right: stubConnector('right', {}, {}, { value: poor }),
    mapping: { fields: [{ left: 'name', right: 'name' }, { left: 'email', right: 'email' }, row] },
  });
  const { left, right } = world;
  left.put('l1', { name: 'North', email: 'n@x.example', value: whole });
  await settle();
  const [id = ''] = right.records.keys();
  const stand = () => [left.records.get('l1')?.value, right.records.get(id)?.value];
  expect(stand()).toEqual([whole, held]);

  // An edit beside it carries nothing of it back.
  right.put(id, { name: 'South' });
  expect(await settle()).toBe(1);
  expect(left.records.get('l1')?.name).toBe('South');
  expect(stand()).toEqual([whole, held]);

  // What the poorer side can't tell apart is nothing to write.
  left.put('l1', { value: alike });
  expect(await settle()).toBe(0);
  expect(stand()).toEqual([alike, held]);
  world.skip(60_000);
  expect(wrote(await world.sync({ full: true }))).toBe(0);
  expect(stand()).toEqual([alike, held]);

  // An edit of it by somebody is an edit.
  right.put(id, { value: edit });
  expect(await settle()).toBe(1);
  expect(stand()).toEqual([edited, edit]);
  world.skip(60_000);
  expect(wrote(await world.sync({ full: true }))).toBe(0);
});
