import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldShape, ObjectShape } from '../../connector/shape.ts';
import { compareShapes } from './compare.ts';

const field = (more: Partial<FieldShape> = {}): FieldShape => ({
  name: 'region',
  label: 'Region',
  type: 'string',
  maxLength: 40,
  required: false,
  options: null,
  paired: null,
  ...more,
});
const shape = (fields: ObjectShape['fields'], options: ObjectShape['options'] = {}): ObjectShape => ({
  fields,
  options,
});
const won = { value: 1, key: 'won' };
const lost = { value: 2, key: 'lost' };

test.each<[string, ObjectShape, ObjectShape, string[]]>([
  ['nothing', shape({ a: field() }), shape({ a: field() }), []],
  ['a new field', shape({}), shape({ a: field() }), ['field-new']],
  ['a field that is gone', shape({ a: field() }), shape({}), ['field-gone']],
  ['another label', shape({ a: field() }), shape({ a: field({ label: 'Area' }) }), ['field-renamed']],
  ['another type', shape({ a: field() }), shape({ a: field({ type: 'boolean' }) }), ['field-retyped']],
  ['fewer characters', shape({ a: field() }), shape({ a: field({ maxLength: 39 }) }), ['field-shortened']],
  ['a first limit', shape({ a: field({ maxLength: null }) }), shape({ a: field() }), ['field-shortened']],
  ['more characters', shape({ a: field() }), shape({ a: field({ maxLength: 41 }) }), []],
  ['no limit any more', shape({ a: field() }), shape({ a: field({ maxLength: null }) }), []],
  ['must be filled', shape({ a: field() }), shape({ a: field({ required: true }) }), ['field-required']],
  ['need not be filled', shape({ a: field({ required: true }) }), shape({ a: field() }), []],
  [
    'options of a field',
    shape({ a: field({ options: [won] }) }),
    shape({ a: field({ options: [lost] }) }),
    ['option-new', 'option-gone'],
  ],
  ['options of a list', shape({}, { stages: [won] }), shape({}, { stages: [won, lost] }), ['option-new']],
  ['an option with another label', shape({}, { stages: [won] }), shape({}, { stages: [{ ...won, label: 'Won' }] }), []],
  ['a list that nobody knew', shape({}), shape({}, { stages: [won] }), []],
  ['fields that nobody can list any more', shape({ a: field() }), shape(null), []],
  ['fields that can be listed now', shape(null), shape({ a: field() }), []],
  ['who it is paired with', shape({ a: field({ paired: 'memo' }) }), shape({ a: field() }), []],
])('%s', (_, accepted, live, kinds) => {
  expect(compareShapes(accepted, live).map(({ kind }) => kind)).toEqual(kinds);
});

test('what is as it was has not drifted, and what comes has gone the other way round', () => {
  const fields = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.record({ label: fc.constantFrom('A', 'B', null) }).map(field),
  );
  const kinds = (one: ObjectShape, other: ObjectShape, kind: string) =>
    compareShapes(one, other).filter((drift) => drift.kind === kind).length;
  fc.assert(
    fc.property(fields, fields, (one, other) => {
      expect(compareShapes(shape(one), shape(one))).toEqual([]);
      expect(kinds(shape(one), shape(other), 'field-new')).toBe(kinds(shape(other), shape(one), 'field-gone'));
    }),
  );
});
