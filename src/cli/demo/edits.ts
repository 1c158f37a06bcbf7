import type { Json } from '../../../sandbox/system.ts';
import type { Link, Store } from '../../store/port.ts';
import type { DemoSystems } from './systems.ts';

/** One value that a person typed. */
export interface DemoChange {
  system: 'crm' | 'erp';
  object: string;
  id: string;
  field: string;
  from: string;
  to: string;
}

/** What people did to one pair of records, and what must come of it. */
export interface DemoEdit {
  /** In a few words, what happened in the office. */
  story: string;
  mapping: string;
  a: string;
  b: string;
  changes: DemoChange[];
  /** The record was deleted in this system. */
  deleted: 'erp' | null;
  /** Fields that the next sync must write, by the system that is written. */
  moves: { crm: string[]; erp: string[] };
  /** Whether both systems now hold what they must. */
  holds(): boolean;
}

interface Pair {
  a: string;
  b: string;
  crm: Record<string, Json | undefined>;
  erp: Record<string, Json | undefined>;
}

type Objects = { crm: 'companies' | 'products' | 'deals'; erp: 'customers' | 'articles' | 'orders' };

/** Edits records of both systems as people would, past the API; the same ones for the same seed. */
export class Office {
  readonly #systems: DemoSystems;
  readonly #now: () => number;
  readonly #taken = new Set<string>();

  constructor(systems: DemoSystems, now: () => number) {
    this.#systems = systems;
    this.#now = now;
  }

  /** The edits of the story, made. Fewer where the systems are too small to hold a fit record for each. */
  async work(store: Store, integration: string): Promise<DemoEdit[]> {
    const companies = await this.#pairs(store, `${integration}/companies`, { crm: 'companies', erp: 'customers' });
    const products = await this.#pairs(store, `${integration}/products`, { crm: 'products', erp: 'articles' });
    const deals = await this.#pairs(store, `${integration}/deals`, { crm: 'deals', erp: 'orders' });
    const edits = [
      this.#moves(companies),
      this.#changesAddress(companies),
      this.#bothSides(companies),
      this.#price(products),
      this.#wins(deals),
      this.#cancels(deals),
      this.#disagree(deals),
    ];
    return edits.filter((edit) => edit !== null);
  }

  /** Linked pairs whose records both systems had from the start: their ids do not depend on who was quicker. */
  async #pairs(store: Store, mapping: string, objects: Objects): Promise<Pair[]> {
    const { crm, erp } = this.#systems;
    const pairs: Pair[] = [];
    let after: string | null = null;
    for (;;) {
      const links: Link[] = await store.linksAfter(mapping, 'a', after, 1000);
      for (const link of links) {
        const left = crm.get(objects.crm, link.a);
        const right = erp.get(objects.erp, Number(link.b));
        if (link.state !== 'active' || !left || !right || left.archived || !isSeeded(left, right)) continue;
        pairs.push({ a: link.a, b: link.b, crm: left, erp: right });
      }
      after = links.at(-1)?.a ?? null;
      if (after === null) return pairs;
    }
  }

  /** The first pair that fits and is not part of another edit. */
  #pick(pairs: readonly Pair[], fits: (pair: Pair) => boolean): Pair | null {
    const found = pairs.find((pair) => !this.#taken.has(pair.a) && fits(pair));
    if (found) this.#taken.add(found.a);
    return found ?? null;
  }

  #inCrm(object: Objects['crm'], pair: Pair, fields: Record<string, Json>): DemoChange[] {
    this.#systems.crm.userUpdate(object, pair.a, fields, this.#now());
    return changesOf('crm', object, pair.a, pair.crm, fields);
  }

  #inErp(object: Objects['erp'], pair: Pair, fields: Record<string, Json>): DemoChange[] {
    this.#systems.erp.userUpdate(object, Number(pair.b), fields, this.#now());
    return changesOf('erp', object, pair.b, pair.erp, fields);
  }

  #moves(companies: readonly Pair[]): DemoEdit | null {
    const pair = this.#pick(companies, ({ crm }) => crm.country === 'DE' && crm.city !== 'Hamburg');
    if (!pair) return null;
    const place = { street: 'Hafenstraße 12', postal_code: '20457', city: 'Hamburg' };
    return {
      ...named('Sales hears that a company has moved', 'companies', pair),
      changes: this.#inCrm('companies', pair, place),
      moves: { crm: [], erp: ['street', 'zip', 'city'] },
      holds: () => this.#erp('customers', pair, { street: place.street, zip: place.postal_code, city: place.city }),
    };
  }

  #changesAddress(companies: readonly Pair[]): DemoEdit | null {
    const isInfo = (value: Json | undefined) => typeof value === 'string' && /^info@.{1,26}\.example$/.test(value);
    // A short one is easier to read.
    const sorted = [...companies].sort((one, other) => String(one.erp.email).length - String(other.erp.email).length);
    const pair = this.#pick(sorted, ({ crm, erp }) => isInfo(erp.email) && crm.email === erp.email);
    if (!pair) return null;
    const email = String(pair.erp.email).replace('info@', 'einkauf@');
    return {
      ...named('The office gets a new address for invoices', 'companies', pair),
      changes: this.#inErp('customers', pair, { email }),
      moves: { crm: ['email'], erp: [] },
      holds: () => this.#crm('companies', pair, { email }),
    };
  }

  #bothSides(companies: readonly Pair[]): DemoEdit | null {
    const pair = this.#pick(companies, ({ crm, erp }) => crm.country === 'DE' && crm.phone !== null && erp.group === 2);
    if (!pair) return null;
    const changes = [
      ...this.#inCrm('companies', pair, { phone: '040 / 55 50 123' }),
      ...this.#inErp('customers', pair, { group: 3 }),
    ];
    return {
      ...named('Both edit the same company, each something else', 'companies', pair),
      changes,
      moves: { crm: ['status'], erp: ['phone'] },
      holds: () =>
        this.#crm('companies', pair, { status: 'customer' }) && this.#erp('customers', pair, { phone: '+49405550123' }),
    };
  }

  #price(products: readonly Pair[]): DemoEdit | null {
    const pair = this.#pick(products, ({ erp }) => erp.active === 'J' && erp.price !== '1.249,00 €');
    if (!pair) return null;
    return {
      ...named('The office changes a price', 'products', pair),
      changes: this.#inErp('articles', pair, { price: '1.249,00 €' }),
      moves: { crm: ['price'], erp: [] },
      holds: () => this.#crm('products', pair, { price: { amount: '1249.00', currency: 'EUR' } }),
    };
  }

  #wins(deals: readonly Pair[]): DemoEdit | null {
    const pair = this.#pick(deals, ({ crm, erp }) => crm.stage === 'quoted' && erp.status === 15);
    if (!pair) return null;
    return {
      ...named('Sales wins a deal', 'deals', pair),
      changes: this.#inCrm('deals', pair, { stage: 'won' }),
      moves: { crm: [], erp: ['status'] },
      holds: () => this.#erp('orders', pair, { status: 20 }),
    };
  }

  /** The ERP deletes without a trace: nothing but a sweep tells. */
  #cancels(deals: readonly Pair[]): DemoEdit | null {
    const pair = this.#pick(deals, ({ crm }) => crm.stage === 'lost');
    if (!pair) return null;
    this.#systems.erp.userDelete('orders', Number(pair.b), this.#now());
    return {
      ...named('The office deletes an order, without a trace', 'deals', pair),
      changes: [],
      deleted: 'erp',
      moves: { crm: [], erp: [] },
      holds: () => this.#systems.crm.get('deals', pair.a)?.archived === true,
    };
  }

  #disagree(deals: readonly Pair[]): DemoEdit | null {
    const inEuro = (value: Json | undefined) => typeof value === 'string' && value.endsWith('€');
    const pair = this.#pick(deals, ({ crm, erp }) => crm.stage === 'open' && inEuro(erp.total));
    if (!pair) return null;
    const amount = { amount: '12500.00', currency: 'EUR' };
    const total = '11.900,00 €';
    return {
      ...named('Both change the amount of the same deal', 'deals', pair),
      changes: [...this.#inCrm('deals', pair, { amount }), ...this.#inErp('orders', pair, { total })],
      moves: { crm: [], erp: [] },
      holds: () => this.#crm('deals', pair, { amount }) && this.#erp('orders', pair, { total }),
    };
  }

  #crm(object: Objects['crm'], pair: Pair, expected: Record<string, Json>): boolean {
    return holdsAll(this.#systems.crm.get(object, pair.a), expected);
  }

  #erp(object: Objects['erp'], pair: Pair, expected: Record<string, Json>): boolean {
    return holdsAll(this.#systems.erp.get(object, Number(pair.b)), expected);
  }
}

const named = (story: string, mapping: string, { a, b }: Pair) => ({ story, mapping, a, b, deleted: null });

/** Both were there before the demo began; what a sync creates is stamped later. */
function isSeeded(crm: Pair['crm'], erp: Pair['erp']): boolean {
  const year = /\.(\d{4}) /.exec(String(erp.created))?.[1] ?? '9999';
  return String(crm.created_at) < '2026' && year < '2026';
}

function changesOf(
  system: DemoChange['system'],
  object: string,
  id: string,
  before: Record<string, Json | undefined>,
  fields: Record<string, Json>,
): DemoChange[] {
  return Object.entries(fields).map(([field, value]) => ({
    system,
    object,
    id,
    field,
    from: typed(before[field]),
    to: typed(value),
  }));
}

/** As it stands in the system's own form. */
function typed(value: Json | undefined): string {
  if (value === undefined || value === null || value === '') return '(empty)';
  if (typeof value !== 'object') return String(value);
  return 'amount' in value ? `${value.amount} ${value.currency}` : JSON.stringify(value);
}

function holdsAll(record: Record<string, Json | undefined> | null, expected: Record<string, Json>): boolean {
  return (
    record !== null &&
    Object.entries(expected).every(([name, value]) => JSON.stringify(record[name]) === JSON.stringify(value))
  );
}
