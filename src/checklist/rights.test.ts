import { describe, expect, test } from 'vitest';
import { connectorSchema } from '../connector/definition.ts';
import type { Right } from '../connector/definition-rights.ts';
import { type Grant, grantsOf } from '../connector/rights.ts';
import { compareRights } from './rights.ts';

const NEEDS = new Map([
  ['customers', new Set<Right>(['read', 'update'])],
  ['orders', new Set<Right>(['read'])],
]);

describe('rights compared with what is needed', () => {
  test.each<[string, Grant[], object]>([
    [
      'exactly that',
      [
        { name: 'c', allows: { customers: ['read', 'update'] } },
        { name: 'o', allows: { orders: ['read'] } },
      ],
      { beyond: [], missing: [], along: [], unexplained: [] },
    ],
    ['nothing', [], { missing: ['read on customers', 'update on customers', 'read on orders'] }],
    [
      'everything lacks nothing and is too much',
      [{ name: 'admin', allows: 'everything' }],
      { missing: [], beyond: [{ name: 'admin' }] },
    ],
    [
      'what comes along with the needed is told, and no fault',
      [{ name: 'all', allows: { customers: ['read', 'update', 'delete'], orders: ['read'] } }],
      { beyond: [], missing: [], along: ['delete on customers by all'] },
    ],
    ['what nobody needs is a fault', [{ name: 'pay', allows: { payroll: ['read'] } }], { beyond: [{ name: 'pay' }] }],
    ['what allows nothing of any object is one', [{ name: 'owns x', allows: {} }], { beyond: [{ name: 'owns x' }] }],
    [
      'what is not explained is neither',
      [{ name: '?', allows: 'unknown' }],
      { beyond: [], unexplained: [{ name: '?' }] },
    ],
  ])('%s', (_, grants, expected) => {
    expect(compareRights(grants, NEEDS)).toMatchObject(expected);
  });
});

test('names of scopes say what they allow', () => {
  const connector = connectorSchema.parse({
    connector: 'x',
    title: 'X',
    protocol: 'rest',
    rights: {
      everything: ['admin'],
      allow: {
        'crm.{object}.read': ['read'],
        write_all: ['create', 'update'],
        billing: { objects: ['invoices'], may: ['read'] },
      },
    },
    objects: { customers: { fields: {} }, invoices: { fields: {} } },
  });
  expect(grantsOf(connector, ['crm.customers.read', 'crm..read', 'write_all', 'billing', 'admin', 'export'])).toEqual([
    { name: 'crm.customers.read', allows: { customers: ['read'] } },
    { name: 'crm..read', allows: 'unknown' },
    { name: 'write_all', allows: { customers: ['create', 'update'], invoices: ['create', 'update'] } },
    { name: 'billing', allows: { invoices: ['read'] } },
    { name: 'admin', allows: 'everything' },
    { name: 'export', allows: 'unknown' },
  ]);
});
