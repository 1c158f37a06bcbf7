import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameValue } from '../../record/canonical.ts';
import { FIELD_TYPES, type FieldType } from '../../record/value.ts';
import { compileCodec } from '../codec.ts';
import { exampleValues } from '../example-values/values-of.ts';
import { fieldSchema } from '../field.ts';

/*
 * What holds for every type in every wire form. A run is quiet because of it: what a system holds of a value that was
 * written to it is read back as the same value, and no record, whatever it holds, stops a run.
 */

const options = [
  { value: 1, key: 'one' },
  { value: 'b', key: 'two' },
];
const local = (pattern: string, more: object = {}) => ({ time: { pattern, zone: 'Europe/Berlin', ...more } });

/** Wire forms by type; each type has its plain one besides. */
const FORMS: Partial<Record<FieldType, object[]>> = {
  string: [
    { max_length: 5, on_violation: 'truncate' },
    { characters: 'latin1', on_violation: 'truncate' },
  ],
  integer: [{ number: { wire: 'string', group: '.', decimal: ',' } }],
  decimal: [{ number: { wire: 'string', decimal: ',' } }, { number: { scale: 2 } }, { number: { scale: 0 } }],
  boolean: [
    { boolean: { true: ['J', 1], false: ['N', 0] } },
    { boolean: { true: 'X', false: '' } },
    { boolean: { common: true } },
  ],
  date: [local('DD.MM.YYYY'), { time: 'epoch_s' }, { time: 'dotnet' }],
  time: [{ time: { pattern: 'HH:mm' } }, { time: { pattern: 'HHmmss' } }],
  timestamp: [
    ...[local('iso'), local('DD.MM.YYYY HH:mm'), local('YYYYMMDDHHmmss', { overlap: 'later', gap: 'earlier' })],
    ...[
      local('iso', { overlap: 'reject', gap: 'reject' }),
      { time: 'epoch_s' },
      { time: 'epoch_ms' },
      { time: 'dotnet' },
    ],
  ],
  local_timestamp: [local('iso'), local('DD.MM.YYYY HH:mm')],
  duration: [
    ...['milliseconds', 'seconds', 'minutes', 'hours', 'days', 'clock', 'clock_seconds'].map((duration) => ({
      duration,
    })),
    ...[
      { duration: 'hours', number: { scale: 2 } },
      { duration: 'days', number: { scale: 0 } },
    ],
  ],
  money: [
    ...[{ money: { form: 'text', symbols: { '€': 'EUR' } } }, { money: { form: 'amount', currency_field: 'beside' } }],
    ...[{ money: { unit: 'minor' } }, { money: { unit: 'minor' }, number: { scale: 0 } }, { number: { scale: 2 } }],
  ],
  currency: [{ money: { symbols: { '€': 'EUR' } } }],
  option: [{ options }],
  multi_option: [{ options }, { options, multi_option: { form: 'text' } }, { options, multi_option: { item: 'id' } }],
  url: [{ default_scheme: 'https' }],
  country: ['alpha3', 'numeric', 'name'].map((form) => ({ country: { form, in: 'de', names: { England: 'GB' } } })),
  language: ['underscore', 'iso639_2', 'iso639_2b', 'name'].map((form) => ({ language: { form } })),
  postal_address: [
    ...[{ parts: { street: 'a', city: 'b.c' } }, { parts: { street: 'a', city: 'b' }, on_violation: 'truncate' }],
    ...[
      {
        parts: { street: 'a', country: 'b' },
        parts_in: 'record',
        country: { form: 'alpha3' },
        on_violation: 'truncate',
      },
    ],
  ],
  person_name: [
    ...['given family', 'family given', 'family, given'].map((text) => ({ person_name: { text } })),
    ...[{ parts: { given: 'a', family: 'b' }, parts_in: 'record', on_violation: 'truncate' }],
  ],
  binary: [{ parts: { url: 'a', size: 'b', digest: 'c' } }],
};

const declarations = FIELD_TYPES.flatMap((type) =>
  [{}, ...(FORMS[type] ?? [])].map((form) => [JSON.stringify({ type, ...form }), { type, ...form }] as const),
);

describe.each(declarations)('%s', (_, declared) => {
  const field = fieldSchema.parse(declared);
  const codec = compileCodec({ fields: { x: field } });

  test('what a system holds of a value, it holds as that', () => {
    const keys = ['one', 'two'];
    const values = exampleValues({ declared: field, beside: field, keys });
    let held = 0;
    for (const value of values) {
      const own = codec.normalise('x', value);
      if (!own.ok) continue;
      held += 1;
      const again = codec.normalise('x', own.value);
      const where = `${JSON.stringify(value)} held as ${JSON.stringify(own.value)}`;
      expect(again, where).toMatchObject({ ok: true });
      expect(again.ok && sameValue(again.value, own.value), `${where}, then as ${JSON.stringify(again)}`).toBe(true);
    }
    // Null, which every field holds, and something besides.
    expect(held).toBeGreaterThan(1);
  });

  test('whatever stands on the wire is read or told, and what was read can be written', () => {
    const wire = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(
        '',
        ' ',
        '0',
        '-0',
        '1e999',
        'NaN',
        '__proto__',
        '\u0000',
        '\ud800',
        'P',
        ':',
        ',',
        ';',
        '://',
        'http://',
      ),
      fc.constantFrom(-0, Number.MAX_VALUE, 2 ** 53, 1e21, 10n ** 30n, Number.NaN, Number.POSITIVE_INFINITY),
      fc.record({ a: fc.jsonValue(), b: fc.jsonValue(), amount: fc.jsonValue(), url: fc.jsonValue() }),
      fc.constant(new Date(0)),
    );
    fc.assert(
      fc.property(wire, (raw) => {
        const { fields, problems } = codec.decode({ x: raw, a: raw, b: raw }, ['x']);
        if (!('x' in fields)) return;
        expect(problems).toEqual({});
        // What is beyond the form (an option that is gone, thirds of an hour) is told, not thrown.
        const encoded = codec.encode(fields);
        if (!encoded.ok) expect(encoded.error.x?.summary).toContain('x');
      }),
      { numRuns: 60 },
    );
  });

  test('whatever an expression gives is written or told', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), (value) => {
        const own = codec.normalise('x', JSON.parse(JSON.stringify(value)));
        if (own.ok) expect(codec.normalise('x', own.value).ok).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
