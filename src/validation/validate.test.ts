import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCodec } from '../connector/codec.ts';
import { type FieldDefinition, fieldSchema } from '../connector/field.ts';
import { Obstacle } from '../record/expressed.ts';
import type { Value } from '../record/value.ts';
import { compileCheck } from './validate.ts';

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
  const check = compileCheck('size', sized, (name) => (name === 'sizes' ? [{ value: 1, key: 'small' }] : []));
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
