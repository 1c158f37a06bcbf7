import { describe, expect, test } from 'vitest';
import { answer, CONTACT, definitionOf, documentOf, listOf, made, type Tree } from './document-examples.ts';

describe('credentials and addresses', () => {
  const paths = { '/contacts': { get: { responses: answer(listOf(CONTACT)) } } };
  const scheme = (one: Tree, about = '') =>
    definitionOf({
      ...documentOf(paths, { components: { securitySchemes: { one } }, security: [{ one: [] }] }),
      info: { title: 'T', version: '1', description: about },
    }).auth;
  test.each<[string, Tree, string, Tree]>([
    ['bearer', { type: 'http', scheme: 'bearer' }, '', { type: 'bearer' }],
    ['a key', { type: 'apiKey', in: 'header', name: 'X-API-Key' }, '', { type: 'api_key', header: 'X-API-Key' }],
    [
      'a bearer token in disguise',
      { type: 'apiKey', in: 'header', name: 'Authorization', description: 'Bearer <token>' },
      '',
      { type: 'bearer' },
    ],
    [
      'basic in disguise',
      { type: 'apiKey', in: 'header', name: 'Authorization' },
      'Use Basic authorization',
      { type: 'basic' },
    ],
    [
      'a token with its own word',
      { type: 'apiKey', in: 'header', name: 'Authorization', description: 'Authorization: Token abc' },
      '',
      { type: 'api_key', header: 'Authorization', value: 'Token ${token}' },
    ],
    ['nothing said', { type: 'apiKey', in: 'header', name: 'Authorization' }, '', { type: 'bearer' }],
  ])('%s', (_, one, about, expected) => {
    expect(scheme(one, about)).toMatchObject(expected);
  });

  test.each<[string, Tree[], string]>([
    ['no server', [], 'https://crm.example.net'],
    ['a path', [{ url: '/api/v2' }], 'https://crm.example.net/api/v2'],
    ['a path beside the document', [{ url: 'v2/' }], 'https://crm.example.net/docs/v2'],
    ['an address', [{ url: 'https://api.company.test/v1' }], 'https://api.company.test/v1'],
  ])('%s: the address is that of the document where it leaves it out', (_, servers, address) => {
    const { definition } = made(documentOf(paths, { servers }), null, 'https://crm.example.net/docs/openapi.json');
    expect(definition.variables.base_url?.default).toBe(address);
  });

  test('the least scopes of what was picked', () => {
    const flows = { clientCredentials: { tokenUrl: 'https://id.example.org/token', scopes: {} } };
    const secured = (scopes: string[], operation: Tree) => ({ ...operation, security: [{ o: scopes }] });
    const all = {
      '/contacts': { get: secured(['contacts', 'contacts.read'], { responses: answer(listOf(CONTACT)) }) },
      '/invoices': { get: secured(['invoices.read'], { responses: answer(listOf(CONTACT)) }) },
    };
    const document = documentOf(all, { components: { securitySchemes: { o: { type: 'oauth2', flows } } } });
    expect(made(document, ['contacts']).definition.auth).toMatchObject({
      type: 'oauth2',
      grant: 'client_credentials',
      scopes: ['contacts.read'],
    });
  });

  test.each<[string, Tree, string, string | undefined]>([
    ['one server', { servers: [{ url: 'https://api.acme.io/v1/' }] }, '${base_url}', 'https://api.acme.io/v1'],
    [
      'the one for production',
      { servers: [{ url: 'https://sandbox.acme.io' }, { url: 'https://api.acme.io' }] },
      '${base_url}',
      'https://api.acme.io',
    ],
    [
      'variables',
      { servers: [{ url: 'https://{shop}.acme.io/api', variables: { shop: { default: 'demo' } } }] },
      'https://${shop}.acme.io/api',
      undefined,
    ],
    ['a path only', { servers: [{ url: '/api' }] }, '${base_url}/api', undefined],
    ['a placeholder', { servers: [{ url: 'https://localhost:8000/api' }] }, '${base_url}/api', undefined],
    ['none', {}, '${base_url}', undefined],
  ])('address: %s', (_, more, expected, fallback) => {
    const definition = definitionOf(documentOf(paths, more));
    expect(definition.base_url).toBe(expected);
    expect(definition.variables.base_url?.default).toBe(fallback);
  });
});
