import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileCodec } from '../src/connector/codec.ts';
import { fieldSchema } from '../src/connector/field.ts';
import { FIELD_TYPES } from '../src/record/value.ts';

const page = readFileSync(new URL('../docs/types.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => parse(text));
const fields = new Map(blocks.flatMap((block) => Object.entries(block.fields)));

describe('the page about types', () => {
  test('declares fields as connectors do', () => {
    expect(fields.size).toBeGreaterThan(25);
    for (const [name, declared] of fields) {
      expect(fieldSchema.safeParse(declared), name).toMatchObject({ success: true });
    }
  });

  test('names every type', () => {
    for (const type of FIELD_TYPES) expect(page, type).toContain(`\`${type}\``);
  });

  test.each<[string, unknown, unknown]>([
    ['changed', '2026-12-31T14:05:00+01:00', '2026-12-31T13:05:00.000Z'],
    ['created', 1_798_722_300, '2026-12-31T13:05:00.000Z'],
    ['printed', '31.12.2026 14:05', '2026-12-31T13:05:00.000Z'],
    ['logged', '2026-12-31T14:05:00', '2026-12-31T13:05:00.000Z'],
    ['spent', '1,50', 'PT1H30M'],
    ['weight', '1.234,5', '1234.5'],
    ['total', { amount: 12.5, currency: 'EUR' }, { amount: '12.5', currency: 'EUR' }],
    ['limit', '1.234,56 €', { amount: '1234.56', currency: 'EUR' }],
    ['yen', 1250, { amount: '1250', currency: 'JPY' }],
    ['active', 'Yes', true],
    ['blocked', '', false],
    ['imported', 'Ja', true],
    ['interests', 'a;b', ['a', 'b']],
    ['tags', [{ id: '1' }], ['1']],
    ['country', 'DE', 'DE'],
    ['land', 'Deutschland', 'DE'],
    ['land', 'England', 'GB'],
    ['language', 'de_AT', 'de-AT'],
    ['sprache', 'ger', 'de'],
    ['contact', 'Maß, Eva', { given: 'Eva', family: 'Maß' }],
  ])('%s reads %j as %j', (name, raw, value) => {
    const declared = fieldSchema.parse(fields.get(name));
    const codec = compileCodec({ fields: { x: { ...declared, path: 'x' } } });
    expect(codec.decode({ x: raw }, ['x'])).toEqual({ fields: { x: value }, problems: {} });
  });
});
