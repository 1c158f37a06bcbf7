import { all, answered, type Case, connectorOf, field, objectOf, only } from '../case.ts';
import { STAGING } from './operation-staging.ts';

/** What there is to agree about the running: staging, data protection and how often. */
export const OPERATION: readonly Case[] = [
  ...STAGING,
  {
    question: 'privacy',
    probe: 'personal-fields',
    system: null,
    variant: 'no',
    what: 'a text; no machine tells whether it is right',
    change: answered('privacy', 'agreed with the officer on 2026-03-01'),
    expect: 'declared',
    found: /fields may be personal: companies\.email/,
  },
  {
    question: 'privacy',
    system: null,
    variant: 'no',
    what: 'all its parts',
    change: answered('privacy', { basis: 'contract', retention: '10 years', deletion: 'in both, within 30 days' }),
    expect: 'declared',
    found: 'legal basis: contract; retention: 10 years; deletion: in both, within 30 days',
  },
  ...(['basis', 'retention', 'deletion'] as const).map(
    (missing): Case => ({
      question: 'privacy',
      system: null,
      variant: 'no',
      what: `its parts without ${missing}`,
      change: answered('privacy', { basis: 'contract', retention: '10 years', deletion: 'in both', [missing]: ' ' }),
      expect: 'open',
    }),
  ),
  {
    question: 'privacy',
    system: null,
    variant: 'no',
    what: 'nobody answers',
    expect: 'open',
    found: 'nobody answered',
  },
  {
    question: 'privacy',
    system: null,
    variant: 'no',
    what: 'it does not arise: nothing that is mapped looks personal',
    change: all(answered('privacy', 'n/a: articles only'), only('products')),
    expect: 'not-applicable',
  },
  {
    question: 'privacy',
    probe: 'personal-fields',
    system: null,
    variant: 'no',
    what: 'fields that look personal are said to be none',
    change: answered('privacy', {
      basis: 'contract',
      retention: '10 years',
      deletion: 'in both',
      not_personal: ['companies.email', 'companies.phone', 'companies.street'],
    }),
    expect: 'declared',
    found: /^(?!.*companies\.email)/s,
  },
  {
    question: 'privacy',
    probe: 'personal-fields',
    system: 'erp',
    variant: 'lying',
    what: 'one system is said to hold nothing personal',
    change: answered('privacy', { crm: 'agreed', erp: 'n/a' }),
    expect: 'contradicted',
    found: 'Said not to apply',
  },
  {
    question: 'privacy',
    probe: 'personal-fields',
    system: null,
    variant: 'lying',
    what: 'it is said not to apply, and e-mail addresses are mapped',
    change: answered('privacy', 'n/a: no data about people'),
    expect: 'contradicted',
    found: /Said not to apply; \d+ fields may be personal: companies\.email/,
  },
  {
    question: 'privacy',
    probe: 'personal-fields',
    system: null,
    variant: 'lying',
    what: 'a bank account is mapped where nothing is said to be about people',
    change: all(answered('privacy', 'n/a'), only('products'), field('erp', 'articles', 'price', { label: 'IBAN' })),
    expect: 'contradicted',
    found: '1 field may be sensitive: articles.price',
  },
  {
    question: 'privacy',
    probe: 'erasable',
    system: null,
    variant: 'no',
    what: 'a system that archives and never deletes says who erases by hand',
    change: answered('privacy', 'agreed'),
    expect: 'declared',
    found: 'Not for good: companies archives',
  },
  {
    question: 'frequency',
    system: null,
    variant: 'yes',
    what: 'every 5 minutes, as the example says',
    expect: 'verified',
    found: /^every 5 minutes/m,
  },
  ...(['10s', '1m', '1h', '24h'] as const).map(
    (every): Case => ({
      question: 'frequency',
      system: null,
      variant: 'yes',
      what: `every ${every}, which limit and speed allow`,
      change: ({ schedule }) => {
        schedule.everyMs = { '10s': 10_000, '1m': 60_000, '1h': 3_600_000, '24h': 86_400_000 }[every];
      },
      expect: 'verified',
      found: 'possible every',
    }),
  ),
  {
    question: 'frequency',
    system: null,
    variant: 'no',
    what: 'runs start on request only',
    change: ({ schedule }) => {
      schedule.everyMs = null;
    },
    expect: 'open',
    found: 'on request only',
  },
  {
    question: 'frequency',
    system: null,
    variant: 'no',
    what: 'an answer without a schedule',
    change: all(answered('frequency', 'daily at night; no real-time'), ({ schedule }) => {
      schedule.everyMs = null;
    }),
    expect: 'declared',
    found: 'possible every',
  },
  ...(
    [
      // More than the check itself sends, which would have to wait.
      [200, '1h', 10_000],
      [300, '12h', 300_000],
      [500, '24h', 60_000],
      [1000, '24h', 120_000],
    ] as const
  ).flatMap(([requests, window, everyMs]) =>
    (['crm', 'erp'] as const).map(
      (system): Case => ({
        question: 'frequency',
        probe: 'achievable',
        system: null,
        variant: 'lying',
        what: `every ${everyMs / 1000} s, where the ${system} allows ${requests} requests in ${window}`,
        change(integration) {
          integration.schedule.everyMs = everyMs;
          Object.assign(connectorOf(integration, system).limits, { requests, window });
        },
        expect: 'contradicted',
        found: 'is too often',
      }),
    ),
  ),
  {
    question: 'frequency',
    probe: 'achievable',
    system: null,
    variant: 'no',
    what: 'each run reads everything, and nobody knows how much that is',
    change(integration) {
      for (const name of ['companies', 'products', 'deals']) delete objectOf(integration, 'crm', name).list?.since;
    },
    options: { sampleSize: 20 },
    expect: 'declared',
    found: 'how many there are is not known',
  },
  {
    question: 'frequency',
    probe: 'achievable',
    system: null,
    variant: 'no',
    what: 'a look for deletes that is done in time only where there are few records',
    change(integration) {
      integration.schedule.everyMs = 86_400_000;
      Object.assign(connectorOf(integration, 'erp').limits, { requests: 500, window: '24h' });
    },
    options: { sampleSize: 20 },
    expect: 'declared',
    found: /in time for up to \d+ records/,
  },
  {
    question: 'frequency',
    probe: 'achievable',
    system: null,
    variant: 'lying',
    what: 'a limit that the changes of a day use up',
    change(integration) {
      integration.schedule.sweepMs = 1000;
      Object.assign(connectorOf(integration, 'erp').limits, { requests: 100, window: '1h' });
    },
    expect: 'contradicted',
    found: 'more calls than the limit allows in a day',
  },
  {
    question: 'frequency',
    probe: 'achievable',
    system: null,
    variant: 'lying',
    what: 'real-time without webhooks',
    change: answered('frequency', 'real-time'),
    expect: 'contradicted',
    found: 'Real-time is asked for',
  },
];
