import { describe, expect, test } from 'vitest';
import { type FieldDefinition, fieldSchema } from '../../connector/field.ts';
import { suggestPairs } from './suggest-pairs.ts';
import { wordsOf } from './tokens.ts';

const field = (name: string, declared: object = {}, more: object = {}) => ({
  name,
  definition: fieldSchema.parse({ type: 'string', ...declared }) satisfies FieldDefinition,
  ...more,
});
const object = (name: string, ...fields: (string | ReturnType<typeof field>)[]) => ({
  name,
  fields: fields.map((one) => (typeof one === 'string' ? field(one) : one)),
});
/** Sure pairs, as `a = b`. */
const sure = (a: ReturnType<typeof object>, b: ReturnType<typeof object>) =>
  suggestPairs(a, b)
    .filter(({ confidence }) => confidence >= 0.8)
    .map((one) => `${one.a} = ${one.b}`)
    .toSorted();

test.each([
  ['emailAddress', ['email', 'address']],
  ['EMAIL_ADDRESS', ['email', 'address']],
  ['E-Mail-Adresse', ['e', 'mail', 'adresse']],
  ['HTTPServer', ['http', 'server']],
  ['Tel1', ['tel', '1']],
  ['Straße', ['strasse']],
  ['kundenland', ['kunde', 'land']],
  ['Lieferdatum', ['liefer', 'datum']],
  ['', []],
])('the words of %s', (name, words) => {
  expect(wordsOf(name)).toEqual(words);
});

describe('names', () => {
  test.each<[string, string[], string[], string[]]>([
    [
      'written in another way',
      ['firstName', 'E-Mail'],
      ['first_name', 'email_address'],
      ['E-Mail = email_address', 'firstName = first_name'],
    ],
    [
      'synonyms',
      ['zip', 'town', 'surname'],
      ['postal_code', 'city', 'last_name'],
      ['surname = last_name', 'town = city', 'zip = postal_code'],
    ],
    [
      'German and English',
      ['PLZ', 'Ort', 'Straße', 'Nachname'],
      ['zip', 'city', 'street', 'last_name'],
      ['Nachname = last_name', 'Ort = city', 'PLZ = zip', 'Straße = street'],
    ],
    [
      'German compounds',
      ['Rechnungsnummer', 'Artikelnummer', 'Fälligkeitsdatum'],
      ['invoice_no', 'sku', 'due_date'],
      ['Artikelnummer = sku', 'Fälligkeitsdatum = due_date', 'Rechnungsnummer = invoice_no'],
    ],
    ['a qualifier makes another field of it', ['city'], ['billing_city'], []],
    ['the object’s own name says nothing', ['thing_status'], ['status'], ['thing_status = status']],
    ['a state beside a city is a region', ['state', 'city'], ['status', 'town'], ['city = town']],
    ['a state beside nothing may be a status', ['state'], ['status'], ['state = status']],
    ['nothing in common', ['colour'], ['size'], []],
    ['the records’ own ids', ['id'], ['id'], []],
  ])('%s', (_, a, b, pairs) => {
    expect(sure(object('things', ...a), object('things', ...b))).toEqual(pairs);
  });

  test('labels count like names', () => {
    expect(sure(object('things', field('cf_17', { label: 'Postleitzahl' })), object('things', 'zip'))).toEqual([
      'cf_17 = zip',
    ]);
  });

  test('two partners that are as likely make neither sure', () => {
    const [first] = suggestPairs(object('things', 'phone'), object('things', 'tel', 'telephone'));
    expect(first?.confidence).toBeLessThan(0.8);
    expect(first?.grounds.at(-1)).toMatch(/is as likely$/);
  });
});

describe('what else is known', () => {
  const digests = (from: number, to: number) => ({
    digests: new Set(Array.from({ length: to - from }, (_, at) => `d${from + at}`)),
    isUnique: true,
  });

  test('types that do not go together are no sure pair', () => {
    expect(
      sure(object('things', field('start', { type: 'boolean' })), object('things', field('start', { type: 'date' }))),
    ).toEqual([]);
  });

  test('a pair that neither system takes is none', () => {
    const computed = object('things', field('total', { type: 'decimal', read_only: true }));
    expect(suggestPairs(computed, computed)).toEqual([]);
  });

  test('values that both have tell more than names', () => {
    const a = object('things', field('x_1', {}, digests(0, 40)), field('x_2', {}, digests(100, 140)));
    const b = object('things', field('kurz', {}, digests(100, 138)), field('lang', {}, digests(0, 39)));
    expect(sure(a, b)).toEqual(['x_1 = lang', 'x_2 = kurz']);
    expect(suggestPairs(a, b)[0]?.grounds).toEqual(['39 of 39 sampled values are the same, each once']);
  });

  test('a few values in common tell nothing', () => {
    const a = object('things', field('x_1', {}, digests(0, 4)));
    const b = object('things', field('kurz', {}, digests(0, 4)));
    expect(suggestPairs(a, b)).toEqual([]);
  });

  test('options in common', () => {
    const options = (...keys: string[]) => ({ type: 'option', options: keys.map((key) => ({ value: key, key })) });
    const a = object('things', field('level', options('gold', 'silver', 'bronze')));
    const b = object('things', field('grade', options('gold', 'silver', 'bronze', 'none')));
    expect(suggestPairs(a, b)).toMatchObject([
      { a: 'level', b: 'grade', grounds: ['both option', '3 options in common'] },
    ]);
  });

  test('each field is suggested once', () => {
    const many = object('things', 'email', 'e_mail', 'mail_address', 'phone', 'tel');
    const found = suggestPairs(many, many);
    expect(new Set(found.map(({ a }) => a)).size).toBe(found.length);
    expect(new Set(found.map(({ b }) => b)).size).toBe(found.length);
  });
});

describe('records that are in both systems', () => {
  const pairsBy = (agreed: Record<string, [equal: number, both: number, distinct: number]>) =>
    suggestPairs(object('a', 'label', 'state', 'active'), object('b', 'wording', 'state', 'active'), (one, other) => {
      const [equal, both, distinct] = agreed[`${one} ${other}`] ?? [0, 0, 0];
      return { equal, both, distinct };
    }).map(({ a, b, confidence, grounds }) => ({ pair: `${a} ${b}`, sure: confidence >= 0.8, grounds }));

  test('make a pair of fields whose names say nothing', () => {
    const found = pairsBy({ 'label wording': [40, 40, 38] });
    expect(found).toContainEqual({
      pair: 'label wording',
      sure: true,
      grounds: ['equal in 40 of 40 records that are in both'],
    });
  });

  test('take a pair back whose names deceive', () => {
    expect(pairsBy({ 'state state': [1, 40, 1] }).map(({ pair }) => pair)).not.toContain('state state');
  });

  test('say nothing where they are few, or yes and no', () => {
    expect(pairsBy({ 'label wording': [9, 9, 9], 'active wording': [30, 40, 2] }).map(({ pair }) => pair)).toEqual([
      'state state',
      'active active',
    ]);
  });
});
