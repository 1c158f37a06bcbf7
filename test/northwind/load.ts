import { readFileSync } from 'node:fs';
import type { TestDatabase } from '../sql/world.ts';
import type { Northwind } from './data.ts';

const EXAMPLE = new URL('../../examples/northwind/', import.meta.url);

/** The tables of the example, for a kind of database. */
export function northwindTables(kind: TestDatabase['kind']): string {
  return readFileSync(new URL(`${kind}.sql`, EXAMPLE), 'utf8');
}

/** Fills the example's tables; the totals of the orders come from the triggers on their lines. */
export async function loadNorthwind(database: TestDatabase, data: Northwind): Promise<void> {
  await database.insert(
    'customers',
    data.Customers.map((row) => ({
      customer_id: row.CustomerID,
      company_name: row.CompanyName,
      contact_name: row.ContactName,
      contact_title: row.ContactTitle,
      address: row.Address,
      city: row.City,
      region: row.Region,
      postal_code: row.PostalCode,
      country: row.Country,
      phone: row.Phone,
      fax: row.Fax,
    })),
  );
  await database.insert(
    'products',
    data.Products.map((row) => ({
      product_id: row.ProductID,
      product_name: row.ProductName,
      quantity_per_unit: row.QuantityPerUnit,
      unit_price: row.UnitPrice,
      discontinued: row.Discontinued,
    })),
  );
  await database.insert(
    'orders',
    data.Orders.map((row) => ({
      order_id: row.OrderID,
      customer_id: row.CustomerID,
      order_date: row.OrderDate,
      required_date: row.RequiredDate,
      shipped_date: row.ShippedDate,
    })),
  );
  await database.insert(
    'order_details',
    data['Order Details'].map((row) => ({
      order_id: row.OrderID,
      product_id: row.ProductID,
      unit_price: row.UnitPrice,
      quantity: row.Quantity,
      discount: row.Discount,
    })),
  );
  if (database.kind === 'postgres') {
    for (const [table, column] of [
      ['products', 'product_id'],
      ['orders', 'order_id'],
    ]) {
      await database.run(
        `SELECT setval(pg_get_serial_sequence('${table}', '${column}'), (SELECT max(${column}) FROM ${table}))`,
      );
    }
  }
}
