import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readXlsxGrids } from '../../src/integration/sheet/xlsx-read.ts';
import { type CliWorld, openCliWorld } from './cli-world.ts';

let world: CliWorld;
beforeAll(async () => {
  world = await openCliWorld();
  const contact = { phone: '+49 40 123456', email: 'info@nordwind.example', city: 'Hamburg' };
  world.crm.userCreate(
    'companies',
    { name: 'Nordwind Müller GmbH', country: 'DE', status: 'lead', ...contact },
    Date.now(),
  );
});
afterAll(() => world.close());
beforeEach(() => {
  for (const name of ['mapping.xlsx', 'sheets']) rmSync(join(world.folder, name), { recursive: true, force: true });
});

const inFolder = (...names: string[]) => join(world.folder, ...names);

/** All texts of the workbook, by sheet. */
async function texts(): Promise<Map<string, string[]>> {
  const read = await readXlsxGrids(readFileSync(inFolder('mapping.xlsx')), 'mapping.xlsx');
  if (!read.ok) throw new Error(read.error.summary);
  return new Map(read.value.map(({ name, rows }) => [name, rows.flat().map(({ text }) => text)]));
}

describe('mapping export', () => {
  test('shows masked values, and reads only', async () => {
    const before = [world.crm.digest(), world.erp.digest()];
    const { exit, out, err } = await world.run('mapping', 'export');
    expect([exit, err]).toEqual([0, '']);
    expect(out).toContain('Written to mapping.xlsx, with masked sample values of staging.');
    expect(out).toMatch(/^ {2}Products +5 +0 +\d+$/m);
    const sheets = await texts();
    const companies = sheets.get('Companies') ?? [];
    expect(companies).toContain('Xxxxxxxx Xxxxxx XxxX');
    expect(companies).toContain('lead');
    expect([...sheets.values()].flat().join('\n')).not.toMatch(/Nordwind|Hamburg|123456/);
    expect([world.crm.digest(), world.erp.digest()]).toEqual(before);
  });

  test('shows values as they are where somebody asks for it, for their eyes only', async () => {
    const { exit, out } = await world.run('mapping', 'export', '--samples', '--json');
    expect([exit, JSON.parse(out)]).toMatchObject([
      0,
      { samples: 'real', files: ['mapping.xlsx'], environment: 'staging' },
    ]);
    const companies = (await texts()).get('Companies') ?? [];
    expect(companies).toContain('Nordwind Müller GmbH');
    expect(companies).toContain('+4940123456');
    expect(statSync(inFolder('mapping.xlsx')).mode & 0o077).toBe(0);
  });

  test('needs neither the systems nor their variables without values', async () => {
    const env = readFileSync(inFolder('.env'));
    rmSync(inFolder('.env'));
    try {
      const offline = await world.run('mapping', 'export', '--no-samples');
      expect([offline.exit, offline.err]).toEqual([0, '']);
      rmSync(inFolder('mapping.xlsx'));
      const { exit, err } = await world.run('mapping', 'export');
      expect(exit).toBe(2);
      expect(err).toContain('Add --no-samples');
      expect(existsSync(inFolder('mapping.xlsx'))).toBe(false);
    } finally {
      writeFileSync(inFolder('.env'), env);
    }
  });

  test('does not write over the work of people', async () => {
    writeFileSync(inFolder('mapping.xlsx'), 'mine');
    const { exit, err } = await world.run('mapping', 'export', '--no-samples');
    expect([exit, readFileSync(inFolder('mapping.xlsx'), 'utf8')]).toEqual([2, 'mine']);
    expect(err).toContain('mapping.xlsx error file-exists');
    expect((await world.run('mapping', 'export', '--no-samples', '--yes')).exit).toBe(0);
    expect((await texts()).get('Deals')).toContain('close_date');
  });
});

describe('mapping import', () => {
  const integration = () => readFileSync(inFolder('integration.yaml'), 'utf8');
  const edit = (name: string, from: string, to: string) => {
    const text = readFileSync(inFolder('sheets', name), 'utf8');
    expect(text.split(from).length, `"${from}" stands once in ${name}`).toBe(2);
    writeFileSync(
      inFolder('sheets', name),
      text.replace(from, () => to),
    );
  };

  test('CSV files: shown, then written when somebody agrees', async () => {
    const before = integration();
    expect((await world.run('mapping', 'export', '--no-samples', '--csv', 'sheets')).exit).toBe(0);
    edit('products.csv', ',active,yes or no,,,,,mapped,both ways,', ',active,yes or no,,,,,mapped,ERP -> CRM,');
    const shown = await world.run('mapping', 'import', 'sheets', '--write');
    expect([shown.exit, shown.err]).toEqual([0, '']);
    expect(shown.out).toContain('+       - { crm: active, erp: active, direction: erp -> crm }');
    expect(shown.out).toContain('dovetail mapping import sheets --write --yes');
    expect(integration()).toBe(before);
    const written = await world.run('mapping', 'import', 'sheets', '--write', '--yes', '--json');
    expect(JSON.parse(written.out)).toMatchObject({ outcome: 'written', edits: 1, file: 'integration.yaml' });
    expect(integration()).toBe(
      before.replace('{ crm: active, erp: active }', '{ crm: active, erp: active, direction: erp -> crm }'),
    );
    const again = await world.run('mapping', 'import', join('sheets', 'products.csv'));
    expect(again.out).toContain('nothing is to be changed');
    writeFileSync(inFolder('integration.yaml'), before);
  });

  test('what was changed in the file meanwhile is not taken back', async () => {
    const before = integration();
    await world.run('mapping', 'export', '--no-samples', '--csv', 'sheets');
    const meanwhile = before.replace('{ crm: amount, erp: total }', '{ crm: amount, erp: total, conflict: erp }');
    expect(meanwhile).not.toBe(before);
    writeFileSync(inFolder('integration.yaml'), meanwhile);
    edit('products.csv', ',active,yes or no,,,,,mapped,both ways,', ',active,yes or no,,,,,mapped,ERP -> CRM,');
    await world.run('mapping', 'import', 'sheets', '--write', '--yes');
    expect(integration()).toContain('{ crm: amount, erp: total, conflict: erp }');
    expect(integration()).toContain('{ crm: active, erp: active, direction: erp -> crm }');
    writeFileSync(inFolder('integration.yaml'), before);
  });

  test('what is impossible is told with its cell, and nothing is written', async () => {
    const before = integration();
    await world.run('mapping', 'export', '--no-samples', '--csv', 'sheets');
    edit('products.csv', ',active,yes or no,,,,,mapped,both ways,', ',active,yes or no,,,,,maped,upwards,');
    const { exit, err } = await world.run('mapping', 'import', 'sheets', '--write', '--yes');
    expect(exit).toBe(2);
    await expect(err).toMatchFileSnapshot('../golden/cli/mapping-import-faults.txt');
    const json = await world.run('mapping', 'import', 'sheets', '--json');
    expect(json.last()).toMatchObject({
      exit: 2,
      diagnostics: [{ where: { cell: 'Products!I9' } }, { where: { cell: 'Products!J9' } }],
    });
    expect(integration()).toBe(before);
  });

  test.each([
    ['a file that is not there', ['mapping', 'import', 'none.xlsx'], 'file-missing'],
    ['a file that is no workbook', ['mapping', 'import', 'integration.yaml'], 'sheet-refused'],
  ])('%s', async (_, args, code) => {
    const { exit, err } = await world.run(...args);
    expect(exit).toBe(2);
    expect(err).toContain(code);
  });
});
