import { berlinDate, berlinMinute } from '../berlin.ts';
import { Draw, mix } from '../draw.ts';
import {
  companySeed,
  dealCompany,
  dealSeed,
  ERP_ONLY,
  isInBoth,
  personSeed,
  phoneText,
  productSeed,
  SEED_END,
  seedStamp,
} from '../seeds.ts';
import type { Json } from '../system.ts';
import { ERP, ERP_OBJECTS, type ErpObject, type ErpRecord } from './objects.ts';
import { germanMoney, storedText } from './storing.ts';

export type ErpSizes = Record<ErpObject, number>;

/** How many records of each object an ERP of that many customers starts with. */
export function erpSizes(customers: number, sizes: Partial<ErpSizes> = {}): ErpSizes {
  const articles = customers === 0 ? 0 : Math.max(50, Math.floor(customers / 10));
  return { customers, articles, orders: customers, price_lists: customers === 0 ? 0 : 3, ...sizes };
}

/** What the ERP has in common with the CRM. */
export interface Overlap {
  /** Of customers, articles and orders, 0 to 1. */
  share: number;
  companies: number;
  products: number;
  deals: number;
}

const STAMP_GROUP = 4;
const ORDER_STATUS = [10, 15, 20, 30];
const SYMBOLS: Record<string, string> = { EUR: '€', USD: '$', CHF: 'CHF' };

export class ErpSeeds {
  readonly seed: number;
  readonly sizes: ErpSizes;
  private readonly overlap: Overlap;

  constructor(seed: number, sizes: ErpSizes, overlap: Overlap) {
    this.seed = seed;
    this.sizes = sizes;
    this.overlap = overlap;
  }

  stamp(object: ErpObject, n: number): number {
    return seedStamp(n, this.sizes[object], SEED_END, STAMP_GROUP);
  }

  /** A field of a seeded record as searched for. */
  value(object: ErpObject, n: number, field: string): string | null {
    if (field === 'external_id') return null;
    if (field === 'customer_no') return this.sizes.customers === 0 ? null : String(this.orderCustomer(n));
    const value = this.record(object, n)[field];
    return typeof value === 'string' && value !== '' ? value : null;
  }

  record(object: ErpObject, n: number): ErpRecord {
    const changed = this.stamp(object, n);
    const age = mix(this.seed, 41, ERP_OBJECTS.indexOf(object), n) % (365 * 86_400_000);
    return {
      id: ERP[object].firstId + n,
      row_version: 1,
      created: berlinMinute(changed - age),
      changed: berlinMinute(changed),
      ...this.fields(object, n, changed),
    };
  }

  private fields(object: ErpObject, n: number, changed: number): Record<string, Json> {
    switch (object) {
      case 'customers':
        return this.customerFields(n);
      case 'articles':
        return this.articleFields(n);
      case 'orders':
        return this.orderFields(n, changed);
      case 'price_lists':
        return this.priceListFields(n);
    }
  }

  private isSharedCustomer(n: number): boolean {
    return n < this.overlap.companies && isInBoth(this.seed, n, this.overlap.share);
  }

  private customerFields(n: number): Record<string, Json> {
    const k = this.isSharedCustomer(n) ? n : ERP_ONLY + n;
    const company = companySeed(this.seed, k);
    const person = personSeed(this.seed, k, 0);
    const name = storedText(company.name);
    return {
      name_1: name,
      name_2: n % 15 === 0 ? 'Abt. Einkauf' : '',
      match_code: name.slice(0, 12).toUpperCase().trimEnd(),
      vat_no: company.vat ?? '',
      email: storedText(company.email ?? ''),
      phone: phoneText(company.phone, mix(this.seed, 42, n)) ?? '',
      street: storedText(company.street),
      zip: company.postalCode,
      city: storedText(company.city),
      country: company.country,
      kind: 1,
      group: company.status + 1,
      credit_limit: germanMoney(
        Math.floor(company.revenueCents / 100_000) * 1000,
        company.country === 'CH' ? 'CHF' : '€',
      ),
      contact_salutation: person.salutation + 1,
      contact_first_name: storedText(person.firstName),
      contact_last_name: storedText(person.lastName),
      contact_email: storedText(person.email ?? ''),
      contact_phone: phoneText(person.phone, mix(this.seed, 43, n)) ?? '',
      newsletter: company.newsletter ? 'J' : 'N',
      memo:
        n % 6 === 0 ? 'Lieferung nur werktags von 8 bis 16 Uhr, Anfahrt über den Hof. Rückfragen an die Zentrale.' : '',
      blocked: n % 40 === 39 ? 1 : 0,
      user_1: '',
      user_2: '',
      user_3: '',
      user_4: '',
      user_5: '',
      external_id: '',
    };
  }

  private articleFields(n: number): Record<string, Json> {
    const isShared = n < this.overlap.products && isInBoth(this.seed, n + 7_000_000, this.overlap.share);
    const product = productSeed(this.seed, isShared ? n : ERP_ONLY + n);
    return {
      article_no: product.sku,
      description: storedText(product.name),
      description_2: storedText(product.description),
      price: germanMoney(product.priceCents, '€'),
      unit: product.unit + 1,
      active: product.active ? 'J' : 'N',
      external_id: '',
    };
  }

  private orderCustomer(n: number): number {
    const { companies, deals } = this.overlap;
    const { customers } = this.sizes;
    const company = n < deals && companies > 0 ? dealCompany(this.seed, n, companies) : customers;
    const index = company < customers && this.isSharedCustomer(company) ? company : mix(this.seed, 44, n) % customers;
    return ERP.customers.firstId + index;
  }

  private orderFields(n: number, changed: number): Record<string, Json> {
    const { companies, deals } = this.overlap;
    const { customers } = this.sizes;
    const company = n < deals && companies > 0 ? dealCompany(this.seed, n, companies) : customers;
    const isShared = company < customers && this.isSharedCustomer(company);
    const deal = dealSeed(this.seed, isShared ? n : ERP_ONLY + n);
    const symbol = SYMBOLS[deal.currency] ?? '€';
    const status = ORDER_STATUS[deal.stage] ?? 10;
    return {
      customer_no: customers === 0 ? null : this.orderCustomer(n),
      subject: storedText(deal.title),
      total: germanMoney(deal.amountCents, symbol),
      status,
      order_date: berlinDate(changed),
      due_date: berlinDate(SEED_END + deal.days * 86_400_000),
      delivered_at: status === 20 ? berlinMinute(changed) : '',
      lines: this.lines(n, symbol),
      memo: '',
      external_id: '',
    };
  }

  private lines(n: number, symbol: string): Json {
    const draw = new Draw(this.seed, 45, n);
    const lines: Json[] = [];
    const count = this.sizes.articles === 0 ? 0 : 1 + draw.below(4);
    for (let position = 1; position <= count; position += 1) {
      lines.push({
        position,
        article_no: `A-${10_000 + draw.below(this.sizes.articles)}`,
        quantity: 1 + draw.below(50),
        unit_price: germanMoney(99 + draw.below(500_000), symbol),
      });
    }
    return lines;
  }

  private priceListFields(n: number): Record<string, Json> {
    return { name: `Preisliste ${2024 + n}`, valid_from: `01.01.${2024 + n}`, lines: this.lines(n, '€') };
  }
}
