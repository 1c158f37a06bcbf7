import { describe, expect, test } from 'vitest';
import { type Crm, createCrm } from '../../sandbox/crm/crm.ts';
import { createErp, ERP_KEY, type Erp } from '../../sandbox/erp/erp.ts';
import { serve } from '../../sandbox/http.ts';
import { loadConnector } from '../../src/connector/load.ts';
import { editConnector } from '../../src/importers/learn/edit.ts';
import { leaves } from '../../src/importers/learn/wire-search.ts';
import { jumpingClock } from '../connector/world.ts';
import { BARE_CRM, BARE_ERP } from './bare.ts';
import { CRM_VARIABLES, learnFrom } from './world.ts';

async function learnt(system: Crm | Erp, text: string, variables: Record<string, string>, write = true) {
  const clock = jumpingClock(Date.now());
  const running = await serve(system, { clock });
  const given = { ...variables, base_url: running.url };
  const { report } = await learnFrom(text, given, clock, { write }).finally(running.close);
  const edited = editConnector(text, report.findings, report.on, ['companies', 'customers']);
  const loaded = loadConnector(edited, 'connector.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return { report, edited, connector: loaded.value };
}

describe('a connector of nothing but paths and names is completed', () => {
  test('the CRM', async () => {
    const { connector, report } = await learnt(createCrm({ size: 250 }), BARE_CRM, CRM_VARIABLES);
    const { companies } = connector.objects;
    expect(companies).toMatchObject({
      id: { path: 'id', type: 'string' },
      version: 'version',
      modified: 'updated_at',
      archived: { path: 'archived', equals: true },
      link_field: 'external_id',
      custom_fields: { container: 'custom_fields', form: 'object' },
      list: {
        records: 'data',
        pagination: {
          style: 'cursor',
          param: 'cursor',
          next: 'next_cursor',
          total: 'total',
          size_param: 'limit',
          size: 100,
        },
        since: { param: 'updated_since', inclusive: true, precision: '1ms' },
        sort: { param: 'sort', by_modified: 'updated_at', descending: '-updated_at' },
        ids: { param: 'ids', max: 100 },
        equals: { name: 'name', vat_id: 'vat_id', email: 'email', domain: 'domain', external_id: 'external_id' },
        archived: { include_archived: 'true' },
      },
      create: { idempotency: { header: 'Idempotency-Key' } },
      update: { whole: false, if_match: '"{version}"' },
      archive: { method: 'DELETE' },
      fields: {
        updated_at: { type: 'timestamp', read_only: true },
        annual_revenue: { type: 'money', money: { form: 'object' } },
        street: { max_length: 80, length_unit: 'utf16' },
      },
    });
    expect(companies?.delete).toBeUndefined();
    expect(Number(companies?.list?.since?.lag.replace('s', ''))).toBeGreaterThanOrEqual(2);
    expect(connector.limits).toMatchObject({ requests: 100, window: '10s', reset_form: 'epoch' });
    expect(connector.responses).toContainEqual(
      expect.objectContaining({
        status: 422,
        action: 'invalid',
        messages: { list: 'errors', field: 'field', code: 'code' },
      }),
    );
    expect(report.findings.at(-1)?.seen).toBe('the list, single records and filters do as declared');
  });

  test('the ERP', async () => {
    const { connector, report } = await learnt(createErp({ size: 250 }), BARE_ERP, { api_key: ERP_KEY });
    const minute = { pattern: 'DD.MM.YYYY HH:mm', zone: 'Europe/Berlin' };
    expect(connector.objects.customers).toMatchObject({
      id: { type: 'integer' },
      version: 'row_version',
      modified: 'changed',
      link_field: 'external_id',
      list: {
        records: 'items',
        pagination: { style: 'offset', param: 'offset', size_param: 'size', size: 50, total: 'total', shifts: true },
        since: { param: 'changed_since', time: minute, inclusive: true, precision: '1m' },
        equals: { match_code: 'match_code', vat_no: 'vat_no', email: 'email', external_id: 'external_id' },
      },
      get: { missing: 'null' },
      update: { whole: true },
      delete: { method: 'DELETE' },
      fields: {
        changed: { type: 'timestamp', time: minute, read_only: true },
        created: { type: 'timestamp', time: minute },
        credit_limit: { type: 'money', money: { form: 'text' }, number: { decimal: ',', group: '.', scale: 2 } },
        name_1: { max_length: 40, characters: 'latin1', on_violation: 'truncate' },
        memo: { max_length: 250 },
      },
    });
    const { list, create } = connector.objects.customers ?? {};
    expect([list?.sort, list?.ids, create?.idempotency]).toEqual([undefined, undefined, undefined]);
    expect(report.findings.at(-1)?.seen).toBe('the list, single records and filters do as declared');
  });
});

describe('what is left behind', () => {
  test('reading alone changes nothing, and sends nothing but GET', async () => {
    const erp = createErp({ size: 60 });
    const before = erp.digest();
    const { report } = await learnt(erp, BARE_ERP, { api_key: ERP_KEY }, false);
    expect(erp.digest()).toBe(before);
    expect(erp.stats().writes).toBe(0);
    expect(report.findings.flatMap(({ evidence }) => evidence).every(({ method }) => method === 'GET')).toBe(true);
  });

  test('test records are marked, and taken away', async () => {
    const crm = createCrm({ size: 60, limit: null });
    const kept = new Set([...crm.records('companies')].map(({ id }) => id));
    const before = crm.count('companies');
    const { report } = await learnt(crm, BARE_CRM, CRM_VARIABLES);
    expect(report.left).toEqual([]);
    expect(crm.count('companies')).toBe(before);
    const made = [...crm.records('companies')].filter(({ id }) => !kept.has(id));
    expect(made.length).toBeGreaterThan(4);
    expect(made.every(({ archived }) => archived)).toBe(true);
  });

  test('findings hold no field value and no secret', async () => {
    const crm = createCrm({ size: 60, limit: null });
    const { report, edited } = await learnt(crm, BARE_CRM, CRM_VARIABLES);
    const told = JSON.stringify(report) + edited;
    const values = [...crm.records('companies')].flatMap((record) =>
      leaves(record).flatMap(({ key, value }) =>
        typeof value === 'string' && value.length > 5 && !['status', 'industry', 'id'].includes(key) ? [value] : [],
      ),
    );
    expect(values.length).toBeGreaterThan(300);
    expect(values.filter((value) => told.includes(value))).toEqual([]);
    expect(told).not.toContain(CRM_VARIABLES.client_secret);
    expect(told).not.toMatch(/at_[a-z0-9]{24}/);
  });
});
