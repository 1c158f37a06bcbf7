import { jsonAnswer, jsonBody, listOf, objectOf, pathParameter, queryParameter, ref } from '../openapi.ts';
import type { Json } from '../system.ts';
import { ERP, ERP_OBJECTS, ERP_TABLES, type ErpField, type ErpObject } from './objects.ts';
import { PAGE_SIZE } from './routes.ts';
import { TEXT_LENGTH } from './storing.ts';

const text: Json = { type: 'string' };
const minute: Json = { type: 'string', examples: ['31.12.2026 14:05'], description: 'Europe/Berlin' };
const moneyText: Json = { type: 'string', examples: ['1.234,56 €'] };
const SCHEMAS: Record<ErpObject, string> = {
  customers: 'Customer',
  articles: 'Article',
  orders: 'Order',
  price_lists: 'PriceList',
};

/** The ERP's OpenAPI 3.1 document, made from the tables it runs on. */
export function erpOpenApi(): Json {
  const paths: Record<string, Json> = {};
  const schemas: Record<string, Json> = { Error: objectOf({ message: text }), Line: line() };
  for (const object of ERP_OBJECTS) {
    Object.assign(paths, objectPaths(object));
    schemas[SCHEMAS[object]] = recordSchema(object);
  }
  const row = objectOf({ code: { type: 'integer' }, name: text });
  paths['/api/tables/{name}'] = {
    get: {
      operationId: 'getTable',
      parameters: [{ name: 'name', in: 'path', required: true, schema: { enum: Object.keys(ERP_TABLES) } }],
      responses: { 200: jsonAnswer('The codes and what they mean', objectOf({ items: listOf(row) })) },
    },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Sandbox ERP', version: '1.0.0' },
    paths,
    components: { schemas, securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } } },
    security: [{ key: [] }],
  };
}

const line = (): Json =>
  objectOf({ position: { type: 'integer' }, article_no: text, quantity: { type: 'number' }, unit_price: moneyText });

function recordSchema(object: ErpObject): Json {
  const fields: Record<string, Json> = {
    id: { type: 'integer', readOnly: true, minimum: ERP[object].firstId },
    row_version: { type: 'integer', readOnly: true },
    created: minute,
    changed: minute,
  };
  for (const [name, spec] of Object.entries(ERP[object].fields)) fields[name] = fieldSchema(spec);
  return objectOf(fields, ['id', 'row_version', 'created', 'changed']);
}

function fieldSchema(spec: ErpField): Json {
  switch (spec.type) {
    case 'text':
      return { type: 'string', maxLength: spec.max ?? TEXT_LENGTH };
    case 'code':
      return { type: ['integer', 'null'], description: `Codes: /api/tables/${spec.table}` };
    case 'money':
      return moneyText;
    case 'flag':
      return { enum: ['J', 'N'] };
    case 'bit':
      return { enum: [0, 1] };
    case 'date':
      return { type: 'string', examples: ['31.12.2026'] };
    case 'minute':
      return minute;
    case 'customer':
      return { type: ['integer', 'null'], description: 'Id of a customer' };
    case 'lines':
      return listOf(ref('Line'));
  }
}

function objectPaths(object: ErpObject): Record<string, Json> {
  const name = SCHEMAS[object];
  const record = ref(name);
  const refused = {
    401: jsonAnswer('No valid key', ref('Error')),
    500: { description: 'An HTML page', content: { 'text/html': {} } },
    503: { description: 'Too many requests at once', content: { 'text/plain': {} } },
  };
  const writeRefused = { 400: jsonAnswer('Unreadable', ref('Error')), 403: jsonAnswer('Read-only key'), ...refused };
  const filters = Object.entries(ERP[object].fields).filter(([, spec]) => spec.filter);
  const page = objectOf({
    items: listOf(record),
    page: { type: 'integer' },
    size: { type: 'integer' },
    pages: { type: 'integer' },
    total: { type: 'integer' },
  });
  const parameters = [
    queryParameter('page', { type: 'integer', minimum: 1, default: 1 }),
    queryParameter('size', { type: 'integer', maximum: PAGE_SIZE, default: PAGE_SIZE }),
    queryParameter('offset', { type: 'integer', minimum: 0 }),
    queryParameter('fields', text, 'Names of the fields to return, separated by commas'),
    queryParameter('changed_since', minute, 'Inclusive'),
    ...filters.map(([field, spec]) => queryParameter(field, spec.type === 'customer' ? { type: 'integer' } : text)),
  ];
  const body = jsonBody(record);
  return {
    [`/api/${object}`]: {
      get: { operationId: `list${name}s`, parameters, responses: { 200: jsonAnswer('A page', page), ...refused } },
      post: {
        operationId: `create${name}`,
        requestBody: body,
        responses: { 201: jsonAnswer('As stored', record), 409: jsonAnswer('Taken'), ...writeRefused },
      },
    },
    [`/api/${object}/{id}`]: {
      parameters: [pathParameter('id', 'integer')],
      get: {
        operationId: `get${name}`,
        responses: { 200: jsonAnswer('The record, or null', { anyOf: [record, { type: 'null' }] }), ...refused },
      },
      put: {
        operationId: `replace${name}`,
        requestBody: body,
        responses: { 200: jsonAnswer('As stored', record), 404: jsonAnswer('No such record'), ...writeRefused },
      },
      delete: {
        operationId: `delete${name}`,
        responses: { 204: jsonAnswer('Deleted'), 404: jsonAnswer('No such record'), ...writeRefused },
      },
    },
  };
}
