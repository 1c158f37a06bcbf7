import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlanItem } from '../../src/planning/plan-item.ts';
import { EXAMPLE, openEmptyWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openEmptyWorld();
});
afterEach(() => world.close());

function newCompany(fields: Record<string, string>): string {
  const made = world.crm.userCreate('companies', { country: 'DE', status: 'customer', ...fields }, Date.now());
  if (!('record' in made)) throw new Error('not made');
  return made.record.id;
}

const edit = (id: string, fields: Record<string, string>) => world.crm.userUpdate('companies', id, fields, Date.now());
const customers = () => [...world.erp.records('customers')];
const names = () => customers().map((one) => one.name_1);
const parked = async () =>
  (await world.store.parked({})).map(({ reason, diagnostic, id }) => ({ id, reason, code: diagnostic.code }));

const VAT = '{ crm: vat_id, erp: vat_no,';
const NAME = '{ crm: name, erp: name_1,';
const BEFORE_FIELDS = '    delete_guard: { share: 0.02, records: 20 }\n';

/** Customers with a VAT id must have a city, in the ERP. */
const rule = (more = '') =>
  world.edited([
    BEFORE_FIELDS,
    `${BEFORE_FIELDS}    rules:
      - name: city-with-vat
        system: erp
        field: city
        check: "{{ record.vat_no is none or value }}"
        message: Customers with a VAT id need a city
        ${more}
`,
  ]);

const vatRule = (policy: string) => world.edited([VAT, `${VAT} validate: [{ check: vat_id, policy: ${policy} }],`]);

it('the rules of the guide load', () => {
  const guide = readFileSync(fileURLToPath(new URL('../../docs/validation.md', import.meta.url)), 'utf8');
  const [fields = '', rules = ''] = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block ?? '');
  const example = readFileSync(EXAMPLE, 'utf8');
  const [all = ''] = / {4}fields:\n {6}# The ERP cuts.*?(?=\n {2}products:)/s.exec(example) ?? [];
  const [companies] = world.edited([all, rules + fields]).mappings;
  expect(companies?.dataRules.map(({ name }) => name)).toEqual([
    ...[
      'email',
      'email',
      'vat_id',
      'vat_id',
      'postal_code',
      'characters',
      'length',
      'length',
      'expression',
      'expression',
    ],
    ...['vat-with-country', 'city-known'],
  ]);
});

describe('a rule for a value', () => {
  it('parks the record that breaks it, and lets it go when the source is right', async () => {
    const integration = vatRule('error');
    const id = newCompany({ name: 'Nord', vat_id: 'DE136695967' });
    newCompany({ name: 'Süd', vat_id: 'DE136695976' });
    newCompany({ name: 'West' });
    const run = await world.sync({ integration });
    expect(names()).toEqual(['Süd', 'West']);
    expect(await parked()).toEqual([{ id, reason: 'invalid', code: 'rule-violated' }]);
    expect(run.outcome).toBe('partial');
    edit(id, { vat_id: 'DE129273398' });
    expect((await world.sync({ integration })).outcome).toBe('done');
    expect(names()).toEqual(['Süd', 'West', 'Nord']);
    expect(await parked()).toEqual([]);
  });

  it('lets a parked record go when the rule changes', async () => {
    newCompany({ name: 'Nord', vat_id: 'DE136695967' });
    await world.sync({ integration: vatRule('error') });
    await world.sync({ integration: vatRule('error') });
    expect(names()).toEqual([]);
    const run = await world.sync({ integration: vatRule('warn') });
    expect(names()).toEqual(['Nord']);
    expect(await parked()).toEqual([]);
    expect(run.diagnostics.map(({ code, summary }) => `${code}: ${summary}`)).toEqual([
      'rule-warned: companies: 1 record written to erp against the rule vat_id about vat_no',
    ]);
    expect(run.counts.companies?.rules).toEqual([
      { side: 'b', rule: 'vat_id', field: 'vat_no', warned: 1, repaired: 0 },
    ]);
  });

  it('does not hold what is not written', async () => {
    const id = newCompany({ name: 'Nord', vat_id: 'DE136695967' });
    await world.sync({ integration: world.integration });
    edit(id, { city: 'Kiel' });
    const run = await world.sync({ integration: vatRule('error') });
    expect(run.outcome).toBe('done');
    expect(customers().map((one) => one.city)).toEqual(['Kiel']);
  });

  it('repairs what it is told to, and a second run is quiet', async () => {
    const checks = "{ check: characters, repair: [transliterate] }, { check: length, repair: [{ truncate: '...' }] }";
    const integration = world.edited([NAME, `${NAME} validate: [${checks}],`]);
    const id = newCompany({ name: 'Łódź Maschinenbau und Apparatetechnik Verwaltungsgesellschaft' });
    const run = await world.sync({ integration });
    expect(names()).toEqual(['Lódz Maschinenbau und Apparatetechnik...']);
    expect(run.counts.companies?.rules?.map(({ rule: name, repaired }) => [name, repaired])).toEqual([
      ['characters', 1],
      ['length', 1],
    ]);
    const second = await world.sync({ integration, full: true });
    expect(second.counts.companies?.wrote).toMatchObject({ a: { update: 0 }, b: { update: 0 } });
    edit(id, { name: 'Łódź' });
    await world.sync({ integration });
    expect(names()).toEqual(['Lódz']);
  });
});

describe('a rule for records', () => {
  it('sees the record as it would be written, also what is not written now', async () => {
    const integration = rule();
    const id = newCompany({ name: 'Nord', vat_id: 'DE136695976', city: 'Kiel' });
    await world.sync({ integration });
    expect(names()).toEqual(['Nord']);
    edit(id, { name: 'Nordwind' });
    await world.sync({ integration });
    expect(names()).toEqual(['Nordwind']);
    edit(id, { city: '' });
    await world.sync({ integration });
    expect((await world.store.parked({})).map(({ diagnostic }) => diagnostic.summary)).toEqual([
      'Customers with a VAT id need a city',
    ]);
    expect(customers().map((one) => one.city)).toEqual(['Kiel']);
    edit(id, { vat_id: '' });
    await world.sync({ integration });
    expect(customers().map((one) => [one.city, one.vat_no])).toEqual([['', '']]);
    expect(await parked()).toEqual([]);
  });

  it('a warning is written and counted; a plan shows it', async () => {
    newCompany({ name: 'Nord', vat_id: 'DE136695976' });
    const items: PlanItem[] = [];
    const integration = rule('policy: warn');
    await world.plan({
      integration,
      onEvent: (event) => {
        if (event.type === 'item') items.push(event.item);
      },
    });
    expect(items.flatMap(({ findings }) => findings ?? [])).toMatchObject([
      { side: 'b', rule: 'city-with-vat', field: 'city', outcome: 'warned' },
    ]);
    const run = await world.sync({ integration });
    expect(names()).toEqual(['Nord']);
    expect(run.diagnostics.map(({ code }) => code)).toEqual(['rule-warned']);
  });

  it('repairs the field that it names', async () => {
    newCompany({ name: 'Nord', vat_id: 'DE136695976' });
    newCompany({ name: 'Süd' });
    const run = await world.sync({ integration: rule('repair: [{ default: unknown }]') });
    expect(run.outcome).toBe('done');
    expect(customers().map((one) => [one.name_1, one.city])).toEqual([
      ['Nord', 'unknown'],
      ['Süd', ''],
    ]);
  });
});
