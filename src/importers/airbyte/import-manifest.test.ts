import { describe, expect, it } from 'vitest';
import { loadConnector } from '../../connector/load.ts';
import { type AirbyteImport, connectorName, importAirbyte } from './import-manifest.ts';

const NOW = Date.UTC(2026, 4, 1);

const load = (text: string) => importAirbyte({ text, file: 'source-toy.yaml', connector: 'toy', now: NOW });

function imported(text: string): AirbyteImport {
  const made = load(text);
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  const loaded = loadConnector(made.value.yaml, 'connector.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  expect(loaded.value).toEqual(made.value.definition);
  return made.value;
}

const indent = (text: string, by: number) =>
  text
    .trim()
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');

/** A manifest with one stream, `things`, of these parts. */
const manifest = (
  parts: { requester?: string; retriever?: string; stream?: string; spec?: string; extra?: string } = {},
) => `
version: 4.6.2
type: DeclarativeSource
check: { stream_names: [things] }
${parts.extra ?? ''}
streams:
  - name: things
    primary_key: id
${indent(parts.stream ?? '{}', 4).replace(/^ *\{\}$/, '')}
    retriever:
      requester:
        url_base: https://api.toy.example/v1
        path: things
${indent(parts.requester ?? '{}', 8).replace(/^ *\{\}$/, '')}
      record_selector: { extractor: { field_path: [data] } }
${indent(parts.retriever ?? '{}', 6).replace(/^ *\{\}$/, '')}
    schema_loader:
      type: InlineSchemaLoader
      schema:
        type: object
        properties:
          id: { type: integer }
          name: { type: [string, 'null'] }
          updated: { type: string, format: date-time }
          amount: { type: [number, 'null'] }
spec:
  connection_specification:
    type: object
    required: [api_key, region]
    properties:
      api_key: { type: string, title: API key, airbyte_secret: true }
      region: { type: string, enum: [eu, us] }
      start_date: { type: string, format: date-time }
      limit: { type: integer, default: 50 }
      ids: { type: array, items: { type: string } }
${indent(parts.spec ?? '{}', 6).replace(/^ *\{\}$/, '')}
`;

const things = (made: AirbyteImport) => made.definition.objects.things;

describe('a stream', () => {
  it('becomes an object, with the types that components leave out', () => {
    const made = imported(manifest());
    expect(made.definition).toMatchObject({
      connector: 'toy',
      base_url: 'https://api.toy.example/v1',
      auth: { type: 'none' },
    });
    expect(things(made)).toMatchObject({
      id: { path: 'id', type: 'integer' },
      list: { method: 'GET', path: '/things', records: 'data', one_or_many: true, pagination: { style: 'none' } },
      fields: { name: { type: 'string' }, updated: { type: 'timestamp' }, amount: { type: 'decimal' } },
    });
    expect(made.report).toMatchObject({ streams: [{ stream: 'things', outcome: 'imported', losses: [] }], losses: [] });
    expect(made.report.components).toMatchObject({ SimpleRetriever: 1, DpathExtractor: 1, HttpRequester: 1 });
  });

  it('gets what its references and $parameters say, its own before theirs', () => {
    const made = imported(`
definitions:
  base: { url_base: 'https://api.toy.example', http_method: GET, request_parameters: { a: '1' } }
  stream:
    primary_key: "{{ parameters['key'] }}"
    retriever:
      requester: { $ref: '#/definitions/base', path: "{{ parameters.path }}", request_parameters: { b: '2' } }
      record_selector: { extractor: { field_path: ["{{ parameters['name'] }}"] } }
type: DeclarativeSource
streams:
  - { $ref: '#/definitions/stream', $parameters: { name: deals, path: /v2/deals, key: deal_id } }
`);
    expect(made.definition.objects.deals).toMatchObject({
      id: { path: 'deal_id' },
      list: { path: '/v2/deals', query: { b: '2' }, records: 'deals' },
    });
  });

  it('without a primary key goes by a field id, or by a digest, and says so', () => {
    const made = imported(manifest().replace('    primary_key: id\n', ''));
    expect(things(made)?.id).toMatchObject({ path: 'id', type: 'integer' });
    expect(made.definition.grounds).toMatchObject([{ at: 'objects.things.id', ground: 'assumed' }]);
    const other = imported(manifest().replace('    primary_key: id\n', '').replace('id: { type: integer }', ''));
    expect(things(other)?.id).toMatchObject({ digest: true });
  });
});

describe('pagination', () => {
  const option = (name: string, into = 'request_parameter') =>
    `{ type: RequestOption, inject_into: ${into}, field_name: ${name} }`;
  const paginator = (strategy: string, token = option('page')) => `
paginator:
  type: DefaultPaginator
  page_token_option: ${token}
  page_size_option: ${option('limit')}
  pagination_strategy: ${strategy}`;
  const cursor = (value: string, stop?: string) =>
    JSON.stringify({
      type: 'CursorPagination',
      cursor_value: value,
      page_size: 20,
      ...(stop ? { stop_condition: stop } : {}),
    });

  it.each<[string, string, object]>([
    [
      'pages',
      paginator('{ type: PageIncrement, page_size: 20, start_from_page: 1 }'),
      { style: 'page', param: 'page', first: 1, size: 20, size_param: 'limit' },
    ],
    [
      'offsets',
      paginator('{ type: OffsetIncrement, page_size: "{{ config[\'limit\'] }}" }'),
      { style: 'offset', param: 'page', size: 50 },
    ],
    [
      'a cursor of the answer with a flag',
      paginator(cursor("{{ response.get('meta', {}).get('next') }}", "{{ not response.get('has_more', False) }}")),
      { style: 'cursor', param: 'page', next: 'meta.next', more: 'has_more' },
    ],
    [
      'a flag that says last',
      paginator(cursor('{{ response.next }}', '{{ response.done }}')),
      { style: 'cursor', next: 'next', last: 'done' },
    ],
    [
      'the last id',
      paginator(cursor("{{ last_record['id'] }}", '{{ not response.more }}')),
      { style: 'cursor', last_id: true, more: 'more' },
    ],
    [
      'another field of the last record',
      paginator(cursor('{{ last_record.token }}')),
      { style: 'cursor', last_field: 'token' },
    ],
    [
      'an address in the answer',
      paginator(cursor('{{ response.get("@odata.nextLink", {}) }}'), '{ type: RequestPath }'),
      { style: 'next_url', next: '@odata\\.nextLink' },
    ],
    [
      'the Link header',
      paginator(
        cursor("{{ headers['link']['next']['url'] }}", "{{ 'next' not in headers['link'] }}"),
        '{ type: RequestPath }',
      ),
      { style: 'next_url', size: 20 },
    ],
    [
      'a cursor that is cut out of an address',
      paginator(cursor(`{{ response.next | regex_search('page=(\\d+)') }}`, '{{ response.next is none }}')),
      { style: 'next_url', next: 'next' },
    ],
    [
      'arithmetic on offsets',
      paginator(
        cursor(
          "{{ response.get('startAt') + response['maxResults'] }}",
          "{{ response.get('isLast') or response.startAt + response.maxResults >= response.get('total') }}",
        ),
      ),
      { style: 'offset', param: 'page', total: 'total', last: 'isLast' },
    ],
  ])('%s', (_, retriever, pagination) => {
    expect(things(imported(manifest({ retriever })))?.list?.pagination).toMatchObject(pagination);
  });

  it('puts a cursor that is part of JSON in the body to its place', () => {
    const made = imported(
      manifest({
        requester: 'http_method: POST\nrequest_body_json: { query: "query($after: String) { things }" }',
        retriever: `
paginator:
  type: DefaultPaginator
  page_token_option: ${option('variables', 'body_json')}
  pagination_strategy:
    type: CursorPagination
    cursor_value: '{{ ''{"first": 10, "after": "'' + response.data.info.end + ''"}'' if response.data.info.end else "" }}'
    stop_condition: '{{ response.data.info.more is false }}'`,
      }),
    );
    expect(things(made)?.list).toMatchObject({
      method: 'POST',
      body: { query: 'query($after: String) { things }', variables: { first: 10 } },
      pagination: { style: 'cursor', param: 'variables.after', next: 'data.info.end', more: 'data.info.more' },
    });
  });
});

describe('times', () => {
  const cursor = (more: string) => `
incremental_sync:
  type: DatetimeBasedCursor
  cursor_field: updated
  datetime_format: '%Y-%m-%d'
  cursor_datetime_formats: ['%Y-%m-%dT%H:%M:%SZ']
  start_datetime: { datetime: "{{ config['start_date'] }}" }
${more}`;

  it('ask for what changed since', () => {
    const stream = cursor(`
  start_time_option: { inject_into: request_parameter, field_name: since }
  end_time_option: { inject_into: request_parameter, field_name: till }
  end_datetime: "{{ now_utc().strftime('%Y-%m-%d') }}"
  step: P30D
  lookback_window: P1D`);
    expect(things(imported(manifest({ stream })))).toMatchObject({
      modified: 'updated',
      list: {
        since: {
          param: 'since',
          until: { param: 'till' },
          time: { pattern: 'YYYY-MM-DD', zone: 'UTC' },
          earliest: '${start_date}',
          step: '30d',
          lag: '1d',
          precision: '1d',
        },
      },
    });
  });

  it('stand in a parameter with both ends', () => {
    const requester = `request_parameters: { between: "[{{ stream_slice['start_time'] }},{{ stream_slice['end_time'] }}]" }`;
    const since = things(imported(manifest({ stream: cursor(''), requester })))?.list?.since;
    expect(since).toMatchObject({ param: 'between', template: '[{value},{until}]' });
  });

  it('of a cursor that looks like a creation are marked as assumed', () => {
    const made = imported(
      manifest({ stream: cursor('').replace('cursor_field: updated', 'cursor_field: created_at') }),
    );
    expect(things(made)?.modified).toBe('created_at');
    expect(made.definition.grounds).toMatchObject([{ at: 'objects.things.modified', ground: 'assumed' }]);
  });
});

describe('parents and lists of values', () => {
  const below = (path: string, parent: string) => `
  - name: ${parent}_parts
    primary_key: id
    retriever:
      requester: { url_base: 'https://api.toy.example/v1', path: '${path}' }
      record_selector: { extractor: { field_path: [] } }
      partition_router:
        - { type: SubstreamPartitionRouter, parent_stream_configs: [{ stream: { $ref: '#/streams/0' }, parent_key: id, partition_field: thing_id }] }
    transformations:
      - { type: AddFields, fields: [{ path: [thing], value: '{{ stream_slice.thing_id }}' }] }`;

  it('become a parent, and the field that holds it', () => {
    const text = manifest().replace(
      '\nspec:',
      `${below('things/{{ stream_partition.thing_id }}/parts', 'thing')}\nspec:`,
    );
    const made = imported(text);
    expect(made.definition.objects.thing_parts).toMatchObject({
      parent: { object: 'things', param: 'thing_id', key: 'id', field: 'thing' },
      list: { path: '/things/{thing_id}/parts', records: '' },
    });
  });

  it('two at once become the lower one, with what is known of the upper', () => {
    const config = (stream: number, field: string) =>
      `{ type: SubstreamPartitionRouter, parent_stream_configs: [{ stream: { $ref: '#/streams/${stream}' }, parent_key: id, partition_field: ${field} }] }`;
    const third = `
  - name: notes
    primary_key: id
    retriever:
      requester: { url_base: 'https://api.toy.example/v1', path: 'things/{{ stream_partition.thing }}/parts/{{ stream_partition.part }}' }
      record_selector: { extractor: { field_path: [] } }
      partition_router: [${config(0, 'thing')}, ${config(1, 'part')}]`;
    const second = below('things/{{ stream_partition.thing_id }}/parts', 'thing');
    const made = imported(manifest().replace('\nspec:', `${second}${third}\nspec:`));
    expect(made.definition.objects.notes).toMatchObject({
      parent: { object: 'thing_parts', param: 'part' },
      list: { path: '/things/{thing_id}/parts/{part}' },
    });
  });

  it('of configuration become each', () => {
    const retriever = `
partition_router:
  type: ListPartitionRouter
  values: "{{ config['ids'] }}"
  cursor_field: blog
  request_option: { inject_into: request_parameter, field_name: blogId }`;
    const made = imported(manifest({ retriever }));
    expect(things(made)?.list).toMatchObject({ each: { name: 'blog', values: '${ids}' }, query: { blogId: '{blog}' } });
    expect(made.definition.variables.ids).toMatchObject({ default: '' });
  });
});

describe('authentication', () => {
  it.each<[string, object]>([
    ['{ type: BearerAuthenticator, api_token: "{{ config[\'api_key\'] }}" }', { type: 'bearer', token: '${api_key}' }],
    [
      '{ type: ApiKeyAuthenticator, api_token: "Token {{ config.api_key }}", header: X-Key }',
      { type: 'api_key', header: 'X-Key', value: 'Token ${api_key}' },
    ],
    [
      '{ type: ApiKeyAuthenticator, api_token: "{{ config.api_key }}", inject_into: { type: RequestOption, inject_into: request_parameter, field_name: key } }',
      { type: 'api_key', query: 'key', value: '${api_key}' },
    ],
    [
      '{ type: BasicHttpAuthenticator, username: "{{ config.api_key }}" }',
      { type: 'basic', user: '${api_key}', password: '' },
    ],
    [
      '{ type: OAuthAuthenticator, token_refresh_endpoint: https://toy.example/token, client_id: a, client_secret: "{{ config.api_key }}", refresh_token: r, refresh_token_updater: {} }',
      { type: 'oauth2', grant: 'refresh_token', refresh: 'single_use', token_url: 'https://toy.example/token' },
    ],
    [
      '{ type: SessionTokenAuthenticator, login_requester: { url_base: https://toy.example, path: login, http_method: POST, request_body_json: { key: "{{ config.api_key }}" } }, session_token_path: [id], request_authentication: { type: Bearer }, expiration_duration: PT8H }',
      { type: 'session', token: { body: 'id' }, header: 'Authorization', value: 'Bearer {token}', lives: '8h' },
    ],
  ])('%s', (authenticator, auth) => {
    const made = imported(manifest({ requester: `authenticator: ${authenticator}` }));
    expect(made.definition.auth).toMatchObject(auth);
    expect(made.definition.variables.api_key).toMatchObject({ label: 'API key', secret: true });
  });

  it('of several takes one and says so', () => {
    const authenticator = `
authenticator:
  type: SelectiveAuthenticator
  authenticator_selection_path: [auth]
  authenticators:
    oauth: { type: OAuthAuthenticator, token_refresh_endpoint: https://toy.example/token }
    key: { type: BearerAuthenticator, api_token: "{{ config['api_key'] }}" }`;
    const made = imported(manifest({ requester: authenticator }));
    expect(made.definition.auth).toMatchObject({ type: 'bearer' });
    expect(made.report.losses).toEqual(['of the ways to authenticate, key is taken; left out: oauth']);
  });
});

describe('what Jinja computes', () => {
  it('is folded, asked for, or lost by name', () => {
    const requester = `
request_parameters:
  plain: '7'
  key: "{{ config['api_key'] }}"
  host: "{{ 'https://' ~ 'x' }}"
  size: "{{ config.get('page_size', 30) }}"
  day: "{{ now_utc().strftime('%Y-%m-%d') }}"
  first: "{{ format_datetime(config['start_date'], '%Y') }}"
  odd: "{{ 'a' if not next_page_token else '' }}"`;
    const made = imported(manifest({ requester }));
    expect(things(made)?.list?.query).toEqual({
      plain: '7',
      key: '${api_key}',
      host: 'https://x',
      size: '${page_size}',
      day: '${day}',
      first: '${first}',
    });
    expect(made.definition.variables).toMatchObject({
      page_size: { default: '30' },
      first: { describe: expect.stringContaining('start_date') },
    });
    expect(made.report.streams[0]?.losses).toEqual(['parameter odd, which reads a computation with next_page_token']);
  });

  it('in a base URL becomes a variable with a default', () => {
    const text = manifest().replace(
      'https://api.toy.example/v1',
      `"{{ 'https://eu.toy.example' if config['region'] == 'eu' else 'https://toy.example' }}"`,
    );
    const made = imported(text);
    expect(made.definition.base_url).toBe('${base_url}');
    expect(made.definition.variables.base_url?.default).toBe('https://eu.toy.example');
  });
});

it('what is computed of something that only a person knows has no default', () => {
  const base = `"https://{{ 'api' if not config['limit'] else 'pro' }}.toy.example/{{ config['tenant'] }}"`;
  const text = manifest()
    .replace('https://api.toy.example/v1', base)
    .replace('[api_key, region]', '[api_key, region, tenant]');
  const made = imported(text.replace('region: {', 'tenant: { type: string }\n      region: {'));
  expect(made.definition.base_url).toBe('${base_url}');
  expect(made.definition.variables.base_url).toMatchObject({ describe: expect.stringContaining('tenant') });
  expect(made.definition.variables.base_url).not.toHaveProperty('default');
});

describe('answers', () => {
  it('become response rules where all streams have them', () => {
    const requester = `
error_handler:
  type: CompositeErrorHandler
  error_handlers:
    - response_filters: [{ http_codes: [404], action: IGNORE }, { http_codes: [429], action: RATE_LIMITED }]
      backoff_strategies: [{ type: ConstantBackoffStrategy, backoff_time_in_seconds: 30 }]
    - response_filters: [{ predicate: "{{ response.code == 'busy' }}", action: RETRY }, { error_message_contains: oops, action: FAIL }]`;
    const made = imported(manifest({ requester }));
    expect(made.definition.responses).toEqual([
      { status: 404, action: 'empty' },
      { status: 429, action: 'wait', after: '30s' },
      { body: { path: 'code', equals: 'busy' }, action: 'retry' },
    ]);
    expect(made.report.streams[0]?.losses).toEqual(['FAIL by words of the error message']);
  });
});

describe('refusals', () => {
  it('name the class that a stream needs, and import the others', () => {
    const second = `
  - name: odd
    retriever:
      requester: { url_base: 'https://api.toy.example/v1', path: odd }
      record_selector: { extractor: { class_name: source_toy.components.Odd } }`;
    const made = imported(manifest().replace('\nspec:', `${second}\nspec:`));
    expect(made.report.streams).toMatchObject([
      { stream: 'things', outcome: 'imported' },
      { stream: 'odd', outcome: 'refused', refusedFor: 'CustomRecordExtractor' },
    ]);
  });

  it.each<[string, string, string]>([
    ['no manifest', 'openapi: 3.0.0', 'manifest-unknown'],
    ['a text', 'hello', 'manifest-unknown'],
    ['no YAML', 'a: [', 'yaml-invalid'],
    ['a reference to nothing', 'streams: [{ $ref: "#/definitions/x" }]', 'manifest-unresolvable'],
    ['a reference out of the file', 'streams: [{ $ref: "file:///etc/passwd" }]', 'manifest-unresolvable'],
    [
      'a reference to itself',
      'definitions: { a: { $ref: "#/definitions/a" } }\nstreams: [{ $ref: "#/definitions/a" }]',
      'manifest-unresolvable',
    ],
    ['only code', manifest({ requester: 'authenticator: { class_name: x.Y }' }), 'manifest-needs-code'],
  ])('%s', (_, text, code) => {
    const made = load(text);
    expect(made.ok ? 'ok' : made.error[0]?.code).toBe(code);
  });

  it('stop references that multiply', () => {
    const levels = Array.from(
      { length: 40 },
      (_, level) =>
        `  a${level}: { type: X, l: { $ref: '#/definitions/a${level + 1}' }, r: { $ref: '#/definitions/a${level + 1}' } }`,
    );
    const made = load(
      `definitions:\n${levels.join('\n')}\n  a40: { type: X }\nstreams: [{ $ref: '#/definitions/a0' }]`,
    );
    expect(made.ok ? 'ok' : made.error[0]?.code).toBe('manifest-too-large');
  });
});

it.each([
  ['source-pipedrive.yaml', 'pipedrive'],
  ['x/source-7shifts/manifest.yaml', 'shifts'],
  ['My Tool.yml', 'my-tool'],
  ['42.yaml', 'connector'],
])('a connector of %s is called %s', (path, name) => {
  expect(connectorName(path)).toBe(name);
});
