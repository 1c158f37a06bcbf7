import { afterEach, describe, expect, it } from 'vitest';
import type { Json } from '../../sandbox/system.ts';
import { jumpingClock, openPartsWorld, type PartsWorld, writes, wrote } from './parts-world.ts';
import type { WorldOptions } from './world.ts';

let world: PartsWorld;
afterEach(() => world.close());

const NORD = { name: 'Nord GmbH', vat_id: 'DE136695976', city: 'Kiel' };
const SUED = { name: 'Süd AG', vat_id: 'DE811569869', city: 'Ulm' };
const ANNA = { first_name: 'Anna', last_name: 'Berg', email: 'anna@nord.example', main_contact: true };
const BEN = { first_name: 'Ben', last_name: 'Cordes', email: 'ben@nord.example', main_contact: true };

interface Scene {
  nord: string;
  sued: string;
  anna: string;
  /** The two customers. */
  north: number;
  south: number;
}

/** Two companies, one with a main contact, in both systems and linked. */
async function agreed(options: WorldOptions = {}): Promise<Scene> {
  world = await openPartsWorld(options);
  const nord = world.inCrm('companies', NORD);
  const sued = world.inCrm('companies', SUED);
  const anna = world.inCrm('contacts', { ...ANNA, company_id: nord });
  await world.sync();
  const [north, south] = world.erpRecords('customers').sort((a, b) => (String(a.name_1) < String(b.name_1) ? -1 : 1));
  return { nord, sued, anna, north: north?.id ?? 0, south: south?.id ?? 0 };
}

/** Who stands in a customer, in one word each. */
const contactIn = (id: number): Json[] => {
  const { contact_first_name: first, contact_last_name: last, contact_email: email } = world.erpRecord('customers', id);
  return [first ?? '', last ?? '', email ?? ''];
};
const NOBODY = ['', '', ''];
const EMPTY_CONTACT = { contact_first_name: '', contact_last_name: '', contact_email: '', contact_phone: '' };

async function quiet(): Promise<void> {
  expect(writes(await world.sync())).toEqual({});
  expect(writes(await world.sync({ sweep: 'always', full: true }))).toEqual({});
}

describe('a part of a customer is a contact', () => {
  it('is put into the customer that its company became, in one run, and is quiet then', async () => {
    const { north, south } = await agreed();
    expect(contactIn(north)).toEqual(['Anna', 'Berg', 'anna@nord.example']);
    expect(contactIn(south)).toEqual(NOBODY);
    await quiet();
  });

  it.each<[string, (scene: Scene) => void, (scene: Scene) => void]>([
    [
      'a change in the CRM is written into the customer, and nothing else of it',
      ({ anna }) => world.changeCrm('contacts', anna, { last_name: 'Berg-Hansen' }),
      ({ north }) => {
        expect(contactIn(north)).toEqual(['Anna', 'Berg-Hansen', 'anna@nord.example']);
        expect(world.erpRecord('customers', north).city).toBe('Kiel');
      },
    ],
    [
      'a change in the customer is written to the contact',
      ({ north }) => world.changeErp('customers', north, { contact_email: 'berg@nord.example' }),
      ({ anna }) => expect(world.crmRecord('contacts', anna).email).toBe('berg@nord.example'),
    ],
    [
      'a new contact in the customer is created in the CRM, at its company, as the main one',
      ({ south }) =>
        world.changeErp('customers', south, { contact_last_name: 'Dorn', contact_email: 'dorn@sued.example' }),
      ({ sued }) => {
        const dorn = world.crmRecords('contacts').find((one) => one.last_name === 'Dorn');
        expect(dorn).toMatchObject({ company_id: sued, main_contact: true, email: 'dorn@sued.example' });
      },
    ],
    [
      'a new customer with a contact becomes a company and a contact',
      () => {
        world.inErp('customers', { name_1: 'West KG', kind: 1, contact_last_name: 'Ebert' });
      },
      () => {
        const west = world.crmRecords('companies').find((one) => one.name === 'West KG');
        const ebert = world.crmRecords('contacts').find((one) => one.last_name === 'Ebert');
        expect(ebert?.company_id).toBe(west?.id ?? 'none');
      },
    ],
    [
      // Simulation seed 66.
      'a new contact is put into a customer that changed in the same time and has none',
      ({ south, sued }) => {
        world.changeErp('customers', south, { city: 'Neu-Ulm' });
        world.inCrm('contacts', { ...BEN, company_id: sued });
      },
      ({ south }) => expect(contactIn(south)).toEqual(['Ben', 'Cordes', 'ben@nord.example']),
    ],
    [
      'a contact deleted in the CRM is emptied in the customer, which stays',
      ({ anna }) => void world.crm.userDelete('contacts', anna, Date.now()),
      ({ north }) => {
        expect(contactIn(north)).toEqual(NOBODY);
        expect(world.erpRecord('customers', north).name_1).toBe('Nord GmbH');
      },
    ],
    [
      'a contact emptied in the customer is archived in the CRM; the company stays',
      ({ north }) => world.changeErp('customers', north, EMPTY_CONTACT),
      ({ anna, nord }) => {
        expect(world.crmRecord('contacts', anna).archived).toBe(true);
        expect(world.crmRecord('companies', nord).archived).toBe(false);
      },
    ],
    [
      'a contact that moves to another company moves to another customer',
      ({ anna, sued }) => world.changeCrm('contacts', anna, { company_id: sued }),
      ({ north, south, anna, sued }) => {
        expect(contactIn(north)).toEqual(NOBODY);
        expect(contactIn(south)).toEqual(['Anna', 'Berg', 'anna@nord.example']);
        expect(world.crmRecord('contacts', anna)).toMatchObject({ archived: false, company_id: sued });
        expect(world.crmRecords('contacts')).toHaveLength(1);
      },
    ],
    [
      'a contact that is no longer the main one is taken out of the customer, and stays in the CRM',
      ({ anna }) => world.changeCrm('contacts', anna, { main_contact: false }),
      ({ anna, north }) => {
        expect(world.crmRecord('contacts', anna)).toMatchObject({ archived: false, last_name: 'Berg' });
        expect(contactIn(north)).toEqual(NOBODY);
      },
    ],
  ])('%s', async (_, event, expectation) => {
    const scene = await agreed();
    event(scene);
    const run = await world.sync();
    expect(run.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expectation(scene);
    await quiet();
    expectation(scene);
  });

  it('a move and a change in one edit, and back again, keep one contact with all it says', async () => {
    const { anna, nord, sued, north, south } = await agreed();
    world.changeCrm('contacts', anna, { company_id: sued, first_name: 'Anne' });
    expect(writes(await world.sync())).toEqual({ 'contacts erp update': 1 });
    expect(contactIn(south)).toEqual(['Anne', 'Berg', 'anna@nord.example']);
    await quiet();
    world.changeCrm('contacts', anna, { company_id: nord });
    await world.sync();
    expect([contactIn(north)[0], contactIn(south)[0]]).toEqual(['Anne', '']);
    await quiet();
  });

  // Simulation seed 2911.
  it('a contact that moved away leaves its place to another one, who becomes a contact as well', async () => {
    const { sued, anna, north } = await agreed();
    world.crm.userDelete('contacts', anna, Date.now());
    await world.sync();
    world.changeErp('customers', north, { contact_last_name: 'Dorn', contact_email: 'dorn@nord.example' });
    await world.sync();
    const dorn = world.crmRecords('contacts').find((one) => one.last_name === 'Dorn');
    world.changeCrm('contacts', dorn?.id ?? '', { company_id: sued });
    await world.sync();
    world.changeErp('customers', north, { contact_last_name: 'Ems', contact_email: 'ems@nord.example' });
    await world.sync();
    expect(world.crmRecords('contacts').map((one) => one.last_name)).toEqual(['Dorn', 'Ems']);
    expect(await world.store.parked({})).toEqual([]);
    await quiet();
  });

  it('a customer deleted in the ERP takes its contact along: each mapping says what becomes of its record', async () => {
    const { anna, nord, north } = await agreed();
    world.inErp('customers', { name_1: 'West KG', kind: 1, contact_last_name: 'Ebert' });
    await world.sync();
    world.erp.userDelete('customers', north, Date.now());
    await world.sync({ sweep: 'always' });
    await world.sync({ sweep: 'always' });
    expect(world.crmRecord('contacts', anna).archived).toBe(true);
    expect(world.crmRecord('companies', nord).archived).toBe(true);
  });

  it('a second main contact waits, with the reason, and nothing is overwritten', async () => {
    const { nord, anna, north } = await agreed();
    world.inCrm('contacts', { ...BEN, company_id: nord });
    const run = await world.sync();
    expect(run.counts.contacts?.a.parked).toBe(1);
    expect(contactIn(north)[0]).toBe('Anna');
    const [parked] = await world.store.parked({});
    expect(parked?.reason).toBe('duplicate-source');
    world.crm.userDelete('contacts', anna, Date.now());
    await world.sync();
    expect(contactIn(north)).toEqual(NOBODY);
  });

  it('another contact becomes the main one: it takes the place of the first, with its own values only', async () => {
    const clock = jumpingClock();
    const { nord, anna, north } = await agreed({ clock });
    world.changeCrm('contacts', anna, { phone: '+49 431 5550001' });
    const ben = world.inCrm('contacts', { ...BEN, main_contact: false, company_id: nord });
    await world.sync();
    clock.skip(600_000);
    world.changeCrm('contacts', anna, { main_contact: false });
    world.changeCrm('contacts', ben, { main_contact: true });
    await world.sync();
    clock.skip(600_000);
    await world.sync();
    expect(contactIn(north)).toEqual(['Ben', 'Cordes', 'ben@nord.example']);
    expect(world.erpRecord('customers', north).contact_phone).toBe('');
    expect(world.crmRecord('contacts', anna)).toMatchObject({ last_name: 'Berg', archived: false });
    await quiet();
  });

  it('a place that is taken by someone else is never overwritten', async () => {
    const { anna, sued, north, south } = await agreed();
    world.changeErp('customers', south, { contact_last_name: 'Dorn' });
    world.changeCrm('contacts', anna, { company_id: sued });
    await world.sync();
    expect(contactIn(south)[1]).toBe('Dorn');
    expect(contactIn(north)[1]).toBe('Berg');
    const reasons = (await world.store.parked({})).map(({ reason }) => reason);
    expect(reasons).toContain('place-taken');
  });

  it('plan says what sync does', async () => {
    const { anna, sued } = await agreed();
    world.changeCrm('contacts', anna, { company_id: sued });
    const planned: string[] = [];
    await world.plan({
      onEvent: (event) => {
        if (event.type !== 'item') return;
        for (const action of Object.values(event.item.actions)) planned.push(`${event.mapping} erp ${action.kind}`);
      },
    });
    expect(planned).toEqual(Object.keys(writes(await world.sync())));
  });
});

describe('an organisation or a person', () => {
  it('a contact without a company becomes a customer who is a person, and a person becomes such a contact', async () => {
    world = await openPartsWorld();
    world.inCrm('contacts', { first_name: 'Ida', last_name: 'Falk', email: 'ida@falk.example' });
    world.inErp('customers', { name_1: 'Gruber', name_2: 'Jo', kind: 2, email: 'jo@gruber.example' });
    await world.sync();
    expect(world.erpRecords('customers')).toHaveLength(2);
    expect(world.erpRecords('customers').find((one) => one.name_1 === 'Falk')).toMatchObject({
      kind: 2,
      name_2: 'Ida',
    });
    expect(world.crmRecords('contacts').find((one) => one.last_name === 'Gruber')).toMatchObject({ company_id: null });
    expect(world.crmRecords('companies')).toEqual([]);
    await quiet();
  });

  it('a customer that turns out to be a person leaves the companies and enters the persons', async () => {
    world = await openPartsWorld();
    const id = world.inErp('customers', { name_1: 'Gruber', kind: 1, email: 'jo@gruber.example' });
    await world.sync();
    const [company] = world.crmRecords('companies');
    expect(company?.name).toBe('Gruber');
    world.changeErp('customers', id, { kind: 2 });
    await world.sync();
    expect(world.crmRecords('companies')).toEqual([]);
    expect(world.crmRecords('contacts').map((one) => one.last_name)).toEqual(['Gruber']);
    await quiet();
    world.changeErp('customers', id, { kind: 1 });
    await world.sync();
    await world.sync();
    expect(world.crmRecords('companies').map((one) => one.name)).toEqual(['Gruber']);
    expect(wrote(await world.sync())).toBe(0);
  });
});

// Simulation seed 4671.
it('a contact that says more than a new one of its customer is not taken for that', async () => {
  const { south, sued } = await agreed({ edits: [['match: [[company_id]]', 'match: []']] });
  world.changeErp('customers', south, {
    contact_first_name: 'Ben',
    contact_last_name: 'Cordes',
    contact_email: 'ben@nord.example',
  });
  world.inCrm('contacts', { ...BEN, first_name: null, company_id: sued });
  await world.sync();
  expect(contactIn(south)).toEqual(['Ben', 'Cordes', 'ben@nord.example']);
  expect(world.crmRecords('contacts').map((one) => one.first_name)).toContain('Ben');
  expect(await world.store.parked({})).toMatchObject([{ side: 'a', reason: 'place-taken' }]);
});

// Simulation seed 27073.
it('a place that was given to another contact is not written to for the one that stood there before', async () => {
  const { south, sued } = await agreed({ edits: [['match: [[company_id]]', 'match: [[email]]']] });
  const dorn = { contact_last_name: 'Dorn', contact_first_name: 'Dora', contact_email: 'dorn@sued.example' };
  world.inCrm('contacts', { ...BEN, company_id: sued });
  const dora = world.inCrm('contacts', { last_name: 'Dorn-Ems', email: 'dorn@sued.example', main_contact: true });
  world.changeCrm('contacts', dora, { company_id: sued });
  world.changeErp('customers', south, dorn);
  // Before the first of the two is put there, somebody empties the place.
  const { handle } = world.erp;
  world.erp.handle = (request, now) => {
    const isLook = request.method === 'GET' && request.path.endsWith(`/customers/${south}`);
    if (isLook && contactIn(south)[1] === 'Dorn') world.changeErp('customers', south, EMPTY_CONTACT);
    return handle.call(world.erp, request, now);
  };
  const run = await world.sync({ batch: 1 });
  expect(run.diagnostics).toEqual([]);
  expect(contactIn(south)).toEqual(['Ben', 'Cordes', 'ben@nord.example']);
  expect(world.crmRecord('contacts', dora)).toMatchObject({ last_name: 'Dorn-Ems', email: 'dorn@sued.example' });
  expect(await world.store.parked({})).toMatchObject([{ side: 'a', id: dora, reason: 'write-conflict' }]);
});
