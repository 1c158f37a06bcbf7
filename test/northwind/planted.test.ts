import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { createCrm } from '../../sandbox/crm/crm.ts';
import { type RunningSystem, serve } from '../../sandbox/http.ts';
import type { CheckLine } from '../../src/checklist/question.ts';
import { runIn } from '../e2e/cli-world.ts';
import { describeDatabases, type TestDatabase } from '../sql/world.ts';
import { northwind } from './data.ts';
import { loadNorthwind, northwindTables } from './load.ts';

/**
 * Faults as they grow in a database of many years, in one whose orders have a currency each; `check` must name every one of
 * them by id.
 */

const EXAMPLE = fileURLToPath(new URL('../../examples/northwind/', import.meta.url));
const { data } = northwind();
/** Far apart, so that none is found by luck. */
const [ORPHANED, WITHOUT_CODE] = [data.Orders.at(-3)?.OrderID ?? 0, data.Orders.at(-20)?.OrderID ?? 0];
const [KEPT, TWIN, LONG] = [2, 21, 33].map((at) => data.Customers[at]?.CustomerID ?? '');

const tables = {
  sqlite: `${northwindTables('sqlite')}
    ALTER TABLE orders ADD COLUMN currency TEXT DEFAULT 'USD';
    PRAGMA foreign_keys = OFF;`,
  postgres: `${northwindTables('postgres')}
    ALTER TABLE orders ADD COLUMN currency text DEFAULT 'USD';
    ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;
    ALTER TABLE customers ALTER COLUMN address TYPE text;`,
};

const FAULTS = `
  UPDATE orders SET customer_id = 'NOBODY' WHERE order_id = ${ORPHANED};
  UPDATE orders SET currency = '¤' WHERE order_id = ${WITHOUT_CODE};
  UPDATE customers SET address = '${'Straße '.repeat(15)}' WHERE customer_id = '${LONG}';
  UPDATE customers SET company_name = (SELECT company_name FROM customers WHERE customer_id = '${KEPT}'),
    city = (SELECT city FROM customers WHERE customer_id = '${KEPT}') WHERE customer_id = '${TWIN}';`;

/** The example's folder, with the currency of its orders declared, and the addresses of both systems. */
function folderOf(database: TestDatabase, crm: RunningSystem): string {
  const folder = mkdtempSync(join(tmpdir(), 'dovetail-planted-'));
  cpSync(EXAMPLE, folder, { recursive: true });
  const connector = join(folder, 'connector.yaml');
  const text = readFileSync(connector, 'utf8');
  const total = 'total: { type: money, label: Total, read_only: true, money: *dollars, number: *cents }';
  expect(text).toContain(total);
  const declared = total.replace('*dollars', '{ form: amount, currency_field: currency }');
  writeFileSync(connector, text.replace(total, declared));
  // Orders have nothing to be matched by, and the CRM has none of them.
  appendFileSync(join(folder, 'integration.yaml'), '\nanswers: { duplicates: the CRM begins without orders }\n');
  const variables = { NORTHWIND_DATABASE_URL: database.url, CRM_URL: crm.url, CRM_CLIENT_ID, CRM_CLIENT_SECRET };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));
  return folder;
}

describeDatabases('check of Northwind with planted faults', tables, (database) => {
  let crm: RunningSystem;
  let folder: string;
  beforeAll(async () => {
    await loadNorthwind(database(), data);
    await database().run(FAULTS);
    const sizes = { companies: 15, contacts: 0, deals: 8, products: 5, users: 2 };
    crm = await serve(createCrm({ seed: 4, sizes, limit: null, indexLagMs: 0 }));
    folder = folderOf(database(), crm);
  });
  afterAll(async () => {
    await crm.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const questions = ['relations', 'duplicates', 'validation', 'currencies'];
  const check = (...more: string[]) =>
    runIn(folder, ['check', '--sample', '1000', '--question', ...questions, ...more]);

  test.each([
    [
      'relations',
      'northwind',
      'record-orphaned',
      [ORPHANED],
      /customer_id leads to no record of customers for 1 record/,
    ],
    ['duplicates', null, 'key-shared', [KEPT, TWIN], /2 records of customers share one company_name \+ city/],
    ['validation', 'crm', 'value-refused', [LONG], /companies\.street: 1 record of northwind would be parked/],
    ['currencies', 'northwind', 'value-unreadable', [WITHOUT_CODE], /orders\.total: 1 value not of the declared form/],
  ] as const)('%s: named in the findings', async (question, system, code, ids, told) => {
    const ran = await check('--json');
    const lines = ran.last().lines as CheckLine[];
    const line = lines.find((one) => one.question === question && one.system === system);
    const findings = line?.evidence.flatMap(({ findings: found = [] }) => found) ?? [];
    const named = findings.filter((one) => one.code === code && told.test(one.summary));
    expect(named, JSON.stringify(findings)).toHaveLength(1);
    expect(named[0]?.detail).toMatch(new RegExp(`Records?: ${ids.join(', ')}$`));
  });

  test('and in the terminal, in both reports, by id and never by value', async () => {
    const ran = await check('--details', '--report', 'report.html', 'report.md');
    const html = readFileSync(join(folder, 'report.html'), 'utf8');
    const markdown = readFileSync(join(folder, 'report.md'), 'utf8').replaceAll('\\', '');
    for (const text of [ran.out.replace(/\s+/g, ' '), html, markdown]) {
      for (const ids of [`${ORPHANED}`, `${KEPT}, ${TWIN}`, `${LONG}`, `${WITHOUT_CODE}`])
        expect(text).toMatch(new RegExp(`Records?: ${ids}\\b`));
      expect(text).not.toContain('NOBODY');
      expect(text).not.toContain('Straße');
    }
  });
});
