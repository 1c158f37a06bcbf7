import {
  headerParameter,
  jsonAnswer,
  jsonBody,
  listOf,
  objectOf,
  pathParameter,
  queryParameter,
  ref,
} from '../openapi.ts';
import { isJsonObject, type Json } from '../system.ts';
import { MAX_PAGE } from './listing.ts';
import { CRM, CRM_OBJECTS, type CrmField, type CrmObject } from './objects.ts';
import { MAX_BATCH } from './routes.ts';
import { CURRENCIES } from './validation.ts';
import { CRM_EVENTS } from './webhooks.ts';

const timestamp: Json = { type: 'string', format: 'date-time' };
const text: Json = { type: 'string' };

/** The CRM's OpenAPI 3.1 document, made from the tables it runs on. */
export function crmOpenApi(): Json {
  const paths: Record<string, Json> = { '/oauth/token': tokenPath() };
  const schemas: Record<string, Json> = {
    Money: money(),
    Offer: objectOf({
      id: { type: 'integer', readOnly: true },
      text: { type: 'string', maxLength: 80 },
      price: ref('Money'),
    }),
    FieldErrors: fieldErrors(),
    Error: objectOf({ error: text }),
  };
  for (const object of CRM_OBJECTS) {
    Object.assign(paths, objectPaths(object));
    Object.assign(schemas, objectSchemas(object));
  }
  Object.assign(paths, administrationPaths());
  return {
    openapi: '3.1.0',
    info: { title: 'Sandbox CRM', version: '1.0.0' },
    paths,
    components: {
      schemas,
      securitySchemes: {
        oauth: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: '/oauth/token', scopes: {} } } },
      },
    },
    security: [{ oauth: [] }],
  };
}

const money = (): Json =>
  objectOf(
    { amount: { type: 'string', pattern: '^-?\\d{1,12}(\\.\\d{1,2})?$' }, currency: { enum: [...CURRENCIES] } },
    ['amount', 'currency'],
  );

const fieldErrors = (): Json =>
  objectOf({ errors: listOf(objectOf({ field: text, code: text, message: text, existing_id: text })) });

function tokenPath(): Json {
  const form = objectOf({
    grant_type: { enum: ['client_credentials', 'refresh_token'] },
    client_id: text,
    client_secret: text,
    refresh_token: text,
  });
  const token = objectOf({
    access_token: text,
    refresh_token: text,
    token_type: { const: 'Bearer' },
    scope: { type: 'string' },
    expires_in: { type: 'integer' },
  });
  return {
    post: {
      operationId: 'token',
      security: [],
      requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: form } } },
      responses: { 200: jsonAnswer('A token', token), 400: jsonAnswer('Refused'), 401: jsonAnswer('Wrong client') },
    },
  };
}

const schemaName = (object: CrmObject): string => {
  const words = CRM[object].singular.split('_');
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
};

function objectSchemas(object: CrmObject): Record<string, Json> {
  const fields: Record<string, Json> = {};
  for (const [name, spec] of Object.entries(CRM[object].fields)) fields[name] = fieldSchema(spec);
  fields.custom_fields = { type: 'object', additionalProperties: true };
  const required = Object.entries(CRM[object].fields).filter(([, spec]) => spec.required);
  const server: Record<string, Json> = {
    id: text,
    created_at: timestamp,
    updated_at: timestamp,
    version: { type: 'integer' },
    archived: { type: 'boolean' },
    ...(CRM[object].mergeable ? { merged_into: { type: ['string', 'null'] } } : {}),
  };
  const readOnly = Object.entries(server).map(([name, schema]) => [name, { ...asRecord(schema), readOnly: true }]);
  const name = schemaName(object);
  return {
    [`${name}Fields`]: objectOf(fields),
    [`New${name}`]: objectOf(
      fields,
      required.map(([field]) => field),
    ),
    [name]: objectOf({ ...Object.fromEntries(readOnly), ...fields }, Object.keys(server)),
  };
}

const asRecord = (schema: Json): Record<string, Json> => (isJsonObject(schema) ? schema : {});

function fieldSchema(spec: CrmField): Json {
  const length = spec.max === undefined ? {} : { maxLength: spec.max };
  const type = spec.required ? 'string' : ['string', 'null'];
  switch (spec.type) {
    case 'boolean':
    case 'integer':
      return { type: [spec.type, 'null'] };
    case 'quantity':
      return { type: ['number', 'null'] };
    case 'offers':
      return listOf(ref('Offer'));
    case 'money':
      return { anyOf: [ref('Money'), { type: 'null' }] };
    case 'date':
      return { type, format: 'date' };
    case 'timestamp':
      return { type, format: 'date-time' };
    case 'email':
      return { type, format: 'email', ...length };
    case 'domain':
      return { type, format: 'hostname', ...length };
    case 'country':
      return { type, pattern: '^[A-Z]{2}$' };
    case 'option':
      return { type, 'x-options': 'open', examples: [...(spec.options ?? [])] };
    case 'reference':
      return { type, 'x-reference': spec.target };
    case 'text':
      return { type, ...length };
  }
}

function batchPaths(object: CrmObject, refused: Record<string, Json>): Record<string, Json> {
  const name = schemaName(object);
  const record = ref(name);
  const key = headerParameter('Idempotency-Key', 'Honoured for 24 hours');
  const results = objectOf({ results: listOf(objectOf({ status: { type: 'integer' }, record, errors: listOf({}) })) });
  const items = (schema: Json) =>
    jsonBody(objectOf({ items: { ...asRecord(listOf(schema)), maxItems: MAX_BATCH } }, ['items']));
  const batchAnswers = {
    200: jsonAnswer('One result per item', results),
    413: jsonAnswer('Too many items'),
    ...refused,
  };
  return {
    [`/${object}/batch`]: {
      post: {
        operationId: `batch_create_${object}`,
        parameters: [key],
        requestBody: items(ref(`New${name}`)),
        responses: batchAnswers,
      },
      patch: {
        operationId: `batch_update_${object}`,
        requestBody: items(ref(`${name}Fields`)),
        responses: batchAnswers,
      },
    },
    [`/${object}/batch/archive`]: {
      post: {
        operationId: `batch_archive_${object}`,
        requestBody: items(objectOf({ id: text, if_match: { type: 'integer' } }, ['id'])),
        responses: batchAnswers,
      },
    },
  };
}

function objectPaths(object: CrmObject): Record<string, Json> {
  const name = schemaName(object);
  const record = ref(name);
  const refused = { 401: jsonAnswer('No valid token', ref('Error')), 429: jsonAnswer('Rate limit', ref('Error')) };
  const notFound = { 404: jsonAnswer('No such record', ref('Error')), ...refused };
  const stale = { 409: jsonAnswer('Archived', ref('Error')), 412: jsonAnswer('Another version', ref('Error')) };
  const invalid = { 422: jsonAnswer('Invalid fields', ref('FieldErrors')) };
  const key = headerParameter('Idempotency-Key', 'Honoured for 24 hours');
  const created = { 201: jsonAnswer('Created', record), ...invalid, ...refused };
  const change = { ifMatch: headerParameter('If-Match', 'The ETag of the version to be changed') };
  const paths: Record<string, Json> = {
    [`/${object}`]: {
      get: {
        operationId: `list_${object}`,
        parameters: listParameters(object),
        responses: listAnswers(record, refused),
      },
      post: {
        operationId: `create_${object}`,
        parameters: [key],
        requestBody: jsonBody(ref(`New${name}`)),
        responses: created,
      },
    },
    [`/${object}/{id}`]: {
      parameters: [pathParameter('id')],
      get: { operationId: `get_${object}`, responses: { 200: jsonAnswer('The record', record), ...notFound } },
      patch: {
        operationId: `update_${object}`,
        parameters: [change.ifMatch],
        requestBody: jsonBody(ref(`${name}Fields`)),
        responses: { 200: jsonAnswer('Changed', record), ...stale, ...invalid, ...notFound },
      },
      delete: {
        operationId: `archive_${object}`,
        parameters: [change.ifMatch],
        responses: { 204: jsonAnswer('Archived'), ...stale, ...notFound },
      },
    },
    ...batchPaths(object, refused),
  };
  if (CRM[object].mergeable) {
    const body = jsonBody(objectOf({ survivor: text, merged: text }, ['survivor', 'merged']));
    const responses = { 200: jsonAnswer('The survivor', record), ...stale, ...notFound };
    paths[`/${object}/merge`] = { post: { operationId: `merge_${object}`, requestBody: body, responses } };
  }
  return paths;
}

function listParameters(object: CrmObject): Json {
  const filters = Object.entries(CRM[object].fields).filter(([, spec]) => spec.filter);
  return [
    queryParameter('limit', { type: 'integer', minimum: 1, maximum: MAX_PAGE, default: 50 }),
    queryParameter('cursor', text),
    queryParameter('updated_since', timestamp, 'Inclusive; the index lags by up to 3 seconds'),
    queryParameter('sort', { enum: ['id', 'updated_at', '-updated_at'] }),
    queryParameter('include_archived', { type: 'boolean', default: false }),
    queryParameter('ids', text, 'Up to 100 ids, separated by commas'),
    ...filters.map(([name]) => queryParameter(name, text)),
  ];
}

function listAnswers(items: Json, refused: Record<string, Json>): Json {
  const page = objectOf({ data: listOf(items), next_cursor: { type: ['string', 'null'] }, total: { type: 'integer' } });
  return { 200: jsonAnswer('A page', page), 400: jsonAnswer('Invalid query', ref('Error')), ...refused };
}

function administrationPaths(): Record<string, Json> {
  const objectName: Json = { ...asRecord(pathParameter('object')), schema: { enum: [...CRM_OBJECTS] } };
  const option = objectOf({ value: text, label: text }, ['value']);
  const field = objectOf({
    key: text,
    label: text,
    type: { enum: ['text', 'number', 'boolean', 'date'] },
    max_length: { type: 'integer' },
  });
  const subscription = objectOf({
    id: text,
    url: { type: 'string', format: 'uri' },
    events: listOf({ enum: [...CRM_EVENTS] }),
  });
  const list = (operationId: string, schema: Json) => ({
    operationId,
    responses: { 200: jsonAnswer('All', objectOf({ data: listOf(schema) })) },
  });
  const add = (operationId: string, schema: Json) => ({
    operationId,
    requestBody: jsonBody(schema),
    responses: { 201: jsonAnswer('Added', schema), 409: jsonAnswer('Exists'), 422: jsonAnswer('Invalid') },
  });
  const tombstone = objectOf({ object: text, id: text, deleted_at: timestamp, merged_into: text });
  return {
    '/tombstones': {
      get: {
        operationId: 'list_tombstones',
        parameters: [
          queryParameter('since', timestamp),
          queryParameter('object', text),
          queryParameter('cursor', text),
        ],
        responses: {
          200: jsonAnswer('A page', objectOf({ data: listOf(tombstone), next_cursor: { type: ['string', 'null'] } })),
        },
      },
    },
    '/options/{object}/{field}': {
      parameters: [objectName, pathParameter('field')],
      get: list('list_options', option),
      post: add('add_option', option),
    },
    '/custom_fields/{object}': {
      parameters: [objectName],
      get: list('list_custom_fields', field),
      post: add('add_custom_field', field),
    },
    '/webhooks': { get: list('list_webhooks', subscription), post: add('subscribe', subscription) },
    '/webhooks/{id}': {
      parameters: [pathParameter('id')],
      delete: { operationId: 'unsubscribe', responses: { 204: jsonAnswer('Removed'), 404: jsonAnswer('Unknown') } },
    },
  };
}
