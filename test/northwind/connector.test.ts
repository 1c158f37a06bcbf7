import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { compileCodec } from '../../src/connector/codec.ts';
import { openIntegration } from '../../src/integration/files.ts';
import { all, connect, describeDatabases, readConnectorFile } from '../sql/world.ts';
import { northwind } from './data.ts';
import { loadNorthwind, northwindTables } from './load.ts';

const EXAMPLE = new URL('../../examples/northwind/', import.meta.url);
const CONNECTOR = readConnectorFile(new URL('connector.yaml', EXAMPLE));

test('the integration file has no fault', async () => {
  const loaded = await openIntegration(fileURLToPath(new URL('integration.yaml', EXAMPLE)), 'staging', {
    NORTHWIND_DATABASE_URL: 'sqlite:northwind.db',
    CRM_URL: 'http://127.0.0.1:4010',
    CRM_CLIENT_ID: 'id',
    CRM_CLIENT_SECRET: 'secret',
  });
  expect(loaded.ok ? [] : loaded.error).toEqual([]);
  expect(loaded.ok ? loaded.value.remarks.map(({ code }) => code) : []).toEqual(['match-none']);
});

const tables = { sqlite: northwindTables('sqlite'), postgres: northwindTables('postgres') };

describeDatabases('Northwind', tables, (database) => {
  const { data } = northwind();
  beforeAll(() => loadNorthwind(database(), data));

  test.each([
    ['customers', data.Customers.length],
    ['products', data.Products.length],
    ['orders', data.Orders.length],
  ])('every one of its %s can be read and decoded', async (object, count) => {
    const connection = connect(CONNECTOR, database().url);
    const { records, end } = await all(connection.read({ object, since: null }));
    await connection.close();
    const definition = CONNECTOR.objects[object]!;
    const codec = compileCodec(definition);
    const problems = records.flatMap(({ id, wire }) => {
      const decoded = codec.decode(wire, Object.keys(definition.fields));
      return Object.entries(decoded.problems).map(([field, { code }]) => `${id} ${field} ${code}`);
    });
    expect([records.length, end?.complete, problems]).toEqual([count, true, []]);
  });

  test('the total of an order is the sum of its lines, exactly', async () => {
    const [line] = data['Order Details'];
    const lines = data['Order Details'].filter(({ OrderID }) => OrderID === line?.OrderID);
    const cents = lines.reduce(
      (sum, one) => sum + Number(one.UnitPrice) * one.Quantity * (1 - Number(one.Discount)) * 100,
      0,
    );
    const connection = connect(CONNECTOR, database().url);
    const [got] = await connection.get('orders', [String(line?.OrderID)]);
    await connection.close();
    const total =
      got?.kind === 'present' ? compileCodec(CONNECTOR.objects.orders!).decode(got.record.wire, ['total']) : null;
    const amount = (Math.round(cents) / 100).toString();
    expect(total?.fields.total).toEqual({ amount, currency: 'USD' });
  });
});
