import { expect, test } from 'vitest';
import { connectorSchema } from '../../connector/definition.ts';
import { compileTable } from './table.ts';

const table = (fields: object) => {
  const connector = connectorSchema.parse({
    connector: 'books',
    title: 'Books',
    protocol: 'sql',
    database: 'sqlite:books',
    objects: { people: { table: 'people', id: { path: 'id' }, fields } },
  });
  return compileTable('people', connector.objects.people!, 'sqlite');
};

test('parts that stand in the record are columns, and none of them holds JSON', () => {
  const made = table({
    name: { type: 'person_name', parts: { given: 'first', family: 'last' }, parts_in: 'record' },
    address: { type: 'postal_address', parts: { city: 'town' } },
    tags: { type: 'multi_option' },
    groups: { type: 'multi_option', multi_option: { form: 'text' } },
    photo: { type: 'binary' },
  });
  expect(made).toMatchObject({ ok: true });
  if (!made.ok) return;
  expect([...made.value.columns].sort()).toEqual(['address', 'first', 'groups', 'id', 'last', 'photo', 'tags']);
  expect([...made.value.json].sort()).toEqual(['address', 'tags']);
});

test('a part inside of a column is refused, unless it is only read', () => {
  const parts = { type: 'person_name', parts: { given: 'name.first' }, parts_in: 'record' };
  expect(table({ name: parts })).toMatchObject({ ok: false, error: { code: 'object-unusable' } });
  expect(table({ name: { ...parts, read_only: true } })).toMatchObject({ ok: true });
});
