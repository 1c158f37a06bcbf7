import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCodec } from '../connector/codec.ts';
import { type FieldDefinition, fieldSchema } from '../connector/field.ts';
import type { DataRule, RepairStep, RuleTest } from '../integration/data-rule.ts';
import { compileExpression } from '../integration/expression.ts';
import { compileForm } from '../integration/known-form.ts';
import type { KnownForm, Limit } from '../integration/rule-schema.ts';
import { Obstacle } from '../record/expressed.ts';
import type { Value } from '../record/value.ts';
import { compileCheck, compileRecordCheck, type RuleFinding } from './validate.ts';

function checkValue(definition: FieldDefinition, name: string, value: Value): Value | Obstacle {
  const check = compileCheck(name, definition);
  return check ? check(value) : value;
}

const string = { type: 'string' };
const cut = { ...string, on_violation: 'truncate' };

test.each<[object, Value, Value]>([
  [{ ...string, required: true }, 'a', 'a'],
  [{ type: 'boolean', required: true }, false, false],
  [{ ...string, max_length: 3 }, 'abc', 'abc'],
  [{ ...string, max_length: 3 }, '😀😀😀', '😀😀😀'],
  [{ ...string, max_length: 3 }, null, null],
  [{ ...string, pattern: '^\\d+$' }, '123', '123'],
  [{ ...string, pattern: '^\\d+$' }, null, null],
  [{ ...string, pattern: 'b' }, 'abc', 'abc'],
  [{ ...string, characters: 'latin1' }, 'Müller', 'Müller'],
  [{ type: 'integer', minimum: 0, maximum: 10 }, 10, 10],
  [{ type: 'decimal', maximum: 0.3 }, '0.3', '0.3'],
  [
    { type: 'money', minimum: 0 },
    { amount: '0', currency: 'EUR' },
    { amount: '0', currency: 'EUR' },
  ],
  [{ type: 'option', options: [{ value: 1, key: 'a' }] }, 'a', 'a'],
  [{ type: 'option', options: [{ value: 1, key: 'a' }] }, null, null],
  [{ type: 'multi_option', options: [{ value: 1, key: 'a' }] }, ['a'], ['a']],
  [{ type: 'multi_option', options: [{ value: 1, key: 'a' }] }, null, null],
  [{ type: 'option', options_from: 'list' }, 'anything', 'anything'],
  [{ type: 'option' }, 'anything', 'anything'],
  [{ ...cut, max_length: 5 }, 'abcd efgh', 'abcd'],
  [{ ...cut, max_length: 3, length_unit: 'utf16' }, '😀😀', '😀'],
  [{ ...cut, max_length: 3, length_unit: 'bytes' }, 'äää', 'ä'],
  [{ ...cut, characters: 'latin1', max_length: 4 }, 'Łódź!', '?ód?'],
])('%j takes %j as %j', (definition, value, expected) => {
  expect(checkValue(fieldSchema.parse(definition), 'x', value)).toEqual(expected);
});

test.each<[object, Value, string]>([
  [{ ...string, required: true }, null, 'required-empty'],
  [{ ...string, required: true }, ' ', 'required-empty'],
  [{ type: 'integer', required: true }, null, 'required-empty'],
  [{ ...string, max_length: 3 }, 'secret', 'too-long'],
  [{ ...string, max_length: 5, length_unit: 'utf16' }, '😀😀😀', 'too-long'],
  [{ ...string, max_length: 5, length_unit: 'bytes' }, 'äää', 'too-long'],
  [{ type: 'email', max_length: 5 }, 'secret@example.com', 'too-long'],
  [{ ...string, pattern: '^\\d+$' }, 'secret', 'pattern'],
  [{ ...cut, pattern: '^\\d+$', max_length: 3 }, 'secret', 'pattern'],
  [{ ...string, characters: 'latin1' }, 'secret Łódź', 'characters'],
  [{ ...string, characters: 'ascii' }, 'secret ü', 'characters'],
  [{ type: 'integer', minimum: 10 }, 9, 'out-of-range'],
  [{ type: 'decimal', maximum: 0.3 }, '0.30000000000000000001', 'out-of-range'],
  [{ type: 'money', minimum: 0 }, { amount: '-7777', currency: 'EUR' }, 'out-of-range'],
  [{ type: 'option', options: [{ value: 1, key: 'a' }] }, 'secret', 'option-unknown'],
  [{ type: 'multi_option', options: [{ value: 1, key: 'a' }] }, ['a', 'secret'], 'option-unknown'],
  [{ type: 'url', max_length: 5 }, 'https://secret.example', 'too-long'],
])('%j refuses %j as %s, without telling the value', (definition, value, code) => {
  const checked = checkValue(fieldSchema.parse(definition), 'field_x', value);
  expect(checked).toMatchObject({ reason: 'invalid', diagnostic: { code } });
  expect(JSON.stringify(checked)).toContain('field_x');
  expect(JSON.stringify(checked)).not.toMatch(/secret|7777|Łódź|😀|äää/);
});

test('a pattern that backtracks without end is tried on a bounded text only', () => {
  const definition = fieldSchema.parse({ type: 'string', pattern: '^\\d*$' });
  expect(checkValue(definition, 'x', '1'.repeat(1001))).toBeInstanceOf(Obstacle);
  expect(checkValue(definition, 'x', '1'.repeat(1000))).toBe('1'.repeat(1000));
});

test('a check knows the lists of options, and there is none for a field that demands nothing', () => {
  const sized = fieldSchema.parse({ type: 'option', options_from: 'sizes' });
  const check = compileCheck('size', sized, {
    lists: (name) => (name === 'sizes' ? [{ value: 1, key: 'small' }] : []),
  });
  expect(check?.('small')).toBe('small');
  expect(check?.('huge')).toMatchObject({ reason: 'invalid', diagnostic: { code: 'option-unknown' } });
  expect(compileCheck('size', sized)).toBeNull();
});

test('a repaired text passes, and is what the codec says that the system holds', () => {
  const definition = fc.record({
    type: fc.constant('string'),
    max_length: fc.integer({ min: 1, max: 20 }),
    length_unit: fc.constantFrom('characters', 'utf16', 'bytes'),
    characters: fc.constantFrom('any', 'latin1', 'ascii'),
    on_violation: fc.constant('truncate'),
  });
  fc.assert(
    fc.property(definition, fc.string({ unit: 'binary', maxLength: 40 }), (declared, text) => {
      const field = fieldSchema.parse(declared);
      const repaired = checkValue(field, 'x', text);
      if (repaired instanceof Obstacle) throw new Error(repaired.diagnostic.summary);
      expect(checkValue({ ...field, on_violation: 'park' }, 'x', repaired)).toEqual(repaired);
      const codec = compileCodec({ fields: { x: field } });
      expect(codec.normalise('x', repaired)).toEqual(codec.normalise('x', text));
    }),
  );
});

/** A rule of a row about the field x, as the loader makes it. */
function ruled(test: RuleTest, more: Partial<DataRule> = {}): DataRule {
  const where = { file: 'integration.yaml', line: 7 };
  const rule = {
    name: 'r',
    side: 'b',
    field: 'x',
    scope: 'value',
    test,
    message: null,
    policy: 'error',
    repair: [],
  } as const;
  return { ...rule, where, ...more };
}

function expression(source: string): RuleTest & { kind: 'expression' } {
  const compiled = compileExpression(source);
  if (!compiled.ok) throw new Error(compiled.error.detail);
  return { kind: 'expression', expression: compiled.value };
}

const form = (name: KnownForm, country: string | null, countryField: string | null = null): RuleTest => ({
  kind: 'form',
  form: name,
  matches: compileForm(name),
  country,
  countryField,
});
const limit = (name: Limit): RuleTest => ({ kind: 'limit', limit: name });
const zip = form('postal_code', 'DE', 'country');
const trim: RepairStep = { kind: 'trim' };

test.each<[string, DataRule[], object, Value, Value | 'refused', string[]]>([
  ['passes', [ruled(form('iban', null))], {}, 'DE89370400440532013000', 'DE89370400440532013000', []],
  ['refuses', [ruled(form('iban', null))], {}, 'DE8', 'refused', ['r violated']],
  ['asks no form of what is empty', [ruled(form('iban', null))], {}, null, null, []],
  ['takes the country of the record', [ruled(zip)], {}, '1010', '1010', []],
  ['warns', [ruled(form('ean', null), { policy: 'warn' })], {}, '123', '123', ['r warned']],
  ['asks an expression', [ruled(expression('{{ value != record.name }}'))], {}, 'Nord', 'refused', ['r violated']],
  ['takes what is not empty for true', [ruled(expression('{{ record.name }}'))], {}, 'x', 'x', []],
  ['takes a failure for false', [ruled(expression('{{ value | abs }}'))], {}, 'x', 'refused', ['r violated']],
  ['repairs', [ruled(expression('{{ value == value | trim }}'), { repair: [trim] })], {}, ' x ', 'x', ['r repaired']],
  [
    'says so where a repair does not help',
    [ruled(expression("{{ value == 'y' }}"), { repair: [trim] })],
    {},
    ' x ',
    'refused',
    ['r violated'],
  ],
  [
    'leaves alone what a warning could not repair',
    [ruled(expression("{{ value == 'y' }}"), { repair: [trim], policy: 'warn' })],
    {},
    ' x ',
    ' x ',
    ['r warned'],
  ],
  ['warns of a limit', [ruled(limit('length'), { policy: 'warn' })], { max_length: 1 }, 'ab', 'ab', ['r warned']],
  [
    'repairs by the rule, not by the connector',
    [ruled(limit('length'), { repair: [{ kind: 'truncate', mark: '…' }] })],
    { max_length: 4, on_violation: 'truncate' },
    'abcdef',
    'abc…',
    ['r repaired'],
  ],
  ['tells what the connector cuts', [], { max_length: 2, on_violation: 'truncate' }, 'abc', 'ab', ['cut repaired']],
  ['tells what the connector refuses', [], { max_length: 2 }, 'abc', 'refused', ['too-long violated']],
  [
    'fills what must not be empty',
    [ruled(limit('required'), { repair: [{ kind: 'default', value: 'n/a' }] })],
    { required: true },
    null,
    'n/a',
    ['r repaired'],
  ],
  [
    'asks the own rules before the limits',
    [ruled(expression("{{ value == 'ab' }}"), { repair: [trim] })],
    { max_length: 2 },
    ' ab ',
    'ab',
    ['r repaired'],
  ],
])('a rule %s', (_, rules, declared, value, expected, found) => {
  const check = compileCheck('x', fieldSchema.parse({ type: 'string', ...declared }), { rules });
  const findings: RuleFinding[] = [];
  const result = check?.(value, { record: () => ({ name: 'Nord', country: 'AT' }), findings });
  expect(result instanceof Obstacle ? 'refused' : result).toEqual(expected);
  expect(findings.map(({ rule, outcome }) => `${rule} ${outcome}`)).toEqual(found);
  for (const { diagnostic } of findings) expect(JSON.stringify(diagnostic)).not.toMatch(/Nord|DE8|abc| x /);
});

test('rules for records are asked of whole records', () => {
  const rule = ruled(expression("{{ record.a == 'x' or value }}"), {
    scope: 'record',
    field: 'b',
    message: 'Without a there must be b',
  });
  const check = compileRecordCheck({ dataRules: [rule, ruled(form('iban', null))] }, 'b');
  expect(check?.({ a: 'x', b: null })).toEqual([]);
  expect(check?.({ a: 'y', b: 'z' })).toEqual([]);
  expect(check?.({ a: 'y', b: null })).toMatchObject([
    {
      rule: 'r',
      field: 'b',
      outcome: 'violated',
      diagnostic: { code: 'rule-violated', summary: 'Without a there must be b', where: { line: 7 } },
    },
  ]);
  expect(compileRecordCheck({ dataRules: [rule] }, 'a')).toBeNull();
});
