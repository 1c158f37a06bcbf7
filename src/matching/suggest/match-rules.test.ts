import { describe, expect, test } from 'vitest';
import { compileCodec } from '../../connector/codec.ts';
import { connectorSchema } from '../../connector/definition.ts';
import type { Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import { suggestMatchRules } from './match-rules.ts';
import { agreementOf, type FieldPair, matchedRecords, type SampledObject } from './matched-records.ts';

const FIELDS = {
  name: { type: 'string', max_length: 40 },
  vat_id: { type: 'string', identifier: true },
  number: { type: 'string' },
  email: { type: 'email' },
  zip: { type: 'string' },
  active: { type: 'boolean' },
  notes: { type: 'string', max_length: 2000 },
};

function object(records: readonly Fields[]): SampledObject {
  const connector = connectorSchema.parse({
    connector: 'shop',
    title: 'Shop',
    protocol: 'rest',
    objects: { buyers: { id: { path: 'id' }, fields: FIELDS } },
  });
  const definition = connector.objects.buyers;
  if (!definition) throw new Error('no buyers');
  return { definition, codec: compileCodec(definition), records };
}

const numbered = (count: number, make: (index: number) => Fields): Fields[] =>
  Array.from({ length: count }, (_, index) => make(index));
const rows = (...names: string[]): FieldPair[] => names.map((name) => ({ a: name, b: name }));

/** The rules of both sides, as `a + b`. */
function rulesOf(a: readonly Fields[], b: readonly Fields[], ...names: string[]): string[] {
  const sides: Record<Side, SampledObject> = { a: object(a), b: object(b) };
  const pairs = rows(...names);
  const agreement = agreementOf(sides, matchedRecords(sides, pairs));
  return suggestMatchRules(sides, pairs, agreement).map(({ pairs: parts }) => parts.map((one) => one.a).join(' + '));
}

describe('match rules', () => {
  test('an identifier, and what names the records without one', () => {
    const buyers = numbered(50, (i) => ({ name: `Buyer ${i} & sons`, vat_id: i % 5 === 0 ? null : `DE${i}` }));
    expect(rulesOf(buyers, buyers, 'name', 'vat_id')).toEqual(['vat_id', 'name']);
  });

  test('a code before a name', () => {
    const buyers = numbered(50, (i) => ({ name: `Buyer ${i} & sons`, number: `B-${i}` }));
    expect(rulesOf(buyers, buyers, 'name', 'number')).toEqual(['number']);
  });

  test('two fields together, where neither names a record', () => {
    const buyers = numbered(60, (i) => ({ email: `office${i % 10}@group.example`, zip: `${10_000 + (i % 12)}` }));
    expect(rulesOf(buyers, buyers, 'email', 'zip')).toEqual(['email + zip']);
  });

  test('none of what groups share, of prose, or of yes and no', () => {
    const buyers = numbered(50, (i) => ({ zip: `${i % 3}`, active: i % 2 === 0, notes: `Note ${i}` }));
    expect(rulesOf(buyers, buyers, 'zip', 'active', 'notes')).toEqual([]);
  });

  test('none that differs in records that are in both', () => {
    const ours = numbered(40, (i) => ({ vat_id: `DE${i}`, number: `A-${i}` }));
    const theirs = numbered(40, (i) => ({ vat_id: i < 30 ? `DE${i}` : null, number: `B-${i}` }));
    expect(rulesOf(ours, theirs, 'vat_id', 'number')).toEqual(['vat_id']);
  });

  test('by declaration alone where nothing was read', () => {
    expect(rulesOf([], [], 'name', 'vat_id', 'number', 'email')).toEqual(['vat_id']);
    expect(rulesOf([], [], 'name', 'number', 'email')).toEqual(['email']);
    expect(rulesOf([], [], 'name', 'number')).toEqual([]);
  });
});

describe('records that are in both', () => {
  const ours = numbered(30, (i) => ({
    number: `N-${i}`,
    name: `A name that is much longer than forty characters, no ${i}`,
    zip: '1',
  }));
  const theirs = numbered(20, (i) => ({
    number: `n-${i + 15}`,
    name: `A name that is much longer than forty ch`,
    zip: null,
  }));
  const sides = { a: object(ours), b: object(theirs) };

  test('are found by the field that names most of them', () => {
    const found = matchedRecords(sides, rows('name', 'number', 'zip'));
    expect(found).toHaveLength(15);
    expect(found[0]?.a.number).toBe('N-15');
  });

  test('are compared in the form that both systems can hold', () => {
    const agreement = agreementOf(sides, matchedRecords(sides, rows('number')));
    expect(agreement('number', 'number')).toEqual({ both: 15, equal: 15, distinct: 15 });
    expect(agreement('zip', 'zip')).toEqual({ both: 0, equal: 0, distinct: 0 });
    expect(agreement('name', 'active')).toBeNull();
  });

  test('are none where too few are the same', () => {
    const few = { a: object(ours.slice(0, 18)), b: object(theirs) };
    expect(matchedRecords(few, rows('number'))).toEqual([]);
  });
});
