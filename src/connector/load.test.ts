import { describe, expect, it } from 'vitest';
import { closestWord } from './closest-word.ts';
import { loadConnector } from './load.ts';
import { readYaml } from './yaml-document.ts';

const GOOD = `connector: toy
title: Toy
protocol: rest
base_url: \${base_url}
auth: { type: api_key, header: x-key, value: '\${key}' }
objects:
  things:
    id: { path: id }
    modified: changed
    list:
      path: /things
      records: items
      pagination: { style: page, param: page, size: 10 }
      equals: { name: name }
    fields:
      name: { type: string }
      changed: { type: timestamp, read_only: true }
`;

function faultsOf(text: string): string[] {
  const loaded = loadConnector(text, 'toy.yaml');
  if (loaded.ok) return [];
  return loaded.error.map((d) => `${d.where?.line}:${d.where?.column} ${d.code}: ${d.summary}|${d.next ?? ''}`);
}

describe('loadConnector', () => {
  it('reads a connector', () => {
    const loaded = loadConnector(GOOD, 'toy.yaml');
    expect(loaded.ok && loaded.value.objects.things?.list?.pagination).toEqual({
      style: 'page',
      param: 'page',
      first: 1,
      size: 10,
      shifts: false,
    });
  });

  it('takes the name of an object as it is, dots and all', () => {
    expect(faultsOf(GOOD.replace('  things:', '  things.json:'))).toEqual([]);
  });

  const faults: [string, string, string, string][] = [
    [
      'an unknown key at the top',
      'title: Toy',
      'titel: Toy',
      '2:1 key-unknown: "titel" is not known at the top of the file|Did you mean "title"?',
    ],
    [
      'an unknown key inside a union member',
      'header: x-key',
      'heder: x-key',
      '5:24 key-unknown: "heder" is not known under auth|Did you mean "header"?',
    ],
    [
      'an unknown key in a record',
      '      name: { type: string }',
      '      name: { typ: string }',
      '16:15 key-unknown: "typ" is not known under objects.things.fields.name|Did you mean "type"?',
    ],
    [
      'an unknown key in pagination',
      'size: 10',
      'size: 10, shift: true',
      '13:57 key-unknown: "shift" is not known under objects.things.list.pagination|Did you mean "shifts"?',
    ],
    [
      'a wrong option',
      'type: string',
      'type: strng',
      '16:15 value-invalid: objects.things.fields.name.type is not valid|Did you mean "string"?',
    ],
    [
      'a wrong style',
      'style: page,',
      'style: pages,',
      '13:21 value-invalid: objects.things.list.pagination.style is not valid|',
    ],
    ['a missing key', '      records: items\n', '', '10:5 key-missing: objects.things.list.records is missing|'],
    [
      'a field that is not there',
      'modified: changed',
      'modified: chnged',
      '9:5 name-unknown: There is no field "chnged" in this connector|Did you mean "changed"?',
    ],
    [
      'a parent that is not there',
      '    modified: changed',
      '    modified: changed\n    parent: { object: thngs, param: p }',
      '10:15 name-unknown: There is no object "thngs" in this connector|Did you mean "things"?',
    ],
    [
      'a parent that is the object itself',
      '    modified: changed',
      '    modified: changed\n    parent: { object: things, param: p }',
      '10:15 parent-circular: The parents of things lead back to things|',
    ],
    ['a duplicate key', 'title: Toy', 'title: Toy\ntitle: Two', '3:1 yaml-invalid: The file is not valid YAML|'],
    ['a broken file', 'title: Toy', 'title: [Toy', '3:1 yaml-invalid: The file is not valid YAML|'],
  ];
  it.each(faults)('finds %s', (_, from, to, expected) => {
    expect(faultsOf(GOOD.replace(from, () => to))).toContain(expected);
  });
});

describe('readYaml', () => {
  it('refuses aliases that multiply', () => {
    const rows = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      rows.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    const read = readYaml(rows.join('\n'), 'bomb.yaml');
    expect(read.ok ? 'read' : read.error[0]?.code).toBe('yaml-refused');
  });

  it.each([
    ['deep nesting', '['.repeat(200_000)],
    ['a long file', `a: ${'x'.repeat(5_000_001)}`],
    ['two documents', 'a: 1\n---\nb: 2'],
    ['an unknown tag', 'a: !secret x'],
  ])('refuses %s', (_, text) => {
    expect(readYaml(text, 'f.yaml').ok).toBe(false);
  });

  it('places what is missing at its parent', () => {
    const read = readYaml('a:\n  - b: 1\n  - c: 2\n', 'f.yaml');
    expect(
      read.ok && [read.value.place(['a', 1, 'c']), read.value.place(['a', 1, 'nope']), read.value.place([])],
    ).toEqual([
      { file: 'f.yaml', line: 3, column: 5 },
      { file: 'f.yaml', line: 3, column: 5 },
      { file: 'f.yaml', line: 1, column: 1 },
    ]);
  });
});

describe('closestWord', () => {
  it.each([
    ['emial', 'email'],
    ['Email', 'email'],
    ['vatid', 'vat_id'],
    ['zzz', null],
  ])('%s → %s', (word, expected) => {
    expect(closestWord(word, ['email', 'vat_id', 'name'])).toBe(expected);
  });
});

describe('parts and lines', () => {
  const WITHIN = `  mains:
    part_of: { object: things, whole: thing, present: [name] }
    fields:
      name: { type: string, path: main_name }
  lines:
    lines_of: { object: things, path: lines, whole: thing, key: no, position: place }
    fields:
      no: { type: integer }
`;

  it('get the reference to their whole, the place, and how changes of the whole are read', () => {
    const loaded = loadConnector(GOOD + WITHIN, 'toy.yaml');
    const { mains, lines } = loaded.ok ? loaded.value.objects : {};
    expect(mains?.fields.thing).toMatchObject({ type: 'reference', reference: 'things', required: true });
    expect(Object.keys(lines?.fields ?? {})).toEqual(['no', 'thing', 'place']);
    expect(lines?.fields.no?.required).toBe(true);
    expect([mains?.modified, mains?.list?.path, mains?.list?.equals]).toEqual(['changed', '/things', {}]);
  });

  it.each<[string, string, string, string]>([
    [
      'no such object',
      'part_of: { object: things',
      'part_of: { object: thing',
      '19:16 name-unknown: There is no object "thing" in this connector|Did you mean "things"?',
    ],
    [
      'a whole that is a part itself',
      'lines_of: { object: things',
      'lines_of: { object: mains',
      '23:17 whole-within: mains stands within another object itself|Name the outermost one',
    ],
    [
      'no such field',
      'present: [name]',
      'present: [nam]',
      '19:56 name-unknown: mains has no field "nam"|Did you mean "name"?',
    ],
    ['no such key', 'key: no,', 'key: number,', '23:60 name-unknown: lines has no field "number"|Known here: no'],
    [
      'a name that is taken',
      'whole: thing, key',
      'whole: no, key',
      '23:46 name-taken: lines declares "no" already|Leave the field out: it is added by itself',
    ],
    [
      'requests of its own',
      '  lines:\n',
      '  lines:\n    get: { path: /lines }\n',
      '23:5 key-excluded: lines has lines_of, so it is read and written with its whole|Leave out get',
    ],
    [
      'a part and a line at once',
      '  lines:\n',
      '  lines:\n    part_of: { object: things, whole: one, present: [no] }\n',
      "key-excluded: lines can't be a part and a line at once|Keep one of the two",
    ],
    [
      'an object with an id of its own, without it',
      '    id: { path: id }\n',
      '',
      '7:3 key-missing: objects.things.id is missing|',
    ],
  ])('%s', (_, from, to, expected) => {
    expect(faultsOf((GOOD + WITHIN).replace(from, to)).join('\n')).toContain(expected);
  });
});
