import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadSmall, SMALL } from '../../test/small-integration.ts';
import type { Diagnostic } from '../record/diagnostic.ts';

function loaded(text = SMALL) {
  const result = loadSmall(text);
  if (!result.ok) throw new Error(shown(result.error));
  return result.value;
}

const shown = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics
    .map(({ severity, code, summary, detail, where, next }) =>
      [
        `${where?.file}:${where?.line}:${where?.column} ${severity} ${code}: ${summary}`,
        ...(detail ? [`  ${detail}`] : []),
        ...(next ? [`  → ${next}`] : []),
      ].join('\n'),
    )
    .join('\n')
    .concat('\n');

/** `SMALL` with one passage replaced. */
function edited(from: string, to: string): string {
  expect(SMALL.split(from).length, `"${from}" stands once in the file`).toBe(2);
  return SMALL.replace(from, () => to);
}

describe('a good file', () => {
  test('is two systems with the variables of the environment', () => {
    const { name, environment, a, b, schedule, failures, errorsTo } = loaded();
    expect({ name, environment, schedule, failures, errorsTo }).toEqual({
      name: 'shop-books',
      environment: 'staging',
      schedule: { everyMs: null, sweepMs: 86_400_000, fieldsMs: 900_000 },
      failures: { share: 0.2, least: 20 },
      errorsTo: [],
    });
    expect([a.name, a.title, a.variables]).toEqual([
      'shop',
      'Shop',
      { base_url: 'https://shop.example', api_key: 'a' },
    ]);
    expect([b.name, b.variables]).toEqual(['books', { base_url: 'https://books.example', token: 'b' }]);
  });

  test('without an environment, the first of the file is meant', () => {
    const result = loadSmall(SMALL, { environment: null });
    expect(result.ok && result.value.environment).toBe('staging');
  });

  test('is mappings from side a to side b', () => {
    const [buyers, purchases] = loaded().mappings;
    expect(buyers).toMatchObject({
      name: 'buyers',
      objects: { a: 'buyers', b: 'accounts' },
      match: [
        [{ a: 'vat_id', b: 'vat_no' }],
        [
          { a: 'email', b: 'mail' },
          { a: 'name', b: 'name_1' },
        ],
      ],
      conflict: 'a',
      propagate: {
        a: { create: 'create', update: 'update', delete: 'hold' },
        b: { create: 'create', update: 'update', delete: 'archive' },
      },
      references: [],
      cycleBreakers: ['parent ↔ parent_no'],
    });
    expect(buyers?.fields.map(({ name, aToB, bToA, conflict }) => [name, aToB, bToA, conflict])).toEqual([
      ['name ↔ name_1', true, true, 'a'],
      ['email ↔ mail', true, true, 'a'],
      ['vat_id ↔ vat_no', true, true, 'b'],
      ['status ↔ group', true, true, 'a'],
      ['credit ↔ limit', false, true, 'a'],
      ['parent ↔ parent_no', true, true, 'a'],
    ]);
    expect(purchases).toMatchObject({
      references: ['buyers'],
      cycleBreakers: [],
      propagate: {
        a: { create: 'create', update: 'ignore', delete: 'hold' },
        b: { create: 'ignore', update: 'ignore', delete: 'hold' },
      },
    });
    expect(purchases?.fields.at(-1)?.options?.aToB.get('won')).toBe('gewonnen');
    expect(purchases?.fields.at(-1)?.options?.bToA.get('gewonnen')).toBe('won');
  });

  test('says what looks odd', () => {
    expect(loaded().remarks.map((each) => each.code)).toEqual(['cycle']);
  });

  test('expressions, defaults and filters are compiled', () => {
    const { mappings } = loaded(
      edited(
        '      - { shop: email, books: mail }\n',
        `      - { shop: email, books: mail, required: true, default: { books: none@shop.example } }
      - { shop: newsletter, books: letters, to_books: "{{ 'J' if value else 'N' }}", to_shop: "{{ value == 'J' }}" }
      - { shop: vat_id, books: country, direction: shop -> books, to_books: "{{ value[:2] }}", default: DE }
`,
      ).replace(
        '    conflict: shop\n',
        `    filter: { shop: "{{ record.status == 'customer' }}" }\n    first_contact: { prefer: books }\n`,
      ),
    );
    const [buyers] = mappings;
    const [, email, letters, country] = buyers?.fields ?? [];
    expect(email).toMatchObject({ required: true, default: { a: undefined, b: 'none@shop.example' } });
    expect(letters?.toB?.evaluate({ value: true, record: {} })).toEqual({ ok: true, value: 'J' });
    expect(letters?.toA?.evaluate({ value: 'J', record: {} })).toEqual({ ok: true, value: true });
    expect(country).toMatchObject({ aToB: true, bToA: false, toA: null, default: { b: 'DE' } });
    expect(buyers?.filter.a?.fields).toEqual(['status']);
    expect(buyers?.firstContact).toEqual({ prefer: 'b', emptyOverwrites: false });
  });

  test('parents come first, whatever the order of the file', () => {
    const start = SMALL.indexOf('  buyers:\n');
    const second = SMALL.indexOf('  purchases:\n');
    const swapped = SMALL.slice(0, start) + SMALL.slice(second) + SMALL.slice(start, second);
    expect(loaded(swapped).mappings.map((mapping) => mapping.name)).toEqual(['buyers', 'purchases']);
  });

  test('the rules change with what decides results, and with nothing else', () => {
    const rules = (text: string) => loaded(text).mappings[0]?.rules;
    const before = rules(SMALL);
    expect(rules(edited('purpose: Buyers', '# a remark\npurpose: All buyers'))).toBe(before);
    expect(rules(edited('{ shop: name, books: name_1 }', '{ shop: name, books: name_1, note: why }'))).toBe(before);
    expect(rules(edited('    conflict: shop\n', '    conflict: shop\n    ignored: { shop: { pin: secret } }\n'))).toBe(
      before,
    );
    const rule = (more: string) =>
      rules(
        edited(
          '    conflict: shop\n',
          `    conflict: shop\n    rules: [{ name: r, system: books, check: "{{ record.mail }}"${more} }]\n`,
        ),
      );
    expect(rule('')).not.toBe(before);
    expect(rule(', message: why')).toBe(rule(''));
    expect(rule(', policy: warn')).not.toBe(rule(''));
    expect(rules(edited('[email, name]', '[email]'))).not.toBe(before);
    expect(rules(edited('policy: ignore', 'policy: park'))).not.toBe(before);
    expect(rules(edited('    conflict: shop\n', '    conflict: hold\n'))).not.toBe(before);
  });
});

test('rules stand with the fields that they speak about', () => {
  const text = edited(
    'books: mail }',
    'books: mail, validate: [email, { check: "{{ record.name_1 }}", system: books, policy: warn, repair: [trim, { truncate: "" }] }] }',
  );
  expect(loaded(text).mappings[0]?.dataRules).toMatchObject([
    { name: 'email', side: 'a', field: 'email', scope: 'value', test: { kind: 'form' }, policy: 'error', repair: [] },
    { name: 'email', side: 'b', field: 'mail', scope: 'value', test: { kind: 'form' } },
    {
      name: 'expression',
      side: 'b',
      field: 'mail',
      policy: 'warn',
      repair: [{ kind: 'trim' }, { kind: 'truncate', mark: '' }],
    },
  ]);
});

describe('a faulty file says where, what and what was meant', () => {
  const name = '      - { shop: name, books: name_1 }\n';
  const row = (more: string) => [name, `${name}      - ${more}\n`] as const;
  test.each<[string, readonly [string, string]]>([
    ['key-at-the-top', ['purpose:', 'pourpose: x\npurpose:']],
    ['key-in-a-system', ['    connector: books\n', '    connector: books\n    enviroments: {}\n']],
    ['key-in-a-mapping', ['    conflict: shop\n', '    conflct: shop\n']],
    ['key-in-a-row', row('{ shop: newsletter, books: letters, to_book: "x" }')],
    ['key-in-propagate', ['update: ignore }', 'updates: ignore }']],
    ['several-keys', ['    match: [[title]]\n', '    mach: [[title]]\n    colour: red\n    conflict: newst\n']],
    ['not-yaml', ['    match: [[title]]\n', '    match: [[title]\n']],
    ['variable-without-quotes', ["'${SHOP_KEY}'", '${SHOP_KEY}']],
    ['key-twice', ['    match: [[title]]\n', '    match: [[title]]\n    match: []\n']],
    ['wrong-type', ['conflict: shop\n', 'conflict: 7\n']],
    ['fields-missing', [SMALL.slice(SMALL.indexOf('    fields:\n      - { shop: title')), '']],
    ['duration', ['mappings:\n', 'schedule: { every: 5 minutes }\nmappings:\n']],
    [
      'three-systems',
      ['  books:\n    connector', '  bank: { connector: shop, environments: {} }\n  books:\n    connector'],
    ],
    ['connector-unknown', ['connector: books', 'connector: boks']],
    ['object-unknown', ['    books: accounts\n', '    books: acounts\n']],
    ['object-missing', ['    books: accounts\n', '']],
    ['field-unknown', row('{ shop: newsleter, books: letters }')],
    ['field-missing', row('{ shop: newsletter }')],
    [
      'by-field-unknown',
      ['books: parent_no, reference: buyers', 'books: letters, reference: buyers, by: { books: vat_nr }'],
    ],
    [
      'by-not-findable',
      ['books: parent_no, reference: buyers', 'books: letters, reference: buyers, by: { books: name_1 }'],
    ],
    ['by-without-reference', row('{ shop: newsletter, books: letters, by: { bok: name_1 } }')],
    ['outside-required', row('{ shop: email, books: name_1, reference: buyers, outside: empty }')],
    ['one-sided-field-unknown', row('{ books: lettters, to_books: "yes" }')],
    ['one-sided-direction', row('{ books: letters, to_books: "yes", direction: books -> shop }')],
    ['one-sided-options', row('{ books: letters, to_books: "yes", options: { a: b } }')],
    ['one-sided-record-field', row('{ books: letters, to_books: "{{ record.newsleter }}" }')],
    ['direction-invalid', row('{ shop: vat_id, books: country, direction: shop -> book }')],
    ['direction-same', row('{ shop: vat_id, books: country, direction: books -> books }')],
    ['match-not-mapped', ['[[vat_id], [email, name]]', '[[vat_it], [newsletter]]']],
    ['match-other-side', ['[[vat_id], [email, name]]', '[[vat_no]]']],
    ['match-none', ['    match: [[title]]\n', '    match: [[titel]]\n']],
    ['mapping-unknown', ['direction: shop -> books, reference: buyers', 'direction: shop -> books, reference: buyer']],
    ['reference-missing', ['books: parent_no, reference: buyers', 'books: parent_no']],
    ['reference-mismatch', ['books: parent_no, reference: buyers', 'books: parent_no, reference: purchases']],
    ['not-a-reference', row('{ shop: newsletter, books: letters, reference: buyers }')],
    ['conflict-unknown', ['    conflict: shop\n', '    conflict: shp\n']],
    ['conflict-newest', ['    conflict: shop\n', '    conflict: newest\n']],
    ['target-read-only', row('{ shop: updated, books: letters }')],
    ['source-write-only', row('{ shop: pin, books: letters }')],
    ['type-mismatch', row('{ shop: newsletter, books: letters }')],
    ['type-mismatch-one-way', row('{ shop: credit, books: letters, direction: shop -> books }')],
    ['zone-missing', row('{ shop: visited, books: opened }')],
    ['required-unmapped', [name, '']],
    ['target-duplicated', row('{ shop: vat_id, books: mail, direction: shop -> books }')],
    ['row-duplicated', row('{ shop: name, books: name_1 }')],
    [
      'expression-invalid',
      row('{ shop: newsletter, books: letters, direction: shop -> books, to_books: "{{ valu }}" }'),
    ],
    ['expression-without-quotes', ['books: mail }', 'books: mail, to_books: {{ value | lower }} }']],
    [
      'expression-unclosed',
      row('{ shop: newsletter, books: letters, direction: shop -> books, to_books: "{{ value" }'),
    ],
    [
      'expression-field',
      row(`{ shop: newsletter, books: letters, direction: shop -> books, to_books: "{{ record.nam }}" }`),
    ],
    ['filter-constant', ['    match: [[title]]\n', '    match: [[title]]\n    filter: { shop: record.title }\n']],
    ['filter-system', ['    match: [[title]]\n', '    match: [[title]]\n    filter: { shp: "{{ true }}" }\n']],
    ['option-unknown', ['{ open: offen, won: gewonnen }', '{ opn: offen, won: gewonen }']],
    ['otherwise', ['{ policy: ignore }', '{ policy: default, shop: leed, bocks: x }']],
    [
      'default-invalid',
      row('{ shop: newsletter, books: letters, direction: books -> shop, to_shop: "x", default: maybe }'),
    ],
    ['propagate-system', ['      books: { create: create', '      book: { create: create']],
    ['cannot-delete', ['delete: archive }', 'delete: delete }']],
    ['cannot-archive', ['delete: hold }', 'delete: archive }']],
    ['cannot-update', ['{ create: create, update: ignore }', '{ create: create, update: update }']],
    ['nothing-flows', ['{ create: create, update: ignore }', '{ create: create, update: ignore }\n      books: {}']],
    ['secret-in-file', ['token: ${BOOKS_TOKEN}', 'token: S3cret-42']],
    ['password-in-url', ['base_url: https://books.example', 'base_url: https://me:S3cret@books.example']],
    ['variable-unset', ['${BOOKS_TOKEN}', '${BOOK_TOKEN}']],
    ['variable-missing', ['        token: ${BOOKS_TOKEN}\n', '        tokn: ${BOOKS_TOKEN}\n']],
    ['environment-unknown', ['      staging: {', '      stagging: {']],
    ['ignored', ['    conflict: shop\n', '    conflict: shop\n    ignored: { shop: { pn: x, email: y }, shp: {} }\n']],
    [
      'rules',
      [
        '    conflict: shop\n',
        `    conflict: shop
    rules:
      - { name: mail, system: bocks, check: "{{ record.mail }}" }
      - { name: mail, system: books, check: "{{ record.mial }}", field: mial, message: "{{ value }}" }
      - { name: fill, system: books, check: "{{ value }}", field: country, repair: [{ default: DE }] }
      - { name: cut, system: books, check: "{{ value }}", repair: [trim] }
`,
      ],
    ],
    [
      'rule-shape',
      ['    conflict: shop\n', '    conflict: shop\n    rules: [{ name: A b, check: always, polcy: warn }]\n'],
    ],
    ['validate-unknown', ['books: name_1 }', 'books: name_1, validate: [ibann, { check: lenght }] }']],
    [
      'validate-country',
      ['books: mail }', 'books: mail, validate: [postal_code, { check: vat_id, country: Germany }] }'],
    ],
    [
      'validate-system',
      row('{ shop: vat_id, books: country, direction: shop -> books, validate: [{ check: country, system: shop }] }'),
    ],
    [
      'validate-repair',
      [
        'books: name_1 }',
        `books: name_1, validate: [{ check: length, repair: [shout, { replace: '(?=x)' }, { default: 7, of: 1 }, "{{ record.nam }}"] }] }`,
      ],
    ],
    [
      'validate-repairs',
      [
        'books: name_1 }',
        `books: name_1, validate: [{ check: length, repair: [{ replace: '(?=x)' }, { truncate: '0123456789' }, "{{ record.nam }}", { default: true }] }] }`,
      ],
    ],
    ['first-contact', ['    match: [[title]]\n', '    match: [[title]]\n    first_contact: { prefer: boks }\n']],
    ['system-name-reserved', ['  books:\n    connector', '  match:\n    connector']],
  ])('%s', async (code, [from, to]) => {
    const result = loadSmall(edited(from, to));
    const found = result.ok ? result.value.remarks : result.error;
    expect(result.ok, shown(found)).toBe(false);
    expect(found.every((each) => each.where?.line !== undefined)).toBe(true);
    const text = shown(found.filter((each) => each.severity !== 'info'));
    expect(text).not.toContain('S3cret');
    await expect(text).toMatchFileSnapshot(`../../test/golden/diagnostics/${code}.txt`);
  });

  test.each<[string, readonly [string, string], string]>([
    ['no match rule', ['    match: [[title]]\n', ''], 'match-none'],
    ['an option without counterpart', ['        otherwise: { policy: ignore }\n', ''], 'option-unmapped'],
    [
      'two options become one',
      ['otherwise: { policy: ignore }', 'options: { lead: lead, customer: customer, lost: lead }'],
      'option-ambiguous',
    ],
    [
      'a check of what is not declared',
      ['books: mail }', 'books: mail, validate: [{ check: length, repair: [truncate] }] }'],
      'limit-undeclared',
    ],
    [
      'an expression that is never used',
      row('{ shop: vat_id, books: country, direction: shop -> books, to_books: "{{ value[:2] }}", to_shop: "x" }'),
      'expression-unused',
    ],
    [
      'an expression one way only',
      ['books: mail }', 'books: mail, to_books: "{{ value | lower }}" }'],
      'expression-one-way',
    ],
    ['a day in place of a time', row('{ shop: visited, books: visit }'), 'lossy'],
  ])('%s is a warning', (_, [from, to], code) => {
    const result = loadSmall(edited(from, to));
    expect(result.ok && result.value.remarks.map((each) => each.code)).toContain(code);
  });
});

describe('what a row loses', () => {
  const lossy = (row: string) => {
    const name = '      - { shop: name, books: name_1 }\n';
    const { remarks } = loaded(edited(name, `${name}      - ${row}\n`));
    return shown(remarks.filter(({ code }) => code === 'lossy'));
  };

  test('is said with what would keep it', async () => {
    const text = lossy('{ shop: visited, books: visit }');
    await expect(text).toMatchFileSnapshot('../../test/golden/diagnostics/lossy.txt');
  });

  test('is an info where the row goes one way', () => {
    expect(lossy('{ shop: visited, books: visit, direction: shop -> books }')).toMatch(/ info lossy: visited of shop/);
    expect(lossy('{ shop: visited, books: visit, direction: books -> shop }')).toBe('\n');
  });

  test.each([
    ['it is known and meant', '{ shop: visited, books: visit, loss: accepted }'],
    ['the row says what is as good as the same', '{ shop: visited, books: visit, equivalent: day }'],
    [
      'expressions make the value',
      '{ shop: visited, books: visit, to_books: "{{ value[:10] }}", to_shop: "{{ value ~ \'T00:00:00.000Z\' }}" }',
    ],
  ])('is not said where %s', (_, row) => {
    expect(lossy(row)).toBe('\n');
  });
});

describe('nothing is repeated that may be secret', () => {
  test('a value of the wrong type', () => {
    const result = loadSmall(edited('token: ${BOOKS_TOKEN}', 'token: { S3cret: S3cret }'));
    expect(!result.ok && shown(result.error)).not.toContain('S3cret');
  });
});

test('whatever becomes of the file, it loads or says where it fails', () => {
  const lines = SMALL.split('\n');
  const piece = fc.oneof(
    fc.constantFrom('~', '[]', '{}', '7', 'true', 'x', '""', 'both', 'hold', 'buyers', '{{ value }}', 'constructor'),
    fc.constantFrom(...lines),
  );
  const change = fc.record({ line: fc.nat(lines.length - 1), piece, keep: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const text = [...lines];
      for (const { line, piece: other, keep } of changes) {
        const key = /^(\s*[^:]*:)/.exec(lines[line] ?? '')?.[1];
        text[line] = keep && key ? `${key} ${other}` : other;
      }
      const result = loadSmall(text.join('\n'));
      const found = result.ok ? result.value.remarks : result.error;
      expect(result.ok || found.length > 0).toBe(true);
      expect(found.every((each) => each.where?.line !== undefined)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
