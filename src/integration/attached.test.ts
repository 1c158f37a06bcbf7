import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeXlsx } from 'hucre/xlsx';
import { afterAll, expect, test } from 'vitest';
import { openIntegration } from './files.ts';
import type { LoadedIntegration } from './loaded.ts';

const CONNECTOR = (name: string) => `connector: ${name}
title: ${name}
protocol: rest
base_url: https://${name}.example
objects:
  things:
    update: { method: PATCH, path: '/things/{id}' }
    id: { path: id }
    fields:
      code: { type: string }
      text: { type: string }
`;

const INTEGRATION = (more: string, toB: string) => `integration: tiny
purpose: A test.
systems:
  one: { connector: ./one.yaml, environments: { staging: {} } }
  two: { connector: ./two.yaml, environments: { staging: {} } }
${more}
mappings:
  things:
    one: things
    two: things
    match: [[code]]
    propagate: { one: { create: ignore }, two: { create: ignore, update: ignore } }
    fields:
      - { one: code, two: code, direction: one -> two }
      - { one: text, two: text, direction: one -> two, to_two: "${toB}" }
`;

const folder = mkdtempSync(join(tmpdir(), 'dovetail-attached-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'one.yaml'), CONNECTOR('one'));
writeFileSync(join(folder, 'two.yaml'), CONNECTOR('two'));
writeFileSync(join(folder, 'terms.csv'), '\uFEFFcode;days;text\r\n\r\nA1;14;"two; weeks"\r\nA2;30;a month\r\n');
writeFileSync(join(folder, 'twice.csv'), 'code,days\nA,1\nB,2\nA,3\n,4\n');
writeFileSync(join(folder, 'broken.csv'), 'code,days\n"A,1\n');
const sheet = (name: string, rows: (string | number)[][]) => ({ name, rows });
const workbook = await writeXlsx({
  sheets: [
    sheet('First', [
      ['code', 'days'],
      ['A1', 14],
      ['A2', 30],
    ]),
    sheet('Second', [
      ['code', 'days'],
      ['A1', 7],
      ['A1', 8],
    ]),
  ],
});
writeFileSync(join(folder, 'terms.xlsx'), workbook);
const calculated = {
  name: 'First',
  rows: [['code', 'days']],
  cells: new Map([
    ['1,0', { value: 'A' }],
    ['1,1', { formula: '1+1' }],
  ]),
};
writeFileSync(join(folder, 'formula.xlsx'), await writeXlsx({ sheets: [calculated] }));
writeFileSync(join(folder, 'broken.xlsx'), 'no workbook');
mkdirSync(join(folder, 'outside'));
symlinkSync('/etc', join(folder, 'outside', 'etc'));

async function open(more: string, toB: string) {
  writeFileSync(join(folder, 'integration.yaml'), INTEGRATION(more, toB));
  return openIntegration(join(folder, 'integration.yaml'), 'staging', {});
}

function evaluate(integration: LoadedIntegration, value: string | null) {
  const expression = integration.mappings[0]?.fields[1]?.toB;
  const result = expression?.evaluate({ value, record: {} });
  return result?.ok ? result.value : result?.error.detail;
}

async function faults(more: string, toB = '{{ value }}'): Promise<string[]> {
  const opened = await open(more, toB);
  const found = opened.ok ? opened.value.remarks : opened.error;
  return found.map(({ code, where }) => `${code} ${where?.file.split('/').at(-1)}:${where?.line}`);
}

test.each([
  ['tables: { t: { map: { a: 1, b: two } } }', "{{ value | lookup('t') }}", 'b', 'two'],
  ['tables: { t: { rows: [{ k: 7, x: seven, y: null }] } }', "{{ value | lookup('t', 'x') }}", ' 7 ', 'seven'],
  ['tables: { t: { rows: [{ x: seven, k: 7 }], key: k } }', "{{ value | lookup('t') }}", '7', 'seven'],
  ["tables: { t: { file: terms.csv, separator: ';' } }", "{{ value | lookup('t', 'text') }}", 'A1', 'two; weeks'],
  ["tables: { t: { file: ./terms.csv, separator: ';' } }", "{{ value | lookup('t', 'days') | int }}", 'A2', 30],
  [
    'tables: { t: { map: { a: 1 } } }',
    "{{ value | lookup('t') }}",
    'z',
    'The filter lookup finds no row for the value in the table t.',
  ],
  ['tables: { t: { map: { a: 1 }, missing: empty } }', "{{ value | lookup('t') }}", 'z', null],
  ['tables: { t: { map: { a: 1 }, missing: keep } }', "{{ value | lookup('t') }}", 'z', 'z'],
  ['tables: { t: { map: { a: 1 } } }', "{{ value | lookup('t', default=9) }}", 'z', 9],
  ['tables: { t: { map: { a: 1 } } }', "{{ value | lookup('t') }}", null, null],
  ['tables: { t: { map: { constructor: 1 } } }', "{{ value | lookup('t', default='none') }}", '__proto__', 'none'],
])('%s: %s of %j is %j', async (more, toB, value, expected) => {
  const opened = await open(more, toB);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  expect(evaluate(opened.value, value)).toEqual(expected);
});

test.each([
  ['tables: { t: {} }', '{{ value }}', ['table-source integration.yaml:6']],
  ['tables: { t: { map: { a: 1 }, rows: [] } }', '{{ value }}', ['table-source integration.yaml:6']],
  ['tables: { t: { map: { a: 1 } } }', "{{ value | lookup('tt') }}", ['expression-invalid integration.yaml:15']],
  ['tables: { t: { map: { a: 1 } } }', "{{ value | lookup('t', 'vlue') }}", ['expression-invalid integration.yaml:15']],
  ['tables: { t: { map: { a: 1 } } }', '{{ value | lookup(value) }}', ['expression-invalid integration.yaml:15']],
  [
    'tables: { t: { file: twice.csv } }',
    '{{ value }}',
    ['table-key-missing twice.csv:5', 'table-key-twice twice.csv:4'],
  ],
  ['tables: { t: { file: twice.csv, key: kode } }', '{{ value }}', ['table-key integration.yaml:6']],
  ['tables: { t: { file: none.csv } }', '{{ value }}', ['file-unreadable none.csv:undefined']],
  ['tables: { t: { file: broken.csv } }', '{{ value }}', ['table-unreadable broken.csv:2']],
  ['tables: { t: { file: terms.xlsx, sheet: Second } }', '{{ value }}', ['table-key-twice terms.xlsx:3']],
  ['tables: { t: { file: terms.xlsx, sheet: Third } }', '{{ value }}', ['table-sheet terms.xlsx:undefined']],
  ['tables: { t: { file: formula.xlsx } }', '{{ value }}', ['table-formula formula.xlsx:2']],
  ['tables: { t: { file: broken.xlsx } }', '{{ value }}', ['sheet-refused broken.xlsx:undefined']],
  ['tables: { t: { file: /etc/passwd.csv } }', '{{ value }}', ['table-path integration.yaml:6']],
  ['tables: { t: { file: outside/etc/x.csv } }', '{{ value }}', ['file-unreadable x.csv:undefined']],
  ['tables: { t: { file: terms.txt } }', '{{ value }}', ['table-path integration.yaml:6']],
  [
    'tables: { t: { rows: [{ k: a, x: 1 }, { k: a, x: 2 }, { x: 3 }] } }',
    '{{ value }}',
    ['table-key-twice integration.yaml:6', 'table-key-missing integration.yaml:6'],
  ],
])('%s with %s: %j', async (more, toB, expected) => {
  expect((await faults(more, toB)).sort()).toEqual([...expected].sort());
});

test('the rules of a mapping change with a table that it names, and with no other', async () => {
  const rulesWith = async (more: string) => {
    const opened = await open(more, "{{ value | lookup('t') }}");
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    return opened.value.mappings[0]?.rules;
  };
  const before = await rulesWith('tables: { t: { map: { a: 1 } }, other_one: { map: { a: 1 } } }');
  expect(await rulesWith('tables: { t: { map: { a: 1 } }, other_one: { map: { a: 2 } } }')).toBe(before);
  expect(await rulesWith('tables: { t: { map: { a: 2 } }, other_one: { map: { a: 1 } } }')).not.toBe(before);
});

const FUNCTIONS = `import type { MappingFunction } from 'dovetail';
export const normalise_vat: MappingFunction = (value) => String(value).replace(/[^A-Z0-9]/g, '');
export const first_of: MappingFunction = (list, index) => (Array.isArray(list) ? (list[Number(index)] ?? null) : null);
export const spoil = (record: { text: string }) => { record.text = 'spoilt'; return record.text; };
export const fails = (value: string) => { throw new TypeError('S3cret ' + value); };
export const gives_nothing = () => undefined;
export const gives_a_date = () => new Date(0);
export const gives_much = () => 'x'.repeat(1_000_000);
export const LIMIT = 3;
`;

test.each([
  ['{{ fn.normalise_vat(value) }}', 'DE 811-907', 'DE811907'],
  ["{{ fn.first_of(['a', 'b'], 1) | upper }}", 'x', 'B'],
  ['{{ fn.gives_nothing() }}', 'x', null],
  ['{{ fn.fails(value) }}', 'S3cret', 'The function fn.fails failed (TypeError).'],
  ['{{ fn.gives_a_date() }}', 'x', 'The function fn.gives_a_date gives something that is not a value.'],
  ['{{ fn.gives_much() }}', 'x', 'A value in it is too large (more than 200000 characters).'],
])('%s of %j is %j', async (toB, value, expected) => {
  writeFileSync(join(folder, 'functions.ts'), FUNCTIONS);
  const opened = await open('functions: ./functions.ts', toB);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  expect(evaluate(opened.value, value)).toEqual(expected);
  expect(opened.value.remarks).toMatchObject([{ severity: 'info', code: 'functions-loaded' }]);
});

test('a function changes nothing but what it gives', async () => {
  writeFileSync(join(folder, 'functions.ts'), FUNCTIONS);
  const opened = await open('functions: functions.ts', '{{ fn.spoil(record) ~ record.text }}');
  const record = { code: 'c', text: 't' };
  const result = opened.ok && opened.value.mappings[0]?.fields[1]?.toB?.evaluate({ value: null, record });
  expect(result).toEqual({ ok: true, value: 'spoiltt' });
  expect(record).toEqual({ code: 'c', text: 't' });
});

test.each([
  ['export const a = (', 'functions-broken'],
  ["throw new Error('S3cret')", 'functions-broken'],
  ['export default () => 1;', 'functions-unfit'],
  ['export const later = async () => 1;', 'functions-unfit'],
  ['export const some = 1;', 'functions-unfit'],
])('%s: %s', async (text, code) => {
  writeFileSync(join(folder, 'functions.ts'), text);
  const opened = await open('functions: functions.ts', '{{ value }}');
  const found = opened.ok ? [] : opened.error;
  expect(found.map((one) => one.code)).toEqual([code]);
  expect(JSON.stringify(found)).not.toContain('S3cret');
});

test.each([
  ['functions: /etc/functions.ts', '{{ value }}', 'functions-path'],
  ['functions: functions.json', '{{ value }}', 'functions-path'],
  ['functions: nowhere.ts', '{{ value }}', 'file-unreadable'],
  ['', '{{ fn.normalise_vat(value) }}', 'expression-invalid'],
])('%s with %s: %s', async (more, toB, code) => {
  expect((await faults(more, toB)).map((each) => each.split(' ')[0])).toEqual([code]);
});
