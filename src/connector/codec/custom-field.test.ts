import { expect, test } from 'vitest';
import { compileCodec } from '../codec.ts';
import { objectSchema } from '../definition.ts';

const objectWith = (customFields: object, custom: string) =>
  objectSchema.parse({
    id: {},
    custom_fields: customFields,
    fields: { name: { type: 'string' }, stage: { type: 'string', custom } },
  });

test.each([
  ['an object of its own', { container: 'custom' }, 'stage', { custom: { stage: 'won' } }],
  ['names with a prefix, among the others', { prefix: 'cf_' }, 'stage', { cf_stage: 'won' }],
  ['a name with a dot', { container: 'custom' }, 'a.b', { custom: { 'a.b': 'won' } }],
  ['pairs of id and value', { container: 'custom', form: 'pairs' }, '3', { custom: [{ id: '3', value: 'won' }] }],
  [
    'pairs with numbers, deeper down, under names of their own',
    { container: 'more.list', form: 'pairs', key: 'field', value: 'text', key_type: 'integer' },
    '3',
    { more: { list: [{ field: 3, text: 'won' }] } },
  ],
])('custom fields in %s', (_, customFields, custom, wire) => {
  const codec = compileCodec(objectWith(customFields, custom));
  expect(codec.encode({ name: 'x', stage: 'won' })).toEqual({ ok: true, value: { name: 'x', ...wire } });
  expect(codec.decode({ name: 'x', ...wire }, ['name', 'stage']).fields).toEqual({ name: 'x', stage: 'won' });
  expect(codec.decode({ name: 'x' }, ['name', 'stage']).fields).toEqual({ name: 'x' });
});

test('a pair is found by its key whatever else stands in the list, and written beside the others', () => {
  const definition = objectSchema.parse({
    id: {},
    custom_fields: { container: 'custom', form: 'pairs', key_type: 'integer' },
    fields: { a: { type: 'string', custom: '1' }, b: { type: 'integer', custom: '2' } },
  });
  const codec = compileCodec(definition);
  const wire = {
    custom: [null, 'x', { id: 7, value: 'seven' }, { id: '2', name: 'B', value: 5 }, { id: 1, value: null }],
  };
  expect(codec.decode(wire, ['a', 'b']).fields).toEqual({ a: null, b: 5 });
  expect(codec.encode({ a: 'one', b: 2 })).toEqual({
    ok: true,
    value: {
      custom: [
        { id: 1, value: 'one' },
        { id: 2, value: 2 },
      ],
    },
  });
});
