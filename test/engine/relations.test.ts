import { afterEach, describe, expect, it } from 'vitest';
import { openTables, planned, type Tables, written } from './tables.ts';
import { openWorld, type World } from './world.ts';

let world: Pick<Tables | World, 'close'>;
afterEach(() => world.close());

const side = (join: string) => ({
  tables: `
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE ${join} (id INTEGER PRIMARY KEY, person INTEGER, team INTEGER, role TEXT);`,
  objects: `
  people: { table: people, id: { path: id, type: integer }, fields: { name: { type: string } } }
  teams: { table: teams, id: { path: id, type: integer }, fields: { name: { type: string } } }
  ${join}:
    table: ${join}
    id: { path: id, type: integer }
    fields:
      person: { type: reference, reference: people, number: {}, required: true }
      team: { type: reference, reference: teams, number: {}, required: true }
      role: { type: string }
`,
});
const both = '{ create: create, update: update, delete: delete }';
const named = (name: string) => `
  ${name}:
    left: ${name}
    right: ${name}
    match: [[name]]
    first_contact: { prefer: left }
    propagate: { left: ${both}, right: ${both} }
    fields:
      - { left: name, right: name }`;
// The join object comes first in the file: its parents are done before it all the same.
const MAPPINGS = `
  memberships:
    left: memberships
    right: assignments
    match: [[person, team]]
    first_contact: { prefer: left }
    propagate: { left: ${both}, right: ${both} }
    delete_guard: { share: 1 }
    fields:
      - { left: person, right: person, reference: people }
      - { left: team, right: team, reference: teams }
      - { left: role, right: role }${named('people')}${named('teams')}
`;

describe('many to many, through an object with two references', () => {
  const rows = (tables: Tables, on: 'left' | 'right') =>
    tables[on]
      .prepare(
        `SELECT p.name AS person, t.name AS team, role FROM ${on === 'left' ? 'memberships' : 'assignments'} m
           LEFT JOIN people p ON p.id = m.person LEFT JOIN teams t ON t.id = m.team ORDER BY 1, 2`,
      )
      .all()
      .map(({ person, team, role }) => `${person} in ${team}: ${role}`);

  it('is matched by both, and every membership is there once', async () => {
    const tables = await openTables({ left: side('memberships'), right: side('assignments'), mappings: MAPPINGS });
    world = tables;
    tables.left.exec(`
      INSERT INTO people VALUES (1, 'Ada'), (2, 'Bob');
      INSERT INTO teams VALUES (1, 'Sales'), (2, 'Service');
      INSERT INTO memberships VALUES (1, 1, 1, 'lead'), (2, 1, 2, 'guest'), (3, 2, 1, 'member');`);
    tables.right.exec(`
      INSERT INTO people VALUES (7, 'Bob'), (8, 'Ada'), (9, 'Cem');
      INSERT INTO teams VALUES (1, 'Service'), (2, 'Sales');
      INSERT INTO assignments VALUES (70, 8, 2, 'member'), (71, 9, 1, 'lead'), (72, 7, 1, 'lead');`);
    const sync = async () => {
      const { items } = await tables.plan();
      const done = written(await tables.sync());
      expect(planned(items)).toBe(done);
      expect(written(await tables.sync({ full: true }))).toBe('nothing');
      return done;
    };
    expect(await sync()).toBe('a: 3 create; b: 2 create, 1 update');
    const all = [
      'Ada in Sales: lead',
      'Ada in Service: guest',
      'Bob in Sales: member',
      'Bob in Service: lead',
      'Cem in Service: lead',
    ];
    expect([rows(tables, 'left'), rows(tables, 'right')]).toEqual([all, all]);
    tables.right.exec('UPDATE assignments SET team = 2 WHERE id = 71; DELETE FROM assignments WHERE id = 72');
    expect(await sync()).toBe('a: 1 update, 1 delete');
    expect(rows(tables, 'left')).toEqual(rows(tables, 'right'));
    expect(await tables.parked()).toEqual([]);
  });
});

describe('a company that is merged into another one', () => {
  const sizes = {
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  };
  const more = { only: ['companies', 'deals'] };

  it.each([false, true])('keeps its deals with their orders; the survivor linked before: %s', async (linkedBefore) => {
    const sandbox = await openWorld(sizes);
    world = sandbox;
    const create = (object: 'companies' | 'deals', fields: Record<string, string>) => {
      const made = sandbox.crm.userCreate(object, fields, Date.now());
      if (!('record' in made)) throw new Error(JSON.stringify(made));
      return String(made.record.id);
    };
    const company = (name: string) => create('companies', { name, country: 'DE', status: 'lead' });
    const first = company('Nord');
    const second = linkedBefore ? company('Nord GmbH') : '';
    const deal = create('deals', { title: 'Auftrag 1', company_id: first, stage: 'open' });
    await sandbox.sync(more);
    const survivor = second || company('Nord GmbH');
    sandbox.crm.merge('companies', survivor, first, Date.now());
    await sandbox.sync(more);
    await sandbox.sync(more);
    const orders = [...sandbox.erp.records('orders')];
    const customers = [...sandbox.erp.records('customers')];
    expect([orders.length, customers.length]).toEqual([1, linkedBefore ? 2 : 1]);
    const moved = [...sandbox.crm.records('deals')].find(({ id }) => id === deal);
    expect(moved?.company_id).toBe(survivor);
    const link = (await sandbox.store.links('crm-erp/companies', 'a', [survivor])).get(survivor);
    expect(String(orders[0]?.customer_no)).toBe(link?.b);
    const quiet = await sandbox.sync({ ...more, full: true });
    expect([quiet.calls.a.writes, quiet.calls.b.writes]).toEqual([0, 0]);
    expect(await sandbox.store.countParked('crm-erp/deals')).toEqual({});
  });
});
