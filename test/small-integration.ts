import { loadConnector } from '../src/connector/load.ts';
import { loadIntegration } from '../src/integration/load.ts';
import type { LoadedIntegration } from '../src/integration/loaded.ts';
import { type Diagnostic, fail, problem, type Result } from '../src/record/diagnostic.ts';

/** Two small systems and an integration between them, as the files a person writes: what load tests start from. */
const SHOP = `
connector: shop
title: Shop
protocol: rest
base_url: \${base_url}
auth: { type: api_key, header: x-key, value: '\${api_key}' }
objects:
  buyers:
    id: { path: id }
    modified: updated
    archived: { path: archived, equals: true }
    create: { method: POST, path: /buyers }
    update: { method: PATCH, path: '/buyers/{id}' }
    archive: { method: DELETE, path: '/buyers/{id}' }
    fields:
      name: { type: string, required: true }
      email: { type: email }
      vat_id: { type: string }
      status: { type: option, options: [{ value: l, key: lead }, { value: c, key: customer }, { value: x, key: lost }] }
      credit: { type: money }
      newsletter: { type: boolean }
      updated: { type: timestamp, read_only: true }
      parent: { type: reference, reference: buyers }
      pin: { type: string, write_only: true }
      visited: { type: timestamp }
  purchases:
    id: { path: id }
    create: { method: POST, path: /purchases }
    update: { method: PATCH, path: '/purchases/{id}' }
    fields:
      title: { type: string, required: true }
      buyer: { type: reference, reference: buyers, required: true }
      total: { type: money }
      day: { type: date }
      stage: { type: option, options: [{ value: 1, key: open }, { value: 2, key: won }] }
`;

const BOOKS = `
connector: books
title: Books
protocol: rest
base_url: \${base_url}
auth: { type: bearer, token: '\${token}' }
objects:
  accounts:
    id: { path: id, type: integer }
    create: { method: POST, path: /accounts }
    update: { method: PUT, path: '/accounts/{id}', whole: true }
    delete: { method: DELETE, path: '/accounts/{id}' }
    fields:
      name_1: { type: string, required: true, max_length: 40 }
      mail: { type: email }
      vat_no: { type: string }
      group: { type: option, options: [{ value: 1, key: lead }, { value: 2, key: customer }] }
      limit: { type: money }
      letters: { type: string }
      parent_no: { type: reference, reference: accounts }
      country: { type: string }
      visit: { type: date }
      opened: { type: local_timestamp }
  invoices:
    id: { path: id, type: integer }
    create: { method: POST, path: /invoices }
    fields:
      subject: { type: string, required: true }
      account_no: { type: reference, reference: accounts, required: true }
      sum: { type: money }
      due: { type: date }
      state: { type: option, options: [{ value: 10, key: offen }, { value: 20, key: gewonnen }] }
`;

export const SMALL = `integration: shop-books
purpose: Buyers of the shop are accounts of the books.

systems:
  shop:
    connector: shop
    environments:
      staging: { base_url: https://shop.example, api_key: '\${SHOP_KEY}' }
  books:
    connector: books
    environments:
      staging:
        base_url: https://books.example
        token: \${BOOKS_TOKEN}

mappings:
  buyers:
    shop: buyers
    books: accounts
    match: [[vat_id], [email, name]]
    conflict: shop
    propagate:
      shop: { create: create, update: update, delete: hold }
      books: { create: create, update: update, delete: archive }
    fields:
      - { shop: name, books: name_1 }
      - { shop: email, books: mail }
      - { shop: vat_id, books: vat_no, conflict: books }
      - shop: status
        books: group
        otherwise: { policy: ignore }
      - { shop: credit, books: limit, direction: books -> shop }
      - { shop: parent, books: parent_no, reference: buyers }
  purchases:
    shop: purchases
    books: invoices
    match: [[title]]
    propagate:
      shop: { create: create, update: ignore }
    fields:
      - { shop: title, books: subject, direction: shop -> books }
      - { shop: buyer, books: account_no, direction: shop -> books, reference: buyers }
      - { shop: total, books: sum, direction: shop -> books }
      - shop: stage
        books: state
        direction: shop -> books
        options: { open: offen, won: gewonnen }
`;

const CONNECTORS: Record<string, string> = { shop: SHOP, books: BOOKS };

/** Loads a text like `SMALL`, for `staging` unless told otherwise. */
export function loadSmall(
  text: string,
  settings: { environment?: string | null; variables?: Record<string, string>; systemsOnly?: boolean } = {},
): Result<LoadedIntegration, Diagnostic[]> {
  return loadIntegration('integration.yaml', text, {
    environment: settings.environment === undefined ? 'staging' : settings.environment,
    ...(settings.systemsOnly ? { systemsOnly: true } : {}),
    variables: settings.variables ?? { SHOP_KEY: 'a', BOOKS_TOKEN: 'b' },
    connectors: (reference) => {
      const source = Object.hasOwn(CONNECTORS, reference) ? CONNECTORS[reference] : undefined;
      if (source === undefined) return fail([problem('connector-unknown', `There is no connector "${reference}"`)]);
      const loaded = loadConnector(source, `${reference}.yaml`);
      return loaded.ok ? { ok: true, value: { definition: loaded.value, file: `${reference}.yaml` } } : loaded;
    },
  });
}
