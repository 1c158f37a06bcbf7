import { describe, expect, test } from 'vitest';
import { loadConnector } from '../../connector/load.ts';
import { connectorText } from './connector-file.ts';
import {
  answer,
  body,
  CONTACT,
  definitionOf,
  documentOf,
  inPath,
  listOf,
  made,
  NUMBER,
  object,
  query,
  TEXT,
  type Tree,
} from './document-examples.ts';

/** The one object of a document with a list at /contacts. */
function contacts(get: Tree, others: Tree = {}) {
  const found = definitionOf(documentOf({ '/contacts': { get }, ...others })).objects.contacts;
  if (!found) throw new Error('no contacts');
  return found;
}

describe('lists', () => {
  test.each<[string, string, Tree, string]>([
    ['the answer itself', '/contacts', listOf(CONTACT), ''],
    ['data', '/contacts', object({ data: listOf(CONTACT), meta: object({ total: NUMBER }) }), 'data'],
    [
      'the last word of the path',
      '/contacts',
      object({ contacts: listOf(CONTACT), tags: listOf(CONTACT) }),
      'contacts',
    ],
    ['the only list', '/contacts', object({ page: NUMBER, people_found: listOf(CONTACT) }), 'people_found'],
    ['an inner object', '/contacts', object({ data: object({ contacts: listOf(CONTACT) }) }), 'data.contacts'],
    ['not the errors', '/contacts', object({ errors: listOf(CONTACT), rows: listOf(CONTACT) }), 'rows'],
    [
      'an embedded list',
      '/contacts',
      object({ _embedded: object({ contacts: listOf(CONTACT) }), _links: object({}) }),
      '_embedded.contacts',
    ],
  ])('%s', (_, path, schema, records) => {
    const [found] = Object.values(definitionOf(documentOf({ [path]: { get: { responses: answer(schema) } } })).objects);
    expect(found?.list?.records).toBe(records);
  });

  test.each<[string, string, Tree]>([
    ['one record', '/me', CONTACT],
    ['a record with a list in it', '/account', object({ id: TEXT, tags: listOf(object({ name: TEXT })) })],
    ['an item', '/contacts/{id}', listOf(CONTACT)],
    ['an item of OData', "/Contacts('{id}')", object({ value: listOf(CONTACT) })],
  ])('is none: %s', (_, path, schema) => {
    expect(definitionOf(documentOf({ [path]: { get: { responses: answer(schema) } } })).objects).toEqual({});
  });
});

describe('resources', () => {
  test.each<[string, string, string]>([
    ['right below', '/contacts', '/contacts/{contactId}'],
    ['with a suffix', '/contacts.json', '/contacts/{id}.json'],
    ['below the singular', '/contacts', '/contact/{id}'],
    ['with slashes at the end', '/contacts/', '/contacts/{id}/'],
    ['the keys of OData', '/contacts', '/contacts({id})'],
    ['behind a verb', '/contacts/search', '/contacts/{id}'],
  ])('an item path %s', (_, list, item) => {
    const ok = { responses: answer(CONTACT) };
    const paths = {
      [list]: { get: { responses: answer(listOf(CONTACT)) } },
      [item]: { get: ok, patch: { ...ok, requestBody: body(CONTACT) }, delete: ok },
    };
    const found = definitionOf(documentOf(paths)).objects.contacts;
    expect(found).toMatchObject({ get: {}, update: { method: 'PATCH' }, delete: { method: 'DELETE' } });
    expect(found?.get?.path).toBe(item.replace(/\{\w+\}/, '{id}'));
  });

  test('below another, which comes along and is named in a field', () => {
    const line = object({ id: NUMBER, text: TEXT }, ['text']);
    const document = documentOf({
      '/orders': { get: { responses: answer(listOf(CONTACT)) } },
      '/orders/{id}': { get: { responses: answer(CONTACT) } },
      '/orders/{id}/lines': {
        get: { responses: answer(listOf(line)) },
        post: { requestBody: body(line), responses: answer(line) },
      },
      '/orders/{id}/lines/{line_id}': { get: { responses: answer(line) } },
    });
    const { definition, added } = made(document, ['lines']);
    expect(added).toEqual(['orders']);
    expect(definition.objects.lines).toMatchObject({
      parent: { object: 'orders', param: 'order_id', field: 'order_id' },
      id: { path: 'id', type: 'integer' },
      list: { path: '/orders/{order_id}/lines' },
      get: { path: '/orders/{order_id}/lines/{id}' },
      fields: { order_id: { type: 'reference', reference: 'orders', required: true } },
    });
  });

  test('what no object stands for is a variable of the connection', () => {
    const { definition } = made(
      documentOf({
        '/c/{companyId}/contacts': { get: { parameters: [inPath('companyId')], responses: answer(listOf(CONTACT)) } },
      }),
    );
    expect(definition.objects.contacts?.list?.path).toBe('/c/${company_id}/contacts');
    expect(definition.variables).toHaveProperty('company_id');
  });
});

describe('pages', () => {
  const page = (meta: Tree) => object({ data: listOf(CONTACT), ...meta });
  test.each<[string, Tree[], Tree, Tree, Tree]>([
    [
      'numbers with a total',
      [query('page', NUMBER), query('per_page', { type: 'integer', maximum: 50 })],
      page({ meta: object({ total: NUMBER }) }),
      {},
      { style: 'page', param: 'page', first: 1, size_param: 'per_page', size: 50, total: 'meta.total' },
    ],
    ['numbers from zero', [query('page', { type: 'integer', default: 0 })], page({}), {}, { style: 'page', first: 0 }],
    [
      'offsets',
      [query('offset', NUMBER), query('limit', NUMBER, { description: 'At most 250 records' })],
      page({ has_more: { type: 'boolean' } }),
      {},
      { style: 'offset', param: 'offset', size: 250, more: 'has_more' },
    ],
    [
      'a cursor in the body',
      [query('cursor'), query('limit', NUMBER)],
      page({ paging: object({ next_cursor: TEXT }) }),
      {},
      { style: 'cursor', param: 'cursor', next: 'paging.next_cursor' },
    ],
    [
      'the last id',
      [query('starting_after'), query('limit', NUMBER)],
      page({ has_more: { type: 'boolean' } }),
      {},
      { style: 'cursor', last_id: true, more: 'has_more' },
    ],
    [
      'the address of the next page',
      [query('limit', NUMBER)],
      page({ links: object({ next: { type: 'string', format: 'uri' } }) }),
      {},
      { style: 'next_url', next: 'links.next', size_param: 'limit' },
    ],
    [
      'the Link header',
      [query('per_page', NUMBER)],
      listOf(CONTACT),
      { Link: { schema: TEXT } },
      { style: 'next_url', size_param: 'per_page' },
    ],
    [
      'the number of pages in a header',
      [query('page', NUMBER)],
      listOf(CONTACT),
      { 'X-Total-Count': { schema: NUMBER } },
      { style: 'page', total_header: 'x-total-count' },
    ],
    ['a last page', [query('page', NUMBER)], page({ last: { type: 'boolean' } }), {}, { style: 'page', last: 'last' }],
    [
      'those of OData',
      [query('$skip', NUMBER), query('$top', NUMBER)],
      page({ '@odata.count': NUMBER }),
      {},
      { style: 'offset', param: '$skip', size_param: '$top', total: '@odata\\.count' },
    ],
    [
      'the next address of OData',
      [],
      page({ '@odata.nextLink': TEXT }),
      {},
      { style: 'next_url', next: '@odata\\.nextLink' },
    ],
    ['none', [], page({}), {}, { style: 'none' }],
    ['a date is no cursor', [query('after', { type: 'string', format: 'date' })], page({}), {}, { style: 'none' }],
    [
      'the count of a page is no total',
      [query('page', NUMBER)],
      page({ count: NUMBER }),
      {},
      { style: 'page', size: 100 },
    ],
    [
      'the count of Django is one',
      [query('offset', NUMBER)],
      page({ count: NUMBER, next: TEXT, previous: TEXT }),
      {},
      { style: 'offset', total: 'count' },
    ],
  ])('%s', (_, parameters, schema, headers, expected) => {
    const { list } = contacts({ parameters, responses: answer(schema, headers) });
    expect(list?.pagination).toMatchObject(expected);
    expect(Object.hasOwn(list?.pagination ?? {}, 'total')).toBe('total' in expected);
  });
});

describe('ids, stamps and filters', () => {
  test.each<[string, Tree, string | null, Tree]>([
    ['id', { id: NUMBER, name: TEXT }, null, { path: 'id', type: 'integer' }],
    ['the parameter of the item path', { id: TEXT, sku: TEXT }, 'sku', { path: 'sku' }],
    ['the name with id', { contact_id: TEXT, name: TEXT }, null, { path: 'contact_id' }],
    ['guid', { guid: TEXT, name: TEXT }, null, { path: 'guid' }],
    ['an id within', { id: object({ record_id: TEXT }) }, null, { path: 'id.record_id' }],
    ['none', { street: TEXT, city: TEXT }, null, { digest: true }],
  ])('id: %s', (_, properties, parameter, expected) => {
    const others =
      parameter === null ? {} : { [`/contacts/{${parameter}}`]: { get: { responses: answer(object(properties)) } } };
    expect(contacts({ responses: answer(listOf(object(properties))) }, others).id).toMatchObject(expected);
  });

  test.each<[string, Tree, string | undefined]>([
    ['updated_at', { type: 'string', format: 'date-time' }, 'updated_at'],
    ['UpdatedDateUTC', { type: 'string', format: 'date-time' }, 'UpdatedDateUTC'],
    ['lastModifiedDateTime', TEXT, 'lastModifiedDateTime'],
    ['date_modified', { type: 'integer' }, 'date_modified'],
    ['updated', { type: 'boolean' }, undefined],
    ['updatedBy', TEXT, undefined],
    ['update_count', NUMBER, undefined],
  ])('modification stamp: %s', (name, schema, expected) => {
    expect(contacts({ responses: answer(listOf(object({ id: TEXT, [name]: schema }))) }).modified).toBe(expected);
  });

  test.each<[string, Tree, Tree | undefined]>([
    ['updated_since', { type: 'string', format: 'date-time' }, { param: 'updated_since', inclusive: true }],
    ['updatedAfter', { type: 'integer' }, { param: 'updatedAfter', inclusive: false, time: 'epoch_s' }],
    ['updated_at[gte]', TEXT, { param: 'updated_at[gte]' }],
    ['modified_from', { type: 'string', format: 'date' }, { param: 'modified_from', precision: '1d' }],
    ['updated_before', TEXT, undefined],
    ['created_since', TEXT, undefined],
    ['status_changed_by', TEXT, undefined],
  ])('changes since: %s', (name, schema, expected) => {
    const { list } = contacts({ parameters: [query(name, schema)], responses: answer(listOf(CONTACT)) });
    if (expected) expect(list?.since).toMatchObject(expected);
    else expect(list?.since).toBeUndefined();
  });

  test('If-Modified-Since', () => {
    const parameters = [{ name: 'If-Modified-Since', in: 'header', schema: TEXT }];
    expect(contacts({ parameters, responses: answer(listOf(CONTACT)) }).list?.since).toMatchObject({ header: true });
  });

  test('sorting, several ids, fields as filters, deleted ones', () => {
    const record = object({
      id: TEXT,
      email: TEXT,
      updated_at: { type: 'string', format: 'date-time' },
      archived: { type: 'boolean' },
    });
    const parameters = [
      query('sort', { type: 'string', enum: ['name', 'updated_at', '-updated_at'] }),
      query('ids', listOf(TEXT)),
      query('email'),
      query('include_archived', { type: 'boolean' }),
    ];
    expect(contacts({ parameters, responses: answer(listOf(record)) })).toMatchObject({
      modified: 'updated_at',
      archived: { path: 'archived', equals: true },
      list: {
        sort: { param: 'sort', by_modified: 'updated_at', descending: '-updated_at' },
        ids: { param: 'ids', max: 50 },
        equals: { email: 'email' },
        archived: { include_archived: 'true' },
      },
    });
  });
});

describe('fields', () => {
  test.each<[string, Tree, Tree]>([
    ['a text with a length', { type: 'string', maxLength: 40 }, { type: 'string', max_length: 40 }],
    ['a date', { type: 'string', format: 'date' }, { type: 'date' }],
    ['an instant', { type: 'string', format: 'date-time' }, { type: 'timestamp' }],
    [
      'a local time by its example',
      { type: 'string', format: 'date-time', example: '2020-01-31 14:05:00' },
      { type: 'timestamp', time: { pattern: 'YYYY-MM-DD HH:mm:ss' } },
    ],
    ['an e-mail address', { type: 'string', format: 'email' }, { type: 'email' }],
    ['a URL', { type: 'string', format: 'uri', maxLength: 200 }, { type: 'url', max_length: 200 }],
    ['a duration', { type: 'string', format: 'duration' }, { type: 'duration' }],
    ['a time of day by its example', { type: 'string', format: 'time', example: '14:05' }, { type: 'time' }],
    ['a time that may have an offset', { type: 'string', format: 'time' }, { type: 'string' }],
    [
      'options',
      { type: 'string', enum: ['NEW', 'WON'] },
      {
        type: 'option',
        options: [
          { value: 'NEW', key: 'new' },
          { value: 'WON', key: 'won' },
        ],
      },
    ],
    ['a number', { type: 'number', minimum: 0 }, { type: 'decimal', minimum: 0 }],
    ['a number in a text', { type: 'string', format: 'decimal' }, { type: 'decimal', number: { wire: 'string' } }],
    ['null or a text (3.1)', { type: ['null', 'string'] }, { type: 'string' }],
    ['one of null and a number', { oneOf: [{ type: 'null' }, { type: 'integer' }] }, { type: 'integer' }],
    ['all of two', { allOf: [{ type: 'string' }, { maxLength: 5 }] }, { type: 'string', max_length: 5 }],
    ['an id or the record', { anyOf: [{ type: 'string' }, CONTACT] }, { type: 'string' }],
    ['read-only', { type: 'string', readOnly: true }, { type: 'string', read_only: true }],
  ])('%s', (_, schema, expected) => {
    expect(contacts({ responses: answer(listOf(object({ id: TEXT, it: schema }))) }).fields.it).toMatchObject(expected);
  });

  test('references, by name and by an object with an id', () => {
    const record = object({
      id: TEXT,
      company_id: NUMBER,
      company: object({ id: TEXT, name: TEXT }),
      owner_id: TEXT,
      tax_id: TEXT,
    });
    const paths = {
      '/contacts': { get: { responses: answer(listOf(record)) } },
      '/companies': { get: { responses: answer(listOf(CONTACT)) } },
      '/users': { get: { responses: answer(listOf(CONTACT)) } },
    };
    expect(definitionOf(documentOf(paths)).objects.contacts?.fields).toMatchObject({
      company_id: { type: 'reference', reference: 'companies', number: { wire: 'number' } },
      company: { type: 'reference', path: 'company.id', reference: 'companies' },
      owner_id: { type: 'reference', reference: 'users' },
      tax_id: { type: 'string' },
    });
  });

  test('what no write takes is read-only; what only a write takes is write-only; another form is a field of its own', () => {
    const record = object({ id: TEXT, name: TEXT, total: NUMBER, owner: object({ login: TEXT }) });
    const taken = object({ name: TEXT, password: TEXT, owner: NUMBER }, ['name']);
    const paths = {
      '/contacts': {
        get: { responses: answer(listOf(record)) },
        post: { requestBody: body(object({ contact: taken })), responses: answer(object({ contact: record })) },
      },
    };
    const found = definitionOf(documentOf(paths)).objects.contacts;
    expect(found?.create).toMatchObject({ method: 'POST', wrap: 'contact', record: 'contact' });
    expect(found?.fields).toMatchObject({
      name: { required: true, read_only: false },
      total: { read_only: true },
      password: { write_only: true },
      owner: { type: 'object', read_only: true },
      owner_id: { type: 'integer', path: 'owner', write_only: true },
    });
  });
});

test('an API of calls: lists by POST, records named in the body', () => {
  const call = (properties: Tree, schema: Tree) => ({
    post: { requestBody: body(object(properties)), responses: answer(schema) },
  });
  const one = object({ data: CONTACT });
  const { objects } = definitionOf(
    documentOf({
      '/contacts.list': call({ offset: NUMBER, limit: NUMBER }, object({ data: listOf(CONTACT) })),
      '/contacts.search': call({ query: TEXT }, object({ data: listOf(CONTACT) })),
      '/contacts.create': call({ name: TEXT }, one),
      '/contacts.update': call({ id: TEXT, name: TEXT }, one),
      '/contacts.delete': call({ id: TEXT }, object({ success: { type: 'boolean' } })),
    }),
  );
  expect(Object.keys(objects)).toEqual(['contacts']);
  expect(objects.contacts).toMatchObject({
    list: { method: 'POST', path: '/contacts.list', records: 'data', pagination: { style: 'offset', param: 'offset' } },
    create: { path: '/contacts.create', record: 'data' },
    update: { path: '/contacts.update', constant: { id: '{id}' } },
    delete: { method: 'POST', path: '/contacts.delete', constant: { id: '{id}' } },
  });
});

test('Swagger 2.0 reads as OpenAPI 3', () => {
  const definition = definitionOf({
    swagger: '2.0',
    info: { title: 'Shop', version: '1' },
    host: 'api.acme.io',
    basePath: '/v2',
    schemes: ['https'],
    consumes: ['application/x-www-form-urlencoded'],
    securityDefinitions: { key: { type: 'basic' } },
    security: [{ key: [] }],
    paths: {
      '/contacts': {
        get: {
          parameters: [{ name: 'page', in: 'query', type: 'integer' }],
          responses: { 200: { schema: { type: 'array', items: { $ref: '#/definitions/Contact' } } } },
        },
        post: {
          parameters: [{ name: 'name', in: 'formData', type: 'string', required: true }],
          responses: { 201: { schema: { $ref: '#/definitions/Contact' } } },
        },
      },
    },
    definitions: { Contact: CONTACT },
  });
  expect(definition).toMatchObject({
    auth: { type: 'basic' },
    variables: { base_url: { default: 'https://api.acme.io/v2' } },
    objects: {
      contacts: {
        list: { pagination: { style: 'page' } },
        create: { body: 'form' },
        fields: { name: { required: true } },
      },
    },
  });
});

test('guesses are marked in the file, and the file is one', () => {
  const record = object({ id: TEXT, updated_at: { type: 'string', format: 'date-time' } });
  const one = made(
    documentOf({ '/contacts': { get: { parameters: [query('page', NUMBER)], responses: answer(listOf(record)) } } }),
  );
  const text = connectorText(one.draft, one.grounds, []);
  expect(text).toContain('modified: updated_at # inferred: its name');
  expect(text).toContain('# inferred: parameter page, end by a short or empty page');
  expect(loadConnector(text, 'connector.yaml')).toMatchObject({ ok: true });
  expect(one.grounds).toContainEqual({
    at: 'objects.contacts.list.records',
    ground: 'declared',
    because: 'the answer is a list',
  });
});
