import { INDUSTRIES, SALUTATIONS, STAGES, STATUSES, UNITS } from '../seed-words.ts';
import type { Json } from '../system.ts';

export const CRM_OBJECTS = ['companies', 'contacts', 'deals', 'products', 'users', 'deal_items'] as const;
export type CrmObject = (typeof CRM_OBJECTS)[number];

export interface CrmField {
  type:
    | 'text'
    | 'email'
    | 'domain'
    | 'country'
    | 'option'
    | 'money'
    | 'integer'
    | 'boolean'
    | 'date'
    | 'timestamp'
    | 'reference'
    | 'quantity'
    | 'offers';
  /** Longest text, in UTF-16 units. */
  max?: number;
  required?: boolean;
  unique?: boolean;
  /** Whether `?field=value` is understood. */
  filter?: boolean;
  target?: CrmObject;
  options?: readonly string[];
}

export interface CrmObjectSpec {
  /** Of ids: `co_1a2b3c4`. */
  prefix: string;
  /** Of event names: `company.updated`. */
  singular: string;
  mergeable: boolean;
  fields: Record<string, CrmField>;
}

const externalId: CrmField = { type: 'text', max: 120, unique: true, filter: true };
const companyReference: CrmField = { type: 'reference', target: 'companies', filter: true };

export const CRM: Record<CrmObject, CrmObjectSpec> = {
  companies: {
    prefix: 'co_',
    singular: 'company',
    mergeable: true,
    fields: {
      name: { type: 'text', max: 80, required: true, filter: true },
      vat_id: { type: 'text', max: 20, filter: true },
      email: { type: 'email', max: 120, filter: true },
      phone: { type: 'text', max: 40 },
      domain: { type: 'domain', max: 80, filter: true },
      street: { type: 'text', max: 80 },
      postal_code: { type: 'text', max: 12 },
      city: { type: 'text', max: 60 },
      country: { type: 'country' },
      status: { type: 'option', options: STATUSES },
      industry: { type: 'option', options: INDUSTRIES },
      annual_revenue: { type: 'money' },
      employees: { type: 'integer' },
      owner_id: { type: 'reference', target: 'users' },
      notes: { type: 'text', max: 2000 },
      newsletter: { type: 'boolean' },
      external_id: externalId,
    },
  },
  contacts: {
    prefix: 'ct_',
    singular: 'contact',
    mergeable: true,
    fields: {
      first_name: { type: 'text', max: 40 },
      last_name: { type: 'text', max: 60, required: true },
      email: { type: 'email', max: 120, filter: true },
      phone: { type: 'text', max: 40 },
      company_id: companyReference,
      main_contact: { type: 'boolean' },
      salutation: { type: 'option', options: SALUTATIONS },
      language: { type: 'text', max: 10 },
      external_id: externalId,
    },
  },
  deals: {
    prefix: 'de_',
    singular: 'deal',
    mergeable: false,
    fields: {
      title: { type: 'text', max: 120, required: true },
      company_id: companyReference,
      amount: { type: 'money' },
      stage: { type: 'option', options: STAGES },
      close_date: { type: 'date' },
      closed_at: { type: 'timestamp' },
      offers: { type: 'offers' },
      external_id: externalId,
    },
  },
  products: {
    prefix: 'pr_',
    singular: 'product',
    mergeable: false,
    fields: {
      name: { type: 'text', max: 80, required: true, filter: true },
      sku: { type: 'text', max: 40, unique: true, filter: true },
      price: { type: 'money' },
      active: { type: 'boolean' },
      unit: { type: 'option', options: UNITS },
      description: { type: 'text', max: 500 },
      external_id: externalId,
    },
  },
  users: {
    prefix: 'us_',
    singular: 'user',
    mergeable: false,
    fields: {
      name: { type: 'text', max: 80, required: true, filter: true },
      email: { type: 'email', max: 120, filter: true },
      active: { type: 'boolean' },
      external_id: externalId,
    },
  },
  deal_items: {
    prefix: 'di_',
    singular: 'deal_item',
    mergeable: false,
    fields: {
      deal_id: { type: 'reference', target: 'deals', required: true, filter: true },
      line: { type: 'integer' },
      sku: { type: 'text', max: 40 },
      quantity: { type: 'quantity' },
      price: { type: 'money' },
      external_id: externalId,
    },
  },
};

/** A record as the API shows it. Never changed in place: a change makes a new one. */
export interface CrmRecord {
  readonly id: string;
  /** UTC, ISO 8601 with milliseconds; so is `updated_at`. */
  readonly created_at: string;
  readonly updated_at: string;
  /** Grows by one with each change; also the ETag, in quotes. */
  readonly version: number;
  readonly archived: boolean;
  readonly custom_fields: Readonly<Record<string, Json>>;
  readonly [field: string]: Json | undefined;
}

export const SERVER_FIELDS = ['id', 'created_at', 'updated_at', 'version', 'archived', 'merged_into'] as const;

/** Ids are of one length and grow in order of creation. */
const FIRST_ID = 0x1000000;

export function crmId(object: CrmObject, n: number): string {
  return CRM[object].prefix + (FIRST_ID + n).toString(16);
}

/** The number in an id; -1 when no record can have that id. */
export function crmNumber(object: CrmObject, id: string): number {
  const { prefix } = CRM[object];
  if (!id.startsWith(prefix)) return -1;
  const digits = id.slice(prefix.length);
  return /^[1-9a-f][0-9a-f]{6}$/.test(digits) ? Number.parseInt(digits, 16) - FIRST_ID : -1;
}

export function isCrmObject(name: string | undefined): name is CrmObject {
  return name !== undefined && Object.hasOwn(CRM, name);
}
