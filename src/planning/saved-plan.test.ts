import { describe, expect, it } from 'vitest';
import type { Result } from '../record/diagnostic.ts';
import type { FieldChange, PlanItem } from './plan-item.ts';
import {
  checkSavedPlan,
  endLine,
  headerLine,
  itemLine,
  PLAN_LIVES_MS,
  readSavedPlan,
  rulesDigest,
  savedItem,
} from './saved-plan.ts';

const key = new Uint8Array(32).fill(7);
const noReference = () => false;

const change = (field: string, value: string): FieldChange => ({
  to: 'b',
  field,
  index: 0,
  from: undefined,
  value,
  rule: 'changed',
  overruled: false,
});

const create = (...changes: FieldChange[]): PlanItem => ({
  a: 'co_1',
  b: null,
  rule: 'create',
  actions: { b: { kind: 'create', id: null, changes, later: [] } },
  link: 'make',
  refresh: false,
  park: null,
  waits: null,
  ending: 'applied',
});

const digestOf = (item: PlanItem, isReference = noReference as (side: 'a' | 'b', field: string) => boolean) =>
  savedItem(key, 'companies', item, isReference)?.digest;

describe('an item of a saved plan', () => {
  const item = create(change('name_1', 'Müller GmbH'), change('city', 'Köln'));

  it('holds ids and names of fields, no values', () => {
    const saved = savedItem(key, 'companies', item, noReference);
    expect(saved).toMatchObject({
      mapping: 'companies',
      a: 'co_1',
      b: null,
      rule: 'create',
      actions: [{ side: 'b', kind: 'create', fields: ['name_1', 'city'] }],
    });
    expect(JSON.stringify(saved)).not.toMatch(/Müller|Köln/);
  });

  it('is absent where nothing is written', () => {
    expect(savedItem(key, 'companies', { ...item, actions: {} }, noReference)).toBeNull();
  });

  const other: [string, string | undefined][] = [
    ['another value', digestOf(create(change('name_1', 'Müller AG'), change('city', 'Köln')))],
    ['a field less', digestOf(create(change('name_1', 'Müller GmbH')))],
    ['another record', digestOf({ ...item, a: 'co_2' })],
    ['another rule', digestOf({ ...item, rule: 'update' })],
    ['another action', digestOf({ ...item, actions: { b: { kind: 'delete', id: '1', changes: [], later: [] } } })],
    ['the other side', digestOf({ ...item, actions: item.actions.b ? { a: item.actions.b } : {} })],
    ['another mapping', savedItem(key, 'contacts', item, noReference)?.digest],
    ['another installation', savedItem(new Uint8Array(32), 'companies', item, noReference)?.digest],
  ];
  it.each(other)('has another digest with %s', (_, digest) => {
    expect(digest).not.toBe(digestOf(item));
  });

  it('is the same whatever was read of the old value', () => {
    const read = create({ ...change('name_1', 'Müller GmbH'), from: 'Muller' }, change('city', 'Köln'));
    expect(digestOf(read)).toBe(digestOf(item));
  });

  it('leaves out the id of a parent, which may only come with the sync', () => {
    const reference = (_: 'a' | 'b', field: string) => field === 'customer_no';
    const [planned, real] = [create(change('customer_no', 'new:')), create(change('customer_no', '10004'))];
    expect(digestOf(planned, reference)).toBe(digestOf(real, reference));
    expect(digestOf(planned)).not.toBe(digestOf(real));
  });
});

const rules = rulesDigest(key, [{ name: 'companies', rules: 'x' }]);
const header = { integration: 'crm-erp', environment: 'staging', created: 1_000_000, rules, mappings: null };
const saved = savedItem(key, 'companies', create(change('name_1', 'A')), noReference);
const lines = [headerLine(header), saved ? itemLine(saved) : '', endLine(1)];

const outcome = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.code);

describe('a saved plan', () => {
  it('is read back', () => {
    expect(readSavedPlan([...lines, ''])).toEqual({
      ok: true,
      value: { header: { dovetail_plan: 1, ...header }, items: new Set([saved?.digest]) },
    });
  });

  const faulty: [string, string[]][] = [
    ['empty', []],
    ['no JSON', ['hello']],
    ['of another version', [headerLine(header).replace(':1,', ':2,'), endLine(0)]],
    ['cut off', lines.slice(0, 2)],
    ['short of a line', [lines[0] ?? '', endLine(1)]],
    ['with a strange line', [lines[0] ?? '', '{"x":1}', endLine(1)]],
  ];
  it.each(faulty)('is refused when %s', (_, given) => {
    expect(outcome(readSavedPlan(given))).toBe('plan-invalid');
  });

  const at = { integration: 'crm-erp', environment: 'staging', rules, now: 1_000_500 };
  const cases: [string, Partial<typeof at>, string][] = [
    ['fits', {}, 'ok'],
    ['of another integration', { integration: 'shop' }, 'plan-foreign'],
    ['of another environment', { environment: 'production' }, 'plan-foreign'],
    ['of other rules', { rules: 'x' }, 'plan-rules'],
    ['a day old', { now: 1_000_000 + PLAN_LIVES_MS }, 'ok'],
    ['older', { now: 1_000_001 + PLAN_LIVES_MS }, 'plan-old'],
    ['of the far future', { now: 1_000_000 - PLAN_LIVES_MS - 1 }, 'plan-old'],
  ];
  it.each(cases)('%s', (_, change, expected) => {
    expect(outcome(checkSavedPlan({ dovetail_plan: 1, ...header }, { ...at, ...change }))).toBe(expected);
  });
});
