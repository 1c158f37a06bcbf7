import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const text = z.string().nullable();
const date = z
  .string()
  .nullable()
  .transform((value) => value?.slice(0, 10) ?? null);
const amount = z.union([z.number(), z.string()]).transform(String);

const northwindSchema = z.object({
  Customers: z.array(
    z.object({
      CustomerID: z.string(),
      CompanyName: z.string(),
      ContactName: text,
      ContactTitle: text,
      Address: text,
      City: text,
      Region: text,
      PostalCode: text,
      Country: text,
      Phone: text,
      Fax: text,
    }),
  ),
  Products: z.array(
    z.object({
      ProductID: z.int(),
      ProductName: z.string(),
      QuantityPerUnit: text,
      UnitPrice: amount,
      Discontinued: z.string().transform(Number),
    }),
  ),
  Orders: z.array(
    z.object({ OrderID: z.int(), CustomerID: z.string(), OrderDate: date, RequiredDate: date, ShippedDate: date }),
  ),
  'Order Details': z.array(
    z.object({
      OrderID: z.int(),
      ProductID: z.int(),
      UnitPrice: amount,
      Quantity: z.int(),
      Discount: amount,
    }),
  ),
});

/** The part of the Northwind sample company that the example uses. */
export type Northwind = z.infer<typeof northwindSchema>;

/** Northwind as JSON, tables by name; it is not part of this repository. */
const FILE =
  process.env.DOVETAIL_NORTHWIND ?? fileURLToPath(new URL('../../../shared/data/northwind.json', import.meta.url));

/** The real sample company where its file is at hand (DOVETAIL_NORTHWIND names it), else a made-up one of the same form. */
export function northwind(): { data: Northwind; real: boolean } {
  if (!existsSync(FILE)) return { data: madeUp(), real: false };
  return { data: northwindSchema.parse(JSON.parse(readFileSync(FILE, 'utf8'))), real: true };
}

const PLACES = [
  ['Köln', 'Germany', '0221-555 12'],
  ['México D.F.', 'Mexico', '(5) 555-4729'],
  ['Luleå', 'Sweden', '0921-12 34 65'],
  ['London', 'UK', '(171) 555-7788'],
  [null, null, null],
] as const;

/** Customers, products and orders with what makes the real ones hard: accents, gaps, a blank in a key, two of one name. */
function madeUp(): Northwind {
  const customers = Array.from({ length: 40 }, (_, at) => {
    const [City, Country, Phone] = PLACES[at % PLACES.length] ?? PLACES[0];
    return {
      CustomerID: at === 7 ? 'KEY 7 ' : `KEY${at}`,
      CompanyName: at > 37 ? 'Twins' : `Señor & Söhne ${at}`,
      ContactName: at % 3 === 0 ? null : `Contact ${at}`,
      ContactTitle: at % 3 === 0 ? null : 'Owner',
      Address: City === null ? null : `Straße ${at}`,
      City,
      Region: null,
      PostalCode: City === null ? null : `S-${at}`,
      Country,
      Phone,
      Fax: null,
    };
  });
  const orders = Array.from({ length: 120 }, (_, at) => ({
    OrderID: 10_248 + at,
    CustomerID: customers[at % 35]?.CustomerID ?? '',
    OrderDate: '1996-07-04',
    RequiredDate: `1996-08-${String((at % 28) + 1).padStart(2, '0')}`,
    ShippedDate: at % 6 === 0 ? null : '1996-07-16',
  }));
  return {
    Customers: customers,
    Products: Array.from({ length: 30 }, (_, at) => ({
      ProductID: at + 1,
      ProductName: `Product ${at}`,
      QuantityPerUnit: '10 boxes x 20 bags',
      UnitPrice: (at * 1.35).toFixed(2),
      Discontinued: at % 9 === 0 ? 1 : 0,
    })),
    Orders: orders,
    'Order Details': orders.flatMap(({ OrderID }, at) =>
      [1, 2].map((line) => ({
        OrderID,
        ProductID: ((at + line * 7) % 30) + 1,
        UnitPrice: '14.4',
        Quantity: at + line,
        Discount: line === 2 ? '0.15' : '0',
      })),
    ),
  };
}
