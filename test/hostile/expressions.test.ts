import { describe, expect, it } from 'vitest';
import { FILTERS } from '../../src/integration/expression/filters.ts';
import { compileExpression } from '../../src/integration/expression.ts';
import type { Fields, Value } from '../../src/record/value.ts';

const HOW_LONG_MS = 5000;

function evaluate(source: string, value: Value = null, record: Fields = {}): Value | string {
  const compiled = compileExpression(source);
  if (!compiled.ok) return `invalid: ${compiled.error.detail}`;
  const result = compiled.value.evaluate({ value, record });
  return result.ok ? result.value : `failed: ${result.error.detail}`;
}

/** It comes to an end soon, with a result or without. */
function soon(source: string, value: Value = null, record: Fields = {}): Value | string {
  const start = performance.now();
  const result = evaluate(source, value, record);
  expect(performance.now() - start, source.slice(0, 100)).toBeLessThan(HOW_LONG_MS);
  return result;
}

describe('ways out of an expression', () => {
  const NAMES = ['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'];
  const OBJECTS = [
    'value',
    'record',
    '[]',
    '{}',
    "''",
    '1',
    '1.5',
    'true',
    'value.x',
    "'a'.split('b')",
    "record.get('a')",
  ];

  it.each(NAMES)('%s is nothing special, wherever it is asked for', (name) => {
    for (const object of OBJECTS) {
      const read = evaluate(`{{ (${object}).${name} }}`, 'text', { a: { b: 1 } });
      expect(read === null || String(read).startsWith('failed: '), `${object}.${name}`).toBe(true);
      expect(evaluate(`{{ (${object})['${name}'] }}`, 'text', { a: { b: 1 } })).toEqual(read);
    }
    expect(evaluate(`{{ value | map(attribute='${name}') | list }}`, [{ a: 1 }])).toEqual([null]);
    expect(evaluate(`{{ value | join(',', '${name}') }}`, [{ a: 1 }])).toBeNull();
    expect(evaluate(`{{ '${name}' in value }}`, { a: 1 })).toBe(false);
    expect(evaluate(`{{ value.get('${name}', 'none') }}`, { a: 1 })).toBe('none');
    expect(evaluate(`{{ value | map('${name}') }}`, ['a'])).toMatch(/^invalid: There is no filter/);
    expect(evaluate(`{{ value | ${name} }}`, 'a')).toMatch(/^invalid: There is no filter/);
    expect(evaluate(`{{ value is ${name} }}`, 'a')).toMatch(/^invalid: There is no test/);
    expect(evaluate(`{{ value.${name}() }}`, 'a')).toMatch(/^invalid: There is no method/);
    expect(evaluate(`{{ fn.${name}() }}`, 'a')).toMatch(/^invalid: There is no function/);
    expect(evaluate(`{{ value | lookup('${name}') }}`, 'a')).toMatch(/^invalid: There is no table/);
    expect(evaluate(`{{ ${name} }}`, 'a')).toMatch(/^invalid: /);
  });

  it('a name that is only known when it runs is looked up in the same lists', () => {
    for (const name of NAMES) {
      expect(evaluate('{{ [1] | map(value) }}', name)).toMatch(/^failed: /);
      expect(evaluate('{{ [1] | select(value) }}', name)).toMatch(/^failed: /);
    }
  });

  it('objects that it makes have no prototype to poison', () => {
    const made = evaluate("{{ {'__proto__': {'polluted': true}, 'a': 1} }}");
    expect(Object.keys(made ?? {})).toEqual(['__proto__', 'a']);
    expect('polluted' in {}).toBe(false);
    expect(evaluate("{{ value | groupby('__proto__') }}", [{ a: 1 }])).toBeTruthy();
    expect(evaluate('{{ value | dictsort }}', JSON.parse('{"__proto__":{"polluted":1}}'))).toEqual([
      ['__proto__', { polluted: 1 }],
    ]);
  });

  it.each([
    '{% include "x" %}',
    '{% import "x" as x %}',
    '{% from "x" import y %}',
    '{% extends "x" %}',
    '{% block a %}{% endblock %}',
    '{% macro m(a) %}{{ m(a) }}{% endmacro %}{{ m(1) }}',
    '{% call m() %}{% endcall %}',
    '{% filter upper %}a{% endfilter %}',
    '{% raw %}{% endraw %}',
    '{% autoescape true %}{% endautoescape %}',
    '{% do value.append(1) %}',
    '{{ range(1000000000) }}',
    '{{ namespace(a=1) }}',
    '{{ lipsum() }}',
    '{{ dict(a=1) }}',
    '{{ value.__class__.__mro__() }}',
    '{{ value() }}',
    '{{ (value | upper)() }}',
    '{{ value.upper()() }}',
    '{{ [value.upper][0]() }}',
    '{{ value | upper(*value) }}',
    '{{ value | replace(**record) }}',
  ])('%s is refused before it runs', (source) => {
    expect(evaluate(source, 'a', { a: 1 })).toMatch(/^invalid: /);
  });
});

describe('what an expression may take', () => {
  const long = 'a'.repeat(190_000);
  const many: Value = Array.from({ length: 90_000 }, () => 'a');
  const loop = (body: string) => `{% set x = record.x %}{% for i in value %}${body}{% endfor %}`;

  it.each<[string, Value]>([
    ['a long text in every filter', long],
    ['a long list in every filter', many],
    ['a large object in every filter', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i]))],
    ['a number of many digits in every filter', '9'.repeat(190_000)],
    ['a deep list in every filter', JSON.parse(`${'['.repeat(4000)}${']'.repeat(4000)}`)],
  ])(
    '%s',
    (_, value) => {
      for (const [name, { parameters }] of FILTERS) {
        if (name === 'lookup') continue;
        for (const argument of ["'a'", '1000000000', 'value', "'%999s'"]) {
          const args = parameters.map(() => argument).join(', ');
          if (name === 'map' || name.startsWith('select') || name.startsWith('reject')) continue;
          soon(`{{ value | ${name}${args ? `(${args})` : ''} }}`, value);
        }
      }
    },
    120_000,
  );

  it.each([
    '{{ x | length }}',
    '{{ x | digits }}',
    '{{ x is upper }}',
    '{{ x.startswith("b") }}',
    '{{ x[:1] }}',
    '{{ x[0] }}',
    '{{ x == record.y }}',
    '{{ x < record.y }}',
    '{{ "b" in x }}',
    '{{ x | first }}',
    '{{ x | slug | first }}',
    '{{ x | regex_test("b$") }}',
    '{{ [1] | select("in", x) | first }}',
    '{{ 1 if x else 2 }}',
  ])('a look at a long text in every turn of a long loop: %s', (body) => {
    expect(soon(loop(body), many, { x: long, y: `${long.slice(1)}b` })).toBe('failed: It takes too long.');
  });

  it.each(['{{ x == y }}', '{{ x in [y] }}', '{{ x in l }}', '{{ 1 if d }}', '{{ d | length }}', '{{ d.get("a") }}'])(
    'a look at a long list in every turn of a long loop: %s',
    (body) => {
      const source = `{% set y = record.y %}{% set d = record.d %}{% set l = [y] %}${loop(body)}`;
      const x = Array.from({ length: 40_000 }, () => 1);
      const d = Object.fromEntries(x.map((_, i) => [`k${i}`, i]));
      expect(soon(source, many, { x, y: [...x.slice(1), 2], d })).toMatch(/^failed: /);
    },
  );

  it.each([
    ['{{ value | pad(1000000000) }}', 'a'],
    ['{{ value | pad(199999) | pad(199999, "b") | center(199999) | wordwrap(1, true, value) }}', 'a'],
    ['{{ value | center(1000000000) }}', 'a'],
    ['{{ value | indent(1000000000) }}', 'a\n'.repeat(90_000)],
    ['{{ value | replace("a", record.x) }}', 'a'.repeat(1000)],
    ['{{ value | replace("", record.x) }}', 'a'.repeat(1000)],
    ['{{ value.replace("a", record.x) }}', 'a'.repeat(1000)],
    ['{{ value | join(record.x) }}', 'a'.repeat(1000)],
    ['{{ value | regex_replace("a", record.x) }}', 'a'.repeat(1000)],
    [
      '{{ value | regex_replace("a", "$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0") | regex_replace("a", record.x) }}',
      'a'.repeat(1000),
    ],
    [`{{ value ${"| replace('a', 'aaaaaaaaaaaaaaaa')".repeat(20)} }}`, 'a'],
    [`{% set a = value %}${'{% set a = a ~ a %}'.repeat(60)}{{ a }}`, 'a'],
    [`{% set a = [value] %}${'{% set a = a + a %}'.repeat(60)}{{ a }}`, 'a'],
    [`{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(60)}{{ a | tojson }}`, 'a'],
    [`{% set a = {'a': 1} %}${"{% set a = {'a': a, 'b': a} %}".repeat(60)}{{ a == a }}`, 'a'],
    ['{{ 9 ** 9 ** 9 ** 9 }}', 'a'],
    ['{{ value | times(value) | times(value) | times(value) }}', '9'.repeat(900)],
    ['{{ 1 | divided_by(3, 1000000000) }}', 'a'],
    ['{{ "1e400" | decimal | times("1e400") | times("1e400") | times("1e400") }}', 'a'],
    ["{{ '%d' * 1000000000 }}", 'a'],
  ])('%s fails before it grows', (source, value) => {
    expect(soon(source, value, { x: 'b'.repeat(1000) })).toMatch(/^failed: /);
  });

  it.each([
    '(a+)+$',
    '(a|aa)+$',
    '(a*)*b',
    '([a-z]{0,500})*[0-9]',
    '(a?){500}a{500}b',
    'a.*b|a',
    '(.*?,){50}P',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(?:(?:(?:a{0,100}){0,10})*)*b',
    'a{1000}',
    'a{1001}',
    '((a{1000}){1000}){1000}',
    '(?=a)',
    '(a)\\1',
    '(',
  ])(
    'no regular expression takes long: %s',
    (pattern) => {
      for (const length of [2500, 190_000]) {
        const text = `${'a'.repeat(length)}!`;
        for (const name of ['regex_test', 'regex_search', 'regex_findall']) {
          soon(`{{ value | ${name}(record.pattern) }}`, text, { pattern });
        }
        soon('{{ value | regex_replace(record.pattern, "$0") }}', text, { pattern });
      }
    },
    60_000,
  );

  it.each([
    ['a long source', `{{ '${'x'.repeat(5000)}' }}`],
    ['a long source of comments', `${'{# x #}'.repeat(1000)}`],
    ['many nodes', `{{ ${'1,'.repeat(1500)} }}`],
    ['deep brackets', `{{ ${'('.repeat(2000)}1${')'.repeat(2000)} }}`],
    ['deep objects', `{{ ${"{'a':".repeat(500)}1${'}'.repeat(500)} }}`],
    ['deep conditions', `{{ ${'1 if 1 else '.repeat(300)}1 }}`],
    ['deep members', `{{ value${'.a'.repeat(1500)} }}`],
    ['deep negations', `{{ ${'-'.repeat(3000)}1 }}`],
    ['deep loops', `${'{% for i in value %}'.repeat(150)}${'{% endfor %}'.repeat(150)}`],
    ['many filters', `{{ value${' | trim'.repeat(500)} }}`],
    ['a bracket that never closes', `{{ ${'['.repeat(3000)} }}`],
  ])('%s is refused before it runs', (_, source) => {
    expect(soon(source, ['a'])).toMatch(/^invalid: /);
  });

  it('the same template with the same values always comes to the same end', () => {
    const source = loop('{{ x | length }}');
    const ends = Array.from({ length: 3 }, () => evaluate(source, many, { x: long }));
    expect(new Set(ends).size).toBe(1);
  });
});

it('no failure tells a value', () => {
  const secret = 'S3cret';
  for (const [name, { parameters }] of FILTERS) {
    if (name === 'lookup') continue;
    for (const value of [secret, [secret], { S3cret: secret }, 4711]) {
      for (const argument of ['value', 'record', "'x'", '1']) {
        const args = parameters.map(() => argument).join(', ');
        const compiled = compileExpression(`{{ value | ${name}${args ? `(${args})` : ''} }}`);
        const result = compiled.ok ? compiled.value.evaluate({ value, record: { a: secret } }) : compiled;
        if (!result.ok) expect(JSON.stringify(result.error)).not.toMatch(/S3cret|4711/);
      }
    }
  }
});
