import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldSchema } from '../../connector/field.ts';
import type { Value } from '../../record/value.ts';
import { fakeValues } from './fake-values.ts';

const fake = fakeValues(new Uint8Array(32).fill(5));
const field = (type: string) => fieldSchema.parse({ type });
const text = (value: string): string => String(fake(value, field('string')));

/** Of each letter what kind it is; all else as it is. */
const shape = (value: string): string =>
  [...value].map((one) => (/\p{Lu}/u.test(one) ? 'A' : /\p{L}/u.test(one) ? 'a' : /\d/.test(one) ? '0' : one)).join('');

/** A text that is the code of a country stays: it begins none of these. */
const words = fc.string({ unit: fc.constantFrom(...'abzAEZßäÖ09 .-&ł'), maxLength: 60 }).map((text) => `*${text}`);

describe('fakes of texts', () => {
  it('have the same shape, and no letter or digit at its place', () => {
    fc.assert(
      fc.property(words, (value) => {
        const faked = text(value);
        expect(shape(faked)).toBe(shape(value));
        for (const [at, letter] of [...faked].entries()) {
          if (/[\p{L}\p{N}]/u.test(letter)) expect(letter).not.toBe([...value][at]);
        }
      }),
    );
  });

  it('begin alike where the texts do, and do not mind case or signs', () => {
    fc.assert(
      fc.property(words, fc.nat(60), (value, length) => {
        expect(text(value).startsWith(text(value.slice(0, length)))).toBe(true);
        const plain = (one: string) => one.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
        expect(plain(text(value))).toBe(
          plain(text(value.replace(/[ .&-]/g, '').replace(/[AEZ]/g, (c) => c.toLowerCase()))),
        );
      }),
    );
  });

  it('are others under another key', () => {
    const other = fakeValues(new Uint8Array(32).fill(6));
    expect(other('Donaudampfschifffahrt', field('string'))).not.toBe(text('Donaudampfschifffahrt'));
  });
});

describe('fakes of other values', () => {
  it.each<[string, Value, RegExp]>([
    [
      'email',
      'Erika.Muster@firma.example',
      /^[A-Z][a-z]{4}\.[A-Z][a-z]{5}@[a-z]{5}\.[a-z]{2}\.?x?\.?test$|@.{9}\.test$/,
    ],
    ['phone', '+494212425400', /^\+4942\d{8}$/],
    ['url', 'https://www.firma.example/x?y=1', /^https:\/\/[a-z.]{12}\.test\/[a-z]\?[a-z]=\d$/],
    ['integer', 120, /^[1-9]{2}0$/],
    ['decimal', '-12.5', /^-[1-9]{2}\.[1-9]$/],
    ['date', '2026-03-02', /^202\d-\d\d-\d\d$/],
    ['timestamp', '2026-03-02T13:05:00.000Z', /^202\d-\d\d-\d\dT13:05:00\.000Z$/],
  ])('%s', (type, value, expected) => {
    const faked = String(fake(value, field(type)));
    expect(faked).toMatch(expected);
    expect(faked).not.toBe(String(value));
  });

  it.each<[string, Value]>([
    ['option', 'customer'],
    ['country', 'DE'],
    ['boolean', true],
    ['string', null],
    ['currency', 'EUR'],
  ])('%s stays', (type, value) => {
    expect(fake(value, field(type))).toEqual(value);
  });

  it('money keeps its currency, a list what it is made of', () => {
    const money = fake({ amount: '1234.56', currency: 'EUR' }, field('money'));
    expect(money).toMatchObject({ currency: 'EUR', amount: expect.stringMatching(/^\d{4}\.\d\d$/) });
    expect(JSON.stringify(fake([{ text: 'Lamp', price: 12 }], field('list')))).not.toContain('Lamp');
  });

  it('dates keep their distance, and their day of the week', () => {
    const day = (value: string) => Date.parse(String(fake(value, field('date'))));
    expect(day('2026-03-09') - day('2026-03-02')).toBe(7 * 86_400_000);
    expect(new Date(day('2026-03-02')).getUTCDay()).toBe(new Date('2026-03-02').getUTCDay());
  });
});
