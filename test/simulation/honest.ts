import type { Diagnostic } from '../../src/record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../../src/record/side.ts';
import type { ParkedRecord } from '../../src/store/port.ts';
import { type Deed, NEW_WHOLE, nameOf, type PlannedPair, planned } from './deeds.ts';
import { MAPPING_NAMES, MAPPINGS, type MappingName, mappingOf, parentsOf, placeOn } from './fields.ts';
import type { Ledger } from './ledger.ts';
import type { WorldSpec } from './spec.ts';
import type { Attempt } from './world.ts';

/** What is asked of a world. */
interface Known {
  readonly ledger: Pick<Ledger, 'fail' | 'tracked' | 'partnerOf' | 'partners'>;
  readonly spec: Pick<WorldSpec, 'undeclared' | 'policies'>;
  readonly store: { parked(query: { includeDismissed: boolean }): Promise<readonly ParkedRecord[]> };
}

/** What is asked of a plan or sync that took its course. */
type Course = Pick<Attempt, 'started' | 'result' | 'events' | 'writeRequests' | 'commits' | 'deeds'>;

/**
 * A plan writes nothing anywhere, and a sync right after it does what it said: the same to the same fields of the same
 * records. What it leaves out must follow from what a system refused, from the guard of deletes, or from a target that it
 * found deleted when it looked once more, and must be parked.
 */
export async function checkHonest(world: Known, plan: Course, sync: Course): Promise<void> {
  if (plan.writeRequests > 0 || plan.commits > 0) world.ledger.fail('plan-honest', 'A plan wrote something');
  if (!isWhole(plan) || !isWhole(sync)) return;
  const pairs = planned(plan.events);
  const foreseen = new Map(pairs.flatMap(({ deeds }) => deeds.map((deed) => [nameOf(deed), deed])));
  const asked = new Map<string, Deed>();
  for (const deed of sync.deeds) {
    const known = asked.get(nameOf(deed));
    asked.set(nameOf(deed), known?.done ? known : deed);
  }
  const parked = await world.store.parked({ includeDismissed: true });
  const excuses = new Excuses(world, pairs, asked, sync, parked);
  for (const [name, deed] of asked) {
    if (!foreseen.has(name) && excuses.isForOneThatStayed(deed)) continue;
    const fields = foreseen.get(name)?.fields ?? [];
    const more = deed.fields.filter((field) => !fields.includes(field));
    if (!foreseen.has(name) && !isOnNewWhole(world, sync, deed, foreseen))
      world.ledger.fail('plan-honest', `done, but not planned: ${name}`);
    else if (more.length > 0) world.ledger.fail('plan-honest', `not planned to change: ${name} ${more.join(', ')}`);
  }
  for (const pair of pairs) {
    for (const deed of excuses.inexcusable(pair)) {
      world.ledger.fail('plan-honest', `planned, but not done: ${nameOf(deed)}`);
    }
  }
}

/** What a plan wants to write within a record that it creates as well has no id in it yet. */
function isOnNewWhole({ ledger }: Known, sync: Course, deed: Deed, foreseen: ReadonlyMap<string, Deed>): boolean {
  if (deed.kind !== 'rewrite' || !foreseen.has(nameOf({ ...deed, id: NEW_WHOLE }))) return false;
  const whole = ledger.tracked(parentsOf(deed.mapping) ?? deed.mapping, deed.side, deed.id);
  return whole?.by === 'dovetail' && whole.since >= sync.started;
}

const isWhole = ({ result }: Course): boolean =>
  result?.ok === true && (result.value.outcome === 'done' || result.value.outcome === 'partial');

/** Mappings whose deletes were held by the guard. */
const guarded = ({ result }: Course): Set<string> => {
  const held = result?.ok ? result.value.diagnostics.filter((one) => one.code === 'delete-guard') : [];
  return new Set(MAPPING_NAMES.filter((name) => held.some((one) => one.summary.includes(` ${name} `))));
};

/** Why a part or line is not written, though its system was not asked: what a plan can't know without reading its whole. */
const REFUSED_WITHIN = ['place-taken', 'part-empty', 'whole-missing', 'whole-gone'];

class Excuses {
  readonly #world: Known;
  readonly #pairs: readonly PlannedPair[];
  readonly #asked: ReadonlyMap<string, Deed>;
  /** The names of all that a system did not do, even where it did something of the same name. */
  readonly #refused: ReadonlySet<string>;
  readonly #parked: readonly ParkedRecord[];
  readonly #guarded: ReadonlySet<string>;
  readonly #started: number;

  constructor(
    world: Known,
    pairs: readonly PlannedPair[],
    asked: ReadonlyMap<string, Deed>,
    sync: Course,
    parked: readonly ParkedRecord[],
  ) {
    this.#world = world;
    this.#pairs = pairs;
    this.#asked = asked;
    this.#refused = new Set(sync.deeds.filter(({ done }) => !done).map(nameOf));
    this.#parked = parked;
    this.#guarded = guarded(sync);
    this.#started = sync.started;
  }

  /** What the sync did not even ask for, and had no reason to leave out. */
  inexcusable(pair: PlannedPair): Deed[] {
    const left = pair.deeds.filter(
      (deed) => !this.#asked.has(nameOf(deed)) && !this.#isDoneAnew(deed) && !this.#isTakenOut(pair, deed),
    );
    return left.length === 0 || this.#isExcused(pair) ? [] : left.filter((deed) => !this.#isGuarded(deed));
  }

  /**
   * What stands where a part of the plan was to move to is matched itself instead, where that could not move (seed 4305) or
   * turned out to be gone with its whole (seed 3042).
   */
  isForOneThatStayed({ mapping, side, kind, id }: Deed): boolean {
    const other = otherSide(side);
    const partner = this.#world.ledger.partnerOf(mapping, side, id);
    if (kind !== 'update' || partner === null || placeOn(mapping, other)?.kind !== 'part') return false;
    return this.#pairs.some(
      (one) =>
        one.mapping === mapping &&
        one.ids[other] !== partner &&
        one.deeds.some((deed) => deed.side === other && deed.kind === 'rewrite' && deed.id === partner) &&
        (this.#isTurnedAway(one) || this.#isTargetGone(one)),
    );
  }

  /** What a person has taken out of its whole needs no write. */
  #isTakenOut({ mapping, ids }: PlannedPair, { side, removes }: Deed): boolean {
    return removes === true && this.#world.ledger.tracked(mapping, side, ids[side] ?? '')?.goneBy === 'person';
  }

  /** Written within a record that was created by the same sync. */
  #isDoneAnew({ mapping, kind, id }: Deed): boolean {
    return (
      kind === 'rewrite' &&
      id === NEW_WHOLE &&
      [...this.#asked.values()].some((one) => one.mapping === mapping && one.kind === kind && one.done)
    );
  }

  #isGuarded = ({ kind, mapping, removes }: Deed): boolean =>
    (kind === 'delete' || kind === 'archive' || removes === true) && this.#guarded.has(mapping);

  #isExcused(pair: PlannedPair): boolean {
    if (this.#isRefused(pair) || this.#isOneWithAnother(pair)) return true;
    const parked = this.#parked.filter((one) => isOf(one, pair.mapping, pair.ids));
    if (parked.length === 0) return false;
    if (this.#isRefusedWithin(pair)) return true;
    if (parked.some(({ diagnostic }) => REFUSED_WITHIN.includes(diagnostic.code))) return true;
    if (this.#isInPlaceOfUndone(pair)) return true;
    if (parked.some((one) => this.#isDoubleUnknown(one) || this.#isDoubleOfUndone(one))) return true;
    if (parked.some((one) => this.#isHeldBelowUndone(one))) return true;
    return this.#isTargetGone(pair) || parked.some((one) => this.#waitsForUndone(one)) || this.#isBelowUndone(pair);
  }

  /**
   * Where the one was to be put the other stood, saying just the same: each was to be created on the other side, or the other
   * was not to go anywhere (seed 13079). Whether they do say the same is looked at when all is at rest.
   */
  #isOneWithAnother(pair: PlannedPair): boolean {
    const { mapping, ids } = pair;
    if (!SIDES.some((side) => placeOn(mapping, side)?.kind === 'part')) return false;
    return SIDES.some((side) => {
      const partner = this.#world.ledger.partnerOf(mapping, side, ids[side] ?? '');
      const other = otherSide(side);
      if (partner === null || ids[other] !== null) return false;
      const stood = (this.#world.ledger.tracked(mapping, other, partner)?.since ?? this.#started) < this.#started;
      return stood || this.#pairs.some((one) => isAlone(one, mapping, other, partner));
    });
  }

  /** That a record has the key of one of Dovetail's making shows only once that is read, if a system changed it without saying so. */
  #isDoubleUnknown({ mapping, side, reason, diagnostic }: ParkedRecord): boolean {
    const { ledger, spec } = this.#world;
    const made = ledger.tracked(mappingOf(mapping), side, doubleIn(diagnostic));
    return spec.undeclared && reason === 'duplicate-source' && made?.by === 'dovetail';
  }

  /**
   * What the same plan was to give another key still has the old one where it was not written (seeds 9879, 12502); whether
   * there was a reason for that is asked for it itself.
   */
  #isDoubleOfUndone({ mapping: key, side, reason, diagnostic }: ParkedRecord): boolean {
    if (reason !== 'duplicate-source') return false;
    const mapping = mappingOf(key);
    const matched = this.#world.spec.policies[mapping].match.flat();
    const names = MAPPINGS[mapping].fields.filter(({ a }) => matched.includes(a)).map((field) => field[side]);
    const isRekeyed = ({ kind, fields }: Deed): boolean =>
      kind === 'rewrite' || (kind === 'update' && fields.some((name) => names.includes(name)));
    const double = this.#pairs.find((pair) => pair.mapping === mapping && pair.ids[side] === doubleIn(diagnostic));
    const rekeyed = double?.deeds.find((deed) => deed.side === side && isRekeyed(deed));
    return rekeyed !== undefined && this.#asked.get(nameOf(rekeyed))?.done !== true;
  }

  /** What is to stand where a part of the same plan was to move away from needs that move, which may have been refused. */
  #isInPlaceOfUndone({ mapping, deeds }: PlannedPair): boolean {
    return deeds.some(
      ({ kind, side, id }) =>
        kind === 'rewrite' &&
        placeOn(mapping, side)?.kind === 'part' &&
        this.#pairs.some((other) => other.mapping === mapping && other.ids[side] === id && this.#isTurnedAway(other)),
    );
  }

  #isTurnedAway({ mapping, ids, deeds }: PlannedPair): boolean {
    const isMove = deeds.some((deed) => deed.kind === 'rewrite' && deed.id !== ids[deed.side]);
    const waiting = this.#parked.filter((one) => isOf(one, mapping, ids));
    return isMove && waiting.some(({ diagnostic }) => REFUSED_WITHIN.includes(diagnostic.code));
  }

  /** What is created below a parent needs that parent, whatever else its record was parked for. */
  #isBelowUndone({ mapping, ids, deeds }: PlannedPair): boolean {
    const creates = deeds.filter((deed) => deed.kind === 'create' || deed.kind === 'rewrite');
    return creates.some(({ side }) => this.#isParentUndone(mapping, otherSide(side), ids[otherSide(side)] ?? ''));
  }

  /**
   * The record that it was to be linked to was another one's, which a plan decides first where it waits for a parent that the
   * plan creates. In the sync that parent was refused, so that one let go of it too late (seed 11592).
   */
  #isHeldBelowUndone({ mapping, side, id, reason, diagnostic }: ParkedRecord): boolean {
    const name = mappingOf(mapping);
    const held = diagnostic.summary.split(' ').at(-1) ?? '';
    const holder = this.#world.ledger.partners.lastOf(name, otherSide(side), held);
    return reason === 'match-linked' && holder !== null && holder !== id && this.#isParentUndone(name, side, holder);
  }

  #isParentUndone(mapping: MappingName, side: Side, id: string): boolean {
    const reference = MAPPINGS[mapping].fields.find((field) => field.kind === 'reference');
    const parent = reference ? (this.#world.ledger.tracked(mapping, side, id)?.raw[reference[side]] ?? null) : null;
    return reference?.parent !== undefined && parent !== null && this.#isUndone(reference.parent, side, String(parent));
  }

  #isRefused({ deeds }: PlannedPair): boolean {
    const isNo = (deed: Deed): boolean => this.#asked.get(nameOf(deed))?.done === false;
    return deeds.some((deed) => isNo(deed) || (deed.id === NEW_WHOLE && this.#isRefusedOnNew(deed)));
  }

  /** Several lines of one whole may be written one after the other; which of them was refused, the parked record tells. */
  #isRefusedWithin({ deeds }: PlannedPair): boolean {
    return deeds.some((deed) => deed.kind === 'rewrite' && this.#refused.has(nameOf(deed)));
  }

  /** What is written within a record that was created just before has a name of its own by then. */
  #isRefusedOnNew({ mapping, kind }: Deed): boolean {
    return [...this.#asked.values()].some((one) => one.mapping === mapping && one.kind === kind && !one.done);
  }

  /**
   * A plan takes what it did not read for unchanged; before a sync writes it looks once more. What stood within a whole may
   * have gone with it when an earlier sync deleted that (seed 17358).
   */
  #isTargetGone({ mapping, ids, deeds }: PlannedPair): boolean {
    const isGone = (side: Side, id: string | null): boolean => {
      const known = id === null ? undefined : this.#world.ledger.tracked(mapping, side, id);
      if (known?.goneBy !== 'dovetail') return known?.goneBy === 'person';
      return placeOn(mapping, side) !== undefined && known.since < this.#started;
    };
    return deeds.some(
      ({ kind, side, id }) =>
        (kind === 'update' && isGone(side, id)) || (kind === 'rewrite' && isGone(side, ids[side])),
    );
  }

  /** A child waits for a parent that was to be linked, and was refused or waits itself. */
  #waitsForUndone({ waitsFor }: ParkedRecord): boolean {
    if (waitsFor === null) return false;
    return this.#isUndone(mappingOf(waitsFor.mapping), waitsFor.side, waitsFor.id);
  }

  #isUndone(mapping: MappingName, side: Side, id: string): boolean {
    const parent = this.#pairs.find((pair) => mapping === pair.mapping && pair.ids[side] === id);
    return parent !== undefined && this.#isExcused(parent);
  }
}

/** The id of the record that has the same key. */
const doubleIn = ({ summary }: Diagnostic): string => summary.split(' ').at(-1) ?? '';

const isAlone = (pair: PlannedPair, mapping: MappingName, side: Side, id: string): boolean =>
  pair.mapping === mapping && pair.ids[side] === id && pair.ids[otherSide(side)] === null;

/** Whether a parked record is one of the pair. */
function isOf(parked: ParkedRecord, mapping: MappingName, ids: PlannedPair['ids']): boolean {
  if (parked.mapping !== `simulated/${mapping}`) return false;
  return SIDES.some((side) => ids[side] !== null && (parked.side === side ? parked.id : parked.partner) === ids[side]);
}
