import { expect, it } from 'vitest';
import type { ValidatedSide } from '../../engine/validate-records.ts';
import { problem } from '../../record/diagnostic.ts';
import type { ValidationReport } from '../validation-report.ts';
import { PLAIN } from './style.ts';
import { validationText } from './validate.ts';

const side = (more: Partial<ValidatedSide>): ValidatedSide => ({
  mapping: 'companies',
  side: 'a',
  read: 1240,
  outside: 0,
  violated: 0,
  warned: 0,
  repaired: 0,
  rules: [],
  unasked: [],
  failure: null,
  ...more,
});

const broken: ValidatedSide['rules'] = [
  ['length', 'name_1', 'repaired', 31, ['co_1000001', 'co_1000007', 'co_1000009']],
  ['vat_id', 'vat_no', 'violated', 2, ['co_1000003', 'co_1000044']],
  ['city-known', null, 'warned', 17, ['co_1000002', 'co_1000005', 'co_1000006']],
  ['too-long', 'email', 'violated', 12, ['co_1000010', 'co_1000011', 'co_1000012']],
].map(([rule, field, outcome, records, examples]) => ({
  rule: String(rule),
  ruleSide: 'b',
  field: field === null ? null : String(field),
  outcome: outcome === 'repaired' || outcome === 'warned' ? outcome : 'violated',
  records: Number(records),
  diagnostic: problem('rule-violated', 'It breaks the rule'),
  examples: Array.isArray(examples) ? examples : [],
}));

const report = (sides: ValidatedSide[], saved: string | null = null): ValidationReport => ({
  integration: 'crm-erp',
  environment: 'staging',
  systems: { a: 'crm', b: 'erp' },
  sides,
  saved,
});

const failure = problem('read-incomplete', 'Not all of erp customers could be read');

it.each<[string, ValidationReport]>([
  [
    'validate',
    report([
      side({ outside: 3, violated: 14, warned: 17, repaired: 28, rules: broken }),
      side({ side: 'b', read: 88, failure }),
    ]),
  ],
  ['validate-clean', report([side({ unasked: ['memo-empty'] })])],
  ['validate-saved', report([side({ violated: 14, rules: broken.slice(1, 2) })], 'problems.xlsx')],
])('%s', async (name, value) => {
  await expect(validationText(value, PLAIN)).toMatchFileSnapshot(`../../../test/golden/cli/${name}.txt`);
});
