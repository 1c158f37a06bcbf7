import type { LoadedIntegration, LoadedMapping } from '../../../src/integration/loaded.ts';
import type { Bend } from '../../check-world.ts';
import { pretends, refuses, storesIn, text } from '../bends.ts';
import { all, type Case, mappingOf, only } from '../case.ts';

/** Propagation, tried on marked records. */

type System = 'crm' | 'erp';
type Fate = Partial<LoadedMapping['propagate']['a']>;

const side = (system: System) => (system === 'crm' ? 'a' : 'b');

/** Something else is agreed for records of one object. */
const agreed =
  (mapping: string, system: System, fate: Fate) =>
  (integration: LoadedIntegration): void => {
    Object.assign(mappingOf(integration, mapping).propagate[side(system)], fate);
  };

const tried = { question: 'propagation', probe: 'tried', write: true } as const;

/** What was agreed, and what is said to have come of it. */
const AGREED: readonly [system: System, fate: Fate, found: string][] = [
  ['crm', { delete: 'hold' }, 'delete → held'],
  ['crm', { delete: 'ignore' }, 'delete → ignored'],
  ['crm', { delete: 'unlink' }, 'delete → unlinked'],
  ['crm', { delete: 'delete' }, 'delete → deleted'],
  ['erp', { delete: 'hold' }, 'delete → held'],
  ['erp', { delete: 'ignore' }, 'delete → ignored'],
  ['erp', { delete: 'unlink' }, 'delete → unlinked'],
  ['erp', { delete: 'archive' }, 'delete → archived'],
  ['crm', { create: 'ignore' }, 'create → ignored'],
  ['crm', { create: 'hold' }, 'create → held'],
  ['erp', { create: 'ignore' }, 'create → ignored'],
  ['erp', { create: 'hold' }, 'create → held'],
  ['crm', { update: 'ignore' }, 'update → ignored'],
  ['crm', { update: 'hold' }, 'update → held'],
  ['erp', { update: 'ignore' }, 'update → ignored'],
  ['erp', { update: 'hold' }, 'update → held'],
];

/** How a system treats what is written to it, whose answer that contradicts, and how. `own`: to what is made there itself. */
const LIES: readonly [bent: System, what: string, bend: Bend, about: System, found: RegExp][] = [
  ['erp', 'refuses creates', refuses('customers', 'create', 400), 'crm', /companies, create: it was parked/],
  ['crm', 'refuses creates', refuses('companies', 'create', 422), 'erp', /companies, create: it was parked/],
  ['erp', 'refuses updates', refuses('customers', 'update', 400), 'crm', /companies, update: it was parked/],
  ['crm', 'refuses updates', refuses('companies', 'update', 422), 'erp', /companies, update: it was parked/],
  ['crm', 'refuses to archive', refuses('companies', 'delete', 422), 'erp', /companies, delete: /],
  ['erp', 'says 201 and keeps nothing', pretends('customers', 'create'), 'erp', /said that it was created/],
  ['crm', 'says 201 and keeps nothing', pretends('companies', 'create'), 'crm', /said that it was created/],
  ['erp', 'says 201 and keeps nothing', pretends('customers', 'create'), 'crm', /create: /],
  ['crm', 'says 201 and keeps nothing', pretends('companies', 'create'), 'erp', /create: /],
  ['erp', 'says 200 and changes nothing', pretends('customers', 'update'), 'crm', /erp still holds the old value/],
  ['crm', 'says 200 and changes nothing', pretends('companies', 'update'), 'erp', /crm still holds the old value/],
  ['erp', 'says 200 and changes nothing', pretends('customers', 'update'), 'erp', /erp said that \w+ was changed/],
  ['crm', 'says 200 and changes nothing', pretends('companies', 'update'), 'crm', /crm said that \w+ was changed/],
  ['erp', 'says 204 and deletes nothing', pretends('customers', 'delete'), 'erp', /said that it is deleted, and it is/],
  [
    'crm',
    'says 204 and archives nothing',
    pretends('companies', 'delete'),
    'crm',
    /said that it is deleted, and it is/,
  ],
  ['crm', 'says 204 and archives nothing', pretends('companies', 'delete'), 'erp', /crm still holds the record/],
  [
    'erp',
    'cuts names at 12 characters',
    storesIn(
      'customers',
      'name_1',
      text((t) => t.slice(0, 12)),
    ),
    'crm',
    /name_1/,
  ],
  [
    'crm',
    'cuts cities at 4 characters',
    storesIn(
      'companies',
      'city',
      text((t) => t.slice(0, 4)),
    ),
    'erp',
    /in city/,
  ],
  [
    'erp',
    'writes cities in capitals',
    storesIn(
      'customers',
      'city',
      text((t) => t.toUpperCase()),
    ),
    'crm',
    /in city/,
  ],
  [
    'crm',
    'writes streets in small letters',
    storesIn(
      'companies',
      'street',
      text((t) => t.toLowerCase()),
    ),
    'erp',
    /street/,
  ],
  ['erp', 'drops phone numbers', storesIn('customers', 'phone', () => ''), 'crm', /in phone/],
  ['crm', 'drops e-mail addresses', storesIn('companies', 'email', () => null), 'erp', /in email/],
  ['erp', 'makes everybody a lead', storesIn('customers', 'group', () => 1), 'crm', /group/],
  ['crm', 'turns consents around', storesIn('companies', 'newsletter', (value) => value !== true), 'erp', /newsletter/],
];

export const WRITING: readonly Case[] = [
  ...(['crm', 'erp'] as const).flatMap((system): Case[] => [
    { ...tried, system, variant: 'yes', what: 'as the example declares it', expect: 'verified', found: /create → / },
    {
      question: 'propagation',
      system,
      variant: 'no',
      what: 'nobody allowed a write',
      expect: 'declared',
    },
  ]),
  ...AGREED.map(
    ([system, fate, found]): Case => ({
      ...tried,
      system,
      variant: 'yes',
      what: `${Object.entries(fate).flat().join(' → ')} is agreed`,
      change: all(only('companies'), agreed('companies', system, fate)),
      expect: 'verified',
      found,
    }),
  ),
  ...LIES.map(
    ([bent, what, bend, system, found]): Case => ({
      ...tried,
      system,
      variant: 'lying',
      what: `${bent === system ? 'it' : `the ${bent}`} ${what}`,
      change: all(only('companies'), agreed('companies', 'crm', { delete: 'delete' })),
      sandbox: { bend: { [bent]: bend } },
      expect: 'contradicted',
      found,
    }),
  ),
];
