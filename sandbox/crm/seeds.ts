import { mix } from '../draw.ts';
import { INDUSTRIES, SALUTATIONS, STAGES, STATUSES, UNITS } from '../seed-words.ts';
import {
  companySeed,
  dealCompany,
  dealSeed,
  personSeed,
  phoneText,
  productSeed,
  SEED_END,
  seedStamp,
} from '../seeds.ts';
import type { Json } from '../system.ts';
import { CRM_OBJECTS, type CrmObject, type CrmRecord, crmId } from './objects.ts';

export type CrmSizes = Record<CrmObject, number>;

/** How many records of each object a CRM of that many companies starts with. */
export function crmSizes(companies: number, sizes: Partial<CrmSizes> = {}): CrmSizes {
  return {
    companies,
    contacts: companies * 2,
    deals: companies,
    products: Math.max(50, Math.floor(companies / 10)),
    users: 10,
    deal_items: 0,
    ...sizes,
  };
}

/** Records stamped alike, as after an import. */
const STAMP_GROUP = 3;

export class CrmSeeds {
  readonly seed: number;
  readonly sizes: CrmSizes;

  constructor(seed: number, sizes: CrmSizes) {
    this.seed = seed;
    this.sizes = sizes;
  }

  stamp(object: CrmObject, n: number): number {
    return seedStamp(n, this.sizes[object], SEED_END, STAMP_GROUP);
  }

  /** A field of a seeded record without making the record where that is cheap. */
  value(object: CrmObject, n: number, field: string): string | null {
    if (field === 'external_id') return null;
    if (field === 'company_id') return this.company(object, n);
    if (field === 'deal_id') return this.sizes.deals === 0 ? null : crmId('deals', n % this.sizes.deals);
    const value = this.record(object, n)[field];
    return typeof value === 'string' ? value : null;
  }

  record(object: CrmObject, n: number): CrmRecord {
    const updated = this.stamp(object, n);
    const age = mix(this.seed, 11, CRM_OBJECTS.indexOf(object), n) % (365 * 86_400_000);
    return {
      id: crmId(object, n),
      external_id: null,
      created_at: new Date(updated - age).toISOString(),
      updated_at: new Date(updated).toISOString(),
      version: 1,
      archived: false,
      custom_fields: object === 'companies' && n % 10 === 0 ? { region: n % 20 === 0 ? 'Nord' : 'Süd' } : {},
      ...(object === 'companies' || object === 'contacts' ? { merged_into: null } : {}),
      ...this.fields(object, n, updated),
    };
  }

  private fields(object: CrmObject, n: number, updated: number): Record<string, Json> {
    switch (object) {
      case 'companies':
        return this.companyFields(n);
      case 'contacts':
        return this.contactFields(n);
      case 'deals':
        return this.dealFields(n, updated);
      case 'products':
        return this.productFields(n);
      case 'users': {
        const person = personSeed(this.seed, -1, n);
        return { name: `${person.firstName} ${person.lastName}`, email: `user${n}@crm.example`, active: true };
      }
      case 'deal_items':
        return this.dealItemFields(n);
    }
  }

  private companyFields(n: number): Record<string, Json> {
    const company = companySeed(this.seed, n);
    const { users } = this.sizes;
    return {
      name: company.name,
      vat_id: company.vat,
      email: company.email,
      phone: phoneText(company.phone, mix(this.seed, 12, n)),
      domain: company.domain,
      street: company.street,
      postal_code: company.postalCode,
      city: company.city,
      country: company.country,
      status: STATUSES[company.status] ?? null,
      industry: company.industry,
      annual_revenue: { amount: money(company.revenueCents), currency: company.country === 'CH' ? 'CHF' : 'EUR' },
      employees: company.employees,
      owner_id: users === 0 ? null : crmId('users', n % users),
      notes:
        n % 4 === 0
          ? `Erstkontakt über ${INDUSTRIES[n % INDUSTRIES.length]}-Messe. Rückruf erbeten – „dringend“.`
          : null,
      newsletter: company.newsletter,
    };
  }

  private company(object: CrmObject, n: number): string | null {
    const { companies } = this.sizes;
    if (companies === 0) return null;
    if (object === 'deals') return crmId('companies', dealCompany(this.seed, n, companies));
    if (object !== 'contacts' || n % 20 === 19) return null;
    return crmId('companies', Math.floor(n / 2) % companies);
  }

  private contactFields(n: number): Record<string, Json> {
    const person = personSeed(this.seed, Math.floor(n / 2), n % 2);
    return {
      first_name: person.firstName,
      last_name: person.lastName,
      email: person.email,
      phone: phoneText(person.phone, mix(this.seed, 13, n)),
      company_id: this.company('contacts', n),
      // The first of the two that each company has.
      main_contact: n % 2 === 0,
      salutation: SALUTATIONS[person.salutation] ?? null,
      language: person.language,
    };
  }

  private dealFields(n: number, updated: number): Record<string, Json> {
    const deal = dealSeed(this.seed, n);
    const stage = STAGES[deal.stage] ?? 'open';
    const isClosed = stage === 'won' || stage === 'lost';
    return {
      title: deal.title,
      company_id: this.company('deals', n),
      amount: { amount: money(deal.amountCents), currency: deal.currency },
      stage,
      close_date: new Date(SEED_END + deal.days * 86_400_000).toISOString().slice(0, 10),
      closed_at: isClosed ? new Date(updated - (updated % 60_000)).toISOString() : null,
      offers: [],
    };
  }

  private dealItemFields(n: number): Record<string, Json> {
    const { deals } = this.sizes;
    const product = productSeed(this.seed, n % Math.max(1, this.sizes.products));
    return {
      deal_id: deals === 0 ? null : crmId('deals', n % deals),
      line: 1 + Math.floor(n / Math.max(1, deals)),
      sku: product.sku,
      quantity: 1 + (n % 9),
      price: { amount: money(product.priceCents), currency: 'EUR' },
    };
  }

  private productFields(n: number): Record<string, Json> {
    const product = productSeed(this.seed, n);
    return {
      name: product.name,
      sku: product.sku,
      price: { amount: money(product.priceCents), currency: 'EUR' },
      active: product.active,
      unit: UNITS[product.unit] ?? null,
      description: product.description === '' ? null : product.description,
    };
  }
}

/** Cents as `1234.56`. */
export function money(cents: number): string {
  return (cents / 100).toFixed(2);
}
