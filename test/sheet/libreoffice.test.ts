import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Grid } from '../../src/integration/sheet/grid.ts';
import { addressOf } from '../../src/integration/sheet/page.ts';
import { readXlsxGrids } from '../../src/integration/sheet/xlsx-read.ts';
import { runIn } from '../e2e/cli-world.ts';
import { describeLibreoffice, PYTHON } from '../services.ts';

const SCRIPT = fileURLToPath(new URL('edit-in-libreoffice.py', import.meta.url));
const SECONDS = 120_000;

type Typed = [sheet: string, address: string, text: string];

let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dovetail-office-'));
  expect((await runIn(folder, ['init', '.', '--example', 'crm-erp'])).exit).toBe(0);
  expect((await runIn(folder, ['mapping', 'export', '--no-samples'])).exit).toBe(0);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const workbook = () => join(folder, 'mapping.xlsx');
const integration = () => readFileSync(join(folder, 'integration.yaml'), 'utf8');

/** LibreOffice opens the workbook, somebody types, and it is saved. */
async function inLibreoffice(typed: readonly Typed[]): Promise<void> {
  const pipe = `dovetail-${process.pid}-${folder.slice(-6)}`;
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
  // A group of its own: the program is started by a script.
  const office = spawn('soffice', ['--headless', '--norestore', profile, `--accept=pipe,name=${pipe};urp;`], {
    detached: true,
    stdio: 'ignore',
  });
  try {
    const script = spawn(PYTHON, [SCRIPT, workbook(), pipe]);
    let said = '';
    script.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    script.stdin.end(JSON.stringify(typed));
    const [exit] = await once(script, 'close');
    expect(exit, said).toBe(0);
  } finally {
    process.kill(-(office.pid ?? 0), 'SIGKILL');
    await once(office, 'close');
  }
}

async function grids(): Promise<Grid[]> {
  const read = await readXlsxGrids(readFileSync(workbook()), workbook());
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

/** Types into the row of a field, by the headings of the columns. */
async function typing(sheet: string, heading: string, field: string, cells: Record<string, string>): Promise<Typed[]> {
  const rows = (await grids()).find(({ name }) => name === sheet)?.rows ?? [];
  const column = (header: string) => rows[3]?.findIndex(({ text }) => text === header) ?? -1;
  const row = rows.findIndex((each) => each[column(heading)]?.text === field);
  if (row < 0) throw new Error(`${sheet} has no row with ${field}`);
  return Object.entries(cells).map(([header, text]) => [sheet, addressOf(row, column(header)), text]);
}

describeLibreoffice('a workbook that was edited in LibreOffice', () => {
  test('says the same after it was only saved there', { timeout: SECONDS }, async () => {
    const before = integration();
    await inLibreoffice([]);
    const { exit, out, err } = await runIn(folder, ['mapping', 'import', 'mapping.xlsx', '--write', '--yes']);
    expect([exit, out, err]).toEqual([
      0,
      'mapping.xlsx says what integration.yaml says: nothing is to be changed.\n',
      '',
    ]);
    expect(integration()).toBe(before);
  });

  test('brings what was typed as a diff of the integration file', { timeout: SECONDS }, async () => {
    await inLibreoffice([
      ...(await typing('Companies', 'CRM field', 'industry', {
        Direction: 'both ways',
        'Value for CRM': '{{ value | lower }}',
        'Value for ERP': '{{ value }}',
      })),
      ...(await typing('Companies', 'CRM field', 'annual_revenue', {
        'ERP field': 'credit_limit',
        Status: 'mapped',
        Direction: 'CRM → ERP',
        'Note, or reason for ignoring': '=10% of it',
      })),
      ...(await typing('Companies', 'ERP field', 'blocked', {
        Status: 'ignored',
        'Note, or reason for ignoring': 'A matter of the office alone',
      })),
      ...(await typing('Products', 'CRM field', 'name', {
        'When both changed': 'CRM wins',
        'If empty, ERP gets': '0012',
      })),
      ...(await typing('Options', 'CRM option', 'lost', { 'is, in ERP': 'open' })),
    ]);
    const shown = await runIn(folder, ['mapping', 'import', 'mapping.xlsx']);
    expect([shown.exit, shown.err]).toEqual([0, expect.stringContaining('Options!F23 warning option-ambiguous')]);
    const changed = shown.out.split('\n').filter((line) => /^[-+]/.test(line));
    await expect(`${changed.join('\n')}\n`).toMatchFileSnapshot('../golden/cli/mapping-import-libreoffice.txt');
    const written = await runIn(folder, ['mapping', 'import', 'mapping.xlsx', '--write', '--yes']);
    expect(written.exit).toBe(0);
    expect(integration()).toContain('note: =10% of it');
    expect(integration()).toContain('default: { erp: "0012" }');
  });

  test('is refused with the cells of what is impossible', { timeout: SECONDS }, async () => {
    const before = integration();
    const typed = [
      ...(await typing('Companies', 'CRM field', 'email', { 'ERP field': 'emial' })),
      ...(await typing('Products', 'CRM field', 'sku', { Direction: 'sideways' })),
    ];
    await inLibreoffice(typed);
    const { exit, err } = await runIn(folder, ['mapping', 'import', 'mapping.xlsx', '--write', '--yes']);
    expect(exit).toBe(2);
    for (const [sheet, address] of typed) expect(err).toContain(`mapping.xlsx:${sheet}!${address} error`);
    expect(integration()).toBe(before);
  });
});
