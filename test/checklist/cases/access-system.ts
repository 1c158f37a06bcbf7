import { answered, type Case, objectOf } from '../case.ts';
import { answerOf, at, erp, page, yes } from '../other-answers.ts';

const CONNECTOR: Case[] = [
  ...yes('connector', 'answers-as-declared', /\d objects answered as declared/),
  {
    question: 'connector',
    probe: 'answers-as-declared',
    system: 'erp',
    variant: 'lying',
    what: 'at its address is a system of another kind',
    change({ a, b }) {
      b.variables.base_url = a.variables.base_url ?? '';
      b.connector.auth = { type: 'none' };
    },
    sandbox: {
      bend: { crm: (request, rest) => (request.path.startsWith('/api') ? answerOf(404, '{}') : rest(request)) },
    },
    expect: 'contradicted',
    found: 'Nothing answered as declared',
  },
  {
    question: 'connector',
    probe: 'answers-as-declared',
    system: 'erp',
    variant: 'lying',
    what: 'one of its objects is not there: endpoints says so',
    sandbox: at('erp', '/api/articles', answerOf(404, '{}')),
    expect: 'declared',
    found: 'articles gave no records',
  },
  {
    question: 'connector',
    probe: 'answers-as-declared',
    system: 'erp',
    variant: 'no',
    what: 'its credentials do not count',
    variables: { ERP_API_KEY: 'x' },
    expect: 'declared',
    found: 'Not asked',
  },
];

const PROTOCOL: Case[] = [
  ...yes('protocol', 'speaks-it', 'came in REST, JSON'),
  ...(
    [
      ['SOAP', answerOf(200, '<?xml version="1.0"?><soap:Envelope/>', 'text/xml')],
      ['CSV', answerOf(200, 'id;name\n1;a\n', 'text/csv')],
      ['another JSON', answerOf(200, '{"result":{"rows":[]}}')],
      ['a list without a frame', answerOf(200, '[]')],
    ] as const
  ).map(
    ([what, answer]): Case => ({
      question: 'protocol',
      probe: 'speaks-it',
      system: 'erp',
      variant: 'lying',
      what: `it speaks ${what}`,
      sandbox: at('erp', '/api/', answer),
      expect: 'contradicted',
    }),
  ),
  {
    question: 'protocol',
    probe: 'speaks-it',
    system: 'erp',
    variant: 'no',
    what: 'it can not be reached',
    variables: { ERP_URL: 'http://127.0.0.1:9' },
    expect: 'declared',
    found: 'Not asked',
  },
];

const described = (text: string): NonNullable<Case['change']> => answered('api-description', { erp: text, crm: 'n/a' });

const DESCRIPTION: Case[] = [
  ...yes('api-description', 'described', /\d+ operations and \d+ fields that are needed are described/),
  ...(
    [
      ['by a path under answers', described('OpenAPI at /openapi.json')],
      [
        'by the address of its import, with what has changed since',
        erp((connector) => {
          delete connector.api_description;
          connector.origin = { format: 'openapi', source: '/openapi.json', digest: 'x' };
        }),
      ],
    ] as const
  ).map(
    ([what, change], place): Case => ({
      question: 'api-description',
      probe: 'described',
      system: 'erp',
      variant: place === 0 ? 'yes' : 'no',
      what: place === 0 ? what : 'imported from a file, which can not be fetched again',
      change,
      expect: place === 0 ? 'verified' : 'declared',
    }),
  ),
  {
    question: 'api-description',
    probe: 'described',
    system: 'erp',
    variant: 'yes',
    what: 'it has changed since the import, and holds what is needed',
    change: (integration) => {
      const { connector, variables } = integration.b;
      delete connector.api_description;
      connector.origin = { format: 'openapi', source: `${variables.base_url}/openapi.json`, digest: 'x' };
    },
    expect: 'verified',
    found: 'has changed since the import',
  },
  {
    question: 'api-description',
    probe: 'described',
    system: 'erp',
    variant: 'yes',
    what: 'it stands behind the login',
    sandbox: {
      bend: {
        erp: (request, rest) =>
          request.path === '/openapi.json' && request.headers['x-api-key'] === undefined
            ? answerOf(401, '{}')
            : rest(request),
      },
    },
    expect: 'verified',
  },
  ...(
    [
      ['it is gone', at('erp', '/openapi.json', answerOf(404, '{}')), 'answered 404'],
      ['a page for people stands there', at('erp', '/openapi.json', page), 'A page for people'],
    ] as const
  ).map(
    ([what, sandbox, found]): Case => ({
      question: 'api-description',
      probe: 'described',
      system: 'erp',
      variant: 'lying',
      what,
      sandbox,
      expect: 'contradicted',
      found,
    }),
  ),
  ...(
    [
      [
        'another method',
        (i) => void Object.assign(objectOf(i, 'erp', 'customers').update ?? {}, { method: 'PATCH' }),
        'update customers',
      ],
      [
        'a path that is not there',
        (i) => void Object.assign(objectOf(i, 'erp', 'customers').create ?? {}, { path: '/api/clients' }),
        'create customers',
      ],
      [
        'a field that is not there',
        (i) => void Object.assign(objectOf(i, 'erp', 'customers').fields.email ?? {}, { path: 'mail' }),
        'customers.email: no field mail',
      ],
    ] as [string, NonNullable<Case['change']>, string][]
  ).map(
    ([what, change, found]): Case => ({
      question: 'api-description',
      probe: 'described',
      system: 'erp',
      variant: 'lying',
      what: `the connector calls ${what}`,
      change,
      expect: 'contradicted',
      found,
    }),
  ),
  {
    question: 'api-description',
    probe: 'described',
    system: 'erp',
    variant: 'lying',
    what: 'it is WSDL, which is not read here',
    sandbox: at('erp', '/openapi.json', answerOf(200, '<?xml version="1.0"?><definitions/>', 'text/xml')),
    expect: 'declared',
    found: 'It is XML',
  },
  {
    question: 'api-description',
    system: 'erp',
    variant: 'no',
    what: 'nothing is named',
    change: erp((connector) => {
      delete connector.api_description;
    }),
    expect: 'open',
  },
  {
    question: 'api-description',
    probe: 'described',
    system: 'erp',
    variant: 'no',
    what: 'documentation for people alone',
    change: erp((connector) => {
      delete connector.api_description;
      connector.docs = 'https://docs.erp.test/';
    }),
    expect: 'declared',
    found: 'No address of a description',
  },
  {
    question: 'api-description',
    system: 'crm',
    variant: 'no',
    what: 'n/a',
    change: described('/openapi.json'),
    expect: 'not-applicable',
  },
];

const never = (integration: Parameters<NonNullable<Case['change']>>[0]): void => {
  delete objectOf(integration, 'erp', 'orders').create;
};

const ENDPOINTS: Case[] = [
  ...yes('endpoints', 'lists', /\d+ records in \d+ calls/),
  ...yes('endpoints', 'direct-reads', 'Found what is there, and "gone" for what is not'),
  ...yes('endpoints', 'writes-declared', 'All operations are declared'),
  ...(
    [
      [404, 'articles: its list (GET /api/articles) is not there'],
      [405, 'articles: its list (GET /api/articles) is there, but not for reading'],
      [410, 'articles: its list (GET /api/articles) was taken away'],
      [400, 'articles: its list (GET /api/articles) is refused'],
    ] as const
  ).map(
    ([status, found]): Case => ({
      question: 'endpoints',
      probe: 'lists',
      system: 'erp',
      variant: 'lying',
      what: `the list of articles answers ${status}`,
      sandbox: at('erp', '/api/articles?', answerOf(status, '{}')),
      expect: 'contradicted',
      found: new RegExp(`^${RegExp.escape(found)}`),
    }),
  ),
  {
    question: 'endpoints',
    probe: 'lists',
    system: 'erp',
    variant: 'lying',
    what: 'the list of articles answers 403: credentials says so, and nothing more is asked',
    sandbox: at('erp', '/api/articles?', answerOf(403, '{}')),
    expect: 'declared',
    found: 'Not asked, since the answer to credentials',
  },
  {
    question: 'endpoints',
    probe: 'direct-reads',
    system: 'erp',
    variant: 'lying',
    what: 'records that are listed are not found by id',
    sandbox: at('erp', '/api/customers/', answerOf(200, 'null')),
    expect: 'contradicted',
    found: 'listed records are not found by id',
  },
  {
    question: 'endpoints',
    probe: 'direct-reads',
    system: 'erp',
    variant: 'lying',
    what: 'an id that never was is found',
    sandbox: at('erp', '/api/customers/2147483646', answerOf(200, '{"id":2147483646,"row_version":1}')),
    expect: 'contradicted',
    found: 'an id that never was is found',
  },
  {
    question: 'endpoints',
    probe: 'direct-reads',
    system: 'erp',
    variant: 'lying',
    what: 'whether an id is gone is not clearly said',
    sandbox: at('erp', '/api/customers/2147483646', answerOf(403, '{}')),
    expect: 'declared',
    found: 'A missing id is not clearly said',
  },
  {
    question: 'endpoints',
    probe: 'writes-declared',
    system: 'erp',
    variant: 'lying',
    what: 'a create that no one declared',
    change: never,
    expect: 'contradicted',
    found: 'create orders',
  },
  {
    question: 'endpoints',
    probe: 'lists',
    system: 'erp',
    variant: 'no',
    what: 'it can not be reached',
    variables: { ERP_URL: 'http://127.0.0.1:9' },
    expect: 'declared',
  },
  ...(['direct-reads', 'writes-declared'] as const).map(
    (probe): Case => ({
      question: 'endpoints',
      probe,
      system: 'crm',
      variant: 'no',
      what: 'its credentials do not count',
      variables: { CRM_CLIENT_SECRET: 'x' },
      expect: 'declared',
      found: 'Not asked',
    }),
  ),
];

const exported = (text: string): NonNullable<Case['change']> => answered('export', { crm: text, erp: text });

const EXPORT: Case[] = [
  ...(
    [
      ['erp', 'a call that answers', 'GET /api/customers?page=1&size=1', undefined],
      ['crm', 'a path that answers', '/companies?limit=1', undefined],
      ['erp', 'CSV by HEAD', 'nightly, GET /export.csv', at('erp', '/export.csv', answerOf(200, '', 'text/csv'))],
      [
        'erp',
        'CSV where HEAD is not known',
        '/export.csv',
        at('erp', '/export.csv', answerOf(206, 'id', 'text/csv'), 'GET'),
      ],
    ] as const
  ).map(
    ([system, what, text, sandbox]): Case => ({
      question: 'export',
      probe: 'answers',
      system,
      variant: 'yes',
      what,
      change: exported(text),
      ...(sandbox ? { sandbox } : {}),
      expect: 'verified',
      found: 'It answers with',
    }),
  ),
  ...([400, 401, 403, 404, 405, 410] as const).map(
    (status): Case => ({
      question: 'export',
      probe: 'answers',
      system: 'erp',
      variant: 'lying',
      what: `a call that answers ${status}`,
      change: exported('GET /export.csv'),
      sandbox: at('erp', '/export.csv', answerOf(status, '{}')),
      expect: 'contradicted',
      found: `HTTP ${status}`,
    }),
  ),
  {
    question: 'export',
    probe: 'answers',
    system: 'erp',
    variant: 'lying',
    what: 'a page for people',
    change: exported('GET /export.csv'),
    sandbox: at('erp', '/export.csv', page),
    expect: 'contradicted',
    found: 'A page for people',
  },
  ...(
    [
      ['by hand, as CSV', 'names no call'],
      ['https://files.test/export.csv', 'another server'],
    ] as const
  ).map(
    ([text, found]): Case => ({
      question: 'export',
      probe: 'answers',
      system: 'erp',
      variant: 'no',
      what: text,
      change: exported(text),
      expect: 'declared',
      found,
    }),
  ),
  { question: 'export', system: null, variant: 'no', what: 'nobody answers', expect: 'open' },
  {
    question: 'export',
    system: null,
    variant: 'no',
    what: 'n/a',
    change: answered('export', 'n/a'),
    expect: 'not-applicable',
  },
];

/** What the systems are, and which of their functions are used. */
export const ACCESS_SYSTEM: readonly Case[] = [...CONNECTOR, ...PROTOCOL, ...DESCRIPTION, ...ENDPOINTS, ...EXPORT];
