import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffText } from '../../src/connector/line-diff.ts';
import type { Grid } from '../../src/integration/sheet/grid.ts';
import { SMALL } from '../small-integration.ts';
import { importSmall, Sheets } from './world.ts';

const COMMENTED = SMALL.replace(
  '      - { shop: name, books: name_1 }',
  '      # Names are cut at 40 characters.\n      - { shop: name,   books: name_1 } # the name\n      # Where bills go.',
);

/** What the changed sheets change in the file: lines that go and lines that come. */
async function changes(edit: (sheets: Sheets) => void, text = COMMENTED): Promise<string[]> {
  const sheets = new Sheets(text);
  edit(sheets);
  const result = await importSmall(sheets.grids, text);
  expect(result.faults).toEqual([]);
  return diffText(text, result.text)
    .filter(({ kind }) => kind === 'gone' || kind === 'new')
    .map(({ kind, line }) => `${kind === 'gone' ? '-' : '+'}${line}`);
}

describe('what people change in the sheets is what changes in the file', () => {
  test('nothing', async () => expect(await changes(() => {})).toEqual([]));

  test('a partner, by its label', async () => {
    const edit = (sheets: Sheets) =>
      sheets.set('Buyers', sheets.rowOf('Buyers', { 'Shop field': 'email' }), 'Books field', 'letters');
    expect(await changes(edit)).toEqual([
      '-      - { shop: email, books: mail }',
      '+      - { shop: email, books: letters }',
    ]);
    const byLabel = (sheets: Sheets) =>
      sheets.set('Buyers', sheets.rowOf('Buyers', { 'Shop field': 'email' }), 'Books field', 'Letters');
    expect(await changes(byLabel)).toEqual(await changes(edit));
  });

  test('what is agreed about a pair', async () => {
    const lines = await changes((sheets) => {
      const row = sheets.rowOf('Buyers', { 'Shop field': 'email' });
      sheets.set('Buyers', row, 'Direction', 'Shop → Books');
      sheets.set('Buyers', row, 'Value for Books', '{{ value | lower }}');
      sheets.set('Buyers', row, 'When both changed', 'Books wins');
      sheets.set('Buyers', row, 'Must be filled', 'yes');
      sheets.set('Buyers', row, 'If empty, Books gets', 'nobody@books.example');
      sheets.set('Buyers', row, 'Note, or reason for ignoring', 'Bills go there');
    });
    expect(lines.slice(0, 1)).toEqual(['-      - { shop: email, books: mail }']);
    expect(
      lines
        .slice(1)
        .map((line) => line.slice(1).trim())
        .join(' '),
    ).toBe(
      '- { shop: email, books: mail, to_books: "{{ value | lower }}", direction: shop -> books, conflict: books, required: true, default: nobody@books.example, note: Bills go there }',
    );
  });

  test('back to what holds anyway', async () => {
    const lines = await changes((sheets) => {
      const row = sheets.rowOf('Buyers', { 'Shop field': 'credit' });
      sheets.set('Buyers', row, 'Direction', 'both ways');
      const vat = sheets.rowOf('Buyers', { 'Shop field': 'vat_id' });
      sheets.set('Buyers', vat, 'When both changed', '');
    });
    expect(lines).toEqual([
      '-      - { shop: vat_id, books: vat_no, conflict: books }',
      '+      - { shop: vat_id, books: vat_no }',
      '-      - { shop: credit, books: limit, direction: books -> shop }',
      '+      - { shop: credit, books: limit }',
    ]);
  });

  test('a new pair, where an open field gets its partner or in a row of its own', async () => {
    const lines = await changes((sheets) => {
      const open = sheets.rowOf('Buyers', { 'Shop field': 'newsletter' });
      sheets.set('Buyers', open, 'Books field', 'letters');
      sheets.set('Buyers', open, 'Status', 'mapped');
      sheets.set('Buyers', open, 'Value for Books', "{{ 'J' if value else 'N' }}");
      sheets.set('Buyers', open, 'Value for Shop', "{{ value == 'J' }}");
      const spare = sheets.spare('Buyers');
      sheets.set('Buyers', spare, 'Shop field', 'vat_id');
      sheets.set('Buyers', spare, 'Books field', 'country');
      sheets.set('Buyers', spare, 'Status', 'mapped');
      sheets.set('Buyers', spare, 'Direction', 'Shop -> Books');
      sheets.set('Buyers', spare, 'Value for Books', '{{ value[:2] }}');
      sheets.set('Buyers', spare, 'If empty, Books gets', 'DE');
    });
    expect(lines).toEqual([
      `+      - { shop: newsletter, books: letters, to_books: "{{ 'J' if value else 'N' }}", to_shop: "{{ value == 'J' }}" }`,
      '+      - { shop: vat_id, books: country, direction: shop -> books, to_books: "{{ value[:2] }}", default: DE }',
    ]);
  });

  test('a pair that is taken apart goes with what was said about it', async () => {
    const lines = await changes((sheets) => {
      sheets.set('Buyers', sheets.rowOf('Buyers', { 'Shop field': 'credit' }), 'Status', 'open');
    });
    expect(lines).toEqual(['-      - { shop: credit, books: limit, direction: books -> shop }']);
  });

  test('fields that are left out on purpose, and no longer', async () => {
    const ignoring = (sheets: Sheets) => {
      const pin = sheets.rowOf('Buyers', { 'Shop field': 'pin' });
      sheets.set('Buyers', pin, 'Status', 'ignored');
      sheets.set('Buyers', pin, 'Note, or reason for ignoring', 'Stays in the shop: nobody else may see it');
      const credit = sheets.rowOf('Buyers', { 'Shop field': 'credit' });
      sheets.set('Buyers', credit, 'Status', 'ignored');
      sheets.set('Buyers', credit, 'Books field', '');
      sheets.set('Buyers', credit, 'Note, or reason for ignoring', 'Not used');
    };
    const lines = await changes(ignoring);
    expect(lines).toEqual([
      '-      - { shop: credit, books: limit, direction: books -> shop }',
      '+    ignored:',
      '+      shop:',
      '+        credit: Not used',
      '+        pin: "Stays in the shop: nobody else may see it"',
    ]);
    const sheets = new Sheets(COMMENTED);
    ignoring(sheets);
    const { text } = await importSmall(sheets.grids, COMMENTED);
    const back = await changes((again) => {
      again.set('Buyers', again.rowOf('Buyers', { 'Shop field': 'pin' }), 'Status', 'open');
      const credit = again.rowOf('Buyers', { 'Shop field': 'credit' });
      again.set('Buyers', credit, 'Status', 'mapped');
      again.set('Buyers', credit, 'Books field', 'limit');
      again.set('Buyers', credit, 'Note, or reason for ignoring', '');
    }, text);
    expect(back).toEqual([
      '-    ignored:',
      '-      shop:',
      '-        credit: Not used',
      '-        pin: "Stays in the shop: nobody else may see it"',
      '+      - { shop: credit, books: limit }',
    ]);
  });

  test('options', async () => {
    const lines = await changes((sheets) => {
      const won = sheets.rowOf('Options', { Mapping: 'Purchases', 'Shop option': 'won' });
      sheets.set('Options', won, 'is, in Books', 'offen');
      const lost = sheets.rowOf('Options', { Mapping: 'Buyers', 'Shop option': 'lost' });
      sheets.set('Options', lost, 'is, in Books', 'customer');
    });
    expect(lines).toEqual([
      '+        options: { lead: lead, customer: customer, lost: customer }',
      '-        options: { open: offen, won: gewonnen }',
      '+        options: { open: offen, won: offen }',
    ]);
  });

  test('several options that lead back to one', async () => {
    const lines = await changes((sheets) => {
      const open = sheets.rowOf('Options', { Mapping: 'Purchases', 'Shop option': 'open' });
      sheets.set('Options', open, 'is, in Books', 'offen, gewonnen');
      sheets.set('Options', open + 1, 'is, in Books', '');
    });
    expect(lines).toEqual([
      '-        options: { open: offen, won: gewonnen }',
      '+        options: { open: [ offen, gewonnen ] }',
    ]);
    const grouped = COMMENTED.replace('{ open: offen, won: gewonnen }', '{ open: [offen, gewonnen] }');
    const back = await changes((sheets) => {
      const open = sheets.rowOf('Options', { 'Shop option': 'open', 'is, in Books': 'offen, gewonnen' });
      sheets.set('Options', open, 'is, in Books', 'offen');
    }, grouped);
    expect(back).toEqual(['-        options: { open: [offen, gewonnen] }', '+        options: { open: offen }']);
  });

  test('rows may be sorted, and columns moved', async () => {
    const lines = await changes((sheets) => {
      const grid = sheets.grid('Buyers');
      const body = grid.rows.splice(4);
      grid.rows.push(...body.reverse());
      for (const row of grid.rows.slice(3)) row.reverse();
      for (const row of grid.rows.slice(0, 3)) row.splice(0);
      sheets.set('Buyers', sheets.rowOf('Buyers', { 'Shop field': 'email' }), 'Direction', 'Books → Shop');
    });
    expect(lines).toEqual([
      '-      - { shop: email, books: mail }',
      '+      - { shop: email, books: mail, direction: books -> shop }',
    ]);
  });
});

test('a field that is only computed needs no partner', async () => {
  const lines = await changes((sheets) => {
    const row = sheets.rowOf('Buyers', { 'Books field': 'letters' });
    sheets.set('Buyers', row, 'Status', 'mapped');
    sheets.set('Buyers', row, 'Value for Books', 'Dear customer');
  });
  expect(lines).toEqual(['+      - { books: letters, to_books: Dear customer }']);
});

/** A cell of the sheet Buyers, and what somebody types there. */
const typed = fc.oneof(
  fc.tuple(fc.constant('Direction'), fc.constantFrom('both ways', 'Shop → Books', 'Books → Shop')),
  fc.tuple(fc.constant('When both changed'), fc.constantFrom('', 'Shop wins', 'Books wins', 'a person decides')),
  fc.tuple(fc.constant('Must be filled'), fc.constantFrom('', 'yes')),
  fc.tuple(fc.constant('If empty, Books gets'), fc.constantFrom('', 'x', '0012', '-', '7')),
  fc.tuple(fc.constant('If empty, Shop gets'), fc.constantFrom('', 'x', 'true', '{}', 'x')),
  fc.tuple(
    fc.constant('Note, or reason for ignoring'),
    fc.constantFrom('', 'Why: because', '# no comment', "it's", 'two\nlines'),
  ),
  fc.tuple(
    fc.constant('Value for Books'),
    fc.constantFrom('', "{{ value | replace('#', '') }}", '{% if value %}a{% endif %}\n'),
  ),
  fc.tuple(fc.constant('Value for Shop'), fc.constantFrom('', '{{ value }}', 'a: b')),
  fc.tuple(fc.constant('Status'), fc.constantFrom('mapped', 'open', 'ignored')),
);

test('whatever people change: what the sheet says is what the file then says, or it is refused', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 4, max: 9 }), typed), { maxLength: 6 }), async (edits) => {
      const sheets = new Sheets(COMMENTED);
      for (const [row, [header, text]] of edits) sheets.set('Buyers', row, header, text);
      const { faults, text } = await importSmall(sheets.grids, COMMENTED);
      if (faults.length > 0) {
        expect(text).toBe(COMMENTED);
        return;
      }
      accepted += 1;
      const said = (grid: Grid) => grid.rows.slice(4).map((row) => row.map((one) => one.text.trim()));
      const [edited, written] = [said(sheets.grid('Buyers')), said(new Sheets(text).grid('Buyers'))];
      const status = sheets.columnOf('Buyers', 'Status');
      const asked = edited.filter((row) => row[status] === 'mapped').map((row) => row.slice(1, -1));
      const got = written.filter((row) => row[status] === 'mapped').map((row) => row.slice(1, -1));
      expect(got).toEqual(asked);
    }),
    { numRuns: 80 },
  );
  expect(accepted).toBeGreaterThan(5);
});
