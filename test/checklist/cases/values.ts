import { all, type Case, field } from '../case.ts';

/** How values stand on the wire: times, amounts, options and what the systems demand of them. */
export const VALUES: readonly Case[] = [
  ...(['timestamps', 'currencies'] as const).flatMap((question) =>
    (['crm', 'erp'] as const).map(
      (system): Case => ({
        question,
        system,
        variant: 'yes',
        what: 'as the example declares it',
        // That times arrive as they were sent, only a write tells.
        write: question === 'timestamps',
        expect: 'verified',
      }),
    ),
  ),
  {
    question: 'timestamps',
    probe: 'clock',
    system: 'erp',
    variant: 'lying',
    what: 'the zone of Los Angeles where it writes that of Berlin',
    change: all(
      ...['changed', 'created'].map((name) =>
        field('erp', 'customers', name, {
          time: { pattern: 'DD.MM.YYYY HH:mm', zone: 'America/Los_Angeles', overlap: 'earlier', gap: 'later' },
        }),
      ),
    ),
    expect: 'contradicted',
    found: 'customers: a stamp lies',
  },
  {
    question: 'timestamps',
    probe: 'readable',
    system: 'crm',
    variant: 'lying',
    what: 'a German form of dates',
    change: field('crm', 'deals', 'close_date', {
      time: { pattern: 'DD.MM.YYYY', zone: 'UTC', overlap: 'earlier', gap: 'later' },
    }),
    expect: 'contradicted',
    found: 'deals.close_date',
  },
  {
    question: 'currencies',
    probe: 'readable',
    system: 'erp',
    variant: 'lying',
    what: 'amounts with a point',
    change: field('erp', 'articles', 'price', { number: { wire: 'string', decimal: '.', group: ',', scale: 2 } }),
    expect: 'contradicted',
    found: 'articles.price',
  },
  {
    question: 'currencies',
    probe: 'readable',
    system: 'erp',
    variant: 'lying',
    what: 'symbols that it does not use',
    change: field('erp', 'articles', 'price', {
      money: { form: 'text', amount: 'amount', currency: 'currency', symbols: { '£': 'GBP' } },
    }),
    expect: 'contradicted',
    found: 'articles.price',
  },
];
