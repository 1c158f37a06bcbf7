import { afterEach, describe, expect, it } from 'vitest';
import type { Json } from '../../sandbox/system.ts';
import {
  column,
  dyingAt,
  jumpingClock,
  type Lost,
  losing,
  openPartsWorld,
  type PartsWorld,
  writes,
} from './parts-world.ts';

/*
 * Writes within other records, broken off at every point: each event is brought to the ERP while the process dies at the
 * n-th commit, or the n-th write is lost on its way there, or its answer on its way back, for every n. Whatever happens,
 * runs without trouble afterwards end in the one state that the event leads to.
 */

let world: PartsWorld;
afterEach(() => world.close());

interface Scene {
  clock: ReturnType<typeof jumpingClock>;
  anna: string;
  sued: string;
  deal: string;
  bolt: string;
}

async function agreed(edits: [string, string][] = []): Promise<Scene> {
  const clock = jumpingClock();
  world = await openPartsWorld({ clock, edits });
  const nord = world.inCrm('companies', { name: 'Nord GmbH', vat_id: 'DE136695976' });
  const sued = world.inCrm('companies', { name: 'Süd AG', vat_id: 'DE811569869' });
  const anna = world.inCrm('contacts', {
    last_name: 'Berg',
    email: 'a@b.example',
    main_contact: true,
    company_id: nord,
  });
  const deal = world.inCrm('deals', { title: 'Bolts', company_id: nord });
  const bolt = world.inCrm('deal_items', { deal_id: deal, sku: 'A-1', quantity: 3 });
  world.inCrm('deal_items', { deal_id: deal, sku: 'A-2', quantity: 1 });
  await world.sync();
  clock.skip(600_000);
  return { clock, anna, sued, deal, bolt };
}

/** What both systems hold in the end. */
interface Held {
  /** Last names of the contacts in the customers, in the order of the customers' names. */
  contacts: Json[];
  /** Article and quantity of the lines of the one order. */
  lines: string[];
  /** The same of the CRM. */
  people: Json[];
  items: string[];
}

function held(): Held {
  const customers = world.erpRecords('customers').sort((a, b) => (String(a.name_1) < String(b.name_1) ? -1 : 1));
  const lines = world.erpRecords('orders')[0]?.lines;
  const articles = column(lines, 'article_no');
  const quantities = column(lines, 'quantity');
  return {
    contacts: customers.map((one) => one.contact_last_name ?? ''),
    lines: articles.map((article, at) => `${article} ${quantities[at]}`).sort(),
    people: world.crmRecords('contacts').map((one) => one.last_name ?? ''),
    items: world
      .crmRecords('deal_items')
      .map((one) => `${one.sku} ${one.quantity}`)
      .sort(),
  };
}

const BEFORE: Held = { contacts: ['Berg', ''], lines: ['A-1 3', 'A-2 1'], people: ['Berg'], items: ['A-1 3', 'A-2 1'] };

const EVENTS: [string, (scene: Scene) => void, Partial<Held>][] = [
  [
    'a contact moves to another company',
    ({ anna, sued }) => world.changeCrm('contacts', anna, { company_id: sued }),
    { contacts: ['', 'Berg'] },
  ],
  [
    'a contact moves and is renamed',
    ({ anna, sued }) => world.changeCrm('contacts', anna, { company_id: sued, last_name: 'Hansen' }),
    { contacts: ['', 'Hansen'], people: ['Hansen'] },
  ],
  [
    'a contact is new',
    ({ sued }) => {
      world.inCrm('contacts', { last_name: 'Cordes', main_contact: true, company_id: sued });
    },
    { contacts: ['Berg', 'Cordes'], people: ['Berg', 'Cordes'] },
  ],
  [
    'a contact is deleted',
    ({ anna, clock }) => void world.crm.userDelete('contacts', anna, clock.now()),
    { contacts: ['', ''], people: [] },
  ],
  [
    'an item is new',
    ({ deal }) => {
      world.inCrm('deal_items', { deal_id: deal, sku: 'A-3', quantity: 7 });
    },
    { lines: ['A-1 3', 'A-2 1', 'A-3 7'], items: ['A-1 3', 'A-2 1', 'A-3 7'] },
  ],
  [
    'an item changes while another is deleted and a third is new',
    ({ deal, bolt, clock }) => {
      world.changeCrm('deal_items', bolt, { quantity: 4 });
      world.inCrm('deal_items', { deal_id: deal, sku: 'A-3', quantity: 7 });
      const second = world.crmRecords('deal_items').find((one) => one.sku === 'A-2');
      world.crm.userDelete('deal_items', second?.id ?? '', clock.now());
    },
    { lines: ['A-1 4', 'A-3 7'], items: ['A-1 4', 'A-3 7'] },
  ],
];

async function recovered({ clock }: Scene): Promise<void> {
  for (let run = 0; run < 3; run += 1) {
    // Longer than any lease, lag and backoff.
    clock.skip(2 * 3_600_000);
    await world.sync();
  }
  expect(writes(await world.sync())).toEqual({});
}

describe.each(EVENTS)('%s', (_, event, change) => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('and the process dies at commit %i', async (n) => {
    const scene = await agreed();
    expect(held()).toEqual(BEFORE);
    event(scene);
    await world.sync({ store: dyingAt(world.store, n) }).catch(() => undefined);
    await recovered(scene);
    expect(held()).toEqual({ ...BEFORE, ...change });
  });

  it.each<[Lost, number]>([
    ['request', 0],
    ['request', 1],
    ['answer', 0],
    ['answer', 1],
  ])('and the %s of write %i is lost, and those that follow', async (what, n) => {
    const scene = await agreed();
    event(scene);
    const heal = losing(world, what, n);
    await world.sync();
    heal();
    await recovered(scene);
    expect(held()).toEqual({ ...BEFORE, ...change });
    expect(await world.store.parked({})).toEqual([]);
  });
});

/** Where nothing else tells that a record was made, the place does. */
const UNMATCHED: [string, string][] = [
  ['match: [[company_id]]', 'match: []'],
  ['match: [[deal_id, sku]]', 'match: []'],
];

describe.each(EVENTS.filter(([what]) => what.includes('is new')))('without match rules, %s', (_, event, change) => {
  it.each<[Lost | 'commit', number]>([
    ['request', 0],
    ['answer', 0],
    ['commit', 2],
    ['commit', 3],
    ['commit', 4],
  ])('and the %s %i is lost', async (what, n) => {
    const scene = await agreed(UNMATCHED);
    event(scene);
    const heal = what === 'commit' ? () => undefined : losing(world, what, n);
    await world.sync({ store: what === 'commit' ? dyingAt(world.store, n) : world.store }).catch(() => undefined);
    heal();
    await recovered(scene);
    expect(held()).toEqual({ ...BEFORE, ...change });
    expect(await world.store.parked({})).toEqual([]);
  });
});

/** What a person does to the new item before the next run, and what that run must come to. */
const MEANWHILE: [string, (item: string, scene: Scene) => void, Partial<Held>][] = [
  ['deleted', (item, { clock }) => void world.crm.userDelete('deal_items', item, clock.now()), {}],
  [
    'changed',
    (item) => world.changeCrm('deal_items', item, { quantity: 8 }),
    { lines: ['A-1 3', 'A-2 1', 'A-3 8'], items: ['A-1 3', 'A-2 1', 'A-3 8'] },
  ],
];

// Simulation seeds 1068, 1630, 2922 and 5333.
describe.each<Lost>(['request', 'answer'])('an item is new and the %s of its line is lost', (what) => {
  it.each(MEANWHILE)('then it is %s', async (_, meanwhile, change) => {
    const scene = await agreed(UNMATCHED);
    const item = world.inCrm('deal_items', { deal_id: scene.deal, sku: 'A-3', quantity: 7 });
    const heal = losing(world, what, 0);
    await world.sync();
    heal();
    scene.clock.skip(60_000);
    meanwhile(item, scene);
    await recovered(scene);
    expect(held()).toEqual({ ...BEFORE, ...change });
    expect(await world.store.parked({})).toEqual([]);
  });
});

// Simulation seed 16659.
describe.each<Lost>(['request', 'answer'])(
  'beside a line that a deleted item has left, the %s of a new one is lost',
  (what) => {
    async function lost(): Promise<Scene> {
      const unlink: [string, string] = [
        'erp\n    propagate:\n      crm: { delete: delete }',
        'erp\n    propagate:\n      crm: { delete: unlink }',
      ];
      const scene = await agreed([...UNMATCHED, unlink]);
      world.crm.userDelete('deal_items', scene.bolt, scene.clock.now());
      await world.sync();
      world.inCrm('deal_items', { deal_id: scene.deal, sku: 'A-3', quantity: 7 });
      const heal = losing(world, what, 0);
      await world.sync();
      heal();
      return scene;
    }

    it('then it is looked for, and there once', async () => {
      await recovered(await lost());
      expect(held()).toMatchObject({ lines: ['A-1 3', 'A-2 1', 'A-3 7'], items: ['A-2 1', 'A-3 7'] });
      expect(await world.store.parked({})).toEqual([]);
    });

    it('and the line that was left is changed, so that it could be the new one: a person is asked only where none says what was sent', async () => {
      const scene = await lost();
      const [order] = world.erpRecords('orders');
      const lines = structuredClone(order?.lines) as Record<string, Json>[];
      world.changeErp('orders', order?.id ?? 0, {
        lines: lines.map((line) => (line.article_no === 'A-1' ? { ...line, quantity: 5 } : line)),
      });
      await recovered(scene);
      expect(held().lines).toEqual(what === 'answer' ? ['A-1 5', 'A-2 1', 'A-3 7'] : ['A-1 5', 'A-2 1']);
      expect((await world.store.parked({})).map(({ reason }) => reason)).toEqual(
        what === 'answer' ? [] : ['uncertain'],
      );
    });
  },
);

/** What the ERP makes of texts is not known to Dovetail. */
function undeclaredTexts(): void {
  const { connector } = world.integration.b;
  const objects = Object.entries(connector.objects).map(([name, object]) => {
    const fields = Object.entries(object.fields).map(([field, { max_length: _, ...rest }]) => [
      field,
      rest.type === 'string' ? { ...rest, characters: 'any', on_violation: 'park' } : rest,
    ]);
    return [name, { ...object, fields: Object.fromEntries(fields) }];
  });
  world.integration.b = { ...world.integration.b, connector: { ...connector, objects: Object.fromEntries(objects) } };
}

// Simulation seed 2383.
describe('what is new within another record is stored with other letters, and the answer to that is lost', () => {
  it.each<[string, (scene: Scene) => void, Partial<Held>]>([
    [
      'a contact',
      ({ sued }) => {
        world.inCrm('contacts', { last_name: 'Łódź 7', main_contact: true, company_id: sued });
      },
      { contacts: ['Berg', '?ód? 7'], people: ['Berg', 'Łódź 7'] },
    ],
    [
      'an item',
      ({ deal }) => {
        world.inCrm('deal_items', { deal_id: deal, sku: 'Łódź 7', quantity: 7 });
      },
      { lines: ['?ód? 7 7', 'A-1 3', 'A-2 1'], items: ['A-1 3', 'A-2 1', 'Łódź 7 7'] },
    ],
  ])('%s is known again all the same', async (_, event, change) => {
    const scene = await agreed(UNMATCHED);
    undeclaredTexts();
    event(scene);
    const heal = losing(world, 'answer', 0);
    await world.sync();
    heal();
    await recovered(scene);
    expect(held()).toEqual({ ...BEFORE, ...change });
    expect(await world.store.parked({})).toEqual([]);
  });

  it.each<[string, (line: Record<string, Json>) => Record<string, Json>[]]>([
    ['somebody has entered another one that says the same', (line) => [line, { ...line, article_no: '#-7' }]],
    ['what stands there says something else', (line) => [{ ...line, article_no: 'Oder 7' }]],
  ])('a person is asked where %s', async (_, edited) => {
    const scene = await agreed(UNMATCHED);
    undeclaredTexts();
    world.inCrm('deal_items', { deal_id: scene.deal, sku: 'Łď 7', quantity: 7 });
    const heal = losing(world, 'answer', 0);
    await world.sync();
    heal();
    const [order] = world.erpRecords('orders');
    const lines = structuredClone(order?.lines) as Record<string, Json>[];
    world.changeErp('orders', order?.id ?? 0, {
      lines: lines
        .flatMap((line) => (line.quantity === 7 ? edited(line) : [line]))
        .map((line, at) => ({ ...line, position: at + 1 })),
    });
    await recovered(scene);
    const parked = await world.store.parked({ reason: 'uncertain' });
    expect(parked.map(({ mapping }) => mapping)).toEqual(['parts-and-lines/items']);
    expect(world.crmRecords('deal_items')).toHaveLength(3);
  });
});

/** The ERP does the next write, and can't be reached from then on. */
function darkAfterWrite(): () => void {
  const { handle } = world.erp;
  let isDark = false;
  world.erp.handle = (request, now) => {
    const answer = isDark ? null : handle.call(world.erp, request, now);
    isDark ||= request.method !== 'GET';
    return isDark || !answer ? { status: 500, headers: {}, body: 'lost' } : answer;
  };
  return () => {
    world.erp.handle = handle;
  };
}

// Simulation seed 11521.
it('a line that may be the one whose answer was lost is left alone, also where it matches another item by now', async () => {
  const scene = await agreed();
  world.inCrm('deal_items', { deal_id: scene.deal, sku: 'A-3', quantity: 7 });
  const heal = darkAfterWrite();
  await world.sync();
  heal();
  const [order] = world.erpRecords('orders');
  const lines = structuredClone(order?.lines) as Record<string, Json>[];
  world.changeErp('orders', order?.id ?? 0, {
    lines: lines.map((line) => (line.article_no === 'A-3' ? { ...line, article_no: 'A-9' } : line)),
  });
  world.inCrm('deal_items', { deal_id: scene.deal, sku: 'A-9', quantity: 7 });
  await recovered(scene);
  expect(held()).toMatchObject({ lines: ['A-1 3', 'A-2 1', 'A-9 7'], items: ['A-1 3', 'A-2 1', 'A-3 7', 'A-9 7'] });
  expect((await world.store.parked({})).map(({ reason }) => reason).sort()).toEqual(['place-open', 'uncertain']);
});

/** They are brought together before they are linked, so nothing but the link tells from where one has moved. */
describe('two contacts that match and stand at different places are brought together', () => {
  it.each<[Lost, number]>([
    ['request', 0],
    ['answer', 0],
    ['request', 1],
    ['answer', 1],
  ])('and the %s of write %i is lost, and those that follow', async (what, n) => {
    const clock = jumpingClock();
    // Anna's customer has no other contact, and the CRM says to which one she belongs.
    world = await openPartsWorld({
      clock,
      edits: [
        [
          'match: [[company_id]]\n    first_contact: { prefer: erp }',
          'match: [[email]]\n    first_contact: { prefer: crm }',
        ],
      ],
    });
    const nord = world.inCrm('companies', { name: 'Nord GmbH', vat_id: 'DE136695976' });
    world.inCrm('companies', { name: 'Süd AG', vat_id: 'DE811569869' });
    await world.sync();
    clock.skip(600_000);
    const south = world.erpRecords('customers').find((one) => one.name_1 === 'Süd AG')?.id ?? 0;
    world.changeErp('customers', south, { contact_last_name: 'Berg', contact_email: 'a@b.example' });
    world.inCrm('contacts', { last_name: 'Berg', email: 'a@b.example', main_contact: true, company_id: nord });
    const heal = losing(world, what, n);
    await world.sync();
    heal();
    await recovered({ clock, anna: '', sued: '', deal: '', bolt: '' });
    expect(held()).toMatchObject({ contacts: ['Berg', ''], people: ['Berg'] });
    expect(await world.store.parked({})).toEqual([]);
    expect(await world.store.intents('parts-and-lines/contacts')).toEqual([]);
  });
});
