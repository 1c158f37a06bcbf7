import type { Json } from '../../sandbox/system.ts';
import type { ConflictPolicy } from '../../src/integration/loaded.ts';
import type { Propagation } from '../../src/integration/schema.ts';
import type { Side } from '../../src/record/side.ts';
import { FAULTS, type Fault } from '../../src/testing/network.ts';
import type { Trouble } from '../../src/testing/process.ts';
import { type SeededRandom, seededRandom } from '../../src/testing/random.ts';
import { BASE_NAMES, freshValue, MAPPINGS, type MappingName, PERSON, parentsOf, placeOn } from './fields.ts';
import { drawHabits, type ListHabits } from './list-habits.ts';
import { drawFilter, drawRules, filterOf, plainRules, type Rules } from './rules.ts';

/** What one person does in one system. Records are named by their place among those that are there. */
export interface Edit {
  side: Side;
  mapping: MappingName;
  kind: 'create' | 'update' | 'delete' | 'restore' | 'purge' | 'merge' | 'undo' | 'option' | 'twin';
  /** Which record, and which other one of a merge; which parent of a new deal. */
  pick: number;
  /** In the place of `pick`, where it is known. */
  id?: string;
  other: number;
  /** By the name of the field on that side. */
  values: Record<string, Json>;
  /** Of a twin: the same thing as the other system holds it. */
  theirs: Record<string, Json>;
}

export interface Policies {
  conflict: ConflictPolicy;
  firstContact: { prefer: Side; emptyOverwrites: boolean } | null;
  propagate: Record<Side, Propagation>;
  guard: { share: number; records: number };
  /** Match rules by the CRM's fields. */
  match: readonly (readonly string[])[];
  /** Names (side a) of the fields that flow in one direction only. */
  oneWay: Record<string, 'aToB' | 'bToA'>;
  targetEdits: 'leave' | 'restore';
  rules: Rules;
}

/** A run, what people do around it, and what happens to its process. */
export interface Round {
  /** Before the run, ms. */
  wait: number;
  sweep: 'due' | 'always' | 'never';
  full: boolean;
  trouble: Trouble | null;
  /** A second process starts its run so much later, ms. */
  second: { after: number } | null;
  /** A person approves what is held, before the run. */
  approve: boolean;
  /** A person fills what parked records lack, before the run. */
  mend: boolean;
  /** `at`: from the start of the wait, ms. */
  edits: { at: number; edit: Edit }[];
}

/** A whole world as plain data: what a seed draws, and what is cut down when it shows a fault. */
export interface WorldSpec {
  seed: string;
  start: number;
  /** Those of the integration, parents first. */
  mappings: readonly MappingName[];
  policies: Record<MappingName, Policies>;
  /** Chance per request, by kind of fault. */
  faults: Partial<Record<Fault, number>>;
  /** Instead of chances: exactly these, by `process ordinal`. */
  struck: Record<string, Fault> | null;
  latencyMs: number;
  indexLagMs: number;
  /** What the lists of each system do besides what it declares. */
  lists: Record<Side, ListHabits>;
  limit: { requests: number; windowMs: number } | null;
  skewMs: Record<Side, number>;
  /** Times in which a system answers nothing or refuses everything, from the start of the world, ms. */
  outages: { side: Side; from: number; ms: number; how: Fault }[];
  /** Records per page of lists, by side; null: what the connector declares. */
  pageSize: Record<Side, number | null>;
  /** The ERP's connector does not say that it cuts and replaces texts. */
  undeclared: boolean;
  /** Pairs that a run holds at a time. */
  batch: number;
  /** Whether the store lies in a file, so that its bytes can be looked at and older copies kept. */
  onDisk: boolean;
  /** How often sweeps are due, ms. */
  sweepMs: number;
  first: Edit[];
  rounds: Round[];
  /** Somebody edits a mapping in the integration file, before that round. */
  revised: { round: number; mapping: MappingName; policies: Policies } | null;
}

/** How late a change may appear in the lists of each system, as its connector declares, ms. */
export function declaredLag(spec: WorldSpec): Record<Side, number> {
  return { a: Math.max(3000, spec.indexLagMs + spec.lists.a.staleMs), b: spec.lists.b.staleMs };
}

/** Whether a write may have been decided before a person's last edit could be read: lists lag. */
export const wasUnseen = (
  spec: WorldSpec,
  side: Side,
  { edited }: { edited: number },
  { started }: { started: number },
): boolean => edited >= started - declaredLag(spec)[side];

/** What changed so long before a run, besides the lag of the system's lists, is seen by it. */
export const SETTLED_MS = 2000;

const STARTS = ['2026-03-28T23:10:00Z', '2026-06-15T10:00:30Z', '2026-10-25T00:20:00Z', '2026-12-31T22:58:00Z'];

export function drawWorld(seed: string): WorldSpec {
  const random = seededRandom(seed);
  const serial = { next: 1 };
  const rounds = 2 + random.below(4);
  const first = drawFirst(random.fork('first'), serial);
  const editRandom = random.fork('edits');
  const mendRandom = random.fork('mend');
  const hectic = random.pick([0, 2, 4, 8]);
  const focus = random.chance(0.5) ? random.pick(BASE_NAMES) : null;
  const drawn = {
    companies: drawPolicies('companies', random.fork('companies')),
    products: drawPolicies('products', random.fork('products')),
    deals: drawPolicies('deals', random.fork('deals')),
    contacts: drawPolicies('contacts', random.fork('contacts')),
    items: drawPolicies('items', random.fork('items')),
    offers: drawPolicies('offers', random.fork('offers')),
    persons: drawPolicies('persons', random.fork('persons')),
  };
  const crossings = random.fork('crossings');
  const within = random.fork('within');
  const more = drawMore(within);
  // In most of these worlds the parents are there, so that there is something to stand within.
  const eased = more.length > 0 && within.chance(0.75);
  const ready = eased ? { ...drawn, companies: eager(drawn.companies), deals: eager(drawn.deals) } : drawn;
  const policies = more.includes('persons') ? byKind(ready) : ready;
  const parents = eased ? drawParents(within, more) : [];
  return {
    seed,
    start: Date.parse(random.pick(STARTS)) + random.below(3_600_000),
    mappings: [...BASE_NAMES, ...more],
    policies,
    faults: drawFaults(random.fork('faults')),
    struck: null,
    latencyMs: random.pick([20, 60, 400]),
    indexLagMs: random.pick([0, 1500, 3000]),
    lists: { a: drawHabits(random.fork('lists a'), 1), b: drawHabits(random.fork('lists b'), 2) },
    limit: random.chance(0.25) ? { requests: 20 + random.below(30), windowMs: 10_000 } : null,
    outages: drawOutages(random.fork('outages')),
    pageSize: random.chance(0.4) ? { a: 1 + random.below(4), b: 3 + random.below(3) } : { a: null, b: null },
    undeclared: random.chance(0.3),
    skewMs: random.chance(0.5) ? { a: 0, b: 0 } : { a: random.below(8000) - 4000, b: random.below(8000) - 4000 },
    onDisk: random.chance(0.03),
    batch: random.fork('batch').pick([600, 600, 1, 2, 5]),
    sweepMs: random.pick([60_000, 3_600_000]),
    first: [...first, ...parents, ...more.flatMap((mapping) => drawSome(within, { next: 30_000 }, mapping))],
    rounds: Array.from({ length: rounds }, () => {
      const round = drawRound(editRandom, serial, hectic, focus);
      const among = [...BASE_NAMES, ...more];
      const edits = [...round.edits, ...drawCrossings(crossings, among, policies, round.wait)];
      for (const mapping of more) edits.push(...drawWithin(within, mapping, hectic, round.wait));
      return { ...round, edits: edits.sort((one, other) => one.at - other.at), mend: mendRandom.chance(0.5) };
    }),
    revised: drawRevision(random.fork('revised'), [...BASE_NAMES, ...more], policies, rounds),
  };
}

function drawPolicies(mapping: MappingName, random: SeededRandom): Policies {
  const rules = drawRules(mapping, random.fork('rules'));
  const propagation = (side: Side): Propagation => ({
    create: random.pick(['create', 'create', 'create', 'create', 'create', 'ignore', 'hold']),
    update: rules.update[side],
    delete: random.pick(
      // The CRM archives its records; what stands within one can only be taken out.
      side === 'a' || placeOn(mapping, 'a')
        ? (['delete', 'delete', 'unlink', 'ignore', 'hold'] as const)
        : (['archive', 'archive', 'unlink', 'ignore', 'hold'] as const),
    ),
  });
  const oneWay: Record<string, 'aToB' | 'bToA'> = {};
  for (const field of MAPPINGS[mapping].fields) {
    const fixed = ['name', 'title', 'sku', 'last_name'].includes(field.a) || field.kind === 'reference';
    if (!fixed && random.chance(0.15)) oneWay[field.a] = random.pick(['aToB', 'bToA']);
  }
  for (const name of Object.keys(rules.expressions)) oneWay[name] = 'aToB';
  const matches: Record<MappingName, string[][][]> = {
    companies: [[['vat_id']], [['vat_id'], ['email']], [['email', 'city']], []],
    products: [[['sku']]],
    deals: [[['title']], [['amount', 'close_date']], []],
    contacts: [[['company_id']], [['email'], ['company_id']], [['email']], []],
    items: [[['deal_id', 'sku']], [['sku']], []],
    offers: [[['deal', 'text']], [['text']], []],
    persons: [[['email']], [['last_name'], ['email']], []],
  };
  return {
    conflict: random.pick(['a', 'b', 'newest', 'hold']),
    firstContact: random.chance(0.6)
      ? { prefer: random.pick(['a', 'b'] as const), emptyOverwrites: random.chance(0.3) }
      : null,
    propagate: { a: propagation('a'), b: propagation('b') },
    guard: random.chance(0.3) ? { share: 0.1, records: 100 } : { share: 1, records: 100 },
    match: random.pick(matches[mapping]),
    oneWay,
    targetEdits: random.pick(['leave', 'restore']),
    rules,
  };
}

/** Swarm: each kind of fault is off, rare or frequent, and some worlds have none. */
function drawFaults(random: SeededRandom): Partial<Record<Fault, number>> {
  const faults: Partial<Record<Fault, number>> = {};
  if (random.chance(0.15)) return faults;
  for (const fault of FAULTS) {
    const often = random.pick([0, 0, 0.01, 0.08]);
    if (often > 0) faults[fault] = often;
  }
  return faults;
}

function drawOutages(random: SeededRandom): WorldSpec['outages'] {
  if (!random.chance(0.25)) return [];
  return Array.from({ length: 1 + random.below(3) }, () => ({
    side: random.pick(['a', 'b'] as const),
    from: random.below(random.pick([2000, 80_000, 600_000])),
    ms: random.pick([300, 20_000, 200_000]),
    how: random.pick(['refused', 'drop-before', 'error-before', 'forbidden'] as const),
  }));
}

interface Serial {
  next: number;
}

function drawFirst(random: SeededRandom, serial: Serial): Edit[] {
  return BASE_NAMES.flatMap((mapping) => drawSome(random, serial, mapping));
}

/** What is there of an object before the first run. */
function drawSome(random: SeededRandom, serial: Serial, mapping: MappingName): Edit[] {
  const edits: Edit[] = [];
  const most = random.pick([0, 2, 4, 8]);
  for (let n = random.below(most + 1); n > 0; n -= 1) {
    const side = random.pick(['a', 'b'] as const);
    const edit = drawCreate(random, serial, side, mapping);
    const drawn = random.chance(0.4) ? asTwin(edit, random, serial) : edit;
    edits.push(drawn);
    // Someone has entered the same thing twice.
    if (random.chance(drawn.kind === 'twin' ? 0.3 : 0.1)) edits.push({ ...drawn, kind: 'create' });
  }
  return edits;
}

/** Creates and updates go both ways, without filters. */
const eager = (policies: Policies): Policies => ({
  ...policies,
  propagate: {
    a: { ...policies.propagate.a, create: 'create', update: 'update' },
    b: { ...policies.propagate.b, create: 'create', update: 'update' },
  },
  oneWay: {},
  rules: plainRules,
});

/** Another filter, another meaning of leaving it, another policy of conflicts. */
function drawRevision(
  random: SeededRandom,
  among: readonly MappingName[],
  policies: WorldSpec['policies'],
  rounds: number,
): WorldSpec['revised'] {
  const mapping = random.pick(among);
  const before = policies[mapping];
  // Which of two mappings a record belongs to is not for an edit.
  if (!random.chance(0.3) || before.rules.byKind) return null;
  const rules = { ...before.rules, ...drawFilter(random) };
  const conflict = random.pick(['a', 'b', 'newest', 'hold'] as const);
  return { round: 1 + random.below(rounds - 1), mapping, policies: { ...before, conflict, rules } };
}

/** A customer belongs to one of two mappings. What leaving means is drawn for each; both sides are never removed by it. */
function byKind(policies: WorldSpec['policies']): WorldSpec['policies'] {
  const kinds = (one: Policies): Policies => ({
    ...one,
    rules: { ...one.rules, byKind: true, filter: { a: false, b: true }, onLeave: leavingB(one.rules.onLeave) },
  });
  return { ...policies, companies: kinds(policies.companies), persons: kinds(policies.persons) };
}

const leavingB = (onLeave: Rules['onLeave']): Rules['onLeave'] => (onLeave === 'delete' ? 'archive' : onLeave);

/** Companies, and deals where lines are to stand within them. */
function drawParents(random: SeededRandom, more: readonly MappingName[]): Edit[] {
  const serial = { next: 35_000 };
  const some = (mapping: MappingName) =>
    Array.from({ length: 2 + random.below(4) }, () =>
      drawCreate(random, serial, random.pick(['a', 'b'] as const), mapping),
    );
  return [...some('companies'), ...(more.some((one) => parentsOf(one) === 'deals') ? some('deals') : [])];
}

/** The mappings beyond those of every world. */
function drawMore(random: SeededRandom): MappingName[] {
  const people = random.pick(['contacts', 'contacts', 'persons', null, null, null] as const);
  const lines = random.pick(['none', 'none', 'none', 'items', 'offers'] as const);
  return [...(people ? [people] : []), ...(lines === 'none' ? [] : [lines])];
}

/** What people do to the records of a mapping that not every world has. */
function drawWithin(random: SeededRandom, mapping: MappingName, hectic: number, wait: number): Round['edits'] {
  const serial = { next: 40_000 + random.below(20_000) };
  return Array.from({ length: random.below(2 * hectic + 4) }, () => ({
    at: drawMoment(random, wait),
    edit: drawEdit(random, serial, mapping),
  }));
}

const noValues = { values: {}, theirs: {} };

function drawCreate(random: SeededRandom, serial: Serial, side: Side, mapping: MappingName): Edit {
  const values: Record<string, Json> = {};
  for (const field of MAPPINGS[mapping].fields) {
    if (field.kind === 'reference') continue;
    serial.next += 1;
    values[field[side]] = freshValue(field, side, random, serial.next);
  }
  if (mapping === 'persons' && side === 'b') values.kind = PERSON;
  return { side, mapping, kind: 'create', pick: random.below(100), other: random.below(100), values, theirs: {} };
}

/** The same thing in both systems: the match keys are equal, the rest is more or less. Sometimes there are two of it. */
function asTwin(edit: Edit, random: SeededRandom, serial: Serial): Edit {
  const theirs: Record<string, Json> = {};
  const other = edit.side === 'a' ? 'b' : 'a';
  for (const field of MAPPINGS[edit.mapping].fields) {
    if (field.kind === 'reference') continue;
    serial.next += 1;
    const plain = field.kind === 'vat' || field.kind === 'sku' || field.kind === 'email';
    const same = edit.values[field[edit.side]];
    if (plain || (field.kind === 'text' && random.chance(0.7) && typeof same === 'string')) {
      theirs[field[other]] = same === null || same === '' ? (other === 'a' ? null : '') : (same ?? null);
    } else theirs[field[other]] = freshValue(field, other, random, serial.next);
  }
  if (edit.mapping === 'persons' && other === 'b') theirs.kind = PERSON;
  return { ...edit, kind: 'twin', theirs };
}

function drawRound(random: SeededRandom, serial: Serial, hectic: number, focus: MappingName | null): Round {
  const wait = random.pick([500, 4000, 45_000, 70_000, 400_000]);
  const edits = Array.from({ length: random.below(hectic + 1) }, () => ({
    at: drawMoment(random, wait),
    edit: drawEdit(random, serial, focus !== null && random.chance(0.8) ? focus : null),
  }));
  const troubled = random.below(10);
  const trouble: Trouble | null =
    troubled < 3
      ? {
          kind: random.pick(['dies-before', 'dies-after']),
          operation: 1 + random.below(random.pick([20, 60, 150])),
          ms: 0,
        }
      : troubled < 5
        ? { kind: 'stalls', operation: 1 + random.below(80), ms: random.pick([30_000, 130_000, 130_000]) }
        : null;
  const second = random.chance(trouble?.kind === 'stalls' ? 0.8 : 0.1);
  return {
    wait,
    sweep: random.pick(['due', 'due', 'always', 'never']),
    full: random.chance(0.15),
    trouble,
    second: second ? { after: trouble?.kind === 'stalls' ? 62_000 : random.pick([100, 1500, 62_000]) } : null,
    approve: random.chance(0.1),
    mend: false,
    edits: edits.sort((one, other) => one.at - other.at),
  };
}

/** Records of filtered mappings leave the filter and come back, more often than by chance; some change otherwise, too. */
function drawCrossings(
  random: SeededRandom,
  among: readonly MappingName[],
  policies: WorldSpec['policies'],
  wait: number,
): Round['edits'] {
  return among.flatMap((mapping) =>
    (['a', 'b'] as const).flatMap((side) => {
      if (!policies[mapping].rules.filter[side] || random.chance(0.4)) return [];
      const filter = filterOf(policies[mapping].rules, mapping, side);
      const more = random.chance(0.3) ? drawChanges(random, { next: 60_000 + random.below(9000) }, side, mapping) : {};
      const values = { ...more, [filter.field]: random.chance(0.6) ? filter.out : filter.in };
      const base = { side, mapping, pick: random.below(100), other: random.below(100), ...noValues };
      return [{ at: drawMoment(random, wait), edit: { ...base, kind: 'update' as const, values } }];
    }),
  );
}

/** Before the run, right before it, or while it goes on. */
function drawMoment(random: SeededRandom, wait: number): number {
  const drawn = random.below(10);
  if (drawn < 2) return random.below(wait);
  if (drawn < 5) return Math.max(0, wait - random.below(3000));
  return wait + random.below(random.pick([300, 1500, 8000]));
}

function drawEdit(random: SeededRandom, serial: Serial, focus: MappingName | null): Edit {
  const side = random.pick(['a', 'b'] as const);
  const mapping = focus ?? random.pick(BASE_NAMES);
  const drawn = random.below(100);
  const base = { side, mapping, pick: random.below(100), other: random.below(100), ...noValues };
  if (drawn < 18) return drawCreate(random, serial, side, mapping);
  if (drawn < 22) return asTwin(drawCreate(random, serial, side, mapping), random, serial);
  if (drawn < 34) return { ...base, kind: 'delete' };
  if (drawn < 37 && side === 'a') return { ...base, kind: 'restore' };
  if (drawn < 39 && side === 'a') return { ...base, kind: 'purge' };
  if (drawn < 42 && side === 'a')
    return { ...base, mapping: mapping === 'contacts' || mapping === 'persons' ? mapping : 'companies', kind: 'merge' };
  if (drawn < 50) return { ...base, kind: 'undo' };
  if (drawn < 51 && side === 'a') return { ...base, kind: 'option' };
  return { ...base, kind: 'update', values: drawChanges(random, serial, side, mapping) };
}

function drawChanges(random: SeededRandom, serial: Serial, side: Side, mapping: MappingName): Record<string, Json> {
  const values: Record<string, Json> = {};
  const { fields } = MAPPINGS[mapping];
  for (let n = 1 + random.below(2); n > 0; n -= 1) {
    const field = random.pick(fields);
    serial.next += 1;
    // Which company it is decided when the edit is made: this says only that it changes.
    values[field[side]] = field.kind === 'reference' ? null : freshValue(field, side, random, serial.next);
  }
  return values;
}
