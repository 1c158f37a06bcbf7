import type { LoadedIntegration } from '../../../src/integration/loaded.ts';
import type { Bend } from '../../check-world.ts';
import { after, pretends, refuses, storesIn, text } from '../bends.ts';
import { all, type Case, field, mappingOf, only } from '../case.ts';

/** Times and limits, tried on marked records. */

type System = 'crm' | 'erp';

/** The row of a mapping flows both ways. */
const bothWays =
  (mapping: string, crm: string) =>
  (integration: LoadedIntegration): void => {
    for (const row of mappingOf(integration, mapping).fields.filter(({ a }) => a === crm)) {
      Object.assign(row, { aToB: true, bToA: true });
    }
  };

const HOUR = 60 * 60 * 1000;

/** Instants of the CRM, moved by as many hours as it says of the month (0: January). */
const moved = (hours: (month: number) => number) =>
  text((iso) => {
    const at = new Date(iso);
    return new Date(at.getTime() + hours(at.getUTCMonth()) * HOUR).toISOString();
  });

const isSummer = (month: number) => month > 2 && month < 10;

/** How the CRM or the ERP treats times that are written to it, and what is said of that. */
const TIMES: readonly [system: System, what: string, bend: Bend, found: RegExp][] = [
  [
    'crm',
    'takes UTC for local time',
    storesIn(
      'deals',
      'closed_at',
      moved(() => -1),
    ),
    /60 minutes earlier/,
  ],
  [
    'crm',
    'adds an hour in summer',
    storesIn(
      'deals',
      'closed_at',
      moved((m) => (isSummer(m) ? 1 : 0)),
    ),
    /later/,
  ],
  [
    'crm',
    'keeps the day alone',
    storesIn(
      'deals',
      'closed_at',
      text((iso) => `${iso.slice(0, 10)}T00:00:00.000Z`),
    ),
    /earlier/,
  ],
  [
    'crm',
    'keeps whole hours',
    storesIn(
      'deals',
      'closed_at',
      text((iso) => `${iso.slice(0, 13)}:00:00.000Z`),
    ),
    /30 minutes/,
  ],
  ['crm', 'drops instants', storesIn('deals', 'closed_at', () => null), /closed_at comes back empty/],
  [
    'crm',
    'moves days',
    storesIn(
      'deals',
      'close_date',
      text((day) => new Date(Date.parse(day) - 24 * HOUR).toISOString().slice(0, 10)),
    ),
    /1440 minutes earlier/,
  ],
  ['crm', 'drops days', storesIn('deals', 'close_date', () => null), /close_date comes back empty/],
  ['crm', 'says 200 and changes nothing', pretends('deals', 'update'), /came back otherwise/],
  ['erp', 'drops days', storesIn('orders', 'due_date', () => ''), /due_date comes back empty/],
  [
    'erp',
    'makes every day the first of its month',
    storesIn(
      'orders',
      'due_date',
      text((day) => `01${day.slice(2)}`),
    ),
    /due_date comes back/,
  ],
  ['erp', 'drops times', storesIn('orders', 'delivered_at', () => ''), /delivered_at comes back empty/],
  [
    'erp',
    'keeps whole hours',
    storesIn(
      'orders',
      'delivered_at',
      text((at) => `${at.slice(0, 13)}:00`),
    ),
    /30 minutes earlier/,
  ],
  ['erp', 'says 200 and changes nothing', pretends('orders', 'update'), /came back otherwise/],
];

/** Limits that the system does not have as they are declared. */
type Declared = readonly [system: System, object: string, field: string, declared: object, found: RegExp];
const LIMITS: readonly Declared[] = [
  ...(['name', 'street', 'city', 'postal_code', 'vat_id'] as const).flatMap((name): Declared[] => [
    ['crm', 'companies', name, { max_length: 200 }, /allows it, and it is refused/],
    ['crm', 'companies', name, { max_length: name === 'name' ? 40 : 7 }, /holds more than its max_length/],
  ]),
  ...(['street', 'zip', 'city', 'country'] as const).flatMap((name): Declared[] => [
    ['erp', 'customers', name, { max_length: 60 }, /allows it, and it is changed cut at 40/],
    ['erp', 'customers', name, { max_length: 25 }, /holds more than its max_length/],
    ['erp', 'customers', name, { characters: 'any' }, /allows it, and it is changed with other letters/],
  ]),
  ['crm', 'companies', 'city', { characters: 'latin1' }, /holds more than its characters/],
  ['crm', 'companies', 'street', { characters: 'ascii' }, /holds more than its characters/],
];

/** What the systems do with what they should keep. */
const CHANGED: readonly [system: System, what: string, bend: Bend, found: RegExp][] = [
  [
    'crm',
    'writes cities in capitals',
    storesIn(
      'companies',
      'city',
      text((t) => t.toUpperCase()),
    ),
    /to another case/,
  ],
  [
    'crm',
    'cuts streets at 30',
    storesIn(
      'companies',
      'street',
      text((t) => t.slice(0, 30)),
    ),
    /cut at 30 characters/,
  ],
  ['crm', 'drops cities', storesIn('companies', 'city', () => null), /city allows it, and it is changed emptied/],
  [
    'crm',
    'takes umlauts apart',
    storesIn(
      'companies',
      'name',
      text((t) => t.replaceAll('Ä', 'Ae')),
    ),
    /name allows it/,
  ],
  [
    'erp',
    'writes streets in small letters',
    storesIn(
      'customers',
      'street',
      text((t) => t.toLowerCase()),
    ),
    /another case/,
  ],
  [
    'erp',
    'cuts cities at 20',
    storesIn(
      'customers',
      'city',
      text((t) => t.slice(0, 20)),
    ),
    /cut at 20 characters/,
  ],
  [
    'erp',
    'has no umlauts',
    storesIn(
      'customers',
      'street',
      text((t) => t.replaceAll(/[^\x20-\x7e]/g, '?')),
    ),
    /other letters/,
  ],
  ['erp', 'says 200 and changes nothing', pretends('customers', 'update'), /allows it, and it is changed/],
];

/** Limits that the system leaves to others: Dovetail checks them, and nothing is proved. */
const UNENFORCED: readonly [object: string, field: string, declared: object][] = [
  ['companies', 'city', { required: true }],
  ['companies', 'city', { pattern: '^[^!]*$' }],
  ['companies', 'street', { pattern: '^[A-Z]' }],
];

const times = { question: 'timestamps', probe: 'written', write: true } as const;
const limits = { question: 'validation', probe: 'limits-tried', write: true } as const;

export const WRITING_VALUES: readonly Case[] = [
  ...TIMES.map(
    ([system, what, bend, found]): Case => ({
      ...times,
      system,
      variant: 'lying',
      what: `it ${what}`,
      change: all(only('deals'), bothWays('deals', 'closed_at')),
      // The record itself is made as it is.
      sandbox: { bend: { [system]: after(1, bend) } },
      expect: 'contradicted',
      found,
    }),
  ),
  {
    ...times,
    system: 'erp',
    variant: 'lying',
    what: 'the zone of its stamps is another one than declared',
    change: field('erp', 'orders', 'changed', {
      time: { pattern: 'DD.MM.YYYY HH:mm', zone: 'Asia/Tokyo', overlap: 'earlier', gap: 'later' },
    }),
    expect: 'contradicted',
    found: /orders: the stamp of a record made just now says so \d+ minutes/,
  },
  {
    ...times,
    system: 'erp',
    variant: 'yes',
    what: 'times of day go to it as well',
    change: bothWays('deals', 'closed_at'),
    expect: 'verified',
    found: /8 times came back as written/,
  },
  {
    ...times,
    system: 'crm',
    variant: 'no',
    what: 'no record can be made there',
    sandbox: { bend: { crm: refuses('deals', 'create', 422) } },
    change: only('deals'),
    expect: 'declared',
    found: /deals: /,
  },
  ...(['crm', 'erp'] as const).flatMap((system): Case[] => [
    { ...limits, system, variant: 'yes', what: 'as the example declares it', expect: 'verified', found: /kept/ },
    { question: 'validation', system, variant: 'no', what: 'nobody allowed a write', expect: 'declared' },
  ]),
  ...LIMITS.map(
    ([system, object, name, declared, found]): Case => ({
      ...limits,
      system,
      variant: 'lying',
      what: `${name} is declared with ${JSON.stringify(declared)}`,
      change: all(only('companies'), field(system, object, name, declared)),
      expect: 'contradicted',
      found,
    }),
  ),
  ...CHANGED.map(
    ([system, what, bend, found]): Case => ({
      ...limits,
      system,
      variant: 'lying',
      what: `it ${what}`,
      change: only('companies'),
      sandbox: { bend: { [system]: after(1, bend) } },
      expect: 'contradicted',
      found,
    }),
  ),
  ...UNENFORCED.map(
    ([object, name, declared]): Case => ({
      ...limits,
      system: 'crm',
      variant: 'lying',
      what: `${name} is declared with ${JSON.stringify(declared)}`,
      change: all(only('companies'), field('crm', object, name, declared)),
      expect: 'declared',
      found: /Not enforced by the system: /,
    }),
  ),
];
