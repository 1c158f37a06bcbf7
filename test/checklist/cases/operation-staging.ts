import { CRM_CLIENT_SECRET } from '../../../sandbox/crm/access.ts';
import { ERP_KEY, ERP_READONLY_KEY } from '../../../sandbox/erp/erp.ts';
import type { LoadedIntegration } from '../../../src/integration/loaded.ts';
import { type Bend, type CheckWorldOptions, openCheckWorld } from '../../check-world.ts';
import { answered, type Case } from '../case.ts';

const base = { question: 'staging', probe: 'apart' } as const;

interface Production {
  /** What its systems are like. */
  systems?: CheckWorldOptions;
  /** Their addresses are those of staging. */
  sameAddress?: boolean;
  sameSecrets?: boolean;
  /** What of the credentials is not at hand. */
  missing?: boolean;
  /** What somebody did in its CRM since it was copied. */
  edited?: boolean;
  /** The file has none. */
  absent?: boolean;
  environment?: string;
  answer?: unknown;
}

/** Takes another secret than the sandbox does, or another key. */
const otherSecret: Bend = (request, answer) =>
  answer({ ...request, body: request.body.replace('production-secret', CRM_CLIENT_SECRET) });

/** A check of staging, beside a production of its own. */
const beside = (production: Production) => ({
  async check() {
    const world = await openCheckWorld();
    const other = await openCheckWorld({
      crm: { seed: 2 },
      erp: { seed: 2 },
      bend: { crm: otherSecret },
      ...production.systems,
    });
    if (production.edited) {
      const [company] = other.crm.records('companies');
      other.crm.userUpdate('companies', company?.id ?? '', { city: 'Elsewhere' }, Date.now());
      const [customer] = other.erp.records('customers');
      other.erp.userUpdate('customers', customer?.id ?? 0, { city: 'Elsewhere' }, Date.now());
    }
    try {
      return await world.check({
        options: { only: ['staging'] },
        change(integration) {
          declare(integration, production, production.sameAddress ? world.urls : other.urls);
        },
      });
    } finally {
      await world.close();
      await other.close();
    }
  },
});

function declare(integration: LoadedIntegration, production: Production, urls: Record<'crm' | 'erp', string>): void {
  const { a, b } = integration;
  const { sameSecrets = false, missing = false, environment = 'production' } = production;
  if (production.answer !== undefined) integration.answers.staging = production.answer;
  if (production.absent) {
    a.elsewhere = [];
    b.elsewhere = [];
    return;
  }
  const secret = missing ? {} : { client_secret: sameSecrets ? CRM_CLIENT_SECRET : 'production-secret' };
  const key = missing ? {} : { api_key: sameSecrets ? ERP_KEY : ERP_READONLY_KEY };
  const id = a.variables.client_id ?? '';
  a.elsewhere = [{ environment, complete: !missing, variables: { base_url: urls.crm, client_id: id, ...secret } }];
  b.elsewhere = [{ environment, complete: !missing, variables: { base_url: urls.erp, ...key } }];
}

const SAME_DATA: CheckWorldOptions = { crm: { seed: 1 }, erp: { seed: 1 }, bend: { crm: otherSecret } };

const both = { ...base, system: null } as const;
const lie = { ...both, variant: 'lying', expect: 'contradicted' } as const;

export const STAGING: readonly Case[] = [
  {
    ...both,
    ...beside({}),
    variant: 'yes',
    what: 'another address, other credentials, other data',
    expect: 'verified',
    found: 'other credentials and other data than production',
  },
  {
    ...both,
    ...beside({ systems: SAME_DATA, edited: true }),
    variant: 'yes',
    what: 'a copy of production that has been worked in since',
    expect: 'verified',
    found: 'other credentials and other data',
  },
  {
    ...both,
    ...beside({ environment: 'live' }),
    variant: 'yes',
    what: 'a production of another name',
    expect: 'verified',
    found: 'than live',
  },
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      ...base,
      ...beside({ answer: { crm: 'yes', erp: 'yes' } }),
      system,
      variant: 'yes',
      what: 'said of the system by itself',
      expect: 'verified',
      found: 'Another address',
    }),
  ),
  {
    ...both,
    variant: 'no',
    what: 'the credentials of production are not at hand',
    expect: 'declared',
    found: 'the credentials of production are not at hand',
  },
  {
    ...both,
    ...beside({ missing: true }),
    variant: 'no',
    what: 'addresses of production alone',
    expect: 'declared',
    found: 'Another address',
  },
  {
    ...both,
    ...beside({ absent: true }),
    variant: 'no',
    what: 'the file has no production',
    expect: 'declared',
    found: 'no other environment of',
  },
  {
    ...both,
    ...beside({ environment: 'test' }),
    variant: 'no',
    what: 'the other environment is a test system as well',
    expect: 'declared',
    found: 'no other environment of',
  },
  {
    ...both,
    ...beside({ missing: true, sameAddress: true }),
    variant: 'no',
    what: 'one address, and credentials that are not at hand',
    expect: 'declared',
    found: 'One address',
  },
  {
    ...both,
    ...beside({ systems: { crm: { size: 0 }, erp: { size: 0 } } }),
    variant: 'no',
    what: 'a production that holds nothing yet',
    expect: 'declared',
    found: 'one of the two holds no',
  },
  {
    ...base,
    system: 'erp',
    change: answered('staging', { crm: 'yes', erp: 'n/a: there is only one' }),
    probe: 'apart',
    variant: 'no',
    what: 'there is none',
    expect: 'not-applicable',
  },
  {
    question: 'staging',
    system: null,
    variant: 'no',
    what: 'production, and nobody named a staging system',
    change: (integration) => {
      integration.environment = 'production';
      integration.a.elsewhere = [];
      integration.b.elsewhere = [];
    },
    expect: 'open',
    found: 'nobody answered',
  },
  {
    question: 'staging',
    system: null,
    variant: 'no',
    what: 'production, where one system has a staging environment and the other none',
    change: (integration) => {
      integration.environment = 'production';
      integration.a.elsewhere = [{ environment: 'staging', variables: {}, complete: false }];
      integration.b.elsewhere = [];
    },
    expect: 'open',
    found: 'erp has none',
  },
  {
    ...lie,
    ...beside({ sameAddress: true, sameSecrets: true }),
    what: 'production itself under the name of staging',
    found: /hold the same \d+ records/,
  },
  {
    ...lie,
    ...beside({ sameAddress: true }),
    what: 'production itself, with credentials of its own',
    found: 'hold the same',
  },
  {
    ...lie,
    ...beside({ systems: SAME_DATA }),
    what: 'production behind another address',
    found: /hold the same \d+ records, with the same contents/,
  },
  {
    ...lie,
    ...beside({ systems: SAME_DATA, sameSecrets: true }),
    what: 'production behind another address, with its credentials',
    found: 'hold the same',
  },
  {
    ...lie,
    ...beside({ sameSecrets: true }),
    what: 'two systems, and what opens one opens the other',
    found: 'The same client_secret in staging and production',
  },
  {
    ...lie,
    ...beside({ systems: SAME_DATA, edited: true, sameSecrets: true }),
    what: 'a copy that takes the credentials of production',
    found: 'what opens one opens the other',
  },
];
