import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../record/value.ts';
import { compileCodec } from '../codec.ts';
import { fieldSchema } from '../field.ts';

/** What a field of this declaration makes of a wire value, and of the canonical value back; `refused` where it can't. */
function both(declared: object, raw: unknown): { value: unknown; wire: unknown } {
  const codec = compileCodec({ fields: { x: fieldSchema.parse(declared) } });
  const { fields } = codec.decode({ x: raw }, ['x']);
  if (!('x' in fields)) return { value: 'refused', wire: 'refused' };
  const encoded = codec.encodeValue('x', fields.x ?? null);
  return { value: fields.x, wire: encoded.ok ? encoded.value : 'refused' };
}

function written(declared: object, value: Value): unknown {
  const encoded = compileCodec({ fields: { x: fieldSchema.parse(declared) } }).encodeValue('x', value);
  return encoded.ok ? encoded.value : 'refused';
}

const time = { type: 'time' };
const local = { type: 'local_timestamp' };
const duration = (form: string, more = {}) => ({ type: 'duration', duration: form, ...more });
const yesNo = { type: 'boolean', boolean: { true: ['J', 'Ja', 1], false: ['N', 0] } };
const common = { type: 'boolean', boolean: { common: true } };
const sap = { type: 'boolean', boolean: { true: 'X', false: '' } };
const country = (form: string, more = {}) => ({ type: 'country', country: { form, ...more } });
const language = (form: string, more = {}) => ({ type: 'language', language: { form, ...more } });
const options = [
  { value: 1, key: 'red' },
  { value: 2, key: 'green' },
  { value: 'b;c', key: 'odd' },
];
const list = { type: 'multi_option', options };
const text = { type: 'multi_option', options, multi_option: { form: 'text' } };

describe.each<[string, object, [raw: unknown, value: unknown, wire: unknown][]]>([
  [
    'a time of day',
    time,
    [
      ['14:05', '14:05:00.000', '14:05:00'],
      [' 14:05:06 ', '14:05:06.000', '14:05:06'],
      ['14:05:06.7891', '14:05:06.789', '14:05:06.789'],
      ['', null, null],
      ['24:00', 'refused', 'refused'],
      ['14:05:00Z', 'refused', 'refused'],
      ['2:05', 'refused', 'refused'],
      [845, 'refused', 'refused'],
    ],
  ],
  [
    'a time of day by a pattern',
    { ...time, time: { pattern: 'HHmm' } },
    [
      ['1405', '14:05:00.000', '1405'],
      ['14:05', 'refused', 'refused'],
      ['2505', 'refused', 'refused'],
    ],
  ],
  [
    'a local timestamp',
    local,
    [
      ['2026-12-31T14:05', '2026-12-31T14:05:00.000', '2026-12-31T14:05:00'],
      ['2026-12-31 14:05:06.5', '2026-12-31T14:05:06.500', '2026-12-31T14:05:06.500'],
      ['2026-12-31T14:05:00Z', 'refused', 'refused'],
      ['2026-12-31T14:05:00+01:00', 'refused', 'refused'],
      ['2026-02-29T14:05', 'refused', 'refused'],
      ['2026-12-31', 'refused', 'refused'],
    ],
  ],
  [
    'a local timestamp by a pattern, also at a time that its zone skips',
    { ...local, time: { pattern: 'DD.MM.YYYY HH:mm', zone: 'Europe/Berlin' } },
    [
      ['29.03.2026 02:30', '2026-03-29T02:30:00.000', '29.03.2026 02:30'],
      ['2026-03-29T02:30:00', 'refused', 'refused'],
    ],
  ],
  [
    'a duration of ISO 8601',
    { type: 'duration' },
    [
      ['PT90M', 'PT1H30M', 'PT1H30M'],
      ['P1W', 'P7D', 'P7D'],
      ['P14M', 'P1Y2M', 'P1Y2M'],
      ['PT36H', 'P1DT12H', 'P1DT12H'],
      ['PT1,5H', 'PT1H30M', 'PT1H30M'],
      ['-PT0.5S', '-PT0.5S', '-PT0.5S'],
      ['P0D', 'PT0S', 'PT0S'],
      ['PT0.0001S', 'PT0S', 'PT0S'],
      ['P', 'refused', 'refused'],
      ['PT', 'refused', 'refused'],
      ['P1S', 'refused', 'refused'],
      ['90', 'refused', 'refused'],
    ],
  ],
  [
    'a duration in hours',
    duration('hours', { number: { decimal: ',', wire: 'string' } }),
    [
      ['1,5', 'PT1H30M', '1,5'],
      [1.5, 'PT1H30M', '1,5'],
      ['36', 'P1DT12H', '36'],
    ],
  ],
  [
    'a duration in seconds',
    duration('seconds'),
    [
      [5400, 'PT1H30M', 5400],
      [0, 'PT0S', 0],
      [-0.5, '-PT0.5S', -0.5],
    ],
  ],
  [
    'a duration as a clock',
    duration('clock'),
    [
      ['37:30', 'P1DT13H30M', '37:30'],
      ['-0:15', '-PT15M', '-00:15'],
      ['0:60', 'refused', 'refused'],
    ],
  ],
  ['a duration as a clock with seconds', duration('clock_seconds'), [['1:30:15', 'PT1H30M15S', '01:30:15']]],
  [
    'a boolean of several spellings',
    yesNo,
    [
      ['J', true, 'J'],
      ['Ja', true, 'J'],
      [1, true, 'J'],
      ['1', true, 'J'],
      ['N', false, 'N'],
      [false, false, 'N'],
      ['j', 'refused', 'refused'],
    ],
  ],
  [
    'a boolean of the common spellings',
    common,
    [
      ['YES', true, true],
      ['off', false, false],
      ['Wahr', true, true],
      [0, false, false],
      ['perhaps', 'refused', 'refused'],
    ],
  ],
  [
    'a boolean whose false is an empty text',
    sap,
    [
      ['X', true, 'X'],
      ['', false, ''],
      [null, null, null],
    ],
  ],
  [
    'a country',
    { type: 'country' },
    [
      ['DE', 'DE', 'DE'],
      ['de', 'DE', 'DE'],
      ['DEU', 'DE', 'DE'],
      ['276', 'DE', 'DE'],
      [40, 'AT', 'AT'],
      ['XKK', 'XK', 'XK'],
      ['XX', 'refused', 'refused'],
      ['YU', 'refused', 'refused'],
      ['Germany', 'refused', 'refused'],
    ],
  ],
  ['a country by three letters', country('alpha3'), [['DE', 'DE', 'DEU']]],
  ['a country by number', country('numeric'), [['AUT', 'AT', '040']]],
  [
    'a country by its name',
    country('name', { in: 'de', names: { England: 'GB' } }),
    [
      ['Deutschland', 'DE', 'Deutschland'],
      ['USA', 'US', 'Vereinigte Staaten'],
      ['vereinigte staaten', 'US', 'Vereinigte Staaten'],
      ['England', 'GB', 'England'],
      ['Vereinigtes Königreich', 'GB', 'England'],
      ['Germany', 'refused', 'refused'],
    ],
  ],
  [
    'a language',
    { type: 'language' },
    [
      ['de', 'de', 'de'],
      ['de_at', 'de-AT', 'de-AT'],
      ['ger', 'de', 'de'],
      ['deu', 'de', 'de'],
      ['iw', 'he', 'he'],
      ['zh-hant-tw', 'zh-Hant-TW', 'zh-Hant-TW'],
      ['xyzxyz', 'refused', 'refused'],
      ['qqz', 'refused', 'refused'],
    ],
  ],
  ['a language with underscore', language('underscore'), [['de_AT', 'de-AT', 'de_AT']]],
  [
    'a language by its terminological code',
    language('iso639_2'),
    [
      ['ger', 'de', 'deu'],
      ['gsw', 'gsw', 'gsw'],
    ],
  ],
  ['a language by its bibliographic code', language('iso639_2b'), [['de', 'de', 'ger']]],
  [
    'a language by its name',
    language('name', { in: 'de' }),
    [
      ['Deutsch', 'de', 'Deutsch'],
      ['französisch', 'fr', 'Französisch'],
    ],
  ],
  [
    'a URL',
    { type: 'url' },
    [
      [' HTTPS://User@Example.ORG/Path?Q=1 ', 'https://User@example.org/Path?Q=1', 'https://User@example.org/Path?Q=1'],
      ['https://example.org/', 'https://example.org', 'https://example.org'],
      ['www.example.org', 'www.example.org', 'www.example.org'],
    ],
  ],
  [
    'a URL with a default scheme',
    { type: 'url', default_scheme: 'https' },
    [
      ['www.Example.org/A', 'https://www.example.org/A', 'https://www.example.org/A'],
      ['mailto:info@example.org', 'mailto:info@example.org', 'mailto:info@example.org'],
      ['info@example.org', 'info@example.org', 'info@example.org'],
      ['none', 'none', 'none'],
    ],
  ],
  [
    'several options as a list',
    list,
    [
      [
        [2, '1', 2],
        ['green', 'red'],
        [2, 1],
      ],
      [[], null, null],
      [[1, 9], 'refused', 'refused'],
      ['1', 'refused', 'refused'],
    ],
  ],
  [
    'several options as a text',
    text,
    [
      ['2;1', ['green', 'red'], '2;1'],
      [';1; 2;', ['green', 'red'], '2;1'],
      [1, ['red'], '1'],
      ['', null, null],
    ],
  ],
  [
    'several options as objects',
    { ...list, multi_option: { item: 'id' }, write_empty: 'empty_list' },
    [
      [[{ id: 1, name: 'x' }], ['red'], [{ id: 1 }]],
      [[], null, []],
    ],
  ],
  [
    'an address',
    { type: 'postal_address', parts: { street: 'line1', postal_code: 'zip', city: 'city', country: 'country.code' } },
    [
      [
        { line1: ' Hauptstr. 5 ', zip: 10115, city: '', country: { code: 'DEU' } },
        { street: 'Hauptstr. 5', postal_code: '10115', country: 'DE' },
        { line1: 'Hauptstr. 5', zip: '10115', city: null, country: { code: 'DE' } },
      ],
      [{ line1: '', other: 1 }, null, null],
      [{ country: { code: 'Utopia' } }, 'refused', 'refused'],
      ['Hauptstr. 5', 'refused', 'refused'],
    ],
  ],
  [
    'a name of parts',
    { type: 'person_name', parts: { given: 'first', family: 'last', prefix: 'title' }, write_empty: 'omit' },
    [
      [
        { first: 'Eva', last: 'Maß', title: null },
        { given: 'Eva', family: 'Maß' },
        { first: 'Eva', last: 'Maß' },
      ],
    ],
  ],
  [
    'a name, given name first',
    { type: 'person_name', person_name: { text: 'given family' } },
    [
      ['Eva  Maria Maß', { given: 'Eva Maria', family: 'Maß' }, 'Eva Maria Maß'],
      ['Otto von der Heide', { given: 'Otto', family: 'von der Heide' }, 'Otto von der Heide'],
      ['van Gogh', { family: 'van Gogh' }, 'van Gogh'],
      ['eva maß', { given: 'eva', family: 'maß' }, 'eva maß'],
      ['Maß', { family: 'Maß' }, 'Maß'],
    ],
  ],
  [
    'a name, family name first',
    { type: 'person_name', person_name: { text: 'family given' } },
    [['Nagy László Péter', { given: 'László Péter', family: 'Nagy' }, 'Nagy László Péter']],
  ],
  [
    'a name with a comma',
    { type: 'person_name', person_name: { text: 'family, given' } },
    [
      ['de la Cruz, Ana', { given: 'Ana', family: 'de la Cruz' }, 'de la Cruz, Ana'],
      ['Maß', { family: 'Maß' }, 'Maß'],
    ],
  ],
  [
    'a binary',
    { type: 'binary' },
    [['https://cdn.Example.org/a.pdf', { url: 'https://cdn.example.org/a.pdf' }, 'https://cdn.example.org/a.pdf']],
  ],
  [
    'a binary with what is known of it',
    { type: 'binary', parts: { url: 'href', size: 'bytes', digest: 'hash' } },
    [
      [
        { href: 'https://x.org/a', bytes: '12', hash: 'D41D8CD98F00B204E9800998ECF8427E' },
        { url: 'https://x.org/a', size: 12, digest: 'md5:d41d8cd98f00b204e9800998ecf8427e' },
        { href: 'https://x.org/a', bytes: 12, hash: 'md5:d41d8cd98f00b204e9800998ecf8427e' },
      ],
      [{ href: 'https://x.org/a', bytes: -1 }, 'refused', 'refused'],
    ],
  ],
])('%s', (_, declared, cases) => {
  test.each(cases)('%j is %j and is written as %j', (raw, value, wire) => {
    expect(both(declared, raw)).toEqual({ value, wire });
  });
});

test.each<[string, object, Value, unknown]>([
  ['20 minutes have no end in hours', duration('hours'), 'PT20M', 'refused'],
  ['but a scale rounds them', duration('hours', { number: { scale: 2 } }), 'PT20M', 0.33],
  ['a month has no length', duration('days'), 'P1M', 'refused'],
  ['a clock cuts seconds', duration('clock'), 'PT1M59S', '00:01'],
  ['a region can’t be said by a code', language('iso639_2'), 'de-AT', 'refused'],
  ['an option that holds the separator', text, ['odd', 'red'], 'refused'],
  ['one option alone', list, 'red', [1]],
  [
    'a part that the system does not hold',
    { type: 'postal_address', parts: { city: 'c' } },
    { street: 'x' },
    'refused',
  ],
  [
    'and that it drops',
    { type: 'postal_address', parts: { city: 'c' }, on_violation: 'truncate' },
    { street: 'x', city: 'y' },
    { c: 'y' },
  ],
  [
    'a family name with a comma',
    { type: 'person_name', person_name: { text: 'family, given' } },
    { family: 'a,b' },
    'refused',
  ],
  [
    'all parts of a name',
    { type: 'person_name', person_name: { text: 'given family' } },
    { prefix: 'Dr.', given: 'Eva', middle: 'M.', family: 'Maß', suffix: 'MBA' },
    'Dr. Eva M. Maß MBA',
  ],
  ['a time that an expression made', time, '14:05', '14:05:00'],
  ['a local timestamp that an expression made', local, '2026-12-31 14:05', '2026-12-31T14:05:00'],
  [
    'what a binary’s system does not hold is dropped',
    { type: 'binary' },
    { url: 'https://x.org', size: 1 },
    'https://x.org',
  ],
])('%s', (_, declared, value, expected) => {
  expect(written(declared, value)).toEqual(expected);
});

test('parts that stand in the record are read from it and written into it', () => {
  const codec = compileCodec({
    fields: {
      address: fieldSchema.parse({
        type: 'postal_address',
        parts: { street: 'billing_street', city: 'billing.city' },
        parts_in: 'record',
      }),
      name: fieldSchema.parse({ type: 'string' }),
    },
  });
  const wire = { name: 'A', billing_street: 'Hauptstr. 5', billing: { city: 'Berlin', more: 1 } };
  const fields = { address: { street: 'Hauptstr. 5', city: 'Berlin' }, name: 'A' };
  expect(codec.decode(wire, ['address', 'name'])).toEqual({ fields, problems: {} });
  expect(codec.decode({ name: 'A' }, ['address', 'name']).fields).toEqual({ name: 'A' });
  expect(codec.decode({ billing_street: '' }, ['address']).fields).toEqual({ address: null });
  const encoded = { name: 'A', billing_street: 'Hauptstr. 5', billing: { city: 'Berlin' } };
  expect(codec.encode(fields)).toEqual({ ok: true, value: encoded });
  expect(codec.encode({ address: null })).toEqual({
    ok: true,
    value: { billing_street: null, billing: { city: null } },
  });
  expect(codec.normalise('address', { city: ' Berlin ' })).toEqual({ ok: true, value: { city: 'Berlin' } });
});

test.each<[object, RegExp]>([
  [{ type: 'timestamp', time: { pattern: 'HH:mm' } }, /needs YYYY, MM and DD/],
  [{ type: 'time', time: { pattern: 'DD.MM.YYYY HH:mm' } }, /needs HH/],
  [{ type: 'time', time: 'epoch_s' }, /form of an instant/],
  [{ type: 'local_timestamp', time: 'epoch_ms' }, /form of an instant/],
  [{ type: 'string', parts: { a: 'b' } }, /has no parts/],
  [{ type: 'postal_address', parts: { zip: 'zip' } }, /has the parts street, house_number/],
  [{ type: 'postal_address', parts_in: 'record' }, /needs parts/],
  [{ type: 'person_name', parts: { given: 'a' }, parts_in: 'record', custom: 'x' }, /is one place/],
  [{ type: 'binary', parts: { size: 'a' } }, /needs its url/],
  [{ type: 'boolean', boolean: { true: 1 } }, /needs true and false/],
  [{ type: 'country', country: { form: 'name', in: 'not a tag' } }, /language tag/],
  [{ type: 'country', country: { names: { England: 'XX' } } }, /no such code/],
])('%j is refused', (declared, message) => {
  const parsed = fieldSchema.safeParse(declared);
  expect(JSON.stringify(parsed.error?.issues)).toMatch(message);
});

test('every country and language comes back from every form', () => {
  const countries = ['alpha2', 'alpha3', 'numeric', 'name'];
  for (const form of countries) {
    for (const language of ['en', 'de', 'fr', 'ja']) {
      const codec = compileCodec({ fields: { x: fieldSchema.parse(country(form, { in: language })) } });
      const others = compileCodec({ fields: { x: fieldSchema.parse(country('alpha3')) } });
      for (const code of ISO_COUNTRIES) {
        expect(codec.normalise('x', code), `${code} as ${form} in ${language}`).toEqual({ ok: true, value: code });
        expect(others.normalise('x', code)).toEqual({ ok: true, value: code });
      }
    }
  }
  for (const form of ['tag', 'iso639_2', 'iso639_2b', 'name']) {
    const codec = compileCodec({ fields: { x: fieldSchema.parse(language(form)) } });
    for (const code of ['de', 'fr', 'el', 'zh', 'cy', 'sq', 'nl']) {
      expect(codec.normalise('x', code), `${code} as ${form}`).toEqual({ ok: true, value: code });
    }
  }
});

/** Of every continent, with those whose names and codes are easily taken for each other's. */
const ISO_COUNTRIES =
  'AD AE AF AG AL AM AR AT AU BE BR CA CD CG CH CI CN CZ DE DK ES FR GB GR IN IT JP KP KR MK MX NL PL PS PT RU SE SK SZ TR TW UA US VA VG XK VI ZA'.split(
    ' ',
  );

test('names keep their parts where the order says where the family name ends', () => {
  const word = fc.stringMatching(/^[A-ZÄÖÜ][a-zäöü]{1,8}$/);
  fc.assert(
    fc.property(word, fc.array(word, { minLength: 1, maxLength: 3 }), (family, given) => {
      const name = { given: given.join(' '), family };
      for (const order of ['given family', 'family given', 'family, given']) {
        const codec = compileCodec({
          fields: { x: fieldSchema.parse({ type: 'person_name', person_name: { text: order } }) },
        });
        expect(codec.normalise('x', name)).toEqual({ ok: true, value: name });
      }
    }),
  );
});
