import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCodec } from '../connector/codec.ts';
import { type FieldDefinition, fieldSchema } from '../connector/field.ts';
import { converter } from '../mapping/convert.ts';
import { sameValue } from '../record/canonical.ts';
import { FIELD_TYPES, type Value } from '../record/value.ts';
import { losses } from './loss.ts';
import { typesFit } from './type-fit.ts';

const field = (declared: object | string): FieldDefinition =>
  fieldSchema.parse(typeof declared === 'string' ? { type: declared } : declared);
const cut = { type: 'string', on_violation: 'truncate' };
const pattern = (text: string, zone?: string) => ({
  type: 'timestamp',
  time: { pattern: text, ...(zone ? { zone } : {}) },
});
const local = (zone: string, more = {}) => ({ type: 'local_timestamp', time: { pattern: 'iso', zone, ...more } });
const scale = (type: string, digits: number, more = {}) => ({ type, number: { scale: digits }, ...more });
const names = (text: string) => ({ type: 'person_name', person_name: { text } });

describe('what is lost, from one declaration to the other', () => {
  test.each<[object | string, object | string, string[]]>([
    ['string', { ...cut, max_length: 35 }, ['all beyond 35 characters']],
    ['string', { type: 'string', max_length: 35 }, []],
    [{ type: 'string', max_length: 35 }, { ...cut, max_length: 35 }, []],
    [{ type: 'string', max_length: 35 }, { ...cut, max_length: 70, length_unit: 'bytes' }, ['all beyond 70 bytes']],
    [{ type: 'string', max_length: 35 }, { ...cut, max_length: 140, length_unit: 'bytes' }, []],
    [{ type: 'string', max_length: 35, length_unit: 'bytes' }, { ...cut, max_length: 35 }, []],
    [{ type: 'string', pattern: '^[A-Z]{2}$' }, { ...cut, max_length: 2, characters: 'ascii' }, []],
    ['date', { ...cut, max_length: 10 }, []],
    ['timestamp', { ...cut, max_length: 10 }, ['all beyond 10 characters']],
    [{ type: 'option', options: [{ value: 1, key: 'abc' }] }, { ...cut, max_length: 3 }, []],
    [{ type: 'option', options: [{ value: 1, key: 'abcd' }] }, { ...cut, max_length: 3 }, ['all beyond 3 characters']],
    [{ type: 'option', options_from: 'list' }, { ...cut, max_length: 3, characters: 'ascii' }, []],
    ['string', { ...cut, characters: 'latin1' }, ['letters beyond Latin-1']],
    [{ type: 'string', characters: 'latin1' }, { ...cut, characters: 'latin1' }, []],
    [{ type: 'string', characters: 'latin1' }, { ...cut, characters: 'ascii' }, ['letters beyond ASCII']],
    ['integer', { ...cut, characters: 'ascii' }, []],
    ['decimal', scale('decimal', 2), ['digits beyond 2 after the mark']],
    [scale('decimal', 2), scale('decimal', 2), []],
    [scale('decimal', 4), scale('decimal', 0), ['what is less than one']],
    ['integer', scale('decimal', 0), []],
    ['money', 'decimal', ['the currency']],
    [{ type: 'money', money: { fixed: 'EUR' } }, 'decimal', []],
    [scale('money', 4), scale('money', 2), ['digits beyond 2 after the mark']],
    [scale('money', 2), scale('money', 0, { money: { unit: 'minor' } }), ['what is less than one']],
    ['money', { type: 'money', money: { unit: 'minor' } }, []],
    ['timestamp', pattern('DD.MM.YYYY HH:mm'), ['what is finer than a minute']],
    ['timestamp', pattern('DD.MM.YYYY HH'), ['what is finer than an hour']],
    ['timestamp', { type: 'timestamp', time: 'epoch_s' }, ['what is finer than a second']],
    [{ type: 'timestamp', time: 'epoch_s' }, pattern('YYYY-MM-DD HH:mm:ss'), []],
    ['timestamp', 'date', ['the time of day']],
    ['local_timestamp', 'time', ['the date']],
    ['time', { type: 'time', time: { pattern: 'HH:mm' } }, ['what is finer than a minute']],
    [
      'timestamp',
      pattern('DD.MM.YYYY HH:mm:ss.SSS', 'Europe/Berlin'),
      ['which one it is of an hour that occurs twice in Europe/Berlin'],
    ],
    ['timestamp', pattern('DD.MM.YYYY HH:mm:ss.SSS', 'Asia/Tokyo'), []],
    [pattern('iso', 'Europe/Berlin'), pattern('iso', 'Europe/Berlin'), []],
    ['timestamp', local('Europe/Berlin'), ['which one it is of an hour that occurs twice in Europe/Berlin']],
    ['timestamp', local('Europe/Berlin', { overlap: 'reject' }), []],
    [local('Europe/Berlin'), 'timestamp', ['a time that the clocks of Europe/Berlin skip: it is moved by an hour']],
    [local('Europe/Berlin', { gap: 'reject' }), 'timestamp', []],
    [local('Asia/Tokyo'), 'timestamp', []],
    ['duration', { type: 'duration', duration: 'clock' }, ['what is finer than a minute']],
    ['duration', { type: 'duration', duration: 'hours' }, []],
    ['duration', { type: 'duration', duration: 'hours', number: { scale: 2 } }, ['what its digits can not say']],
    [{ type: 'duration', duration: 'clock' }, { type: 'duration', duration: 'minutes', number: { scale: 0 } }, []],
    ['person_name', 'string', ['where its parts end']],
    ['person_name', names('given family'), ['where its parts end']],
    [names('given family'), names('given family'), []],
    [names('given family'), names('family, given'), []],
    [{ type: 'person_name', parts: { given: 'a', family: 'b' } }, names('family, given'), []],
    ['postal_address', { type: 'postal_address', parts: { city: 'c' } }, []],
    [
      { type: 'postal_address', parts: { city: 'c', extra: 'e' } },
      { type: 'postal_address', parts: { city: 'c' }, on_violation: 'truncate' },
      ['its extra'],
    ],
    [{ type: 'binary', parts: { url: 'u', size: 's' } }, 'binary', ['its size']],
    [{ type: 'binary', parts: { url: 'u', size: 's' } }, 'url', ['its size']],
    ['binary', 'url', []],
    ['string', 'string', []],
    ['string', 'url', []],
    ['option', 'multi_option', []],
  ])('%j to %j: %j', (from, to, expected) => {
    expect(losses(field(from), field(to)).map(({ what }) => what)).toEqual(expected);
  });
});

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), fc.nat(6))
  .map(
    ([units, digits]): Value =>
      compileCodec({ fields: { x: field('decimal') } }).decode({ x: `${units}e-${digits}` }, ['x']).fields.x ?? null,
  );
const instant = fc
  .integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) })
  .map((ms): Value => new Date(ms).toISOString());

/** Declarations of one type in every precision, and values of it. */
const KINDS: [declarations: (object | string)[], values: fc.Arbitrary<Value>][] = [
  [['decimal', scale('decimal', 0), scale('decimal', 2), scale('decimal', 4)], decimal],
  [
    [
      'timestamp',
      { type: 'timestamp', time: 'epoch_s' },
      pattern('YYYY-MM-DD HH:mm'),
      pattern('iso', 'Europe/Berlin'),
      pattern('DD.MM.YYYY HH:mm:ss', 'America/New_York'),
    ],
    instant,
  ],
  [
    [
      'string',
      { ...cut, max_length: 5 },
      { ...cut, max_length: 5, length_unit: 'bytes' },
      { ...cut, characters: 'ascii' },
    ],
    fc.string({ unit: 'grapheme', maxLength: 9 }).map((text): Value => text.trim() || null),
  ],
  [
    [
      'duration',
      { type: 'duration', duration: 'clock' },
      { type: 'duration', duration: 'hours', number: { scale: 2 } },
    ],
    fc
      .nat(10_000_000)
      .map(
        (ms): Value =>
          compileCodec({ fields: { x: field({ type: 'duration', duration: 'milliseconds' }) } }).decode({ x: ms }, [
            'x',
          ]).fields.x ?? null,
      ),
  ],
];

test.each(KINDS)('what is said to lose nothing comes back whole: %j', (declarations, values) => {
  const fields = declarations.map(field);
  const held = (declared: FieldDefinition, value: Value) => {
    const own = compileCodec({ fields: { x: declared } }).normalise('x', value);
    return own.ok ? own.value : undefined;
  };
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.constantFrom(...fields), values, (from, to, value) => {
      fc.pre(losses(from, to).length === 0);
      const start = held(from, value);
      fc.pre(start !== undefined && start !== null && sameValue(held(from, start), start));
      const there = held(to, start ?? null);
      if (there !== undefined) expect(there).toEqual(start);
    }),
    { numRuns: 2000 },
  );
});

test('types that fit without a word about loss are those whose text or meaning is kept', () => {
  const plain = FIELD_TYPES.map((type) => field(type));
  const lossless = plain.flatMap((from) =>
    plain.flatMap((to) => {
      const isConverted = from.type !== to.type && to.type !== 'string' && typesFit(from, to) && converter(from, to);
      return isConverted && losses(from, to).length === 0 ? [`${from.type} → ${to.type}`] : [];
    }),
  );
  expect(lossless.sort()).toEqual([
    'binary → url',
    'date → local_timestamp',
    'date → timestamp',
    'decimal → integer',
    'integer → decimal',
    'option → multi_option',
    'string → country',
    'string → currency',
    'string → decimal',
    'string → email',
    'string → integer',
    'string → language',
    'string → option',
    'string → phone',
    'string → url',
    'url → binary',
  ]);
});
