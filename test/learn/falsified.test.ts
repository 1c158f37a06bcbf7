import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createCrm } from '../../sandbox/crm/crm.ts';
import { createErp, ERP_KEY } from '../../sandbox/erp/erp.ts';
import { serve } from '../../sandbox/http.ts';
import { loadConnector } from '../../src/connector/load.ts';
import { valueAt } from '../../src/importers/learn/draft.ts';
import { editConnector } from '../../src/importers/learn/edit.ts';
import { jumpingClock } from '../connector/world.ts';
import { CRM_VARIABLES, catalogueText, learnFrom } from './world.ts';

/** Connectors of the catalogue with one lie each: the probe must contradict it and put it right. */
interface Lie {
  what: string;
  object: string;
  /** In the text of the file, the first that fits. */
  true: string;
  lie: string;
  at: string;
  /** What the file says afterwards; undefined where it says nothing any more. */
  right: unknown;
  write?: boolean;
}

const CRM: Lie[] = [
  {
    what: 'page size',
    object: 'companies',
    true: 'size: 100 }',
    lie: 'size: 500 }',
    at: 'list.pagination.size',
    right: 100,
  },
  {
    what: 'style of pagination',
    object: 'companies',
    true: '{ style: cursor, param: cursor, next: next_cursor, total: total, size_param: limit, size: 100 }',
    lie: '{ style: page, param: page, size_param: limit, size: 100 }',
    at: 'list.pagination.style',
    right: 'cursor',
  },
  {
    what: 'where the records stand',
    object: 'companies',
    true: "path: '/{object}'\n      records: data",
    lie: "path: '/{object}'\n      records: items",
    at: 'list.records',
    right: 'data',
  },
  {
    what: 'the instant itself',
    object: 'companies',
    true: 'inclusive: true',
    lie: 'inclusive: false',
    at: 'list.since.inclusive',
    right: true,
  },
  {
    what: 'lag',
    object: 'companies',
    true: 'lag: 3s',
    lie: 'lag: 200ms',
    at: 'list.since.lag',
    right: expect.stringMatching(/^[345]s$/),
    write: true,
  },
  {
    what: 'sort',
    object: 'companies',
    true: '{ param: sort, by_modified: updated_at, descending: -updated_at }',
    lie: '{ param: order_by, by_modified: updated_at }',
    at: 'list.sort',
    right: undefined,
  },
  {
    what: 'a filter',
    object: 'companies',
    true: 'equals: { name: name,',
    lie: 'equals: { city: city, name: name,',
    at: 'list.equals.city',
    right: undefined,
  },
  {
    what: 'soft deletes',
    object: 'companies',
    true: '    archive: &archive { method',
    lie: '    delete: &archive { method',
    at: 'archive.method',
    right: 'DELETE',
    write: true,
  },
  {
    what: 'what an archived record looks like',
    object: 'companies',
    true: '{ path: archived, equals: true }',
    lie: '{ path: archived, equals: gone }',
    at: 'archived.equals',
    right: true,
    write: true,
  },
  {
    what: 'whole records',
    object: 'companies',
    true: "update: &update { method: PATCH, path: '/{object}/{id}',",
    lie: "update: &update { method: PATCH, path: '/{object}/{id}', whole: true,",
    at: 'update.whole',
    right: false,
    write: true,
  },
  {
    what: 'the longest name',
    object: 'companies',
    true: 'name: { type: string, label: Name, required: true, max_length: 80',
    lie: 'name: { type: string, label: Name, required: true, max_length: 255',
    at: 'fields.name.max_length',
    right: 80,
    write: true,
  },
  {
    what: 'items in a batch',
    object: 'companies',
    true: 'max: 100\n        items: items\n        results: results\n        status: status\n        record: record\n        version: if_match',
    lie: 'max: 300\n        items: items\n        results: results\n        status: status\n        record: record\n        version: if_match',
    at: 'batch.update.max',
    right: 100,
    write: true,
  },
  {
    what: 'ids in one call',
    object: 'companies',
    true: '{ param: ids, max: 100 }',
    lie: '{ param: ids, max: 500 }',
    at: 'list.ids.max',
    right: 100,
  },
  {
    what: 'idempotency header',
    object: 'companies',
    true: 'header: Idempotency-Key, lives',
    lie: 'header: X-Once, lives',
    at: 'create.idempotency.header',
    right: 'Idempotency-Key',
    write: true,
  },
];

const ERP: Lie[] = [
  {
    what: 'page size',
    object: 'customers',
    true: 'size: 50,',
    lie: 'size: 200,',
    at: 'list.pagination.size',
    right: 50,
  },
  {
    what: 'the instant itself',
    object: 'customers',
    true: 'inclusive: true',
    lie: 'inclusive: false',
    at: 'list.since.inclusive',
    right: true,
  },
  {
    what: 'grain of the filter',
    object: 'customers',
    true: 'precision: 1m',
    lie: 'precision: 1s',
    at: 'list.since.precision',
    right: '1m',
  },
  {
    what: 'idempotency',
    object: 'customers',
    true: "create: &create { method: POST, path: '/api/{object}' }",
    lie: "create: &create { method: POST, path: '/api/{object}', idempotency: { header: Idempotency-Key, lives: 24h } }",
    at: 'create.idempotency',
    right: undefined,
    write: true,
  },
  {
    what: 'soft deletes',
    object: 'customers',
    true: '    delete: &delete { method',
    lie: '    archived: { path: blocked, equals: 1 }\n    archive: &delete { method',
    at: 'archive',
    right: undefined,
    write: true,
  },
  {
    what: 'sort',
    object: 'customers',
    true: '      ids_only: &ids_only',
    lie: '      sort: { param: sort, by_modified: changed }\n      ids_only: &ids_only',
    at: 'list.sort',
    right: undefined,
    write: true,
  },
  {
    what: 'a filter',
    object: 'customers',
    true: 'match_code: match_code,',
    lie: 'city: city,',
    at: 'list.equals.city',
    right: undefined,
  },
  {
    what: 'partial updates',
    object: 'customers',
    true: 'whole: true',
    lie: 'whole: false',
    at: 'update.whole',
    right: true,
    write: true,
  },
  {
    what: 'pages that stay',
    object: 'customers',
    true: 'shifts: true',
    lie: 'shifts: false',
    at: 'list.pagination.shifts',
    right: true,
    write: true,
  },
  {
    what: 'the time zone',
    object: 'customers',
    true: 'zone: Europe/Berlin',
    lie: 'zone: America/New_York',
    at: 'fields.changed.time.zone',
    right: 'Europe/Berlin',
    write: true,
  },
  {
    what: 'a missing id',
    object: 'customers',
    true: "missing: 'null'",
    lie: "missing: '404'",
    at: 'get.missing',
    right: 'null',
  },
  {
    what: 'the longest text',
    object: 'customers',
    true: 'name_1: &text { type: string, max_length: 40',
    lie: 'name_1: &text { type: string, max_length: 80',
    at: 'fields.name_1.max_length',
    right: 40,
    write: true,
  },
  {
    what: 'characters',
    object: 'customers',
    true: 'max_length: 40, characters: latin1, on_violation',
    lie: 'max_length: 40, characters: ascii, on_violation',
    at: 'fields.name_1.characters',
    right: 'latin1',
    write: true,
  },
  {
    what: 'the form of ids',
    object: 'customers',
    true: 'id: { path: id, type: integer }',
    lie: 'id: { path: id, type: string }',
    at: 'id.type',
    right: 'integer',
  },
  {
    what: 'decimals',
    object: 'customers',
    true: "group: '.', scale: 2",
    lie: "group: '.', scale: 4",
    at: 'fields.credit_limit.number.scale',
    right: 2,
    write: true,
  },
];

const SYSTEMS = {
  'sandbox-crm': { start: () => createCrm({ size: 250, limit: null }), variables: CRM_VARIABLES },
  'sandbox-erp': { start: () => createErp({ size: 120 }), variables: { api_key: ERP_KEY } },
} as const;

describe.each([
  ['sandbox-crm', CRM],
  ['sandbox-erp', ERP],
] as const)('a wrong declaration of %s is contradicted and put right', (name, lies) => {
  test.each(lies)('$what', async ({ object, true: truth, lie, at, right, write = false }) => {
    const text = catalogueText(name);
    expect(text).toContain(truth);
    const wrong = text.replace(truth, lie);
    const { start, variables } = SYSTEMS[name];
    const clock = jumpingClock(Date.now());
    const running = await serve(start(), { clock });
    const given = { ...variables, base_url: running.url };
    const { report } = await learnFrom(wrong, given, clock, { write, objects: [object] }).finally(running.close);
    const contradicted = report.findings
      .filter(({ verdict }) => verdict === 'contradicted')
      .map((finding) => finding.at);
    const path = ['objects', object, ...at.split('.')];
    expect(
      contradicted.some(
        (one) => path.join('.').startsWith(one) || one.startsWith(path.join('.')) || one === `objects.${object}.delete`,
      ),
    ).toBe(true);
    const edited = editConnector(wrong, report.findings, report.on, [object]);
    expect(loadConnector(edited, 'connector.yaml')).toMatchObject({ ok: true });
    expect(valueAt(parse(edited), path)).toEqual(right);
    expect(report.left).toEqual([]);
  });
});
