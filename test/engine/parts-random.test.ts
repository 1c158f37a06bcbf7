import { afterEach, expect, it } from 'vitest';
import type { ErpRecord } from '../../sandbox/erp/objects.ts';
import { isJsonObject, type Json } from '../../sandbox/system.ts';
import { seededRandom } from '../../src/testing/random.ts';
import { dyingAt, jumpingClock, losing, openPartsWorld, type PartsWorld, writes } from './parts-world.ts';

/*
 * People on both sides do whatever comes to their minds, run after run; at rest both systems must say the same of every
 * contact and line, and nothing more is written. What waits for a person is left out of it, and only that.
 */

let world: PartsWorld;
afterEach(() => world.close());

const COMPANIES = ['Nord', 'Ost', 'Süd'];
const SKUS = ['A', 'B', 'C', 'D', 'E', 'F'];

interface Hand {
  pick<T>(list: readonly T[]): T | undefined;
  chance(share: number): boolean;
  /** Another word each time. */
  word(): string;
}

function handOf(seed: number): Hand {
  const random = seededRandom(`parts ${seed}`);
  let count = 0;
  return {
    pick: (list) => list[Math.floor(random.next() * list.length)],
    chance: (share) => random.next() < share,
    word: () => {
      count += 1;
      return `w${count}`;
    },
  };
}

type Lines = Record<string, Json>[];

const linesOf = (order: ErpRecord): Lines =>
  Array.isArray(order.lines)
    ? order.lines.filter(isJsonObject).map((line) => ({ ...line }) as Record<string, Json>)
    : [];

const DEEDS: ((hand: Hand) => void)[] = [
  function enterContact({ pick, chance, word }) {
    const company = pick(world.crmRecords('companies'));
    if (company) world.inCrm('contacts', { last_name: word(), company_id: company.id, main_contact: chance(0.5) });
  },
  function editContact({ pick, word }) {
    const contact = pick(world.crmRecords('contacts').filter((one) => one.company_id));
    if (contact) world.changeCrm('contacts', contact.id, { first_name: word() });
  },
  function moveContact({ pick }) {
    const contact = pick(world.crmRecords('contacts').filter((one) => one.company_id));
    const company = pick(world.crmRecords('companies'));
    if (contact && company) world.changeCrm('contacts', contact.id, { company_id: company.id });
  },
  function switchMain({ pick }) {
    const contact = pick(world.crmRecords('contacts').filter((one) => one.company_id));
    if (contact) world.changeCrm('contacts', contact.id, { main_contact: contact.main_contact !== true });
  },
  function dropContact({ pick }) {
    const contact = pick(world.crmRecords('contacts'));
    if (contact) world.crm.userDelete('contacts', contact.id, world.platform.clock.now());
  },
  function typeContact({ pick, word }) {
    const customer = pick(world.erpRecords('customers'));
    if (customer) world.changeErp('customers', customer.id, { contact_last_name: word() });
  },
  function clearContact({ pick }) {
    const customer = pick(world.erpRecords('customers'));
    const empty = { contact_first_name: '', contact_last_name: '', contact_email: '', contact_phone: '' };
    if (customer) world.changeErp('customers', customer.id, empty);
  },
  function enterItem({ pick }) {
    const deal = pick(world.crmRecords('deals'));
    const sku = pick(SKUS) ?? '';
    const isThere = world.crmRecords('deal_items').some((one) => one.deal_id === deal?.id && one.sku === sku);
    if (deal && !isThere) world.inCrm('deal_items', { deal_id: deal.id, sku, quantity: 1 });
  },
  function editItem({ pick }) {
    const item = pick(world.crmRecords('deal_items'));
    if (item) world.changeCrm('deal_items', item.id, { quantity: Number(item.quantity) + 1 });
  },
  function dropItem({ pick }) {
    const item = pick(world.crmRecords('deal_items'));
    if (item) world.crm.userDelete('deal_items', item.id, world.platform.clock.now());
  },
  function typeLine({ pick }) {
    const order = pick(world.erpRecords('orders'));
    if (!order) return;
    const lines = linesOf(order);
    const sku = pick(SKUS) ?? '';
    if (lines.some((line) => line.article_no === sku)) return;
    const position = 1 + Math.max(0, ...lines.map((line) => Number(line.position)));
    world.changeErp('orders', order.id, {
      lines: [...lines, { position, article_no: sku, quantity: 5, unit_price: '' }],
    });
  },
  function editLine({ pick }) {
    const order = pick(world.erpRecords('orders'));
    const lines = order ? linesOf(order) : [];
    const line = pick(lines);
    if (!order || !line) return;
    line.quantity = Number(line.quantity) + 10;
    world.changeErp('orders', order.id, { lines });
  },
  function takeLine({ pick }) {
    const order = pick(world.erpRecords('orders'));
    const lines = order ? linesOf(order) : [];
    const line = pick(lines);
    if (order && line) world.changeErp('orders', order.id, { lines: lines.filter((one) => one !== line) });
  },
];

async function idsWaiting(mapping: string): Promise<Set<string | null>> {
  const parked = await world.store.parked({ mapping: `parts-and-lines/${mapping}` });
  return new Set(parked.flatMap(({ id, partner }) => [id, partner]));
}

/** The contact in a customer and that of its company, unless it waits for a person which one it is. */
async function expectSameContacts(): Promise<void> {
  const waiting = await idsWaiting('contacts');
  for (const name of COMPANIES) {
    const company = world.crmRecords('companies').find((one) => one.name === name);
    const customer = world.erpRecords('customers').find((one) => one.name_1 === name);
    const mains = world.crmRecords('contacts').filter((one) => one.company_id === company?.id && one.main_contact);
    if (waiting.has(String(customer?.id)) || mains.some((one) => waiting.has(one.id))) continue;
    const there = [customer?.contact_first_name, customer?.contact_last_name].filter((one) => one !== '');
    const said = mains.flatMap((one) => [one.first_name, one.last_name].filter((part) => part !== null));
    expect(there, name).toEqual(said);
  }
}

async function expectSameLines(): Promise<void> {
  const waiting = await idsWaiting('items');
  for (const order of world.erpRecords('orders')) {
    const deal = world.crmRecords('deals').find((one) => one.title === order.subject);
    const items = world.crmRecords('deal_items').filter((one) => one.deal_id === deal?.id);
    const lines = linesOf(order);
    const isWaiting = [...items.map((one) => one.id), ...lines.map((one) => `${order.id}/${one.position}`)];
    if (isWaiting.some((id) => waiting.has(id))) continue;
    const said = items.map((one) => `${one.sku} ${one.quantity}`).sort();
    expect(lines.map((one) => `${one.article_no} ${one.quantity}`).sort(), String(order.subject)).toEqual(said);
  }
}

/** A run that may die, or may not reach the ERP or not hear it from some write on. */
async function troubledSync({ chance, pick }: Hand): Promise<void> {
  const n = pick([0, 1, 2, 3, 4]) ?? 0;
  const heal = chance(0.4) ? losing(world, chance(0.5) ? 'answer' : 'request', n) : () => undefined;
  const store = chance(0.2) ? dyingAt(world.store, n) : world.store;
  await world.sync({ store }).catch(() => undefined);
  heal();
}

it.each(Array.from({ length: 12 }, (_, seed) => seed))('at rest both systems say the same (seed %i)', async (seed) => {
  const clock = jumpingClock();
  const hand = handOf(seed);
  world = await openPartsWorld({ clock });
  for (const name of COMPANIES) {
    const company = world.inCrm('companies', { name });
    world.inCrm('deals', { title: name, company_id: company });
  }
  await world.sync();
  for (let round = 0; round < 8; round += 1) {
    clock.skip(600_000);
    for (let deed = 0; deed < 4; deed += 1) hand.pick(DEEDS)?.(hand);
    await troubledSync(hand);
    if (hand.chance(0.6)) continue;
    for (let rest = 0; rest < 3; rest += 1) {
      clock.skip(2 * 3_600_000);
      await world.sync({ sweep: 'always' });
    }
    await expectSameContacts();
    await expectSameLines();
    expect(writes(await world.sync())).toEqual({});
  }
});
