import { type Case, list, since } from '../case.ts';

/** Pagination, filtering and sorting. */
export const READING: readonly Case[] = [
  ...(['pagination', 'filtering'] as const).flatMap((question) =>
    (['crm', 'erp'] as const).map(
      (system): Case => ({
        question,
        system,
        variant: 'yes',
        what: 'as the example declares it',
        expect: 'verified',
      }),
    ),
  ),
  {
    question: 'filtering',
    probe: 'changes',
    system: 'erp',
    variant: 'lying',
    what: 'a filter by time that it ignores',
    change: since('erp', 'customers', { param: 'modified_since' }),
    expect: 'contradicted',
    found: 'customers: ',
  },
  {
    question: 'filtering',
    probe: 'changes',
    system: 'crm',
    variant: 'lying',
    what: 'a filter by time that it refuses',
    change: since('crm', 'companies', { param: 'modified_since' }),
    expect: 'contradicted',
    found: 'companies: ',
  },
  {
    question: 'filtering',
    probe: 'equality',
    system: 'erp',
    variant: 'lying',
    what: 'an equality of another field',
    change: list('erp', 'customers', { equals: { vat_no: 'match_code' } }),
    expect: 'contradicted',
    found: 'customers: a look-up by vat_no does not find',
  },
  {
    question: 'filtering',
    probe: 'equality',
    system: 'erp',
    variant: 'lying',
    what: 'an equality that it ignores',
    change: list('erp', 'customers', { equals: { vat_no: 'vat' } }),
    expect: 'contradicted',
    found: 'customers: a look-up by vat_no gave 59 records with another value',
  },
  {
    question: 'pagination',
    system: 'crm',
    variant: 'lying',
    what: 'pages by number where it has cursors',
    change: list('crm', 'companies', {
      pagination: { style: 'page', param: 'page', size_param: 'limit', size: 20, start: 1 },
    }),
    expect: 'contradicted',
    found: 'companies: ',
  },
  {
    question: 'pagination',
    system: 'erp',
    variant: 'lying',
    what: 'an offset that it ignores',
    change: list('erp', 'customers', {
      pagination: { style: 'offset', param: 'skip', size_param: 'size', size: 20 },
    }),
    expect: 'contradicted',
    found: 'customers: ',
  },
];
