import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LensWorld, lensesOf, lossesOf } from './lens-world.ts';

const text = { type: 'string' };
const one = (a: object, b: object, row: Record<string, unknown> = {}): LensWorld => ({
  a: { x: a },
  b: { y: b },
  rows: [{ crm: 'x', erp: 'y', ...row }],
});
const options = (...keys: string[]) => ({ type: 'option', options: keys.map((key) => ({ value: key, key })) });
const local = (pattern: string, zone = 'Europe/Berlin') => ({ type: 'timestamp', time: { pattern, zone } });
const amount = (scale: number, money: object = { form: 'object' }) => ({
  type: 'money',
  money,
  number: { wire: 'string', scale },
});

describe('planted losses are found', () => {
  const cut = { ...text, max_length: 40, on_violation: 'truncate' };
  test.each<[string, LensWorld, string[]]>([
    ['a text that is cut', one(text, cut), ['crm: blanks', 'crm: cut']],
    [
      'letters beyond Latin-1',
      one(text, { ...text, characters: 'latin1', on_violation: 'truncate' }),
      ['crm: blanks', 'crm: characters'],
    ],
    [
      'a length in bytes',
      one({ ...text, max_length: 20 }, { ...cut, max_length: 20, length_unit: 'bytes' }),
      ['crm: blanks', 'crm: cut'],
    ],
    ['capitals', one(text, text, { to_erp: '{{ value | upper }}', to_crm: '{{ value }}' }), ['crm: case', 'erp: case']],
    ['blanks trimmed', one(text, text, { to_erp: '{{ value | trim }}', to_crm: '{{ value }}' }), ['crm: blanks']],
    [
      'a sign taken away',
      one(text, text, { to_erp: "{{ value | replace('#', '') }}", to_crm: '{{ value }}' }),
      ['crm: changed', 'crm: emptied'],
    ],
    [
      'a prefix that is put and not taken off',
      one(text, text, { to_erp: "{{ 'K' ~ value if value else none }}", to_crm: '{{ value }}' }),
      ['crm: changed'],
    ],
    [
      'a prefix that is also put before nothing',
      one(text, text, { to_erp: "{{ 'K' ~ (value or '') }}", to_crm: '{{ value[1:] if value else none }}' }),
      ['erp: changed'],
    ],
    [
      'the first word only',
      one(text, text, { to_erp: "{{ value.split(' ')[0] if value else none }}", to_crm: '{{ value }}' }),
      ['crm: cut', 'crm: emptied'],
    ],
    ['leading zeros', one(text, { type: 'integer' }), ['crm: notation']],
    [
      'decimals to whole numbers',
      one({ type: 'decimal', number: { scale: 2 } }, { type: 'decimal', number: { scale: 0 } }),
      ['crm: rounded'],
    ],
    ['fewer digits', one(amount(4), amount(2)), ['crm: rounded']],
    ['minutes only', one({ type: 'timestamp' }, local('DD.MM.YYYY HH:mm', 'UTC')), ['crm: seconds']],
    [
      'an hour that occurs twice',
      one(local('YYYY-MM-DD HH:mm', 'UTC'), local('DD.MM.YYYY HH:mm')),
      ['crm: clock-change'],
    ],
    ['an instant in a date', one({ type: 'timestamp' }, { type: 'date' }), ['crm: time-of-day']],
    [
      'an amount without its currency',
      one(amount(2), amount(2), {
        to_erp: "{{ {'amount': value.amount, 'currency': 'EUR'} if value else none }}",
        to_crm: '{{ value }}',
      }),
      ['crm: currency'],
    ],
    [
      'two options that become one',
      one(options('lead', 'customer', 'churned'), options('new', 'regular'), {
        options: { lead: 'new', customer: 'regular', churned: 'regular' },
      }),
      ['crm: merged'],
    ],
    [
      'an option that others become by default',
      one(options('lead', 'customer'), options('new', 'regular', 'odd'), {
        options: { lead: 'new', customer: 'regular' },
        otherwise: { policy: 'default', crm: 'customer', erp: 'regular' },
      }),
      ['erp: merged'],
    ],
    [
      'yes and no in an option of one',
      one({ type: 'boolean' }, options('yes', 'no'), { to_erp: 'yes', to_crm: "{{ value == 'yes' }}" }),
      ['crm: merged', 'erp: merged'],
    ],
    ['a word that means empty there', one(text, { ...text, empty: ['', 'n/a'] }), ['crm: emptied']],
    ['a phone number in a text', one(text, { type: 'phone', default_country: 'DE' }), ['crm: blanks', 'crm: notation']],
    [
      'a list sorted',
      one({ type: 'list' }, { type: 'list' }, { to_erp: '{{ value | sort }}', to_crm: '{{ value }}' }),
      ['crm: order'],
    ],
    [
      'a local time in minutes',
      one({ type: 'local_timestamp' }, { type: 'local_timestamp', time: { pattern: 'DD.MM.YYYY HH:mm' } }),
      ['crm: seconds'],
    ],
    ['a time of day in minutes', one({ type: 'time' }, { type: 'time', time: { pattern: 'HH:mm' } }), ['crm: seconds']],
    [
      'a duration in whole minutes',
      one({ type: 'duration' }, { type: 'duration', duration: 'minutes', number: { scale: 0 } }),
      ['crm: changed'],
    ],
    [
      'a name that is one text',
      one({ type: 'person_name' }, { type: 'person_name', person_name: { text: 'given family' } }),
      ['crm: changed'],
    ],
    [
      'an address of fewer parts',
      one(
        { type: 'postal_address' },
        {
          type: 'postal_address',
          on_violation: 'truncate',
          parts: { street: 's', postal_code: 'z', city: 'c', country: 'l' },
        },
      ),
      ['crm: parts'],
    ],
    [
      'several options in one',
      one({ ...options('a', 'b'), type: 'multi_option' }, options('a', 'b'), {
        to_erp: '{{ value | first if value else none }}',
        to_crm: '{{ [value] if value else none }}',
      }),
      ['crm: parts'],
    ],
    [
      'a number that comes back as words',
      one({ type: 'integer' }, text, { to_erp: "{{ value ~ ' pieces' if value is not none else none }}" }),
      ['crm: stuck'],
    ],
  ])('%s', (_, world, losses) => {
    expect(lossesOf(world)).toEqual(expect.arrayContaining(losses));
  });
});

/** Pairs of declarations that hold the same values, each in its own form, and the row between them. */
const soundPairs: fc.Arbitrary<LensWorld> = fc.oneof(
  pairsOf(
    fc.record({
      type: fc.constant('string'),
      max_length: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined }),
      length_unit: fc.constantFrom('characters', 'utf16', 'bytes'),
      characters: fc.constantFrom('any', 'latin1', 'ascii'),
    }),
  ),
  pairsOf(fc.record({ type: fc.constant('email'), max_length: fc.integer({ min: 20, max: 80 }) })),
  pairsOf(fc.constant({ type: 'phone', default_country: 'DE' })),
  pairsOf(
    fc.record({
      type: fc.constant('integer'),
      minimum: fc.integer({ min: -100, max: 0 }),
      maximum: fc.integer({ min: 1, max: 9 }),
    }),
  ),
  fc.integer({ min: 0, max: 6 }).chain((scale) =>
    pairsOf(
      fc.record({
        type: fc.constant('decimal'),
        number: fc.constantFrom(
          { wire: 'string', scale },
          { wire: 'string', scale, decimal: ',' },
          { wire: 'string', scale, decimal: ',', group: '.' },
        ),
      }),
    ),
  ),
  pairsOf(
    fc.constantFrom(
      amount(2),
      amount(2, { form: 'text', symbols: { '€': 'EUR' } }),
      amount(2, { form: 'amount', fixed: 'EUR' }),
    ),
  ),
  pairsOf(
    fc.constantFrom(
      { type: 'boolean' },
      { type: 'boolean', boolean: { true: 'J', false: 'N' } },
      { type: 'boolean', boolean: { true: 1, false: 0 } },
    ),
  ),
  pairsOf(
    fc.constantFrom(
      { type: 'date' },
      { type: 'date', time: { pattern: 'DD.MM.YYYY' } },
      { type: 'date', time: 'epoch_s' },
    ),
  ),
  pairsOf(
    fc.constantFrom(
      { type: 'timestamp' },
      { type: 'timestamp', time: 'epoch_ms' },
      local('YYYY-MM-DD HH:mm:ss.SSS', 'UTC'),
    ),
  ),
  pairsOf(fc.constantFrom(local('DD.MM.YYYY HH:mm'), local('YYYYMMDDHHmm'), local('HH:mm MM/DD/YYYY'))),
  pairsOf(
    fc.constantFrom(
      { type: 'local_timestamp' },
      { type: 'local_timestamp', time: { pattern: 'DD.MM.YYYY HH:mm:ss.SSS' } },
    ),
  ),
  pairsOf(fc.constantFrom({ type: 'time' }, { type: 'time', time: { pattern: 'HH:mm:ss.SSS' } })),
  pairsOf(
    fc.constantFrom(
      ...['alpha2', 'alpha3', 'numeric'].map((form) => ({ type: 'country', country: { form } })),
      ...['en', 'de'].map((language) => ({ type: 'country', country: { form: 'name', in: language } })),
    ),
  ),
  pairsOf(fc.constantFrom(...['tag', 'underscore'].map((form) => ({ type: 'language', language: { form } })))),
  pairsOf(
    fc.constantFrom(
      ...['list', 'text'].map((form) => ({ ...options('a', 'b', 'c'), type: 'multi_option', multi_option: { form } })),
    ),
  ),
  pairsOf(fc.constantFrom({ type: 'duration' }, { type: 'duration', duration: 'iso' })),
  pairsOf(fc.constantFrom({ type: 'postal_address' }, { type: 'postal_address', country: { form: 'alpha3' } })),
  pairsOf(fc.constant({ type: 'person_name' })),
  pairsOf(fc.constant({ type: 'url' })),
  pairsOf(fc.constant({ type: 'binary' })),
  pairsOf(fc.constant({ type: 'list' })),
  pairsOf(fc.constant({ type: 'object' })),
  fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 8 }).map((keys) =>
    one(options(...keys), options(...keys.map((key) => `${key}_`)), {
      options: Object.fromEntries(keys.map((key) => [key, `${key}_`])),
    }),
  ),
  fc.stringMatching(/^[A-Z#-]{1,4}$/).map((prefix) =>
    one(
      text,
      { ...text, pattern: `^${prefix}.*\\S` },
      {
        to_erp: `{{ '${prefix}' ~ value if value else none }}`,
        to_crm: `{{ value[${prefix.length}:] if value else none }}`,
      },
    ),
  ),
);

function pairsOf(declaration: fc.Arbitrary<object>): fc.Arbitrary<LensWorld> {
  return fc.tuple(declaration, declaration).map(([a, b]) => one(a, b));
}

type Planted = [LensWorld, string];

/** Each a way of losing something, with what it is to be called. */
const lossyPairs: fc.Arbitrary<Planted> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 200 }), fc.constantFrom('characters', 'utf16', 'bytes'))
    .map(
      ([most, unit]): Planted => [
        one(text, { ...text, max_length: most, length_unit: unit, on_violation: 'truncate' }),
        'crm: cut',
      ],
    ),
  fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4 })).map(([scale, less]): Planted => {
    const decimal = (digits: number) => ({ type: 'decimal', number: { wire: 'string', scale: digits } });
    return [one(decimal(Math.max(0, scale - less)), decimal(scale)), 'erp: rounded'];
  }),
  fc
    .uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 2, maxLength: 8 })
    .map(
      (keys): Planted => [
        one(options(...keys), options('x'), { options: Object.fromEntries(keys.map((key) => [key, 'x'])) }),
        'crm: merged',
      ],
    ),
  fc
    .stringMatching(/^[A-Z]{1,4}$/)
    .map(
      (word): Planted => [
        one(text, text, { to_erp: `{{ value ~ '${word}' if value else none }}`, to_crm: '{{ value }}' }),
        'crm: changed',
      ],
    ),
  fc
    .constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Europe/London')
    .map((zone): Planted => [one({ type: 'timestamp' }, local('YYYY-MM-DD HH:mm:ss.SSS', zone)), 'crm: clock-change']),
);

test('planted losses are found, whatever the numbers', () => {
  fc.assert(
    fc.property(lossyPairs, ([world, loss]) => {
      expect(lossesOf(world)).toContain(loss);
    }),
    { numRuns: 100 },
  );
});

describe('in sound mappings nothing is found', () => {
  test('whatever the form on either side', () => {
    fc.assert(
      fc.property(soundPairs, (world) => {
        expect(lossesOf(world)).toEqual([]);
        // Where the two hold nothing in common, nothing is tried, and the check says so; each of these holds something.
        expect(lensesOf(world).reduce((sum, { tried }) => sum + tried, 0)).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });
});

describe('what is declared is no violation', () => {
  test.each<[string, LensWorld]>([
    ['blanks', one(text, text, { to_erp: '{{ value | trim }}', to_crm: '{{ value }}', equivalent: 'blanks' })],
    ['case', one(text, text, { to_erp: '{{ value | upper }}', to_crm: '{{ value }}', equivalent: 'case' })],
    [
      'code',
      one(text, text, {
        to_erp: "{{ value | replace(' ', '') | upper if value else none }}",
        to_crm: '{{ value }}',
        equivalent: 'code',
      }),
    ],
    ['phone', one(text, { type: 'phone', default_country: 'DE' }, { equivalent: 'phone' })],
    ['minute', one({ type: 'timestamp' }, local('DD.MM.YYYY HH:mm', 'UTC'), { equivalent: 'minute' })],
    ['day', one({ type: 'timestamp' }, { type: 'date' }, { equivalent: 'day' })],
    [
      'an expression',
      one(
        { type: 'list' },
        { type: 'list' },
        { to_erp: '{{ value | sort }}', to_crm: '{{ value }}', equivalent: '{{ value | sort }}' },
      ),
    ],
    ['loss: accepted', one(text, { ...text, max_length: 9, on_violation: 'truncate' }, { loss: 'accepted' })],
    ['a default for what is empty', one(text, text, { default: { erp: 'none given' } })],
    ['one direction', one(text, { ...text, max_length: 9, on_violation: 'truncate' }, { direction: 'crm -> erp' })],
    ['a value that the other side refuses', one(text, { ...text, max_length: 9, pattern: '^[A-Z]+$' })],
  ])('%s', (_, world) => {
    expect(lossesOf(world)).toEqual([]);
  });

  test('an accepted loss is still told', () => {
    const [lens] = lensesOf(one(text, { ...text, max_length: 9, on_violation: 'truncate' }, { loss: 'accepted' }));
    expect(lens?.violations.map(({ cause, accepted }) => [cause, accepted])).toContainEqual(['cut', true]);
  });

  test('another equivalence does not hide it', () => {
    expect(
      lossesOf(one(text, text, { to_erp: '{{ value | upper }}', to_crm: '{{ value }}', equivalent: 'blanks' })),
    ).toContain('crm: case');
  });
});

describe('sampled values', () => {
  const pad = (at: number) => ({ x: `Secret${at} ${'long '.repeat(8)}` });

  test('are tried besides the generated ones, and counted', () => {
    const world = one(text, { ...text, max_length: 20, on_violation: 'truncate' });
    const [lens] = lensesOf({ ...world, samples: { a: [pad(1), { x: 'short' }, pad(2)] } });
    expect(lens?.violations.find(({ cause }) => cause === 'cut')?.sampled).toBe(2);
  });

  test('find what no generator knows', () => {
    const world = one(text, text, { to_erp: "{{ 'x' if value == 'Sonderfall 4' else value }}", to_crm: '{{ value }}' });
    expect(lossesOf(world)).toEqual([]);
    expect(lossesOf({ ...world, samples: { a: [{ x: 'Sonderfall 4' }] } })).toEqual(['crm: changed']);
  });

  test('are never shown', () => {
    const secrets = fc
      .string({ unit: 'grapheme', minLength: 24, maxLength: 60 })
      .filter((secret) => secret.trim().length > 20);
    fc.assert(
      fc.property(secrets, (secret) => {
        const world = one(text, { ...text, max_length: 20, on_violation: 'truncate' });
        const lenses = lensesOf({ ...world, samples: { a: [{ x: secret }] } });
        const said = JSON.stringify(lenses.flatMap(({ violations }) => violations));
        expect(said).not.toContain(JSON.stringify(secret).slice(1, 20));
      }),
      { numRuns: 50 },
    );
  });

  test('one way, each must have a value: what fails by design is told apart', () => {
    const world = one(text, { type: 'integer' }, { direction: 'crm -> erp' });
    const [lens] = lensesOf({ ...world, samples: { a: [{ x: '12' }, { x: 'twelve' }, { x: 'a dozen' }] } });
    expect(lens).toMatchObject({ law: 'one-way', violations: [{ cause: 'not-total', sampled: 2 }] });
    const options_ = one(options('a', 'b'), options('x'), { direction: 'crm -> erp', options: { a: 'x' } });
    expect(lossesOf({ ...options_, samples: { a: [{ x: 'b' }] } })).toEqual([]);
  });

  test('expressions that fail on an empty value are found in either direction', () => {
    const world = one(text, text, { to_erp: '{{ value[1:] }}', to_crm: "{{ 'K' ~ value if value else none }}" });
    expect(lossesOf({ ...world, samples: { a: [{ x: null }] } })).toContain('crm: not-total');
  });
});

describe('what is shown', () => {
  const shown = (world: LensWorld) =>
    lensesOf(world)
      .flatMap(({ violations }) => violations)
      .map(({ diagnostic: { summary, detail, next } }) => `${summary}\n  ${detail}\n  → ${next}\n`)
      .join('\n');

  test('the smallest value, its loss and the remedies', async () => {
    const worlds = [
      one({ ...text, max_length: 80 }, { ...text, max_length: 40, characters: 'latin1', on_violation: 'truncate' }),
      one({ type: 'timestamp' }, local('DD.MM.YYYY HH:mm')),
      one(amount(4), amount(2)),
      one(options('lead', 'customer', 'churned'), options('new', 'regular'), {
        options: { lead: 'new', customer: 'regular', churned: 'regular' },
      }),
      one(text, { type: 'phone', default_country: 'DE' }),
      one({ type: 'integer' }, text, { to_erp: "{{ value ~ ' pieces' if value is not none else none }}" }),
    ];
    await expect(worlds.map(shown).join('\n')).toMatchFileSnapshot('../golden/lens/violations.txt');
  });
});
