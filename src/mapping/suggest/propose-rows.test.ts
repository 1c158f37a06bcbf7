import { describe, expect, test } from 'vitest';
import { fieldSchema } from '../../connector/field.ts';
import { proposeRows } from './propose-rows.ts';

const side = (system: string, object: string, fields: Record<string, object>) => ({
  system,
  object,
  open: Object.entries(fields).map(([name, declared]) => ({
    name,
    definition: fieldSchema.parse({ type: 'string', ...declared }),
  })),
});

const options = (...keys: [string, string?][]) => ({
  type: 'option',
  options: keys.map(([key, label]) => ({ value: key, key, label })),
});

const parents = { a: { type: 'reference', reference: 'companies' }, b: { type: 'reference', reference: 'customers' } };

describe('the row of a pair', () => {
  test.each<[string, object, object, object | string]>([
    ['goes both ways', {}, {}, { crm: 'parent', erp: 'parent' }],
    [
      'goes one way where a side is read only',
      {},
      { read_only: true },
      { crm: 'parent', erp: 'parent', direction: 'erp -> crm' },
    ],
    [
      'goes one way where a side can not be read',
      {},
      { write_only: true },
      { crm: 'parent', erp: 'parent', direction: 'crm -> erp' },
    ],
    [
      'goes one way where only one type fits the other',
      {},
      { type: 'date' },
      { crm: 'parent', erp: 'parent', direction: 'erp -> crm' },
    ],
    ['names the mapping of references', parents.a, parents.b, { crm: 'parent', erp: 'parent', reference: 'companies' }],
    [
      'takes a mapping where there is none',
      parents.a,
      { ...parents.b, reference: 'users' },
      'a mapping of the objects that they refer to',
    ],
    [
      'takes an expression where an id meets a text',
      parents.a,
      {},
      'an expression: an id means nothing in the other system',
    ],
    [
      'takes no table where the keys are the same',
      options(['a'], ['b']),
      options(['b'], ['a']),
      { crm: 'parent', erp: 'parent' },
    ],
    [
      'has a table where keys or labels are nearly the same',
      options(['lead', 'Lead'], ['won', 'Customer']),
      options(['LEAD', ''], ['3', 'customer']),
      { crm: 'parent', erp: 'parent', options: { lead: 'LEAD', won: '3' } },
    ],
    [
      'takes a table by hand where they are not',
      options(['lead'], ['won']),
      options(['1'], ['2']),
      'an option table: the options have other names',
    ],
  ])('%s', (_, a, b, expected) => {
    const [proposal] = proposeRows({
      sides: { a: side('crm', 'companies', { parent: a }), b: side('erp', 'customers', { parent: b }) },
      mappings: new Map([['companies', { a: 'companies', b: 'customers' }]]),
    });
    expect(proposal?.row ?? proposal?.needs).toEqual(expected);
  });
});
