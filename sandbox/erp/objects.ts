import type { Json } from '../system.ts';

export const ERP_OBJECTS = ['customers', 'articles', 'orders', 'price_lists'] as const;
export type ErpObject = (typeof ERP_OBJECTS)[number];

export interface ErpField {
  type: 'text' | 'code' | 'money' | 'flag' | 'bit' | 'date' | 'minute' | 'customer' | 'lines';
  /** Longest text in characters; more is cut off. 40 when absent. */
  max?: number;
  /** Of codes: the table that explains them. */
  table?: ErpTableName;
  /** Whether `?field=value` is understood. */
  filter?: boolean;
  unique?: boolean;
}

export const ERP_TABLES = {
  customer_group: { 1: 'lead', 2: 'prospect', 3: 'customer', 4: 'churned' },
  order_status: { 10: 'open', 15: 'quoted', 20: 'won', 30: 'lost' },
  unit: { 1: 'piece', 2: 'box', 3: 'kg', 4: 'm', 5: 'hour' },
  salutation: { 1: 'mr', 2: 'mrs', 3: 'mx' },
  customer_kind: { 1: 'organisation', 2: 'person' },
} as const;
export type ErpTableName = keyof typeof ERP_TABLES;

export interface ErpObjectSpec {
  /** The lowest id. */
  firstId: number;
  fields: Record<string, ErpField>;
}

const text: ErpField = { type: 'text' };
const searchable: ErpField = { type: 'text', filter: true };

export const ERP: Record<ErpObject, ErpObjectSpec> = {
  customers: {
    firstId: 10_000,
    fields: {
      name_1: text,
      name_2: text,
      match_code: searchable,
      vat_no: searchable,
      email: searchable,
      phone: text,
      street: text,
      zip: text,
      city: text,
      country: text,
      kind: { type: 'code', table: 'customer_kind' },
      group: { type: 'code', table: 'customer_group' },
      credit_limit: { type: 'money' },
      contact_salutation: { type: 'code', table: 'salutation' },
      contact_first_name: text,
      contact_last_name: text,
      contact_email: text,
      contact_phone: text,
      newsletter: { type: 'flag' },
      memo: { type: 'text', max: 250 },
      blocked: { type: 'bit' },
      user_1: text,
      user_2: text,
      user_3: text,
      user_4: text,
      user_5: text,
      external_id: searchable,
    },
  },
  articles: {
    firstId: 20_000,
    fields: {
      article_no: { type: 'text', filter: true, unique: true },
      description: text,
      description_2: text,
      price: { type: 'money' },
      unit: { type: 'code', table: 'unit' },
      active: { type: 'flag' },
      external_id: searchable,
    },
  },
  orders: {
    firstId: 500_000,
    fields: {
      customer_no: { type: 'customer', filter: true },
      subject: text,
      total: { type: 'money' },
      status: { type: 'code', table: 'order_status' },
      order_date: { type: 'date' },
      due_date: { type: 'date' },
      delivered_at: { type: 'minute' },
      lines: { type: 'lines' },
      memo: { type: 'text', max: 250 },
      external_id: searchable,
    },
  },
  price_lists: {
    firstId: 100,
    fields: {
      name: text,
      valid_from: { type: 'date' },
      lines: { type: 'lines' },
    },
  },
};

/** A record as the API shows it. Never changed in place: a change makes a new one. */
export interface ErpRecord {
  readonly id: number;
  /** Grows by one with each change; a PUT doesn't look at it. */
  readonly row_version: number;
  /** `31.12.2026 14:05`, Europe/Berlin; so is `changed`. */
  readonly created: string;
  readonly changed: string;
  readonly [field: string]: Json | undefined;
}

export function isErpObject(name: string | undefined): name is ErpObject {
  return name !== undefined && Object.hasOwn(ERP, name);
}

export function isErpTable(name: string | undefined): name is ErpTableName {
  return name !== undefined && Object.hasOwn(ERP_TABLES, name);
}
