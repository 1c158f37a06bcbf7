import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliWorld, openCliWorld } from './cli-world.ts';

let world: CliWorld;
beforeEach(async () => {
  world = await openCliWorld();
});
afterEach(() => world.close());

/** Types something into a column of the row of e-mail addresses, as a person would in a spreadsheet. */
function typeIn(column: string, text: string): void {
  const file = join(world.folder, 'sheets', 'companies.csv');
  const rows: string[][] = parse(readFileSync(file, 'utf8'), { relax_column_count: true });
  const at = rows.find(([first]) => first === 'Row')?.indexOf(column) ?? -1;
  expect(at).toBeGreaterThan(0);
  const edited = rows.map((row) => (row[2] === 'email' ? row.with(at, text) : row));
  writeFileSync(file, stringify(edited));
}

test('what the edited sheets would lose on the way there and back is said, with remedies', async () => {
  expect((await world.run('mapping', 'export', '--csv', 'sheets', '--no-samples')).exit).toBe(0);
  typeIn('Value for ERP', '{{ value | upper }}');
  const ran = await world.run('mapping', 'import', 'sheets');
  expect(ran.exit).toBe(0);
  expect(ran.err).toMatch(/warning round-trip: companies: email of crm ↔ email of erp: .* comes back/);
  expect(ran.err).toContain('or `loss: accepted`');
  expect(ran.out).toContain('to_erp: "{{ value | upper }}" }');
});

test('an edit that loses nothing is only shown', async () => {
  await world.run('mapping', 'export', '--csv', 'sheets', '--no-samples');
  typeIn('Note, or reason for ignoring', 'as in the letter head');
  const ran = await world.run('mapping', 'import', 'sheets');
  expect([ran.err, ran.exit]).toEqual(['', 0]);
});
