import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fields, Value } from '../record/value.ts';
import { compileExpression, holds } from './expression.ts';

function evaluate(source: string, value: Value = null, record: Fields = {}): Value | string {
  const compiled = compileExpression(source);
  if (!compiled.ok) return `invalid: ${compiled.error.detail} ${compiled.error.next ?? ''}`.trim();
  const result = compiled.value.evaluate({ value, record });
  return result.ok ? result.value : `failed: ${result.error.detail}`;
}

describe('what an expression gives', () => {
  test.each<[string, Value, Value]>([
    ["{{ value | replace('#', '') }}", '#4711#', '4711'],
    ['{{ value }}', 12, 12],
    ['{{ value }}', true, true],
    ['{{ value }}', null, null],
    ['{{ value }}', '', null],
    ['{{ value }}', ' kept as it is ', ' kept as it is '],
    ['{{ value }}', { amount: '1.5', currency: 'EUR' }, { amount: '1.5', currency: 'EUR' }],
    ['{{ value.amount }} {{ value.currency }}', { amount: '1.5', currency: 'EUR' }, '1.5 EUR'],
    ['{{ value[:10] }}', '2026-12-31T23:00:00.000Z', '2026-12-31'],
    ['{{ value | int + 1 }}', '41', 42],
    ['{{ value | float * 2 }}', '1.25', 2.5],
    ["{{ value == 'x' }}", 'x', true],
    ["{{ 'yes' if value else 'no' }}", false, 'no'],
    ['{% if value %}yes{% else %}no{% endif %}', true, 'yes'],
    ['{% if value %}\n  yes\n{% else %}\n  no\n{% endif %}', false, 'no'],
    ["{% set words = value.split(' ') %}{{ words | last }}, {{ words | first }}", 'Ada Lovelace', 'Lovelace, Ada'],
    ["{% for word in value %}{{ word | upper }}{{ '/' if not loop.last }}{% endfor %}", ['a', 'b'], 'A/B'],
    ["{{ value | join(', ') }}", ['a', 'b'], 'a, b'],
    ["{{ value | default('none', true) }}", null, 'none'],
    ['{{ value | first }}', [], null],
    ['{{ value | trim | upper }}', ' ab ', 'AB'],
    ["{{ value.startswith('DE') }}", 'DE811', true],
    ['{{ value is none }}', null, true],
    ['DE', null, 'DE'],
    ['', null, null],
    ['{# a remark #}', 'x', null],
    ["{{ 'a' ~ value }}", 1, 'a1'],
  ])('%s of %j is %j', (source, value, expected) => {
    expect(evaluate(source, value)).toEqual(expected);
  });

  test('the fields it reads are known, where they are named', () => {
    const fieldsOf = (source: string) => {
      const compiled = compileExpression(source);
      return compiled.ok ? compiled.value.fields : compiled.error.detail;
    };
    expect(fieldsOf("{{ record.first_name ~ ' ' ~ record['last_name'] }}")).toEqual(['first_name', 'last_name']);
    expect(fieldsOf('{{ value }}')).toEqual([]);
    expect(fieldsOf('{{ record[value] }}')).toBeNull();
    expect(fieldsOf("{{ record.get('x') }}")).toBeNull();
    expect(fieldsOf('{% for key in record %}{{ key }}{% endfor %}')).toBeNull();
  });

  test('only named fields are handed over, and a missing one is empty', () => {
    expect(evaluate('{{ record.a }}{{ record.b }}', null, { a: 'x' })).toBe('x');
    expect(evaluate("{{ record['__proto__'] }}", null, { a: 'x' })).toBeNull();
  });

  test('a filter holds only when it says true', () => {
    const filter = compileExpression("{{ record.status == 'customer' }}");
    expect(filter.ok && holds(filter.value, { status: 'customer' })).toEqual({ ok: true, value: true });
    expect(filter.ok && holds(filter.value, { status: 'lead' })).toEqual({ ok: true, value: false });
    expect(filter.ok && holds(filter.value, {})).toEqual({ ok: true, value: false });
  });
});

describe('what an expression can not reach', () => {
  test.each([
    ['{{ process.env }}'],
    ['{{ globalThis }}'],
    ['{{ global }}'],
    ['{{ require("fs") }}'],
    ['{{ constructor }}'],
    ['{{ self }}'],
    ['{{ lipsum.__globals__ }}'],
    ['{{ cycler.__init__.__globals__.os }}'],
    ['{{ joiner }}'],
    ['{{ namespace(a=1) }}'],
    ['{{ range(1000000000) }}'],
    ['{{ raise_exception(value) }}'],
    ['{{ strftime_now("%Y") }}'],
    ['{{ config.items() }}'],
    ['{{ request }}'],
    ['{{ get_flashed_messages }}'],
    ['{{ "x"["constructor"]("return 1")() }}'],
    ['{{ value.constructor.constructor("return process")() }}'],
    ['{{ (value.constructor)("return 1") }}'],
    ['{{ [].__class__.__base__.__subclasses__() }}'],
    ['{{ value.replace.constructor("x")() }}'],
    ['{{ value | attr("__class__") }}'],
    ['{{ value | map("constructor") | constructor }}'],
    ['{{ value | tojson(indent=1000000000) | indent(1000000000) }}'],
    ['{{ record | tojson(indent=100000000) }}'],
    ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
    ['{% call value() %}x{% endcall %}'],
    ['{% filter upper %}x{% endfilter %}'],
    ['{{ value.upper(*[1]) }}'],
    ['{{ value.upper(**record) }}'],
    ['{% include "/etc/passwd" %}'],
    ['{% import "os" as os %}'],
    ['{% extends "x" %}'],
    ['{{ value is callable }}'],
    ['{% set value = 1 %}'],
    ['{% set record = 1 %}'],
    ['{% for true in [1] %}{% endfor %}'],
  ])('%s is refused before it runs', (source) => {
    expect(evaluate(source, 'text', { a: 1 })).toMatch(/^invalid: /);
  });

  test.each([
    ['{{ value.constructor }}'],
    ['{{ value.__proto__ }}'],
    ['{{ value["__proto__"] }}'],
    ['{{ value["constructor"] }}'],
    ['{{ record.constructor }}'],
    ['{{ record.__proto__ }}'],
    ['{{ record["hasOwnProperty"] }}'],
    ['{{ value.__class__ }}'],
    ['{{ [].constructor }}'],
    ['{{ {}.constructor }}'],
    ['{{ true.constructor }}'],
    ['{{ 1.0.constructor }}'],
    ['{{ ([value] | map(attribute="constructor") | first) if false }}'],
  ])('%s is empty', (source) => {
    expect(evaluate(source, 'text', { a: 1 })).toBeNull();
  });

  test.each([
    ['{{ value.upper }}'],
    ['{{ value.upper ~ "" }}'],
    ['{{ value["upper"] ~ "" }}'],
    ['{{ [value.replace] | join }}'],
    ['{{ record.items ~ "" }}'],
    ['{% set f = value.replace %}{{ f }}'],
    ['{{ value.upper == 1 }}'],
  ])('%s does not let a function out', (source) => {
    expect(evaluate(source, 'text', { a: 1 })).toMatch(/^failed: It uses a method as a value/);
  });

  test('a record may have fields of any name', () => {
    const record: Fields = JSON.parse('{"__proto__":"p","constructor":"c","items":"i","toString":"t"}');
    const source = "{{ record.__proto__ ~ record.constructor ~ record['items'] ~ record.toString }}";
    expect(evaluate(source, null, record)).toBe('pcit');
    expect(evaluate('{{ record }}', null, record)).toEqual(record);
    expect(Object.prototype.toString).toBeTypeOf('function');
  });
});

describe('what an expression costs', () => {
  const twenty = Array.from({ length: 20 }, (_, i) => i);
  const long = 'x'.repeat(100_000);
  const doubling = `{% set a = ['x', 'x'] %}${'{% set a = [a, a] %}'.repeat(40)}{{ a | tojson }}`;
  const loops = `${'{% for x in value %}'.repeat(8)}x${'{% endfor %}'.repeat(8)}`;
  test.each<[string, string, Value]>([
    ['nested loops', loops, twenty],
    ['a list that doubles', doubling, null],
    ['a list that doubles, compared', doubling.replace('a | tojson', "a == ''"), null],
    ['a text that doubles', `{% set a = value %}${'{% set a = a ~ a %}'.repeat(60)}{{ a }}`, 'x'],
    ['a long replacement', '{{ value.replace("", value) }}', long],
    ['a long replacement by a filter', '{{ value | replace("x", value) }}', long],
    ['replacements in a row', `{{ value ${"| replace('x', 'xxxxxxxxxxxxxxxx')".repeat(20)} }}`, 'x'],
    ['a long separator', '{{ value | join(value) }}', long],
    ['a large power', '{{ 9 ** 9 ** 9 ** 9 }}', null],
    ['a division by zero', '{{ 1 / 0 }}', null],
    ['lists in loops', '{% set a = [1] %}{% for x in value %}{% set a = a + a %}{% endfor %}{{ a }}', twenty],
    ['a loop over a long list', '{% for x in value %}{{ value }}{% endfor %}', Array.from({ length: 9000 }, () => 'x')],
    ['text times number', "{{ 'a' * 1000000000 }}", null],
    ['a value that is too large', '{{ value }}', 'x'.repeat(300_000)],
  ])('%s: an error, soon', (_, source, value) => {
    const start = performance.now();
    expect(evaluate(source, value)).toMatch(/^failed: /);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test.each([
    ['a long text', `{{ '${'x'.repeat(5000)}' }}`],
    ['many parts', `{{ ${'1+'.repeat(1500)}1 }}`],
    ['deep brackets', `{{ ${'('.repeat(1900)}1${')'.repeat(1900)} }}`],
    ['deep lists', `{{ ${'['.repeat(1900)}${']'.repeat(1900)} }}`],
    ['deep negation', `{{ ${'not '.repeat(900)}1 }}`],
    ['deep conditions', `${'{% if 1 %}'.repeat(180)}${'{% endif %}'.repeat(180)}`],
    ['no end', '{{ value'],
    ['no end of a block', '{% if value %}'],
    ['no expression', '{{ }}'],
    ['an unknown word', '{{ valu }}'],
    ['an unknown filter', '{{ value | uper }}'],
  ])('%s: refused', (_, source) => {
    expect(evaluate(source)).toMatch(/^invalid: /);
  });

  test('what was meant is named', () => {
    expect(evaluate('{{ valu }}')).toContain('Did you mean "value"?');
    expect(evaluate('{{ value | uper }}')).toContain('Did you mean "upper"?');
  });
});

test('no error repeats a value', () => {
  const sources = [
    '{{ value + 1 }}',
    '{{ value / 2 }}',
    '{{ value | first }}',
    '{{ value[record] }}',
    '{{ {}[value] }}',
    '{{ -value }}',
    '{{ value | sort }}',
    '{{ value() }}',
    '{{ value | selectattr(value) }}',
    '{{ [1] | map(attribute=value) }}',
    '{{ value.upper().foo() }}',
    '{% set a, b = value %}',
    '{% for a, b in [value] %}{% endfor %}',
    '{{ record | dictsort(by=value) }}',
    '{{ record[value].x() }}',
  ];
  for (const source of sources) {
    for (const value of ['S3cret', ['S3cret'], { S3cret: 'S3cret' }]) {
      const result = compileExpression(source);
      const outcome = result.ok ? result.value.evaluate({ value, record: { a: 'S3cret' } }) : result;
      if (!outcome.ok) expect(JSON.stringify(outcome.error)).not.toContain('S3cret');
    }
  }
});

test('any text compiles or is refused, and any value passes or fails, without an exception', () => {
  const piece = fc.constantFrom(
    ...['{{', '}}', '{%', '%}', ' value ', ' record ', '|', 'replace', '(', ')', '[', ']', '.', ',', "'a'", '1', 'if '],
    ...['for ', ' in ', 'endfor', 'endif', 'set ', '=', '+', '~', '*', 'not ', 'join', 'upper', 'else', '{', '}', ':'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), fc.jsonValue(), (pieces, json) => {
      const compiled = compileExpression(pieces.join(''));
      const value: Value = JSON.parse(JSON.stringify(json));
      if (compiled.ok) compiled.value.evaluate({ value, record: { a: value } });
    }),
    { numRuns: 2000 },
  );
});

test('what a lookup reads is known before a run', () => {
  const declared = { tables: new Map(), functions: new Map(), lookups: ['owner'] };
  const read = compileExpression('{{ lookup.owner.name }}', undefined, declared);
  expect(read).toMatchObject({
    ok: true,
    value: { lookups: ['owner'], lookupFields: [['owner', 'name']], fields: [] },
  });
  for (const source of ['{{ lookup.ownr.name }}', '{{ lookups.owner }}']) {
    expect(compileExpression(source, undefined, declared)).toMatchObject({ ok: false });
  }
  expect(compileExpression('{{ lookup.owner.name }}')).toMatchObject({ ok: false });
});
