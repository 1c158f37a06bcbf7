import type { Json } from '../../sandbox/system.ts';
import type { LoadedMapping } from '../../src/integration/loaded.ts';
import type { Propagation } from '../../src/integration/schema.ts';
import { otherSide, type Side } from '../../src/record/side.ts';
import type { SeededRandom } from '../../src/testing/random.ts';
import { isEmptyWire, MAPPINGS, type MappingName, PERSON, type SimulatedField } from './fields.ts';

/** A record of either system, as its API shows it. */
type Raw = { readonly [field: string]: Json | undefined };

/** What a mapping may say beyond directions and conflicts. */
export interface Rules {
  update: Record<Side, Propagation['update']>;
  /** Names (side a) of fields that must not be empty. */
  required: readonly string[];
  /** One-way fields (side a → b) whose value is made by an expression, by their name on side a. */
  expressions: Record<string, ExpressionName>;
  /** Whether a side's records must pass the filter of their mapping. */
  filter: Record<Side, boolean>;
  /** Several mappings share the object of side b: each lets in one kind of its records. */
  byKind: boolean;
  onLeave: LoadedMapping['onLeave'];
}

type ExpressionName = 'upper' | 'dashed' | 'with-city';

/** Each as the integration file says it, and what it comes to. */
export const EXPRESSIONS: Record<ExpressionName, { text: string; said: (value: string, record: Raw) => string }> = {
  upper: { text: "{{ (value or '') | upper }}", said: (value) => value.toUpperCase() },
  dashed: { text: "{{ (value or '') | replace(' ', '-') }}", said: (value) => value.replaceAll(' ', '-') },
  'with-city': {
    text: "{{ value or '' }} / {{ record.city or '' }}",
    said: (value, record) => `${value} / ${record.city ?? ''}`.trim(),
  },
};

/** A filter as the integration file says it, and by the wire: the field it asks, what it keeps out and lets in. */
interface Filter {
  text: string;
  field: string;
  out: Json;
  in: Json;
  /** Lets in what has that value, not all but what has the other one. */
  only?: true;
}

/** One for each side of each mapping. */
const FILTERS: Record<MappingName, Record<Side, Filter>> = {
  companies: {
    a: { text: "{{ record.status != 'lead' }}", field: 'status', out: 'lead', in: 'customer' },
    b: { text: "{{ record.group != 'lead' }}", field: 'group', out: 1, in: 3 },
  },
  products: {
    a: { text: '{{ record.active }}', field: 'active', out: false, in: true, only: true },
    b: { text: '{{ record.active }}', field: 'active', out: 'N', in: 'J', only: true },
  },
  deals: {
    a: { text: "{{ record.stage != 'lost' }}", field: 'stage', out: 'lost', in: 'won' },
    b: { text: "{{ record.status != 'lost' }}", field: 'status', out: 30, in: 20 },
  },
  contacts: {
    a: { text: "{{ record.salutation != 'mx' }}", field: 'salutation', out: 'mx', in: 'mr' },
    b: { text: "{{ record.salutation != 'mx' }}", field: 'salutation', out: 3, in: 1 },
  },
  persons: {
    a: { text: "{{ record.salutation != 'mx' }}", field: 'salutation', out: 'mx', in: 'mr' },
    b: { text: "{{ record.kind == 'person' }}", field: 'kind', out: 1, in: PERSON, only: true },
  },
  items: {
    a: { text: "{{ record.sku != 'apart' }}", field: 'sku', out: 'apart', in: 'A-1' },
    b: { text: "{{ record.article_no != 'apart' }}", field: 'article_no', out: 'apart', in: 'A-2' },
  },
  offers: {
    a: { text: "{{ record.text != 'apart' }}", field: 'text', out: 'apart', in: 'A-1' },
    b: { text: "{{ record.article_no != 'apart' }}", field: 'article_no', out: 'apart', in: 'A-2' },
  },
};

const ORGANISATIONS: Filter = { text: "{{ record.kind != 'person' }}", field: 'kind', out: PERSON, in: 1 };

/** The filter of a side, where it has one. */
export const filterOf = (rules: Rules, mapping: MappingName, side: Side): Filter =>
  rules.byKind && mapping === 'companies' && side === 'b' ? ORGANISATIONS : FILTERS[mapping][side];

const FILTERED: readonly ('none' | 'a' | 'b' | 'both')[] = ['none', 'none', 'none', 'a', 'a', 'b', 'b', 'both'];

export const plainRules: Rules = {
  update: { a: 'update', b: 'update' },
  required: [],
  expressions: {},
  filter: { a: false, b: false },
  byKind: false,
  onLeave: 'keep',
};

export function drawRules(mapping: MappingName, random: SeededRandom): Rules {
  if (random.chance(0.4)) return { ...plainRules, ...drawFilter(random.fork('filter')) };
  const update = () => random.pick(['update', 'update', 'update', 'update', 'ignore', 'hold'] as const);
  const required = MAPPINGS[mapping].fields.filter(
    ({ kind }) => (kind === 'text' || kind === 'email' || kind === 'money' || kind === 'date') && random.chance(0.08),
  );
  return {
    update: { a: update(), b: update() },
    required: required.map((field) => field.a),
    expressions: mapping === 'companies' ? drawExpressions(random) : {},
    byKind: false,
    ...drawFilter(random.fork('filter')),
  };
}

/** The CRM archives, the ERP deletes. */
export function drawFilter(random: SeededRandom): Pick<Rules, 'filter' | 'onLeave'> {
  const which = random.pick(FILTERED);
  const leave = random.pick(['keep', 'unlink', 'remove'] as const);
  const removed = { none: 'keep', a: 'delete', b: 'archive', both: 'unlink' } as const;
  return {
    filter: { a: which === 'a' || which === 'both', b: which === 'b' || which === 'both' },
    onLeave: leave === 'remove' ? removed[which] : leave,
  };
}

function drawExpressions(random: SeededRandom): Rules['expressions'] {
  const names = ['upper', 'dashed', 'with-city'] as const;
  return {
    ...(random.chance(0.25) ? { notes: random.pick(names) } : {}),
    ...(random.chance(0.1) ? { name: random.pick(['upper', 'dashed'] as const) } : {}),
  };
}

/** Whether the filter lets a record in. A flag that was never set is not true. */
export function lets(rules: Rules, mapping: MappingName, side: Side, record: Raw): boolean {
  const filter = filterOf(rules, mapping, side);
  const value = record[filter.field] ?? null;
  return !rules.filter[side] || (filter.only ? value === filter.in : value !== filter.out);
}

/** The CRM's value of a field as it goes to the ERP. */
export function saidOf(rules: Rules, field: SimulatedField, value: Json, record: Raw): Json {
  const expression = rules.expressions[field.a];
  if (expression === undefined) return value;
  const said = EXPRESSIONS[expression].said(String(value ?? ''), record);
  return said === '' ? null : said;
}

/** Of what the value is made that a field gives: it changes when any of it does. */
export const sourceOf = (rules: Rules, field: SimulatedField, side: Side, record: Raw): Json =>
  side === 'a' && rules.expressions[field.a] === 'with-city'
    ? [record[field.a] ?? null, record.city ?? null]
    : (record[field[side]] ?? null);

/** Whether a record lacks a value that the mapping demands of the side that it flows from. */
export const lacks = (rules: Rules, field: SimulatedField, record: Raw, side: Side): boolean =>
  rules.required.includes(field.a) && isEmptyWire(record[field[side]]);

/** Whether what happens on a side to a linked record goes to the other one. */
export const follows = (rules: Rules, side: Side): boolean => rules.update[side] !== 'ignore';

/** Whether a pair may differ for good, since updates of a side are ignored. */
export const mayDiffer = (rules: Rules): boolean => !follows(rules, 'a') || !follows(rules, 'b');

/** Why Dovetail should not have written an update to this side of a linked pair; null where it may. */
export function forbidden(
  rules: Rules,
  mapping: MappingName,
  side: Side,
  { before, after, approved, isKeptOut }: { before: Raw; after: Raw; approved: boolean; isKeptOut: boolean },
): string | null {
  const update = rules.update[otherSide(side)];
  if (update === 'ignore') return 'updates of the other side are ignored';
  if (update === 'hold' && !approved) return 'nobody approved it';
  if (isKeptOut) return 'the filter keeps the pair out';
  const emptied = MAPPINGS[mapping].fields.find(
    (field) => lacks(rules, field, after, side) && !lacks(rules, field, before, side),
  );
  return emptied ? `${emptied.a} must not be empty` : null;
}
