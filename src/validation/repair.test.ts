import { expect, test } from 'vitest';
import { type FieldDefinition, fieldSchema } from '../connector/field.ts';
import type { RepairStep } from '../integration/data-rule.ts';
import { compileExpression } from '../integration/expression.ts';
import type { Value } from '../record/value.ts';
import { compileRepair } from './repair.ts';

const field = (more: object = {}): FieldDefinition => fieldSchema.parse({ type: 'string', ...more });

function expression(source: string): RepairStep {
  const compiled = compileExpression(source);
  if (!compiled.ok) throw new Error(compiled.error.detail);
  return { kind: 'expression', expression: compiled.value };
}

const record = { country: 'DE' };

test.each<[string, RepairStep[], object, Value, Value]>([
  ['trims', [{ kind: 'trim' }], {}, '  a b ', 'a b'],
  ['cuts', [{ kind: 'truncate', mark: '' }], { max_length: 5 }, 'abcd efgh', 'abcd'],
  ['leaves what fits', [{ kind: 'truncate', mark: '…' }], { max_length: 5 }, 'abcde', 'abcde'],
  ['cuts with a mark', [{ kind: 'truncate', mark: '…' }], { max_length: 5 }, 'abcdefgh', 'abcd…'],
  ['cuts by bytes', [{ kind: 'truncate', mark: '…' }], { max_length: 7, length_unit: 'bytes' }, 'ääääää', 'ää…'],
  ['writes Latin letters', [{ kind: 'transliterate', language: null }], { characters: 'ascii' }, 'Łódź', 'Lodz'],
  ['of a language', [{ kind: 'transliterate', language: 'de' }], { characters: 'ascii' }, 'Jörg Groß', 'Joerg Gross'],
  ['of another', [{ kind: 'transliterate', language: 'sv' }], { characters: 'ascii' }, 'Räksmörgås', 'Raksmorgas'],
  [
    'keeps what the system can hold',
    [{ kind: 'transliterate', language: null }],
    { characters: 'latin1' },
    'Jörg Łódź',
    'Jörg Lódz',
  ],
  [
    'puts accents into place first',
    [{ kind: 'transliterate', language: null }],
    { characters: 'latin1' },
    'Jo\u0308rg',
    'Jörg',
  ],
  [
    'leaves out what has no letters',
    [{ kind: 'transliterate', language: null }],
    { characters: 'ascii' },
    'a\u{1f600}b',
    'ab',
  ],
  ['replaces', [{ kind: 'replace', pattern: '[^0-9]', with: '' }], {}, '12-34 x', '1234'],
  ['replaces with groups', [{ kind: 'replace', pattern: '(\\d+)-(\\d+)', with: '$2/$1' }], {}, '12-34', '34/12'],
  ['fills', [{ kind: 'default', value: 'n/a' }], {}, null, 'n/a'],
  ['fills only what is empty', [{ kind: 'default', value: 'n/a' }], {}, 'x', 'x'],
  ['computes', [expression('{{ record.country ~ value }}')], {}, '123', 'DE123'],
  ['does steps in order', [{ kind: 'trim' }, { kind: 'truncate', mark: '' }], { max_length: 3 }, '  abcd', 'abc'],
  ['leaves alone what is no text', [{ kind: 'trim' }, { kind: 'replace', pattern: '1', with: '2' }], {}, 11, 11],
])('%s', (_, steps, definition, value, expected) => {
  expect(compileRepair(steps, field(definition))?.(value, () => record)).toEqual(expected);
});

test('a repair that fails leaves the value to the rule', () => {
  const repair = compileRepair([expression('{{ value | float / record.missing }}')], field());
  expect(repair?.('5', () => record)).toBe('5');
  expect(compileRepair([], field())).toBeNull();
});

test('no pattern runs long', () => {
  const repair = compileRepair([{ kind: 'replace', pattern: '(a+)+$', with: '' }], field());
  expect(repair?.(`${'a'.repeat(5000)}!`, () => record)).toHaveLength(5001);
});
