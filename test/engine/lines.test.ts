import { afterEach, describe, expect, it } from 'vitest';
import type { Json } from '../../sandbox/system.ts';
import type { RunEvent } from '../../src/engine/mapping-run.ts';
import { column, openPartsWorld, type PartsWorld, writes } from './parts-world.ts';

let world: PartsWorld;
afterEach(() => world.close());

interface Scene {
  deal: string;
  order: number;
  /** The item of A-1. */
  bolt: string;
}

const eur = (amount: string): Json => ({ amount, currency: 'EUR' });

/** A deal with two items in the CRM, and what became of it in the ERP. */
async function agreed(): Promise<Scene> {
  world = await openPartsWorld();
  const company = world.inCrm('companies', { name: 'Nord GmbH', vat_id: 'DE136695976' });
  const deal = world.inCrm('deals', { title: 'Bolts', company_id: company });
  const bolt = world.inCrm('deal_items', { deal_id: deal, line: 1, sku: 'A-1', quantity: 3, price: eur('1.50') });
  world.inCrm('deal_items', { deal_id: deal, line: 2, sku: 'A-2', quantity: 1.5, price: eur('20') });
  await world.sync();
  return { deal, order: world.erpRecords('orders')[0]?.id ?? 0, bolt };
}

const linesOf = (order: number): Json => world.erpRecord('orders', order).lines ?? [];
const items = () => world.crmRecords('deal_items');

/** What a person does to the lines of an order on its page. */
function editLines(order: number, edit: (lines: Record<string, Json>[]) => Json[]): void {
  const lines = structuredClone(linesOf(order)) as Record<string, Json>[];
  world.changeErp('orders', order, { lines: edit(lines) });
}

async function quiet(): Promise<void> {
  expect(writes(await world.sync())).toEqual({});
  expect(writes(await world.sync({ sweep: 'always', full: true }))).toEqual({});
}

describe('lines of an order are items of a deal', () => {
  it('items become lines, all of one order by one write', async () => {
    const { order } = await agreed();
    expect(linesOf(order)).toEqual([
      { position: 1, article_no: 'A-1', quantity: 3, unit_price: '1,50 €' },
      { position: 2, article_no: 'A-2', quantity: 1.5, unit_price: '20,00 €' },
    ]);
    expect(world.erpRecord('orders', order).row_version).toBe(2);
    await quiet();
  });

  it.each<[string, (scene: Scene) => void, (scene: Scene) => void]>([
    [
      'an item that changes changes its line, and no other',
      ({ bolt }) => world.changeCrm('deal_items', bolt, { quantity: 4 }),
      ({ order }) => expect(column(linesOf(order), 'quantity')).toEqual([4, 1.5]),
    ],
    [
      'a line that changes changes its item',
      ({ order }) => editLines(order, ([first, ...others]) => [{ ...first, unit_price: '1,75 €' }, ...others]),
      ({ bolt }) => expect(world.crmRecord('deal_items', bolt).price).toEqual(eur('1.75')),
    ],
    [
      'a new item becomes a new line, numbered on',
      ({ deal }) => {
        world.inCrm('deal_items', { deal_id: deal, sku: 'A-3', quantity: 1 });
      },
      ({ order }) => expect(column(linesOf(order), 'position')).toEqual([1, 2, 3]),
    ],
    [
      'a new line becomes a new item of the deal',
      ({ order }) =>
        editLines(order, (lines) => [...lines, { position: 7, article_no: 'A-7', quantity: 2, unit_price: '5,00 €' }]),
      ({ deal }) => expect(items().find((one) => one.sku === 'A-7')).toMatchObject({ deal_id: deal, quantity: 2 }),
    ],
    [
      'an item deleted in the CRM takes its line out, and leaves the others as they are',
      ({ bolt }) => void world.crm.userDelete('deal_items', bolt, Date.now()),
      ({ order }) => expect(column(linesOf(order), 'article_no')).toEqual(['A-2']),
    ],
    [
      'a line taken out of the order archives its item, seen among the changes',
      ({ order }) => editLines(order, ([, second = {}]) => [second]),
      ({ bolt }) => {
        expect(world.crmRecord('deal_items', bolt).archived).toBe(true);
        expect(items().map((one) => one.sku)).toEqual(['A-2']);
      },
    ],
    [
      'the last lines taken out archive all items',
      ({ order }) => editLines(order, () => []),
      () => expect(items()).toEqual([]),
    ],
    [
      'both sides change fields of one line, and each finds the other',
      ({ order, bolt }) => {
        world.changeCrm('deal_items', bolt, { quantity: 9 });
        editLines(order, ([first, ...others]) => [{ ...first, unit_price: '2,00 €' }, ...others]);
      },
      ({ order, bolt }) => {
        expect(world.crmRecord('deal_items', bolt)).toMatchObject({ quantity: 9, price: eur('2.00') });
        expect(linesOf(order)).toMatchObject([{ quantity: 9, unit_price: '2,00 €' }, {}]);
      },
    ],
    [
      'one side changes a line while the other changes, adds and takes out others',
      ({ order, bolt, deal }) => {
        world.changeCrm('deal_items', bolt, { quantity: 9 });
        world.inCrm('deal_items', { deal_id: deal, sku: 'A-4', quantity: 4 });
        editLines(order, ([first = {}]) => [first, { position: 5, article_no: 'A-5', quantity: 5, unit_price: '' }]);
      },
      ({ order }) => {
        expect(column(linesOf(order), 'article_no').sort()).toEqual(['A-1', 'A-4', 'A-5']);
        expect(
          items()
            .map((one) => `${one.sku} ${one.quantity}`)
            .sort(),
        ).toEqual(['A-1 9', 'A-4 4', 'A-5 5']);
      },
    ],
    [
      'a new order with lines becomes a deal with items',
      ({ order }) => {
        const { customer_no: customer = null } = world.erpRecord('orders', order);
        const lines = [{ position: 1, article_no: 'B-1', quantity: 1, unit_price: '9,00 €' }];
        world.inErp('orders', { subject: 'Nuts', customer_no: customer, lines });
      },
      () => {
        const nuts = world.crmRecords('deals').find((one) => one.title === 'Nuts');
        expect(items().find((one) => one.sku === 'B-1')?.deal_id).toBe(nuts?.id ?? 'none');
      },
    ],
    [
      'a deal archived with its items deletes the order',
      ({ deal }) => {
        for (const one of items()) world.crm.userDelete('deal_items', one.id, Date.now());
        world.crm.userDelete('deals', deal, Date.now());
      },
      () => expect(world.erpRecords('orders')).toEqual([]),
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

  it('an order deleted in the ERP archives its deal, and its items by their own policy', async () => {
    const { order, deal } = await agreed();
    world.inErp('orders', {
      subject: 'Nuts',
      customer_no: world.erpRecord('orders', order).customer_no ?? null,
      lines: [{ position: 1, article_no: 'B-1', quantity: 1, unit_price: '' }],
    });
    await world.sync();
    world.erp.userDelete('orders', order, Date.now());
    await world.sync({ sweep: 'always' });
    expect(world.crmRecord('deals', deal).archived).toBe(true);
    expect(items().map((one) => one.sku)).toEqual(['B-1']);
    await quiet();
  });

  it('two lines with one number are not guessed between: they are left alone, and it is said', async () => {
    const { order } = await agreed();
    editLines(order, ([first = {}, second = {}]) => [
      { ...first, quantity: 8 },
      { ...second, position: 1 },
    ]);
    const run = await world.sync();
    expect(run.diagnostics.map(({ code }) => code)).toContain('line-key-repeated');
    expect(items()).toHaveLength(2);
    editLines(order, ([first = {}, second = {}]) => [first, { ...second, position: 2 }]);
    await world.sync();
    expect(
      items()
        .map((one) => one.quantity)
        .sort(),
    ).toEqual([1.5, 8]);
  });

  it('an item that is given to another deal is refused with the way out, and nothing is lost', async () => {
    const { bolt, order } = await agreed();
    const other = world.inCrm('deals', { title: 'Nuts' });
    world.changeCrm('deal_items', bolt, { deal_id: other });
    await world.sync();
    const [parked] = await world.store.parked({ reason: 'invalid' });
    expect(parked?.diagnostic.code).toBe('line-stays');
    expect(column(linesOf(order), 'article_no')).toEqual(['A-1', 'A-2']);
  });

  it('a plan says so as well, and that another line with its number is a double of its line then (seed 632)', async () => {
    const { order } = await agreed();
    const other = world.inCrm('deals', { title: 'Nuts' });
    const add = (position: number) =>
      editLines(order, (lines) => [...lines, { position, article_no: 'B-1', quantity: 1, unit_price: '' }]);
    add(3);
    await world.sync();
    world.changeCrm('deal_items', items().find(({ sku }) => sku === 'B-1')?.id ?? '', { deal_id: other });
    add(4);
    const foreseen: (string | undefined)[] = [];
    const onEvent = (event: RunEvent) => {
      if (event.type === 'item' && event.mapping === 'items') foreseen.push(event.item.park?.reason ?? event.item.rule);
    };
    await world.sync({ mode: 'plan', onEvent });
    expect(foreseen).toEqual(['invalid', 'duplicate-source']);
    expect(writes(await world.sync())).toEqual({});
    expect((await world.store.parked({})).map(({ reason }) => reason).sort()).toEqual(['duplicate-source', 'invalid']);
  });
});

describe('lines whose number the mapping sends', () => {
  const NUMBERED: [string, string][] = [
    [
      '    environments:\n      staging:\n        base_url: ${ERP_URL}',
      `    objects:
      numbered_lines:
        lines_of: { object: orders, path: lines, whole: order, key: position, keys: sent }
        fields:
          position: { type: integer }
          article_no: { type: string }
          quantity: { type: decimal, number: { wire: number } }
    environments:
      staging:
        base_url: \${ERP_URL}`,
    ],
    ['    erp: order_lines\n', '    erp: numbered_lines\n'],
    ['match: [[deal_id, sku]]', 'match: [[deal_id, line]]'],
    ['      - { crm: price, erp: unit_price }\n', '      - { crm: line, erp: position }\n'],
  ];

  it('another number or another deal gives the line another place, and its link follows', async () => {
    world = await openPartsWorld({ edits: NUMBERED });
    const company = world.inCrm('companies', { name: 'Nord GmbH', vat_id: 'DE136695976' });
    const deal = world.inCrm('deals', { title: 'Bolts', company_id: company });
    const other = world.inCrm('deals', { title: 'Nuts', company_id: company });
    const item = world.inCrm('deal_items', { deal_id: deal, line: 10, sku: 'A-1', quantity: 3 });
    world.inCrm('deal_items', { deal_id: deal, line: 20, sku: 'A-2', quantity: 1 });
    await world.sync();
    const [order, second] = world.erpRecords('orders').map((one) => one.id);
    expect(column(linesOf(order ?? 0), 'position')).toEqual([10, 20]);
    world.changeCrm('deal_items', item, { line: 30 });
    await world.sync();
    expect(column(linesOf(order ?? 0), 'position').sort()).toEqual([20, 30]);
    await quiet();
    world.changeCrm('deal_items', item, { deal_id: other, quantity: 5 });
    await world.sync();
    expect(column(linesOf(order ?? 0), 'position')).toEqual([20]);
    expect(linesOf(second ?? 0)).toMatchObject([{ position: 30, article_no: 'A-1', quantity: 5 }]);
    await quiet();
    expect(items()).toHaveLength(2);
    // A number that is taken already: refused, until it is free.
    world.inCrm('deal_items', { deal_id: other, line: 30, sku: 'A-9', quantity: 9 });
    await world.sync();
    expect(linesOf(second ?? 0)).toMatchObject([{ position: 30, article_no: 'A-1' }]);
    expect(await world.store.parked({})).toHaveLength(1);
  });
});

describe('lines on both sides', () => {
  const OFFERS: [string, string][] = [
    ['    crm: deal_items\n', '    crm: deal_offers\n'],
    ['match: [[deal_id, sku]]', 'match: [[deal, text]]'],
    [
      '      - { crm: deal_id, erp: order, reference: deals }\n',
      '      - { crm: deal, erp: order, reference: deals }\n',
    ],
    ['{ crm: sku, erp: article_no', '{ crm: text, erp: article_no'],
    [
      '      - { crm: quantity, erp: quantity }\n',
      '      - { crm: place, erp: place, direction: crm -> erp, target_edits: restore }\n',
    ],
    [
      '      crm: { delete: delete }\n      erp: { delete: archive }\n    fields:\n      - { crm: deal, ',
      '      crm: { delete: delete }\n      erp: { delete: delete }\n    fields:\n      - { crm: deal, ',
    ],
  ];
  const offers = (deal: string): Json => world.crmRecord('deals', deal).offers ?? [];

  it('are merged line by line and field by field, in the order that one of them says', async () => {
    world = await openPartsWorld({ edits: OFFERS });
    const company = world.inCrm('companies', { name: 'Nord GmbH', vat_id: 'DE136695976' });
    const deal = world.inCrm('deals', {
      title: 'Bolts',
      company_id: company,
      offers: [{ text: 'first', price: eur('1'), colour: 'red' }, { text: 'second' }],
    });
    await world.sync();
    const order = world.erpRecords('orders')[0]?.id ?? 0;
    expect(column(linesOf(order), 'article_no')).toEqual(['first', 'second']);
    await quiet();
    // A line that the office puts in between, and a price.
    editLines(order, ([first = {}, second = {}]) => [
      { ...first, unit_price: '3,00 €' },
      { position: 9, article_no: 'between', quantity: 1, unit_price: '' },
      second,
    ]);
    await world.sync();
    await world.sync();
    expect(column(offers(deal), 'text')).toEqual(['first', 'second', 'between']);
    expect(column(linesOf(order), 'article_no')).toEqual(['first', 'second', 'between']);
    expect(offers(deal)).toMatchObject([{ price: eur('3.00'), colour: 'red' }, {}, {}]);
    await quiet();
    const [a, b, c] = offers(deal) as Record<string, Json>[];
    world.changeCrm('deals', deal, { offers: [b ?? {}, a ?? {}, { ...c, text: 'last' }] });
    await world.sync();
    expect(column(linesOf(order), 'article_no')).toEqual(['second', 'first', 'last']);
    await quiet();
    world.changeCrm('deals', deal, { offers: [a ?? {}] });
    await world.sync();
    expect(column(linesOf(order), 'article_no')).toEqual(['first']);
    await quiet();
  });
});
