import { expect, test } from 'vitest';
import { all, connect, describeDatabases, readConnector } from '../../../test/sql/world.ts';
import { connectorSchema } from '../../connector/definition.ts';
import { openDatabase } from './connection.ts';
import { draftConnector } from './draft.ts';
import { introspect } from './introspect.ts';

const POSTGRES = `
  CREATE SCHEMA sales;
  CREATE TYPE stage AS ENUM ('open', 'won');
  CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(40) NOT NULL, vip boolean NOT NULL DEFAULT false,
    credit numeric(12, 2), born date, notes jsonb, tags text[], external_id text UNIQUE, deleted boolean, lock_version integer NOT NULL DEFAULT 0,
    seen timestamp, opens time, initials text GENERATED ALWAYS AS (left(name, 1)) STORED, updated_at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX ON customers (updated_at);
  CREATE TABLE sales.orders (no text PRIMARY KEY, customer_id bigint REFERENCES customers, stage stage, modified timestamptz);
  CREATE TABLE order_lines ("order" text REFERENCES sales.orders, line integer, PRIMARY KEY ("order", line));
  CREATE TABLE log (text text);`;

const SQLITE = `
  CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, vip BOOLEAN NOT NULL DEFAULT 0,
    credit DECIMAL(12, 2), born DATE, notes JSON, external_id TEXT UNIQUE, deleted BOOLEAN, lock_version INTEGER NOT NULL DEFAULT 0,
    seen DATETIME, opens TIME, initials TEXT GENERATED ALWAYS AS (substr(name, 1, 1)) STORED, updated_at TEXT NOT NULL DEFAULT '');
  CREATE INDEX customers_updated ON customers (updated_at);
  CREATE TABLE orders (no TEXT PRIMARY KEY, customer_id INTEGER REFERENCES customers, stage TEXT, modified TEXT);
  CREATE TABLE order_lines ("order" TEXT REFERENCES orders, line INTEGER, PRIMARY KEY ("order", line));
  CREATE TABLE log (text TEXT);`;

const draftOf = async (url: string) => {
  const definition = readConnector(`
    connector: x
    title: X
    protocol: sql
    database: \${database_url}
    objects: {}`);
  const opened = openDatabase(definition, { database_url: url });
  if (!opened.ok) throw new Error(opened.error.summary);
  const described = await introspect(opened.value);
  await opened.value.close();
  if (!described.ok) throw new Error(described.error.summary);
  return draftConnector(described.value, 'shop', 'A shop');
};

describeDatabases('introspection', { sqlite: SQLITE, postgres: POSTGRES }, (database) => {
  test('drafts objects with keys, stamps, types, references and limits', async () => {
    const { draft } = await draftOf(database().url);
    const postgres = database().kind === 'postgres';
    expect(draft.objects.customers).toMatchObject({
      table: 'customers',
      id: { path: 'id', type: 'integer' },
      version: 'lock_version',
      modified: 'updated_at',
      archived: { path: 'deleted', equals: true },
      link_field: 'external_id',
      unique: ['external_id'],
      fields: {
        name: { type: 'string', max_length: 40, required: true },
        vip: { type: 'boolean' },
        credit: { type: 'decimal', number: { wire: 'string', scale: 2 } },
        born: { type: 'date' },
        notes: { type: 'object' },
        seen: { type: 'timestamp', time: { zone: 'UTC' } },
        opens: { type: 'time' },
        initials: { type: 'string', read_only: true },
        updated_at: { read_only: true },
      },
    });
    expect(draft.objects.customers?.fields).not.toHaveProperty('id');
    const orders = draft.objects[postgres ? 'sales_orders' : 'orders'];
    expect(orders).toMatchObject({
      id: { path: 'no' },
      modified: 'modified',
      sql: { unstamped: true },
      fields: {
        no: { type: 'string', required: true },
        customer_id: { type: 'reference', reference: 'customers', number: {} },
        stage: postgres ? { type: 'option', options: [{ value: 'open', key: 'open' }, { value: 'won' }] } : {},
      },
    });
    expect(draft.objects.order_lines?.id).toEqual({ columns: ['order', 'line'] });
  });

  test('says what a person must look at', async () => {
    const { findings } = await draftOf(database().url);
    const orders = database().kind === 'postgres' ? 'sales.orders' : 'orders';
    expect(findings.map(({ code, summary }) => [code, summary.split(' ')[2]]).sort()).toEqual([
      ['key-missing', 'log'],
      ['stamp-missing', 'order_lines'],
      ['stamp-unindexed', orders],
    ]);
  });

  test('the draft is a connector that reads the database', async () => {
    const { draft } = await draftOf(database().url);
    await database().run(`INSERT INTO customers (name) VALUES ('a')`);
    const connection = connect(connectorSchema.parse(draft), database().url);
    for (const object of Object.keys(draft.objects)) {
      const { end } = await all(connection.read({ object, since: null }));
      expect([object, end?.complete]).toEqual([object, true]);
    }
    await connection.close();
  });
});
