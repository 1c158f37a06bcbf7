import { afterEach, beforeEach, expect, test } from 'vitest';
import { all, connect, describeDatabases, readConnector } from '../../../test/sql/world.ts';
import type { Connection } from '../../connector/port.ts';

const CONNECTOR = readConnector(`
connector: shop
title: A shop
protocol: sql
database: \${database_url}
objects:
  customers:
    table: customers
    id: { path: id, type: integer }
    version: version
    sql: { maintained: { version: next } }
    fields:
      name: { type: string, required: true }
  contacts:
    part_of: { object: customers, whole: customer, present: [last] }
    fields:
      last: { type: string, path: contact_last }
      email: { type: email, path: contact_email }
`);

const TABLES = `CREATE TABLE customers (id integer PRIMARY KEY, name text, contact_last text, contact_email text, version integer);
  INSERT INTO customers VALUES (1, 'Nord', 'Berg', 'a@b.example', 1), (2, 'Ost', NULL, NULL, 1);`;

describeDatabases('a part in columns of a table', { sqlite: TABLES, postgres: TABLES }, (database) => {
  let connection: Connection;
  beforeEach(() => {
    connection = connect(CONNECTOR, database().url);
  });
  afterEach(() => connection.close());

  test('is read, put, changed, moved and emptied, and the rest of the row stays', async () => {
    const { records } = await all(connection.read({ object: 'contacts', since: null }));
    expect(records.map(({ id, wire }) => [id, wire['@whole'], wire.contact_last])).toEqual([['1', '1', 'Berg']]);
    const [changed] = await connection.update('contacts', [
      { id: '1', wire: { contact_last: 'Hansen' }, version: records[0]?.version ?? null },
    ]);
    expect(changed?.kind).toBe('done');
    const [moved] = await connection.update('contacts', [{ id: '1', wire: { '@whole': '2' }, version: null }]);
    expect(moved).toMatchObject({ kind: 'done', id: '2' });
    const rows = 'SELECT id, name, contact_last, contact_email FROM customers ORDER BY id';
    expect(await database().rows(rows)).toMatchObject([
      { name: 'Nord', contact_last: null, contact_email: null },
      { name: 'Ost', contact_last: 'Hansen', contact_email: 'a@b.example' },
    ]);
    await connection.remove('contacts', [{ id: '2', version: null }], false);
    expect(await database().rows(rows)).toMatchObject([{ name: 'Nord' }, { name: 'Ost', contact_last: null }]);
  });
});
