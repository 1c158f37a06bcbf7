import { describe, expect, it } from 'vitest';
import { connectorSchema } from '../connector/definition.ts';
import { collectVariables, type VariableQuestion, type VariableSources } from './connect-variables.ts';

const v = (name: string) => `$${`{${name}}`}`;
const connector = connectorSchema.parse({
  connector: 'shop',
  title: 'Shop',
  protocol: 'rest',
  base_url: `https://${v('shop')}.example/${v('version')}`,
  auth: { type: 'api_key', header: 'x', value: v('code') },
  variables: {
    code: { label: 'API code', secret: true, describe: 'Settings, API' },
    version: { default: 'v1' },
  },
  webhooks: { signature: { scheme: 'hmac', secret: v('hook_secret'), header: 'x' } },
  objects: {},
});
const open = [
  { name: 'shop', text: v('SHOP') },
  { name: 'code', text: null },
  { name: 'version', text: null },
  { name: 'hook_secret', text: null },
];

const collect = (sources: Partial<VariableSources>) =>
  collectVariables(connector, open, {
    set: [],
    input: null,
    environment: {},
    kept: {},
    again: false,
    ask: null,
    ...sources,
  });

describe('where values come from', () => {
  it.each<[string, Partial<VariableSources>, Record<string, string>]>([
    ['command line and stdin', { set: ['shop=a=b'], input: 'code=x y\n' }, { shop: 'a=b', code: 'x y' }],
    ['the environment', { environment: { SHOP: 'e' }, kept: { code: 'k' } }, { shop: 'e', code: 'k' }],
    ['what was kept', { kept: { shop: 's', code: 'k' } }, { shop: 's', code: 'k' }],
    [
      'the command line goes first',
      { set: ['shop=new'], environment: { SHOP: 'e' }, kept: { code: 'k' } },
      { shop: 'new', code: 'k' },
    ],
    [
      'a default and a webhook only where given',
      { input: 'shop=s\ncode=c\nversion=v2\nhook_secret=h' },
      { shop: 's', code: 'c', version: 'v2', hook_secret: 'h' },
    ],
    [
      'again, with nobody there',
      { again: true, kept: { shop: 's', code: 'k' } },
      { shop: 's', code: 'k', version: 'v1' },
    ],
  ])('%s', async (_, sources, values) => {
    expect(await collect(sources)).toEqual({ ok: true, value: values });
  });

  it('the person, for the rest', async () => {
    const asked: VariableQuestion[] = [];
    const ask = async (question: VariableQuestion) => {
      asked.push(question);
      return `${question.name}!`;
    };
    expect(await collect({ ask, kept: { shop: 'old' } })).toEqual({ ok: true, value: { shop: 'old', code: 'code!' } });
    expect(asked).toEqual([{ name: 'code', label: 'API code', hint: 'Settings, API', secret: true, fallback: null }]);
    asked.length = 0;
    await collect({ ask, again: true, kept: { shop: 'old' } });
    expect(asked.map(({ name, fallback }) => [name, fallback])).toEqual([
      ['shop', 'old'],
      ['code', null],
      ['version', 'v1'],
    ]);
  });
});

describe('refused', () => {
  it.each<[string, Partial<VariableSources>, string]>([
    ['a secret on the command line', { set: ['code=hush'] }, 'secret-in-arguments'],
    ['no pair', { set: ['shop'] }, 'set-unreadable'],
    ['an unknown name', { set: ['shpo=x'] }, 'variable-unknown'],
    ['an unknown name on stdin', { input: 'hush=x' }, 'variable-unknown'],
    ['nothing given, nobody there', {}, 'variable-missing'],
    ['an empty environment', { environment: { SHOP: '' }, input: 'code=c' }, 'variable-missing'],
    ['a person who leaves', { ask: async () => null }, 'left'],
  ])('%s', async (_, sources, code) => {
    const found = await collect(sources);
    expect(found).toMatchObject({ ok: false, error: { code } });
    expect(JSON.stringify(found)).not.toContain('=hush');
  });
});
