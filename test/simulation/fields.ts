import { berlinMinute } from '../../sandbox/berlin.ts';
import { germanMoney, storedText } from '../../sandbox/erp/storing.ts';
import type { Json } from '../../sandbox/system.ts';
import { WHOLE_PATH } from '../../src/connector/within/holding.ts';
import type { Side } from '../../src/record/side.ts';
import type { SeededRandom } from '../../src/testing/random.ts';

/** In every world, parents first. */
export const BASE_NAMES = ['companies', 'products', 'deals'] as const;
/** The others are in some worlds only. */
export const MAPPING_NAMES = [...BASE_NAMES, 'contacts', 'items', 'offers', 'persons'] as const;
export type MappingName = (typeof MAPPING_NAMES)[number];

type Kind =
  | 'text'
  | 'email'
  | 'vat'
  | 'option'
  | 'money'
  | 'flag'
  | 'date'
  | 'minute'
  | 'reference'
  | 'sku'
  | 'quantity';

/** One field mapping of the simulated integration: the wire fields of the CRM (a) and of the ERP (b). */
export interface SimulatedField {
  a: string;
  b: string;
  kind: Kind;
  /** Of options: what the CRM calls each code of the ERP. */
  options?: Record<string, number>;
  /** Longest text of the ERP. */
  max?: number;
  /** Of references: the mapping of the parents. */
  parent?: MappingName;
}

/** How the records of an object stand within those of another one, the wholes. */
interface Within {
  /** What their own object is called. */
  object: string;
  /** The field that names the whole. */
  wholeField: string;
}

/** In fields of the whole: each holds one at most. */
export interface PartPlace extends Within {
  kind: 'part';
  /** Where each field stands in the whole. */
  wire: Readonly<Record<string, string>>;
  /** The part is there when one of these fields is filled. */
  present: readonly string[];
}

/** In a list within the whole. */
export interface LinesPlace extends Within {
  kind: 'lines';
  path: string;
  key: string;
}

export type Place = PartPlace | LinesPlace;

export interface SimulatedMapping {
  name: MappingName;
  /** Of the wholes, where the records stand within others. */
  objects: {
    a: 'companies' | 'products' | 'deals' | 'contacts' | 'deal_items';
    b: 'customers' | 'articles' | 'orders';
  };
  fields: readonly SimulatedField[];
  /** Rows of one side, as the integration file has them. */
  more?: string;
  within?: Partial<Record<Side, Place>>;
}

const STATUS = { lead: 1, prospect: 2, customer: 3, churned: 4 };
const UNIT = { piece: 1, box: 2, kg: 3, m: 4, hour: 5 };
const STAGE = { open: 10, quoted: 15, won: 20, lost: 30 };

const ORDER_LINES: LinesPlace = {
  kind: 'lines',
  object: 'order_lines',
  wholeField: 'order',
  path: 'lines',
  key: 'position',
};

export const MAPPINGS: Record<MappingName, SimulatedMapping> = {
  companies: {
    name: 'companies',
    objects: { a: 'companies', b: 'customers' },
    fields: [
      { a: 'name', b: 'name_1', kind: 'text' },
      { a: 'vat_id', b: 'vat_no', kind: 'vat' },
      { a: 'email', b: 'email', kind: 'email' },
      { a: 'city', b: 'city', kind: 'text' },
      { a: 'status', b: 'group', kind: 'option', options: STATUS },
      { a: 'annual_revenue', b: 'credit_limit', kind: 'money' },
      { a: 'newsletter', b: 'newsletter', kind: 'flag' },
      { a: 'notes', b: 'memo', kind: 'text', max: 250 },
    ],
  },
  products: {
    name: 'products',
    objects: { a: 'products', b: 'articles' },
    fields: [
      { a: 'sku', b: 'article_no', kind: 'sku' },
      { a: 'name', b: 'description', kind: 'text' },
      { a: 'price', b: 'price', kind: 'money' },
      { a: 'unit', b: 'unit', kind: 'option', options: UNIT },
      { a: 'active', b: 'active', kind: 'flag' },
    ],
  },
  deals: {
    name: 'deals',
    objects: { a: 'deals', b: 'orders' },
    fields: [
      { a: 'title', b: 'subject', kind: 'text' },
      { a: 'company_id', b: 'customer_no', kind: 'reference', parent: 'companies' },
      { a: 'amount', b: 'total', kind: 'money' },
      { a: 'stage', b: 'status', kind: 'option', options: STAGE },
      { a: 'close_date', b: 'due_date', kind: 'date' },
      { a: 'closed_at', b: 'delivered_at', kind: 'minute' },
    ],
  },
  // One customer is a company and a contact.
  contacts: {
    name: 'contacts',
    objects: { a: 'contacts', b: 'customers' },
    within: {
      b: {
        kind: 'part',
        object: 'main_contacts',
        wholeField: 'customer',
        wire: {
          first_name: 'contact_first_name',
          last_name: 'contact_last_name',
          email: 'contact_email',
          salutation: 'contact_salutation',
        },
        present: ['last_name', 'email'],
      },
    },
    fields: [
      { a: 'last_name', b: 'last_name', kind: 'text', max: 40 },
      { a: 'first_name', b: 'first_name', kind: 'text', max: 40 },
      { a: 'email', b: 'email', kind: 'email' },
      { a: 'company_id', b: 'customer', kind: 'reference', parent: 'companies' },
    ],
  },
  // A customer is a company or a person.
  persons: {
    name: 'persons',
    objects: { a: 'contacts', b: 'customers' },
    more: '      - { erp: kind, to_erp: person }\n',
    fields: [
      { a: 'last_name', b: 'name_1', kind: 'text', max: 40 },
      { a: 'first_name', b: 'name_2', kind: 'text', max: 40 },
      { a: 'email', b: 'email', kind: 'email' },
    ],
  },
  // Records of their own, and lines within others.
  items: {
    name: 'items',
    objects: { a: 'deal_items', b: 'orders' },
    within: { b: ORDER_LINES },
    fields: [
      { a: 'sku', b: 'article_no', kind: 'text', max: 40 },
      { a: 'deal_id', b: 'order', kind: 'reference', parent: 'deals' },
      { a: 'quantity', b: 'quantity', kind: 'quantity' },
      { a: 'price', b: 'unit_price', kind: 'money' },
    ],
  },
  // Lines on both sides.
  offers: {
    name: 'offers',
    objects: { a: 'deals', b: 'orders' },
    within: {
      a: { kind: 'lines', object: 'deal_offers', wholeField: 'deal', path: 'offers', key: 'id' },
      b: ORDER_LINES,
    },
    fields: [
      { a: 'text', b: 'article_no', kind: 'text', max: 40 },
      { a: 'deal', b: 'order', kind: 'reference', parent: 'deals' },
      { a: 'price', b: 'unit_price', kind: 'money' },
    ],
  },
};

export const placeOn = (mapping: MappingName, side: Side): Place | undefined => MAPPINGS[mapping].within?.[side];

/** The fields of a mapping, as a side calls them. */
export const namesOf = (mapping: MappingName, side: Side): string[] =>
  MAPPINGS[mapping].fields.map((field) => field[side]);

/** The object of a side that a mapping maps, by its name in the connector. */
export const objectOf = (mapping: MappingName, side: Side): string =>
  placeOn(mapping, side)?.object ?? MAPPINGS[mapping].objects[side];

/** How a field of a side is called in the records of its system. */
export function wireName(mapping: MappingName, side: Side, field: string): string {
  const place = placeOn(mapping, side);
  if (field === place?.wholeField) return WHOLE_PATH;
  return (place?.kind === 'part' ? place.wire[field] : undefined) ?? field;
}

/** The mapping of the wholes within which the records of another one stand, or of its parents. */
export const parentsOf = (mapping: MappingName): MappingName | undefined =>
  MAPPINGS[mapping].fields.find((field) => field.kind === 'reference')?.parent;

/** The mapping that a key of the store names. */
export function mappingOf(key: string): MappingName {
  const name = key.split('/')[1];
  const found = MAPPING_NAMES.find((one) => one === name);
  if (!found) throw new Error(`The store names a mapping ${key} that there is not`);
  return found;
}

/** Which record of side b a company of side a is linked to, by their ids. */
export type Partners = (a: string) => string | null;

/**
 * Whether both wire values say the same, under the stored form of either system. Written from the systems' behaviour,
 * not from the connectors: it must notice when those are wrong.
 */
export function agree(field: SimulatedField, a: Json, b: Json, partnerOf: Partners): boolean {
  if (field.kind === 'reference') return a === null ? b === null : b !== null && partnerOf(String(a)) === String(b);
  if (erpForm(field, a) === b) return true;
  const back = crmForm(field, b);
  return back !== undefined && JSON.stringify(back) === JSON.stringify(a);
}

/** Whether a side holds what the other one says, in its own form: that is what counts for a field of one direction. */
export function holds(field: SimulatedField, side: Side, a: Json, b: Json): boolean {
  const form = side === 'b' ? erpForm(field, a) : crmForm(field, b);
  return form === undefined || JSON.stringify(form) === JSON.stringify(side === 'b' ? b : a);
}

/** A value of the CRM as the ERP stores it; undefined where it can't be said there. */
export function erpForm(field: SimulatedField, a: Json): Json | undefined {
  const money = field.kind === 'money' ? readMoney(a) : null;
  switch (field.kind) {
    case 'option':
      return a === null ? null : field.options?.[String(a)];
    case 'money':
      return a === null ? '' : money ? germanMoney(Math.abs(money.cents), money.symbol, money.cents < 0) : undefined;
    case 'flag':
      return a === true ? 'J' : 'N';
    case 'quantity':
      return a ?? 0;
    case 'date':
      return a === null ? '' : String(a).split('-').reverse().join('.');
    case 'minute':
      return a === null ? '' : berlinMinute(Date.parse(String(a)));
    default:
      return a === null ? '' : storedText(String(a), field.max);
  }
}

function readMoney(value: Json): { cents: number; symbol: string } | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { amount, currency } = Object.fromEntries(Object.entries(value));
  const symbol = { EUR: '€', USD: '$', CHF: 'CHF' }[String(currency)];
  return symbol === undefined ? null : { cents: Math.round(Number(amount) * 100), symbol };
}

/** A text of the ERP as the CRM stores it; undefined for other kinds, which `erpForm` compares well enough. */
function crmForm(field: SimulatedField, b: Json): Json | undefined {
  if (field.kind !== 'text' && field.kind !== 'email' && field.kind !== 'vat' && field.kind !== 'sku') return undefined;
  const text = String(b ?? '').trim();
  if (text === '') return null;
  return field.kind === 'email' ? text.toLowerCase() : text;
}

export const isEmptyWire = (value: Json | undefined): boolean => value === null || value === '' || value === undefined;

const WORDS = [
  'Nord',
  'Süd',
  'Müller & Söhne',
  'Kowalczyk',
  'Ångström',
  'Łódź',
  '株式会社',
  'Crème brûlée',
  'O’Neill',
  'x',
];
const LONG = 'Gesellschaft für außergewöhnlich lange Bezeichnungen und Beteiligungen mbH';

/** A fresh value for a field of a side, as a person would enter it; `serial` makes texts unlike any other. */
export function freshValue(field: SimulatedField, side: Side, random: SeededRandom, serial: number): Json {
  const empty = random.chance(0.08);
  switch (field.kind) {
    case 'text':
      return freshText(field, side, random, serial, empty);
    case 'vat':
      return empty ? blank(side) : `AT${String(10_000_000 + serial)}`;
    case 'sku':
      return `A-${10_000 + serial}`;
    case 'email':
      return empty ? blank(side) : `person${10_000 + serial}@example.org`;
    case 'option': {
      const names = Object.keys(field.options ?? {});
      const name = random.pick(names);
      return side === 'a' ? name : (field.options?.[name] ?? null);
    }
    case 'money':
      return freshMoney(side, random, empty);
    case 'flag':
      return random.chance(0.5) ? (side === 'a' ? true : 'J') : side === 'a' ? false : 'N';
    case 'date': {
      const day = `2026-${String(1 + random.below(12)).padStart(2, '0')}-${String(1 + random.below(28)).padStart(2, '0')}`;
      return empty ? blank(side) : side === 'a' ? day : day.split('-').reverse().join('.');
    }
    case 'minute': {
      const at = Date.UTC(2026, random.below(12), 1 + random.below(28), random.below(24), random.below(60), 7);
      return empty ? blank(side) : side === 'a' ? new Date(at).toISOString() : berlinMinute(at);
    }
    case 'quantity':
      return 1 + random.below(900);
    case 'reference':
      return null;
  }
}

const blank = (side: Side): Json => (side === 'a' ? null : '');

function freshText(field: SimulatedField, side: Side, random: SeededRandom, serial: number, empty: boolean): Json {
  const optional = !['name', 'title', 'last_name'].includes(field.a);
  if (optional && empty) return blank(side);
  const word = random.pick(WORDS);
  if (random.chance(0.12)) return `${serial + 10_000} ${word} ${LONG}`.slice(0, 80);
  return `${word} ${serial + 10_000}${random.chance(0.1) ? ' ' : ''}`;
}

function freshMoney(side: Side, random: SeededRandom, empty: boolean): Json {
  if (empty) return blank(side);
  const cents = 1_000_000 + random.below(90_000_000);
  const currency = random.pick(['EUR', 'EUR', 'EUR', 'USD', 'CHF', 'GBP'] as const);
  if (side === 'a') return { amount: (cents / 100).toFixed(2), currency };
  return germanMoney(cents, { EUR: '€', USD: '$', CHF: 'CHF', GBP: '€' }[currency], random.chance(0.1));
}

/** Whether the records of a side are, hold, or stand in those of another mapping of the same world. */
export const isShared = (mappings: readonly MappingName[], mapping: MappingName, side: Side): boolean =>
  mappings.some((other) => other !== mapping && MAPPINGS[other].objects[side] === MAPPINGS[mapping].objects[side]);

/** The whole in which a part or line stands, by the id of either. */
export const wholeOf = (id: string): string => id.split('/')[0] ?? id;

/** What the ERP calls a customer who is a person. */
export const PERSON = 2;

/**
 * Of several mappings on one object: the one that a record belongs to, by what tells its kinds apart; null where no record of
 * it belongs to one more than to the others.
 */
export function ownerOf(
  mappings: readonly MappingName[],
  object: string,
  record: { readonly [field: string]: unknown } | undefined,
): MappingName | null {
  if (object !== 'customers' || !mappings.includes('persons')) return null;
  return record?.kind === PERSON ? 'persons' : 'companies';
}
