import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { type Crm, createCrm } from '../../sandbox/crm/crm.ts';
import { serve } from '../../sandbox/http.ts';
import { readConnectorFile, type TestDatabase } from '../sql/world.ts';
import { northwind } from './data.ts';
import { loadNorthwind } from './load.ts';
import { type OneRun, type RunResult, runOnce } from './run-once.ts';

const CONNECTOR = readConnectorFile(new URL('../../examples/northwind/connector.yaml', import.meta.url));
const RUN_ONCE = fileURLToPath(new URL('run-once.ts', import.meta.url));
/** Longer than a lease lives. */
const LEASE_OVER_MS = 61_000;

/** Northwind's database, a CRM with some records of its own on a real socket, and a store that outlives its processes. */
export interface NorthwindWorld {
  crm: Crm;
  /** The time of the CRM and of the runs. */
  now(): number;
  sync(more?: Pick<OneRun, 'sweep'>): Promise<RunResult>;
  /** A sync in a process of its own that is killed at a step; false when it had ended before. */
  killedSync(killAt: number): Promise<boolean>;
  /** What the two systems do not agree on, as lines for a person; empty when all is well. */
  disagreements(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openNorthwind(database: TestDatabase): Promise<NorthwindWorld> {
  await loadNorthwind(database, northwind().data);
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const folder = mkdtempSync(join(tmpdir(), 'dovetail-northwind-'));
  const sizes = { companies: 15, contacts: 0, deals: 8, products: 5, users: 2 };
  const crm = createCrm({ seed: 4, sizes, limit: null, indexLagMs: 0 });
  const server = await serve(crm, { clock: { now } });
  const options = (): OneRun => ({
    variables: { NORTHWIND_DATABASE_URL: database.url, CRM_URL: server.url, CRM_CLIENT_ID, CRM_CLIENT_SECRET },
    store: join(folder, 'store.db'),
    ahead,
  });
  return {
    crm,
    now,
    sync: (more = {}) => runOnce({ ...options(), ...more }),
    async killedSync(killAt) {
      const killed = await runKilled({ ...options(), killAt });
      ahead += LEASE_OVER_MS;
      return killed;
    },
    async disagreements() {
      return [
        ...differences('customer', await customers(database), companies(crm)),
        ...differences('product', await products(database), crmProducts(crm)),
        ...differences('order', await orders(database), deals(crm)),
      ];
    },
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function runKilled(options: OneRun): Promise<boolean> {
  const child = spawn(process.execPath, [RUN_ONCE, JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += String(data);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on('close', (...ending) => resolve(ending)),
  );
  if (code !== 0 && signal === null) throw new Error(`the run failed by itself: ${errors}`);
  return signal === 'SIGKILL';
}

/** Lines that stand on one side more often than on the other. */
function differences(what: string, left: readonly string[], right: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const line of left) count.set(line, (count.get(line) ?? 0) + 1);
  for (const line of right) count.set(line, (count.get(line) ?? 0) - 1);
  return [...count].filter(([, times]) => times !== 0).map(([line, times]) => `${what} ${times}: ${line}`);
}

const line = (...values: unknown[]): string => JSON.stringify(values.map((value) => value ?? null));

const COUNTRY_CODES = new Map(
  CONNECTOR.objects.customers?.fields.country?.options?.map(({ value, key }) => [value, key]) ?? [],
);

const cut = (value: unknown, length: number): unknown =>
  typeof value === 'string' ? value.slice(0, length).trimEnd() : value;

async function customers(database: TestDatabase): Promise<string[]> {
  const rows = await database.rows('SELECT company_name, address, city, postal_code, country FROM customers');
  return rows.map((row) =>
    line(row.company_name, row.address, row.city, row.postal_code, COUNTRY_CODES.get(String(row.country))),
  );
}

function companies(crm: Crm): string[] {
  return [...crm.records('companies')]
    .filter(({ archived }) => !archived)
    .map((one) => line(cut(one.name, 40), cut(one.street, 60), one.city, one.postal_code, one.country));
}

async function products(database: TestDatabase): Promise<string[]> {
  const rows = await database.rows('SELECT product_name, quantity_per_unit, unit_price, discontinued FROM products');
  return rows.map((row) =>
    line(row.product_name, row.quantity_per_unit, Number(row.unit_price).toFixed(2), row.discontinued === 0),
  );
}

/** The products that came from Northwind; those that the CRM had before stay there. */
function crmProducts(crm: Crm): string[] {
  return [...crm.records('products')]
    .filter(({ archived, external_id: link }) => !archived && link !== null)
    .map((one) => line(one.name, one.description, amountOf(one.price), one.active));
}

async function orders(database: TestDatabase): Promise<string[]> {
  const rows = await database.rows(
    `SELECT order_id, CAST(required_date AS text) AS due, total, shipped_date, company_name
     FROM orders JOIN customers ON customers.customer_id = orders.customer_id`,
  );
  return rows.map((row) => {
    const stage = row.shipped_date === null ? 'open' : 'won';
    return line(`Order ${row.order_id}`, row.due, Number(row.total).toFixed(2), stage, row.company_name);
  });
}

function deals(crm: Crm): string[] {
  return [...crm.records('deals')]
    .filter(({ archived, title }) => !archived && String(title).startsWith('Order '))
    .map((one) => {
      const company = crm.get('companies', String(one.company_id));
      return line(one.title, one.close_date, amountOf(one.amount), one.stage, cut(company?.name, 40));
    });
}

function amountOf(money: unknown): string | null {
  const amount = typeof money === 'object' && money !== null && 'amount' in money ? money.amount : null;
  return amount === null ? null : Number(amount).toFixed(2);
}
