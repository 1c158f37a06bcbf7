import { describe, expect, test } from 'vitest';
import { createCrm } from '../../sandbox/crm/crm.ts';
import { createErp } from '../../sandbox/erp/erp.ts';
import type { Side } from '../../src/record/side.ts';
import type { Link } from '../../src/store/port.ts';
import type { MappingName } from './fields.ts';
import { Ledger } from './ledger.ts';
import { drawWorld, type WorldSpec } from './spec.ts';
import { createRecord, type Doing, deleteRecord, type Systems, updateRecord } from './views.ts';

/** Customers with room for one contact each, and contacts at no company. */
class Office {
  readonly #systems: Systems = {
    a: createCrm({ sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 0 } }),
    b: createErp({ sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } }),
  };
  readonly #spec: WorldSpec = { ...drawWorld('1581'), mappings: ['companies', 'contacts'] };
  readonly #ledger = new Ledger(
    this.#systems,
    this.#spec,
    () => this.#now,
    () => {},
  );
  #now = this.#spec.start;

  customer(name: string): string {
    const id = createRecord(this.#doing('b', 'companies'), { name_1: name });
    this.#ledger.observe('person');
    return id;
  }

  contact(name: string): string {
    const id = createRecord(this.#doing('a', 'contacts'), { last_name: name });
    this.#ledger.observe('person');
    return id;
  }

  /** Dovetail makes a contact the main contact of a customer, and links the two. */
  puts(contact: string, customer: string): void {
    updateRecord(this.#doing('b', 'contacts'), customer, { last_name: `of ${contact}` });
    this.#ledger.observe({ process: 'p1', started: this.#now, conditional: true });
    this.#commit(contact, customer, 'active');
  }

  unlinks(contact: string, customer: string): void {
    this.#commit(contact, customer, 'closed');
  }

  /** A person deletes the main contact of a customer. */
  empties(customer: string): void {
    deleteRecord(this.#doing('b', 'contacts'), customer);
    this.#ledger.observe('person');
  }

  violations(): string[] {
    return this.#ledger.violations.map(({ invariant, what }) => `${invariant}: ${what}`);
  }

  #doing(side: Side, mapping: MappingName): Doing {
    this.#now += 60_000;
    return { systems: this.#systems, side, mapping, now: this.#now };
  }

  #commit(a: string, b: string, state: Link['state']): void {
    const none = new Uint8Array(0);
    const rest = { aVersion: null, bVersion: null, aBase: none, bBase: none, layout: 1, touched: this.#now, run: 'r' };
    this.#ledger.committed({ links: [{ mapping: 'simulated/contacts', a, b, state, ...rest }] }, this.#now);
  }
}

function office() {
  const world = new Office();
  return {
    world,
    customers: [world.customer('North'), world.customer('South')] as const,
    contacts: [world.contact('Ada'), world.contact('Bo')] as const,
  };
}

describe('what was made of a record, within another one', () => {
  test('once its place was emptied, another record may be put there, and it elsewhere (seed 1581)', () => {
    const { world, customers, contacts } = office();
    world.puts(contacts[0], customers[0]);
    world.empties(customers[0]);
    world.unlinks(contacts[0], customers[0]);
    world.puts(contacts[1], customers[0]);
    world.puts(contacts[0], customers[1]);
    expect(world.violations()).toEqual([]);
  });

  test('while it stands there, another one is a duplicate', () => {
    const { world, customers, contacts } = office();
    world.puts(contacts[0], customers[0]);
    world.unlinks(contacts[0], customers[0]);
    world.puts(contacts[0], customers[1]);
    const twice = `contacts a ${contacts[0]} was created twice: ${customers[0]} and ${customers[1]}`;
    expect(world.violations()).toEqual([`no-duplicate: ${twice}`]);
  });

  test('so it is at a place where another record stood before', () => {
    const { world, customers, contacts } = office();
    world.puts(contacts[0], customers[0]);
    world.empties(customers[0]);
    world.unlinks(contacts[0], customers[0]);
    world.puts(contacts[1], customers[0]);
    world.unlinks(contacts[1], customers[0]);
    world.puts(contacts[1], customers[1]);
    const twice = `contacts a ${contacts[1]} was created twice: ${customers[0]} and ${customers[1]}`;
    expect(world.violations()).toEqual([`no-duplicate: ${twice}`]);
  });
});
