import { CRM_SCOPES } from '../../../sandbox/crm/access.ts';
import { ERP_KEY, ERP_READONLY_KEY } from '../../../sandbox/erp/erp.ts';
import type { SandboxResponse } from '../../../sandbox/system.ts';
import type { LoadedIntegration } from '../../../src/integration/loaded.ts';
import type { Bend } from '../../check-world.ts';
import { all, answered, type Case, connectorOf, mappingOf, only } from '../case.ts';

const MAPPED = ['companies', 'products', 'deals'];
/** What the mappings of the example need. */
const NEEDED = MAPPED.flatMap((object) => [`${object}.read`, `${object}.write`]);
const BEYOND = CRM_SCOPES.filter((scope) => !NEEDED.includes(scope));

const agreed = answered('least-privilege', 'a technical user, companies, products and deals only');

const rights = (system: 'crm' | 'erp', more: object) => (integration: LoadedIntegration) => {
  const connector = connectorOf(integration, system);
  Object.assign(connector, { rights: { everything: [], allow: {}, try_delete: false, ...connector.rights, ...more } });
};

/** Nothing is written to the ERP by this mapping. */
const erpOnlyRead = (name: string) => (integration: LoadedIntegration) => {
  mappingOf(integration, name).propagate.a = { create: 'ignore', update: 'ignore', delete: 'ignore' };
};
const allOnlyRead = all(...['companies', 'products', 'deals'].map(erpOnlyRead));

/** The token request is answered with other scopes than the token has. */
const tells =
  (scope: string | undefined): Bend =>
  (request, answer) => {
    const response = answer(request);
    if (!request.path.startsWith('/oauth/token')) return response;
    const body: Record<string, unknown> = JSON.parse(response.body);
    return json({ ...body, scope });
  };

const json = (body: unknown): SandboxResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** An endpoint that says who we are. */
const whoAmI =
  (path: string, said: object): Bend =>
  (request, answer) =>
    request.path.startsWith(path) ? json(said) : answer(request);

const crmWith = (scopes: readonly string[]): Pick<Case, 'sandbox'> => ({ sandbox: { crm: { scopes } } });
const base = { question: 'least-privilege', probe: 'rights' } as const;
const crm = { ...base, system: null, change: agreed } as const;

/** The ERP does not tell, so both together are never verified; each system is asked for itself. */
const ofCrm = {
  ...base,
  system: 'crm',
  change: answered('least-privilege', { crm: 'agreed', erp: 'n/a: keys' }),
} as const;
const ofErp = (...changes: ((integration: LoadedIntegration) => void)[]) =>
  ({
    ...base,
    system: 'erp',
    change: all(answered('least-privilege', { crm: 'n/a', erp: 'a key that may only read' }), ...changes),
  }) as const;

export const RIGHTS: readonly Case[] = [
  {
    ...ofCrm,
    ...crmWith(NEEDED),
    variant: 'yes',
    what: 'the scopes that the mappings need',
    expect: 'verified',
    found: '6 rights, all of them needed',
  },
  {
    ...ofCrm,
    ...crmWith(['products.read', 'products.write']),
    variant: 'yes',
    what: 'the scopes that one mapping needs',
    change: all(answered('least-privilege', { crm: 'agreed' }), only('products')),
    expect: 'verified',
    found: '2 rights',
  },
  {
    ...crm,
    ...crmWith(NEEDED),
    probe: 'rights',
    variant: 'no',
    what: 'one system does not tell',
    expect: 'declared',
    found: 'does not tell',
  },
  {
    ...ofCrm,
    variant: 'lying',
    what: 'a client that may do everything',
    expect: 'contradicted',
    found: /beyond the needed: contacts\.read, .* more/,
  },
  ...BEYOND.map(
    (scope): Case => ({
      ...ofCrm,
      ...crmWith([...NEEDED, scope]),
      variant: 'lying',
      what: `${scope} as well`,
      expect: 'contradicted',
      found: `beyond the needed: ${scope}`,
    }),
  ),
  ...MAPPED.map(
    (object): Case => ({
      ...ofCrm,
      ...crmWith(NEEDED.filter((scope) => scope !== `${object}.write`)),
      variant: 'lying',
      what: `nothing may be written to ${object}`,
      expect: 'contradicted',
      found: `missing: create on ${object}`,
    }),
  ),
  {
    ...ofCrm,
    sandbox: { bend: { crm: tells('crm.all') } },
    change: all(ofCrm.change, rights('crm', { everything: ['crm.all'] })),
    variant: 'lying',
    what: 'a scope for everything',
    expect: 'contradicted',
    found: 'beyond the needed: crm.all',
  },
  {
    ...ofCrm,
    sandbox: { bend: { crm: tells(`${NEEDED.join(' ')} crm.export`) } },
    variant: 'no',
    what: 'a scope that the connector does not explain',
    expect: 'declared',
    found: 'does not explain crm.export',
  },
  {
    ...ofCrm,
    sandbox: { bend: { crm: tells(undefined) } },
    variant: 'no',
    what: 'a token request whose answer names no scopes',
    expect: 'declared',
    found: 'does not tell what they may do',
  },
  ...(
    [
      ['GET', { method: 'GET', path: '/me', names: ['roles'] }, undefined],
      [
        'introspection',
        { method: 'POST', path: '/introspect', form: { token: '{token}' }, names: ['scope'] },
        undefined,
      ],
      ['the token in the path', { method: 'GET', path: '/tokens/{token}', names: ['data.scopes', 'roles'] }, undefined],
    ] as const
  ).flatMap(([what, request]): Case[] =>
    (
      [
        ['yes', NEEDED, 'verified', '6 rights'],
        ['lying', [...NEEDED, 'administrator'], 'contradicted', 'beyond the needed: administrator'],
      ] as const
    ).map(([variant, names, expect, found]) => ({
      ...ofCrm,
      sandbox: {
        bend: {
          crm: whoAmI(request.path.split('{')[0] ?? '', {
            roles: names,
            scope: names.join(' '),
            data: { scopes: names.join(',') },
          }),
        },
      },
      change: all(ofCrm.change, rights('crm', { request, everything: ['administrator'] })),
      variant,
      what: `${what} tells who we are: ${names.length} names`,
      expect,
      found,
    })),
  ),
  {
    ...ofCrm,
    change: all(ofCrm.change, rights('crm', { request: { method: 'GET', path: '/me', names: ['roles'] } })),
    variant: 'no',
    what: 'an endpoint for it that is not there',
    expect: 'declared',
    found: 'HTTP 404',
  },
  {
    ...ofErp(allOnlyRead),
    variables: { ERP_API_KEY: ERP_READONLY_KEY },
    variant: 'yes',
    what: 'a key that may only read',
    expect: 'verified',
    found: 'a delete is refused for customers, articles and orders',
  },
  {
    ...ofErp(allOnlyRead),
    variables: { ERP_API_KEY: ERP_KEY },
    variant: 'lying',
    what: 'a key that may write, where nothing is written',
    expect: 'contradicted',
    found: 'may delete customers, articles and orders',
  },
  ...['companies', 'products', 'deals'].map(
    (mapping): Case => ({
      ...ofErp(only(mapping), erpOnlyRead(mapping)),
      variant: 'lying',
      what: `a key that may write, where ${mapping} are only read`,
      expect: 'contradicted',
      found: 'where nothing is to be written',
    }),
  ),
  {
    ...ofErp(),
    variant: 'no',
    what: 'a key of which nothing tells what it may do',
    expect: 'declared',
    found: 'does not tell',
  },
  {
    ...ofErp(allOnlyRead, rights('erp', { try_delete: false })),
    variables: { ERP_API_KEY: ERP_READONLY_KEY },
    variant: 'no',
    what: 'a key that may only read, and a connector that does not let it be tried',
    expect: 'declared',
    found: 'does not tell',
  },
  { question: 'least-privilege', system: null, variant: 'no', what: 'nobody answers', expect: 'open' },
  {
    ...base,
    system: null,
    change: answered('least-privilege', 'n/a: one key for all'),
    variant: 'no',
    what: 'there are no roles',
    expect: 'not-applicable',
  },
];
