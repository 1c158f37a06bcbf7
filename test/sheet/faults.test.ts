import { describe, expect, test } from 'vitest';
import { SMALL } from '../small-integration.ts';
import { importSmall, Sheets } from './world.ts';

const NOTE = 'Note, or reason for ignoring';

/** A pair of the sheet Buyers by its field of the shop. */
const pair = (sheets: Sheets, field: string) => sheets.rowOf('Buyers', { 'Shop field': field });
const buyers = (field: string, header: string, text: string) => (sheets: Sheets) =>
  sheets.set('Buyers', pair(sheets, field), header, text);
const purchases = (field: string, header: string, text: string) => (sheets: Sheets) =>
  sheets.set('Purchases', sheets.rowOf('Purchases', { 'Shop field': field }), header, text);
const option = (mapping: string, key: string, header: string, text: string) => (sheets: Sheets) =>
  sheets.set('Options', sheets.rowOf('Options', { Mapping: mapping, 'Shop option': key }), header, text);

/** A new row of the sheet Buyers; the address is that of the last cell given. */
const added = (cells: Record<string, string>) => (sheets: Sheets) => {
  const row = sheets.spare('Buyers');
  return (
    Object.entries(cells)
      .map(([header, text]) => sheets.set('Buyers', row, header, text))
      .at(-1) ?? ''
  );
};

/** An edit whose fault is shown at another cell. */
const at = (edit: (sheets: Sheets) => string, field: string, header: string) => (sheets: Sheets) => {
  edit(sheets);
  const row = pair(sheets, field);
  return sheets.set(
    'Buyers',
    row,
    header,
    sheets.grid('Buyers').rows[row]?.[sheets.columnOf('Buyers', header)]?.text ?? '',
  );
};

/** Several edits; the address is that of the last one. */
const all =
  (...edits: ((sheets: Sheets) => string)[]) =>
  (sheets: Sheets) =>
    edits.map((edit) => edit(sheets)).at(-1) ?? '';

const broken = (field: string, header: string, fault: 'formula' | 'error') => (sheets: Sheets) => {
  const row = pair(sheets, field);
  const address = sheets.set('Buyers', row, header, '');
  const cell = sheets.grid('Buyers').rows[row]?.[sheets.columnOf('Buyers', header)];
  if (cell) cell.fault = fault;
  return address;
};

const WRONG: [string, (sheets: Sheets) => string, string][] = [
  // Names that are none.
  [
    'a field that is none',
    buyers('email', 'Books field', 'mial'),
    '"mial" is not a field of Books accounts. Did you mean "mail"?',
  ],
  [
    'a label that is none',
    buyers('email', 'Books field', 'Leters'),
    '"Leters" is not a field of Books accounts. Did you mean "letters"?',
  ],
  [
    'a field of the other system',
    buyers('email', 'Shop field', 'mail'),
    '"mail" is not a field of Shop buyers. Did you mean "email"?',
  ],
  [
    'a direction that is none',
    buyers('email', 'Direction', 'Shop → Bokos'),
    '"Shop → Bokos" is not known under "Direction". Did you mean "Shop → Books"?',
  ],
  [
    'a status that is none',
    buyers('email', 'Status', 'maped'),
    '"maped" is not known under "Status". Did you mean "mapped"?',
  ],
  [
    'a policy that is none',
    buyers('email', 'When both changed', 'Books win'),
    '"Books win" is not known under "When both changed". Did you mean "Books wins"?',
  ],
  [
    'a mapping that is none',
    buyers('parent', 'Refers to', 'buyer'),
    '"buyer" is not known under "Refers to". Did you mean "buyers"?',
  ],
  [
    'neither yes nor empty',
    buyers('email', 'Must be filled', 'no'),
    '"no" is not known under "Must be filled". Known here: yes',
  ],
  [
    'an option that is none',
    option('Purchases', 'won', 'is, in Books', 'gewonen'),
    '"gewonen" is not an option of Books state. Did you mean "gewonnen"?',
  ],
  [
    'an option of the first system that is none',
    option('Purchases', 'won', 'Shop option', 'wonn'),
    '"wonn" is not an option of Shop stage. Did you mean "won"?',
  ],
  [
    'a sheet that is none',
    option('Purchases', 'won', 'Mapping', 'Purchase'),
    'There is no sheet "Purchase". Did you mean "Purchases"?',
  ],

  // What stands in a cell is no text.
  ['a formula', broken('email', NOTE, 'formula'), 'The cell holds a formula. Type the text itself'],
  ['an error', broken('email', 'Books field', 'error'), 'The cell holds an error. Type the text itself'],

  // Rows and columns.
  ['a number that is none', buyers('email', 'Row', 'x'), 'There is no row "x" in the mapping.'],
  ['a number too high', buyers('email', 'Row', '99'), 'There is no row "99" in the mapping.'],
  ['a number twice', buyers('vat_id', 'Row', '2'), 'Row 2 stands twice, here and in line 6.'],
  [
    'a pair that was deleted',
    (sheets) => {
      sheets.grid('Buyers').rows.splice(pair(sheets, 'email'), 1);
      return 'Buyers!A4';
    },
    'Row 2 is missing from the sheet.',
  ],
  [
    'a heading that is gone',
    (sheets) => {
      sheets.set('Buyers', 3, 'Direction', 'Which way');
      return 'Buyers!A4';
    },
    'The column "Direction" is missing.',
  ],
  [
    'a heading twice',
    (sheets) => sheets.set('Buyers', 3, 'Books: samples', 'Status'),
    'The heading "Status" stands twice.',
  ],
  [
    'all headings gone',
    (sheets) => {
      sheets.grid('Purchases').rows.splice(3, 1);
      return 'Purchases!A1';
    },
    'The headings of the sheet are missing.',
  ],
  [
    'a sheet under another name',
    (sheets) => {
      sheets.grid('Buyers').name = 'Byers';
      return 'Byers!A1';
    },
    'The integration has no mapping with the sheet "Byers". Did you mean "Buyers"?',
  ],
  [
    'the number of another row in the options',
    option('Purchases', 'won', 'Row', '1'),
    'Row "1" of Purchases has no options.',
  ],
  ['an option twice', option('Purchases', 'won', 'Shop option', 'open'), '"open" stands twice'],

  // Statuses that do not go with the rest of the row.
  ['no status', buyers('email', 'Status', ''), 'The row has no status.'],
  [
    'mapped without a partner',
    at(buyers('newsletter', 'Status', 'mapped'), 'newsletter', 'Books field'),
    'A mapped row needs a field of Books, too.',
  ],
  ['a pair without its partner', buyers('email', 'Books field', ''), 'A mapped row needs a field of Books, too.'],
  [
    'a pair without any field',
    all(buyers('email', 'Books field', ''), (sheets) =>
      sheets.set('Buyers', sheets.rowOf('Buyers', { Row: '2' }), 'Shop field', ''),
    ),
    'A mapped row needs its fields.',
  ],
  [
    'both fields, but open',
    added({ 'Shop field': 'vat_id', 'Books field': 'country', Status: 'open' }),
    'Both fields are there, but the status is open.',
  ],
  [
    'a partner, but still open',
    at(buyers('newsletter', 'Books field', 'letters'), 'newsletter', 'Status'),
    'Both fields are there, but the status is open.',
  ],
  [
    'ignored without a reason',
    at(buyers('pin', 'Status', 'ignored'), 'pin', NOTE),
    'The row is ignored without a reason.',
  ],
  [
    'a pair that is ignored without a reason',
    at(buyers('email', 'Status', 'ignored'), 'email', NOTE),
    'The row is ignored without a reason.',
  ],
  [
    'something is agreed about an open field',
    buyers('newsletter', 'Direction', 'Shop → Books'),
    'It is agreed about no pair: the row is open.',
  ],
  [
    'a new row without fields',
    (sheets) => {
      const row = sheets.spare('Buyers');
      sheets.set('Buyers', row, NOTE, 'the fax number');
      return `Buyers!C${row + 1}`;
    },
    'The row says something, but names no field.',
  ],
  [
    'a new row without a status',
    (sheets) => {
      const row = sheets.spare('Buyers');
      sheets.set('Buyers', row, 'Shop field', 'vat_id');
      sheets.set('Buyers', row, 'Books field', 'country');
      return sheets.set('Buyers', row, 'Status', '');
    },
    'The row has no status.',
  ],
  [
    'ignored here and mapped there',
    (sheets) => {
      added({
        'Shop field': 'newsletter',
        'Books field': 'letters',
        Status: 'mapped',
        'Value for Books': 'x',
        'Value for Shop': '{{ true }}',
      })(sheets);
      buyers('newsletter', NOTE, 'not needed')(sheets);
      return buyers('newsletter', 'Status', 'ignored')(sheets);
    },
    'newsletter is ignored here, but mapped in line',
  ],

  // What the loader refuses.
  ['types that do not fit', buyers('email', 'Books field', 'limit'), 'limit (money) does not fit email (email).'],
  [
    'a field that is written twice',
    buyers('email', 'Books field', 'vat_no'),
    'vat_no of books is written by two rows.',
  ],
  [
    'a field that can only be read',
    added({ 'Books field': 'letters', Status: 'mapped', 'Shop field': 'updated' }),
    "updated of shop can't be written.",
  ],
  [
    'a pair twice',
    added({ Status: 'mapped', 'Books field': 'name_1', 'Shop field': 'name' }),
    'name ↔ name_1 is mapped twice.',
  ],
  [
    'a required field that nothing writes',
    buyers('name', 'Status', 'open'),
    'accounts of books requires name_1, which no row writes.',
  ],
  ['a field that records are matched by', buyers('vat_id', 'Status', 'open'), 'No row maps "vat_id" of shop.'],
  ['a rule that is not valid', buyers('email', 'Value for Books', '{{ valu }}'), 'The expression is not valid.'],
  ['a rule that is not closed', buyers('email', 'Value for Shop', '{{ value'), 'The expression is not valid.'],
  [
    'a rule that reads what is not there',
    buyers('email', 'Value for Books', '{{ record.nam }}'),
    'buyers of shop has no field "nam" to read as record.nam.',
  ],
  [
    'quotes of a letter',
    buyers('email', 'Value for Books', '{{ value | replace(“#”, "") }}'),
    'The rule has typographic quotes.',
  ],
  [
    'a reference without its mapping',
    buyers('parent', 'Refers to', ''),
    'parent ↔ parent_no is a reference without its mapping.',
  ],
  [
    'a reference to the wrong mapping',
    buyers('parent', 'Refers to', 'purchases'),
    'parent of shop refers to buyers, but the mapping purchases is about purchases.',
  ],
  [
    'a reference that is none',
    at(buyers('email', 'Refers to', 'buyers'), 'email', 'Shop field'),
    'email of shop is no reference (its type is email).',
  ],
  [
    'the newest, where no stamp is',
    buyers('email', 'When both changed', 'the newest wins'),
    'accounts of books has no modification stamp.',
  ],
  [
    'what is written where nothing is must fit',
    purchases('total', 'If empty, Books gets', 'nothing'),
    'The default does not fit sum of books (money).',
  ],
  [
    'a direction in which a rule is missing',
    buyers('status', 'If empty, Shop gets', 'leed'),
    'The default does not fit status of shop (option).',
  ],
];

describe(`${WRONG.length} wrong edits are refused at their cells`, () => {
  test('there are at least fifty', () => expect(WRONG.length).toBeGreaterThanOrEqual(50));

  test.each(WRONG)('%s', async (_, edit, said) => {
    const sheets = new Sheets(SMALL);
    const address = edit(sheets);
    const { faults, text } = await importSmall(sheets.grids, SMALL);
    const shown = faults.map(({ where, summary, next }) => `${where?.cell}: ${summary}. ${next ?? ''}`);
    expect(
      shown.some((line) => line.startsWith(`${address}: ${said}`)),
      `expected ${address}: ${said}\ngot ${shown.join('\n')}`,
    ).toBe(true);
    expect(
      faults.every(({ where }) => where?.cell !== undefined),
      shown.join('\n'),
    ).toBe(true);
    expect(text).toBe(SMALL);
  });
});

test('all faults are told at once, in the order of the sheets', async () => {
  const sheets = new Sheets(SMALL);
  const expected = [
    buyers('email', 'Books field', 'mial')(sheets),
    buyers('vat_id', 'Direction', 'up')(sheets),
    buyers('vat_id', 'Value for Books', '{{ “x” }}')(sheets),
    purchases('title', 'Status', 'maped')(sheets),
    option('Purchases', 'won', 'is, in Books', 'gewonen')(sheets),
  ];
  const { faults } = await importSmall(sheets.grids, SMALL);
  expect(faults.map(({ where }) => where?.cell)).toEqual(expected);
});

test('a note of an open field is kept nowhere, which is told', async () => {
  const sheets = new Sheets(SMALL);
  const address = buyers('newsletter', NOTE, 'Ask Anna')(sheets);
  const { faults, remarks } = await importSmall(sheets.grids, SMALL);
  expect(faults).toEqual([]);
  expect(remarks.map(({ where, code }) => [where?.cell, code])).toEqual([[address, 'note-lost']]);
});

test('what a changed pair would lose is told at its cell', async () => {
  const sheets = new Sheets(SMALL);
  const rule = buyers('name', 'Value for Books', '{{ value[:3] }}')(sheets);
  buyers('name', 'Value for Shop', '{{ value }}')(sheets);
  const { faults, remarks } = await importSmall(sheets.grids, SMALL);
  expect(faults).toEqual([]);
  expect(new Set(remarks.map(({ where, code }) => `${where?.cell} ${code}`))).toEqual(
    new Set([`${rule} match-converted`, `${rule} round-trip`]),
  );
});

describe('the file was changed since the sheets were written', () => {
  const email = '      - { shop: email, books: mail }\n';
  const meanwhile = (to: string) => SMALL.replace(email, to);
  test.each<[string, (sheets: Sheets) => string, string, string]>([
    [
      'the same cell',
      buyers('email', 'When both changed', 'Books wins'),
      email.replace(' }', ', conflict: hold }'),
      'The integration file says something else here since the export',
    ],
    [
      'a pair that is taken apart',
      buyers('email', 'Status', 'open'),
      email.replace(' }', ', note: ask Anna }'),
      'The integration file says something else here since the export',
    ],
    [
      'a pair that is gone',
      buyers('email', 'Direction', 'Shop → Books'),
      '',
      'The pair Shop email ↔ Books mail is no longer in the integration file as it was',
    ],
  ])('%s', async (_, edit, row, said) => {
    const sheets = new Sheets(SMALL);
    const address = edit(sheets);
    const text = meanwhile(row);
    const result = await importSmall(sheets.grids, text);
    expect(result.faults.map(({ where, summary }) => `${where?.cell}: ${summary}`)).toEqual([`${address}: ${said}`]);
    expect(result.text).toBe(text);
  });

  test('another cell, other rows, a new pair: both changes stand', async () => {
    const sheets = new Sheets(SMALL);
    buyers('email', 'When both changed', 'Books wins')(sheets);
    const row = email.replace(' }', ', note: ask Anna }');
    const text = meanwhile(`      - { shop: vat_id, books: country, direction: shop -> books }\n${row}`);
    const result = await importSmall(sheets.grids, text);
    expect(result.faults).toEqual([]);
    expect(result.text).toBe(text.replace(', note: ask Anna', ', conflict: books, note: ask Anna'));
  });

  test('the same on both sides is no change', async () => {
    const sheets = new Sheets(SMALL);
    buyers('email', 'When both changed', 'Books wins')(sheets);
    const text = meanwhile(email.replace(' }', ', conflict: books }'));
    expect(await importSmall(sheets.grids, text)).toMatchObject({ edits: 0, faults: [], text });
  });
});

describe('rows that the file shares by an anchor', () => {
  const title = '{ shop: title, books: subject, direction: shop -> books }';
  const day = '      - { <<: *title, shop: day, books: due }\n';
  const text = SMALL.replace(title, `&title ${title}`).replace(
    '      - { shop: total,',
    `${day}      - { shop: total,`,
  );
  const row = (sheets: Sheets, field: string) => sheets.rowOf('Purchases', { 'Shop field': field });

  test.each([
    ['the one that others refer to', 'title', 'Must be filled', 'yes'],
    ['what comes from elsewhere can not be left out', 'day', 'Direction', 'both ways'],
  ])('%s is left alone', async (_, field, header, typed) => {
    const sheets = new Sheets(text);
    sheets.set('Purchases', row(sheets, field), header, typed);
    const { faults, text: after } = await importSmall(sheets.grids, text);
    expect(faults.map(({ where, code }) => [where?.cell, code])).toEqual([
      [`Purchases!A${row(sheets, field) + 1}`, 'row-shared'],
    ]);
    expect(after).toBe(text);
  });

  test('what comes from elsewhere can be overruled', async () => {
    const sheets = new Sheets(text);
    sheets.set('Purchases', row(sheets, 'day'), 'Must be filled', 'yes');
    const { faults, text: after } = await importSmall(sheets.grids, text);
    expect(faults).toEqual([]);
    expect(after).toContain('{ <<: *title, shop: day, books: due, required: true }');
  });
});
