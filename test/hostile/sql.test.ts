import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, WireRecord } from '../../src/connector/port.ts';
import { openSqlConnection } from '../../src/protocols/sql/connection.ts';
import { connect, readConnector, sqliteDatabase, stillPlatform, type TestDatabase } from '../sql/world.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await sqliteDatabase();
});
afterEach(() => database.drop());

const ODD = [
  'select',
  'a"b',
  "a'b",
  'a b',
  'a;b',
  'a--b',
  'größe',
  '$1',
  '?',
  ':x',
  '[x]',
  '`x`',
  'x"; DROP TABLE t; --',
];
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const VALUES = [
  "'; DROP TABLE t; --",
  '" OR 1=1 --',
  'x\\',
  '$1 ? :x @y',
  '%_%',
  '{"a":[1]}',
  'null',
  '\r\n\t',
  'a,b',
  'a\\,b',
  'ä😀',
  'x'.repeat(100_000),
];

const definitionOf = (table: string, column: string) =>
  readConnector(
    JSON.stringify({
      connector: 'db',
      title: 'Db',
      protocol: 'sql',
      database: `$${'{database_url}'}`,
      objects: { rows: { table, id: {}, fields: { text: { type: 'string', path: column } } } },
    }),
  );

async function everything(connection: Connection): Promise<WireRecord[]> {
  const records: WireRecord[] = [];
  for await (const step of connection.read({ object: 'rows', since: null })) {
    if (step.kind === 'page') records.push(...step.records);
    else expect(step).toMatchObject({ complete: true });
  }
  return records;
}

describe('SQL', () => {
  it.each(ODD)('a table and a column named %s hold values that look like commands', async (name) => {
    await database.run(
      `CREATE TABLE ${quoted(name)} (id TEXT PRIMARY KEY, ${quoted(`${name}c`)} TEXT); CREATE TABLE t (x)`,
    );
    const connection = connect(definitionOf(name, `${name}c`), database.url);
    const items = VALUES.map((value, i) => ({
      wire: { id: `${i} ${value.slice(0, 40)}`, [`${name}c`]: value },
      idempotencyKey: `k${i}`,
    }));
    const made = await connection.create('rows', items);
    expect(made.map((one) => one.kind)).toEqual(VALUES.map(() => 'done'));
    const found = await everything(connection);
    expect(found.map((one) => one.wire[`${name}c`]).sort()).toEqual([...VALUES].sort());
    const ids = found.map((one) => one.id);
    const read = await connection.get('rows', [...ids, "x' OR '1'='1"]);
    expect(read.map((one) => one.kind)).toEqual([...ids.map(() => 'present'), 'gone']);
    const updated = await connection.update(
      'rows',
      ids.map((id) => ({ id, wire: { [`${name}c`]: `${id}'; DELETE FROM t; --` }, version: null })),
    );
    expect(new Set(updated.map((one) => one.kind))).toEqual(new Set(['done']));
    const removed = await connection.remove(
      'rows',
      [
        { id: ids[0] ?? '', version: null },
        { id: "' OR 1=1 --", version: null },
      ],
      false,
    );
    expect(removed.map((one) => one.kind)).toEqual(['done', 'done']);
    expect(await everything(connection)).toHaveLength(VALUES.length - 1);
    expect(await database.rows("SELECT count(*) AS n FROM sqlite_schema WHERE name = 't'")).toEqual([{ n: 1 }]);
    await connection.close();
  });

  it('an address with a password in it is in no diagnostic', async () => {
    const definition = definitionOf('t', 'x');
    for (const url of [
      'postgres://user:pass-4711@127.0.0.1:1/db',
      'postgres://user:pass-4711@nowhere.invalid/db',
      'postgres://user:pass-4711@/db?host=/nowhere',
      'postgres:user:pass-4711',
      'mysql://user:pass-4711@host/db',
      'sqlite:/nowhere/pass-4711/x.db',
      'pass-4711',
    ]) {
      const opened = openSqlConnection({ definition, variables: { database_url: url }, platform: stillPlatform });
      if (!opened.ok) {
        expect(JSON.stringify(opened.error)).not.toContain('pass-4711');
        continue;
      }
      for await (const step of opened.value.read({ object: 'rows', since: null })) {
        expect(step).toMatchObject({ kind: 'end', complete: false });
        expect(JSON.stringify(step)).not.toContain('pass-4711');
      }
      await opened.value.close();
    }
  });
});
