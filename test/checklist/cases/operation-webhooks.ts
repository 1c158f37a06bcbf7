import type { SandboxResponse } from '../../../sandbox/system.ts';
import type { WebhooksDefinition } from '../../../src/connector/definition.ts';
import type { LoadedIntegration } from '../../../src/integration/loaded.ts';
import type { Bend } from '../../check-world.ts';
import { all, answered, type Case, connectorOf, only } from '../case.ts';

const base = { question: 'webhooks', system: 'crm' } as const;
const lie = { ...base, variant: 'lying', expect: 'contradicted' } as const;

/** The webhooks of the CRM's connector, declared otherwise. */
const webhooks = (change: (definition: WebhooksDefinition) => void) => (integration: LoadedIntegration) => {
  const definition = connectorOf(integration, 'crm').webhooks;
  if (!definition) throw new Error('no webhooks');
  change(definition);
};

const registering = (more: object) =>
  webhooks(({ register }) => {
    Object.assign(register ?? {}, more);
  });

const withoutTypes = (fits: (name: string) => boolean) =>
  webhooks((definition) => {
    definition.types = Object.fromEntries(Object.entries(definition.types).filter(([name]) => !fits(name)));
  });

const answering =
  (fits: string, status: number, body: unknown): Bend =>
  (request, answer) =>
    `${request.method} ${request.path}`.startsWith(fits) ? json(status, body) : answer(request);

const json = (status: number, body: unknown): SandboxResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Two registrations, of which the second may be to the address of the first. */
const listing = (second: string): Bend =>
  answering('GET /webhooks', 200, {
    data: [
      { id: '1', url: 'https://me.example/in' },
      { id: '2', url: second },
    ],
  });

export const WEBHOOKS: readonly Case[] = [
  {
    ...base,
    probe: 'delivery',
    variant: 'yes',
    what: 'a genuine delivery comes to a real address',
    write: true,
    expect: 'verified',
    found: /^A genuine delivery told of companies within \d+ ms$/,
  },
  ...['companies', 'products', 'deals'].map(
    (mapping): Case => ({
      ...base,
      probe: 'events',
      variant: 'yes',
      what: `an event for each change of ${mapping}`,
      change: only(mapping),
      write: true,
      expect: 'verified',
      found: 'An event for each change',
    }),
  ),
  {
    ...base,
    probe: 'registered',
    variant: 'yes',
    what: 'two registrations to two addresses',
    sandbox: { bend: { crm: listing('https://other.example/in') } },
    write: true,
    expect: 'verified',
    found: '2 registrations',
  },
  {
    ...base,
    variant: 'no',
    what: 'nothing was delivered yet',
    expect: 'declared',
    found: 'registered by API; signed (Standard Webhooks)',
  },
  {
    ...base,
    system: 'erp',
    variant: 'no',
    what: 'the connector declares none',
    expect: 'open',
    found: 'the connector declares none',
  },
  {
    ...base,
    system: 'erp',
    variant: 'no',
    what: 'it has none',
    change: answered('webhooks', { crm: 'yes', erp: 'n/a: it has none' }),
    expect: 'not-applicable',
  },
  {
    ...base,
    system: 'erp',
    variant: 'no',
    what: 'it is said that there are none',
    change: answered('webhooks', { crm: 'yes', erp: 'none; every 5 minutes is enough' }),
    expect: 'declared',
    found: 'declares none',
  },
  {
    ...base,
    system: null,
    variant: 'no',
    what: 'a text that may be about the other system',
    change: answered('webhooks', 'those of the CRM'),
    expect: 'declared',
    found: 'declares none',
  },
  {
    ...base,
    probe: 'registered',
    variant: 'no',
    what: 'registered by hand',
    change: webhooks((definition) => {
      delete definition.register;
    }),
    expect: 'declared',
    found: 'no way to register by API',
  },
  {
    ...base,
    probe: 'registered',
    variant: 'no',
    what: 'no way to list the registrations',
    change: registering({ list: undefined }),
    expect: 'declared',
    found: 'does not say how they are listed',
  },
  {
    ...lie,
    system: 'erp',
    probe: 'events',
    what: 'it is said to have some, and the connector declares none',
    change: answered('webhooks', { crm: 'yes', erp: 'yes, by hand' }),
    found: 'The connector declares none',
  },
  {
    ...lie,
    system: null,
    probe: 'events',
    what: 'both are said to have some, and no connector declares any',
    change: all(answered('webhooks', 'yes, both'), (integration) => {
      delete connectorOf(integration, 'crm').webhooks;
    }),
    found: 'The connector declares none',
  },
  ...['created', 'updated', 'archived'].map(
    (event): Case => ({
      ...lie,
      probe: 'events',
      what: `no event of a company that was ${event}`,
      change: withoutTypes(
        (name) => name === `company.${event}` || (event === 'archived' && name === 'company.merged'),
      ),
      found: `No event tells of companies ${event === 'archived' ? 'deleted' : event}`,
    }),
  ),
  {
    ...lie,
    probe: 'events',
    what: 'no events of deals',
    change: withoutTypes((name) => name.startsWith('deal.')),
    found: 'deals created, deals updated and deals deleted',
  },
  {
    ...lie,
    probe: 'registered',
    what: 'another address for the registrations',
    change: registering({ list: { path: '/hooks', records: 'data', id: 'id', url: 'url' } }),
    found: 'HTTP 404',
  },
  {
    ...lie,
    probe: 'registered',
    what: 'credentials that may not see the registrations',
    sandbox: { bend: { crm: answering('GET /webhooks', 403, { error: 'forbidden' }) } },
    found: /403/,
  },
  {
    ...lie,
    probe: 'registered',
    what: 'two registrations to one address',
    sandbox: { bend: { crm: listing('https://me.example/in') } },
    found: '1 registration to an address that has one already',
  },
  ...(
    [
      [
        'a registration that is refused',
        registering({ body: { url: '{url}', events: ['no.such.event'] } }),
        'The registration was refused',
      ],
      ['another place of the id', registering({ id: 'registration.id' }), 'gave the registration no id'],
      ['another secret than that of the registration', registering({ secret: undefined }), 'was refused'],
      [
        'another scheme of signatures',
        webhooks((definition) => {
          definition.signature = {
            scheme: 'hmac',
            secret: '${webhook_secret}',
            algorithm: 'sha256',
            encoding: 'hex',
            header: 'x-signature',
            prefix: '',
            signed: '{body}',
            timestamp: 'seconds',
          };
        }),
        'was refused',
      ],
      [
        'another prefix of the headers',
        webhooks(({ signature }) => {
          Object.assign(signature, { prefix: 'svix-' });
        }),
        'was refused',
      ],
      [
        'another place of the record',
        webhooks(({ event }) => {
          Object.assign(event ?? {}, { record: 'data.record_id' });
        }),
        'none of them about the record',
      ],
    ] as const
  ).map(
    ([what, change, found]): Case => ({
      ...lie,
      probe: 'delivery',
      what,
      change: all(only('companies'), change),
      write: true,
      found,
    }),
  ),
  {
    ...lie,
    probe: 'delivery',
    what: 'a registration that is taken and forgotten',
    sandbox: { bend: { crm: answering('POST /webhooks', 201, { id: 'wh_1', secret: 'whsec_AAAA' }) } },
    change: only('companies'),
    write: true,
    found: 'Nothing came within',
  },
];
