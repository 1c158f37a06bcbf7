import { describe, expect, it } from 'vitest';
import { compileCodec } from '../../../src/connector/codec.ts';
import { objectSchema } from '../../../src/connector/definition.ts';
import { connect, serve } from './world.ts';

const from = {
  path: '/custom_fields.json',
  records: 'custom_fields',
  name: 'id',
  label: 'name',
  type: 'format',
  types: { int: 'integer', list: 'option' },
  options: 'values',
  only: { path: 'of', equals: 'issue' },
};
const custom_fields = { from, container: 'custom_fields', form: 'pairs', key_type: 'integer' };
const fields = { stage: { type: 'string' }, known: { type: 'string', custom: '4' } };
const items = [
  { id: 1, name: 'Größe (cm)', format: 'int', of: 'issue' },
  { id: 2, name: 'Stage', format: 'list', of: 'issue', values: [{ value: 'won', label: 'Won' }, 'lost'] },
  { id: 3, name: 'Of users', of: 'user' },
  { id: 4, name: 'Known', of: 'issue' },
  { id: 5, name: '%', format: 'odd', of: 'issue' },
];

describe('custom fields', () => {
  it('are found out, by names of their labels, and go through the codec', async () => {
    const server = await serve(() => ({ json: { custom_fields: items } }));
    const connection = connect(server.url, { issues: { custom_fields, fields } });
    const found = await connection.customFields('issues');
    expect(found).toMatchObject({
      ok: true,
      value: {
        grosse_cm: { type: 'integer', custom: '1', label: 'Größe (cm)' },
        stage_2: {
          type: 'option',
          custom: '2',
          options: [
            { value: 'won', key: 'won', label: 'Won' },
            { value: 'lost', key: 'lost' },
          ],
        },
        '5': { type: 'string', custom: '5' },
      },
    });
    const value = (found.ok && found.value) || {};
    expect(Object.keys(value).sort()).toEqual(['5', 'grosse_cm', 'known', 'stage_2']);
    const codec = compileCodec(objectSchema.parse({ id: {}, custom_fields, fields: value }));
    const wire = {
      custom_fields: [
        { id: 1, value: 180 },
        { id: 2, value: 'won' },
      ],
    };
    expect(codec.encode({ grosse_cm: 180, stage_2: 'won' })).toEqual({ ok: true, value: wire });
    expect(codec.decode(wire, ['grosse_cm', 'stage_2']).fields).toEqual({ grosse_cm: 180, stage_2: 'won' });
  });

  it.each([
    [{ status: 403 }, 'forbidden'],
    [{ json: {} }, 'custom-fields-unreadable'],
    [{ json: { custom_fields: [{ of: 'issue' }] } }, 'custom-fields-unreadable'],
  ])('that can not be read: %j', async (reply, code) => {
    const server = await serve(() => reply);
    const found = await connect(server.url, { issues: { custom_fields, fields } }).customFields('issues');
    expect(found).toMatchObject({ ok: false, error: { code } });
  });

  it.each([
    [
      'with their prefix, beside the system’s own',
      [
        { id: 'cf_7', name: 'A' },
        { id: 'summary', name: 'B' },
      ],
    ],
    ['without it', [{ id: 7, name: 'A' }]],
  ])('%s', async (_, items) => {
    const server = await serve(() => ({ json: items }));
    const prefixed = { prefix: 'cf_', from: { path: '/fields', records: '', name: 'id', label: 'name' } };
    const found = await connect(server.url, { issues: { custom_fields: prefixed } }).customFields('issues');
    expect(found).toMatchObject({ ok: true, value: { a: { custom: '7' } } });
    expect(Object.keys((found.ok && found.value) || {})).toEqual(['a']);
  });

  it('are none where nothing lists them', async () => {
    const server = await serve(() => ({ status: 500 }));
    expect(await connect(server.url, { issues: {} }).customFields('issues')).toEqual({ ok: true, value: null });
  });
});
