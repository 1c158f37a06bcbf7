import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fields, Value } from '../record/value.ts';
import { compileCodec } from './codec.ts';
import { type FieldDefinition, fieldSchema, type OptionDefinition } from './field.ts';

const fieldsOf = (fields: Record<string, object>): Record<string, FieldDefinition> =>
  Object.fromEntries(Object.entries(fields).map(([name, definition]) => [name, fieldSchema.parse(definition)]));
const codecOf = (fields: Record<string, object>, lists?: (name: string) => readonly OptionDefinition[]) =>
  compileCodec({ fields: fieldsOf(fields) }, lists);
const one = (definition: object) => codecOf({ x: definition });

/** The fields of an ERP's customer, with everything that such a system does differently. */
const erp = codecOf({
  name: { type: 'string', path: 'name_1', max_length: 10, characters: 'latin1', on_violation: 'truncate' },
  email: { type: 'email' },
  group: {
    type: 'option',
    options: [
      { value: 2, key: 'prospect' },
      { value: 3, key: 'customer' },
    ],
  },
  limit: {
    type: 'money',
    path: 'credit_limit',
    money: { form: 'text', symbols: { '€': 'EUR' } },
    number: { wire: 'string', decimal: ',', group: '.', scale: 2 },
  },
  newsletter: { type: 'boolean', boolean: { true: 'J', false: 'N' } },
  blocked: { type: 'boolean', boolean: { true: 1, false: 0 } },
  contact: { type: 'string', path: 'main.contact.name' },
  customer: { type: 'reference', reference: 'customers', number: {} },
  changed: { type: 'timestamp', read_only: true, time: { pattern: 'DD.MM.YYYY HH:mm', zone: 'Europe/Berlin' } },
  pin: { type: 'string', write_only: true },
});

const wire = {
  name_1: 'Müller',
  email: ' Info@Müller.DE',
  group: 3,
  credit_limit: '1.234,50 €',
  newsletter: 'J',
  blocked: 0,
  main: { contact: { name: 'Eva' } },
  customer: 10_001,
  changed: '31.12.2026 14:05',
  pin: '1234',
};

const fields = {
  name: 'Müller',
  email: 'Info@müller.de',
  group: 'customer',
  limit: { amount: '1234.5', currency: 'EUR' },
  newsletter: true,
  blocked: false,
  contact: 'Eva',
  customer: '10001',
  changed: '2026-12-31T13:05:00.000Z',
};

describe('a record', () => {
  test('decodes by its declarations', () => {
    expect(erp.decode(wire, [...Object.keys(fields), 'pin'])).toEqual({ fields, problems: {} });
  });

  test('decodes the named fields only; what is absent stays absent and null stays null', () => {
    expect(
      erp.decode({ name_1: null, email: '', main: { contact: null } }, ['name', 'email', 'contact', 'group']),
    ).toEqual({ fields: { name: null, email: null }, problems: {} });
  });

  test('encodes into nested places, without read-only fields, and leaves its input alone', () => {
    const before = structuredClone(fields);
    const { pin, changed, ...written } = wire;
    expect(erp.encode(fields)).toEqual({ ok: true, value: { ...written, email: 'Info@müller.de' } });
    expect(fields).toEqual(before);
    expect(erp.encode({ pin: '1' })).toEqual({ ok: true, value: { pin: '1' } });
  });

  test('tells every field that can’t be read, without its value', () => {
    const broken = { ...wire, group: 99, credit_limit: 'secret', newsletter: 'secret', changed: 'secret' };
    const { fields: read, problems } = erp.decode(broken, Object.keys(fields));
    expect(Object.keys(read).sort()).toEqual(['blocked', 'contact', 'customer', 'email', 'name']);
    expect(Object.entries(problems).map(([name, { code }]) => `${name} ${code}`)).toEqual([
      'group option-unknown',
      'limit value-unreadable',
      'newsletter value-unreadable',
      'changed value-unreadable',
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/secret|99/);
  });

  test('tells every field that can’t be written, without its value', () => {
    const encoded = erp.encode({ group: 'secret', blocked: 'secret', customer: 'secret', nonsense: 1, name: 'fine' });
    if (encoded.ok) throw new Error('not refused');
    expect(
      Object.entries(encoded.error)
        .map(([name, { code }]) => `${name} ${code}`)
        .sort(),
    ).toEqual([
      'blocked value-unwritable',
      'customer value-unwritable',
      'group option-unknown',
      'nonsense field-unknown',
    ]);
    expect(JSON.stringify(encoded.error)).not.toMatch(/secret/);
  });

  test('encodes one value for a look-up, of a read-only field too', () => {
    expect(erp.encodeValue('changed', '2026-12-31T13:05:00.000Z')).toEqual({ ok: true, value: '31.12.2026 14:05' });
    expect(erp.encodeValue('nonsense', 1)).toMatchObject({ ok: false, error: { code: 'field-unknown' } });
  });
});

test.each<[string, object, Value, Value]>([
  ['cuts what the system cuts', { type: 'string', max_length: 5, on_violation: 'truncate' }, 'abcd efgh', 'abcd'],
  ['not where it would refuse', { type: 'string', max_length: 5 }, 'abcd efgh', 'abcd efgh'],
  ['counts characters', { type: 'string', max_length: 2, on_violation: 'truncate' }, '😀😀😀', '😀😀'],
  ['counts UTF-16', { type: 'string', max_length: 3, length_unit: 'utf16', on_violation: 'truncate' }, '😀😀', '😀'],
  ['counts bytes', { type: 'string', max_length: 3, length_unit: 'bytes', on_violation: 'truncate' }, 'äää', 'ä'],
  ['replaces beyond Latin-1', { type: 'string', characters: 'latin1', on_violation: 'truncate' }, 'Łódź 😀', '?ód? ?'],
  ['replaces beyond ASCII', { type: 'string', characters: 'ascii', on_violation: 'truncate' }, 'Ü', '?'],
  ['empties', { type: 'string', empty: ['', '-'] }, '-', null],
  ['blank e-mail', { type: 'email' }, '  ', null],
  [
    'minutes',
    { type: 'timestamp', time: { pattern: 'DD.MM.YYYY HH:mm' } },
    '2026-12-31T14:05:59.999Z',
    '2026-12-31T14:05:00.000Z',
  ],
  ['scale', { type: 'decimal', number: { scale: 2 } }, '1.005', '1.01'],
  [
    'money',
    { type: 'money', number: { scale: 0 } },
    { amount: '1.5', currency: 'EUR' },
    { amount: '2', currency: 'EUR' },
  ],
  [
    'money beside',
    { type: 'money', money: { form: 'amount', currency_field: 'c.code' } },
    { amount: '1.5', currency: 'EUR' },
    { amount: '1.5', currency: 'EUR' },
  ],
  ['phone', { type: 'phone', default_country: 'DE' }, '030 123456', '+4930123456'],
  ['numbers of expressions', { type: 'string' }, 12.5, '12.5'],
  ['null', { type: 'integer', write_empty: 'omit' }, null, null],
  ['null as a text', { type: 'string', write_empty: 'empty_text', empty: [] }, null, null],
  ['an empty number', { type: 'integer' }, '', null],
])('normalise: %s', (_, definition, value, expected) => {
  const codec = one(definition);
  expect(codec.normalise('x', value)).toEqual({ ok: true, value: expected });
  expect(codec.normalise('x', expected)).toEqual({ ok: true, value: expected });
});

test.each<[string, object, unknown]>([
  ['null', { type: 'string' }, { x: null }],
  ['empty_text', { type: 'integer', write_empty: 'empty_text' }, { x: '' }],
  ['omit', { type: 'email', write_empty: 'omit' }, {}],
])('empty is written as declared: %s', (_, definition, expected) => {
  expect(one(definition).encode({ x: null })).toEqual({ ok: true, value: expected });
});

test.each<[object, unknown, Value | undefined]>([
  [{ type: 'string' }, 1067, '1067'],
  [{ type: 'string' }, true, undefined],
  [{ type: 'string' }, '  ', '  '],
  [{ type: 'integer' }, ' ', null],
  [{ type: 'integer', empty: ['', 0] }, 0, null],
  [{ type: 'boolean' }, 'true', undefined],
  [{ type: 'boolean', boolean: { true: 'J', false: 'N' } }, true, true],
  [{ type: 'boolean', boolean: { true: 1, false: 0 } }, '1', true],
  [{ type: 'currency', money: { symbols: { '€': 'EUR' } } }, '€', 'EUR'],
  [{ type: 'currency' }, 'eur', undefined],
  [{ type: 'option' }, 'steel', 'steel'],
  [{ type: 'option', options: [{ value: 2, key: 'b' }] }, '2', 'b'],
  [{ type: 'reference' }, 5, '5'],
  [{ type: 'list' }, ['a', { b: 1 }], ['a', { b: 1 }]],
  [{ type: 'list' }, 'a', undefined],
  [{ type: 'object' }, { a: [1] }, { a: [1] }],
  [{ type: 'object' }, { a: new Date(0) }, undefined],
])('%j reads %j as %j', (definition, raw, expected) => {
  expect(one(definition).decode({ x: raw }, ['x']).fields.x).toEqual(expected);
});

test('options of a list that is loaded later are seen', () => {
  let list: OptionDefinition[] = [];
  const codec = codecOf(
    { x: { type: 'option', options: [{ value: 1, key: 'one' }], options_from: 'sizes' } },
    () => list,
  );
  expect(codec.decode({ x: 2 }, ['x']).problems.x?.code).toBe('option-unknown');
  list = [
    { value: 2, key: 'two' },
    { value: 1, key: 'other' },
  ];
  expect(codec.decode({ x: 2 }, ['x']).fields).toEqual({ x: 'two' });
  expect(codec.decode({ x: 1 }, ['x']).fields).toEqual({ x: 'one' });
  expect(codec.encode({ x: 'other' })).toEqual({ ok: true, value: { x: 1 } });
});

describe('places in the wire record', () => {
  const overlapping = codecOf({
    street: { type: 'string', path: 'address.street' },
    address: { type: 'object' },
    first: { type: 'string', path: 'lines.0.text' },
  });

  test('a field within an object is written into a copy of it', () => {
    const address = { city: 'Bonn', street: 'old' };
    expect(overlapping.encode({ street: 'new', address })).toEqual({
      ok: true,
      value: { address: { city: 'Bonn', street: 'new' } },
    });
    expect(address.street).toBe('old');
  });

  test('numbers index lists when reading', () => {
    expect(overlapping.decode({ lines: [{ text: 'a' }] }, ['first']).fields).toEqual({ first: 'a' });
  });

  test('what every object inherits is no place', () => {
    const odd = codecOf({ a: { type: 'string', path: '__proto__.polluted' }, constructor: { type: 'string' } });
    expect(odd.decode({}, ['a', 'constructor']).fields).toEqual({});
    const encoded = odd.encode({ a: 'x' });
    expect(encoded.ok && Object.keys(encoded.value)).toEqual(['__proto__']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('amounts that share a currency must have the same', () => {
    const shared = { type: 'money', money: { form: 'amount', currency_field: 'currency' } };
    const codec = codecOf({ net: shared, gross: shared });
    const eur = { amount: '1', currency: 'EUR' };
    expect(codec.encode({ net: eur, gross: eur })).toEqual({ ok: true, value: { net: 1, gross: 1, currency: 'EUR' } });
    const clash = codec.encode({ net: eur, gross: { amount: '1', currency: 'USD' } });
    expect(clash).toMatchObject({ ok: false, error: { gross: { code: 'currency-clash' } } });
    expect(codec.encode({ net: eur, gross: null })).toMatchObject({ ok: true, value: { gross: null } });
  });
});

const isoMs = fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2100, 0) }).map((ms) => new Date(ms).toISOString());
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
const decimalText = fc.integer().map((n) => String(n / 8));
const currency = fc.constantFrom('EUR', 'USD', 'CHF');

/** A definition, and values that it holds without loss. */
const lossless: [object, fc.Arbitrary<Value>][] = [
  [{ type: 'string' }, text],
  [{ type: 'string', path: 'a.b', max_length: 30, length_unit: 'bytes' }, text],
  [{ type: 'integer' }, fc.maxSafeInteger().map((n) => n + 0)],
  [{ type: 'integer', number: { wire: 'string', group: "'" } }, fc.maxSafeInteger().map((n) => n + 0)],
  [{ type: 'decimal' }, decimalText],
  [{ type: 'decimal', number: { wire: 'string', decimal: ',', group: '.', scale: 3 } }, decimalText],
  [{ type: 'boolean', boolean: { true: 'J', false: 'N' } }, fc.boolean()],
  [{ type: 'timestamp' }, isoMs],
  [{ type: 'timestamp', time: 'epoch_ms' }, isoMs],
  [{ type: 'timestamp', time: { pattern: 'SSS ss mm HH DD MM YYYY', zone: 'Asia/Kolkata' } }, isoMs],
  [{ type: 'date', time: { pattern: 'MM/DD/YYYY' } }, isoMs.map((iso) => iso.slice(0, 10))],
  [{ type: 'money' }, fc.record({ amount: decimalText, currency })],
  [
    { type: 'money', money: { form: 'amount', currency_field: 'c', symbols: { '€': 'EUR' } } },
    fc.record({ amount: decimalText, currency }),
  ],
  [
    { type: 'money', money: { form: 'text', symbols: { '€': 'EUR' } }, number: { decimal: ',', group: '.' } },
    fc.record({ amount: decimalText, currency }),
  ],
  [{ type: 'currency', money: { symbols: { '€': 'EUR' } } }, currency],
  [
    {
      type: 'option',
      options: [
        { value: 1, key: 'a' },
        { value: true, key: 'b' },
      ],
    },
    fc.constantFrom('a', 'b'),
  ],
  [{ type: 'reference', number: {} }, fc.nat().map(String)],
  [{ type: 'email' }, fc.emailAddress().map((email) => email.toLowerCase())],
  [{ type: 'phone', default_country: 'DE' }, fc.integer({ min: 100_000, max: 9_999_999 }).map((n) => `+4930${n}`)],
  [
    { type: 'list' },
    fc.array(fc.jsonValue({ maxDepth: 2 })).map((list) => JSON.parse(JSON.stringify(list)) as Value[]),
  ],
  [
    { type: 'object' },
    fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })).map((o) => JSON.parse(JSON.stringify(o)) as Fields),
  ],
];

test.each(lossless)('%j: decode(encode(v)) is v, with null among the values', (definition, values) => {
  const codec = one(definition);
  fc.assert(
    fc.property(fc.option(values), (value) => {
      const encoded = codec.encode({ x: value });
      if (!encoded.ok) throw new Error(JSON.stringify(encoded.error));
      expect(codec.decode(encoded.value, ['x'])).toEqual({ fields: { x: value }, problems: {} });
      expect(codec.normalise('x', value)).toEqual({ ok: true, value });
    }),
  );
});

const texts = fc.constantFrom('string', 'email', 'reference');
const limits = {
  type: texts,
  max_length: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  length_unit: fc.constantFrom('characters', 'utf16', 'bytes'),
  characters: fc.constantFrom('any', 'latin1', 'ascii'),
  on_violation: fc.constantFrom('park', 'truncate'),
};

test('normalise is idempotent, whatever is lost', () => {
  const lossy = fc.oneof(
    fc.record({
      definition: fc.record(limits),
      value: fc.string({ unit: 'binary', maxLength: 40 }) as fc.Arbitrary<Value>,
    }),
    fc.record({
      definition: fc.record({
        type: fc.constant('timestamp'),
        time: fc.record({
          pattern: fc.constant('DD.MM.YYYY HH:mm'),
          zone: fc.constantFrom('Europe/Berlin', 'America/New_York'),
          overlap: fc.constantFrom('earlier', 'later'),
        }),
      }),
      value: isoMs as fc.Arbitrary<Value>,
    }),
    fc.record({
      definition: fc.record({
        type: fc.constantFrom('decimal'),
        number: fc.record({ wire: fc.constantFrom('number', 'string'), scale: fc.nat(4) }),
      }),
      value: decimalText as fc.Arbitrary<Value>,
    }),
  );
  fc.assert(
    fc.property(lossy, ({ definition, value }) => {
      const codec = one(definition);
      const first = codec.normalise('x', value);
      if (!first.ok) throw new Error(first.error.summary);
      expect(codec.normalise('x', first.value)).toEqual(first);
    }),
    { numRuns: 1000 },
  );
});

test('decode never throws, whatever stands on the wire', () => {
  const all = codecOf(Object.fromEntries(lossless.map(([definition], at) => [`f${at}`, { ...definition, path: 'x' }])));
  const names = lossless.map((_, at) => `f${at}`);
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (raw, c) => {
      const { fields: read, problems } = all.decode({ x: raw, c }, names);
      expect(Object.keys(read).length + Object.keys(problems).length).toBe(raw === undefined ? 0 : names.length);
    }),
    { numRuns: 300 },
  );
});
