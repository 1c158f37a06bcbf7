import { expect, it } from 'vitest';
import { fillFilter } from './query-template.ts';

it.each<[string, string, 'doubled' | 'backslash' | undefined, unknown]>([
  ['{value}', "O'Hara", undefined, "O'Hara"],
  ["{field} eq '{value}'", "O'Hara", undefined, "name eq 'O''Hara'"],
  ["{field} = '{value}'", "O'H\\", 'backslash', "name = 'O\\'H\\\\'"],
  ['{field}:"{value}"', 'a"b\\', undefined, 'name:"a\\"b\\\\"'],
  ['{field}:*{value}*', '$&', undefined, 'name:*$&*'],
  ["contains('x-{value}')", "'", undefined, "contains('x-''')"],
  [
    '[{"filters":[{"propertyName":"{field}","operator":"EQ","value":"{value}"}]}]',
    'a"b',
    undefined,
    [{ filters: [{ propertyName: 'name', operator: 'EQ', value: 'a"b' }] }],
  ],
  ['{name}={value}', 'x', undefined, 'name=x'],
  ['{value', 'x', undefined, '{value'],
])('%s with %j', (template, value, quoting, filter) => {
  expect(fillFilter(template, 'name', value, quoting)).toEqual(filter);
});
