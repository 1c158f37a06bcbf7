import type { Json } from '../../sandbox/system.ts';
import { otherSide, SIDES, type Side } from '../../src/record/side.ts';
import type { ParkedRecord, StateChange } from '../../src/store/port.ts';
import { checkNotMissed, checkUnambiguous, type Suspect } from './doubles.ts';
import {
  agree,
  holds,
  isEmptyWire,
  isShared,
  MAPPING_NAMES,
  MAPPINGS,
  type MappingName,
  mappingOf,
  namesOf,
  ownerOf,
  placeOn,
  type SimulatedField,
  wholeOf,
} from './fields.ts';
import { Filtered } from './filtered.ts';
import { FirstContacts } from './first-contacts.ts';
import { lackingIn, matters, speaks } from './flows.ts';
import { Made } from './made.ts';
import { Partners } from './partners.ts';
import { Reads } from './reads.ts';
import { type Approval, checkRemoved } from './removals.ts';
import { filterOf, follows, forbidden, lets, saidOf, sourceOf } from './rules.ts';
import { declaredLag, SETTLED_MS, type WorldSpec, wasUnseen } from './spec.ts';
import {
  isAsMade,
  type Overwritten,
  type Pending,
  remember,
  sameJson,
  type Tracked,
  type Violation,
  type Write,
} from './tracked.ts';
import { isArchived, type Raw, recordsOf, type Systems } from './views.ts';

/**
 * What really happened in both systems, noted beside them: who wrote which value when, what Dovetail made or removed, and
 * which of it its store has linked. Knows nothing of how the engine works.
 */
export class Ledger {
  readonly violations: Violation[] = [];
  readonly overwritten: Overwritten[] = [];
  /** Edits lost within the time between a re-read and an unconditional write, which no one can close. */
  inWindow = 0;
  writeRequests = 0;
  readonly partners = new Partners();
  readonly reads = new Reads();
  readonly filtered: Filtered;
  /** By the record that matched and seems to have been missed: it may yet be moved to where the new one stands. */
  readonly suspects = new Map<string, Suspect>();
  /** Records that Dovetail wrote, by what it did. */
  readonly written = { create: 0, update: 0, remove: 0 };
  /** What a person let through last, by record. */
  readonly #approved = new Map<string, Approval>();
  readonly #systems: Systems;
  readonly #spec: WorldSpec;
  readonly #now: () => number;
  readonly #tell: (what: string) => void;
  readonly #tracked = new Map<string, Tracked>();
  readonly #firstContacts = new FirstContacts();
  readonly #made = new Made();
  /** Records that came back after they were gone: their old link was rightly given up. */
  readonly #restored = new Set<string>();

  /** `tell`: of each time that a rule of a mapping came into play. */
  constructor(systems: Systems, spec: WorldSpec, now: () => number, tell: (what: string) => void) {
    this.#systems = systems;
    this.#spec = spec;
    this.filtered = new Filtered(this.#tracked, spec);
    this.#now = now;
    this.#tell = tell;
  }

  fail(invariant: string, what: string): void {
    this.violations.push({ invariant, what, at: this.#now() });
  }

  tracked(mapping: MappingName, side: Side, id: string): Tracked | undefined {
    return this.#tracked.get(`${mapping} ${side} ${id}`);
  }

  /** The id on the other side that the store links it to, now. */
  partnerOf(mapping: MappingName, side: Side, id: string): string | null {
    return this.partners.of(mapping, side, id);
  }

  /** Its last partner, where both are there and nothing links either of them any more. */
  leftBy(mapping: MappingName, side: Side, id: string): string | null {
    const [other, last] = [otherSide(side), this.partners.lastOf(mapping, side, id) ?? ''];
    const isAlone = this.partnerOf(mapping, other, last) === null && !this.#restored.has(`${mapping} ${other} ${last}`);
    return isAlone && this.tracked(mapping, other, last)?.goneBy === null ? last : null;
  }

  /** What a person let through last of a record or of its partner. */
  approvals(mapping: MappingName, side: Side, id: string, partner: string | null): Approval[] {
    const keys = [`${mapping} ${side} ${id}`, `${mapping} ${otherSide(side)} ${partner}`];
    return keys.flatMap((key) => this.#approved.get(key) ?? []);
  }

  /** Whether a whole, with all that stood within, is gone. */
  isWholeGone(mapping: MappingName, side: Side, id: string): boolean {
    const { objects } = MAPPINGS[mapping];
    if (!placeOn(mapping, side)) return false;
    const { a, b } = this.#systems;
    const whole = side === 'a' ? a.get(objects.a, wholeOf(id)) : b.get(objects.b, Number(wholeOf(id)));
    return whole === null || isArchived(whole);
  }

  approve({ mapping, side, id, partner, reason }: ParkedRecord): void {
    const [name, other] = [mappingOf(mapping), otherSide(side)];
    const ours = this.tracked(name, side, id)?.raw;
    const theirs = this.tracked(name, other, partner ?? '')?.raw;
    const seen = { ...(ours ? { [side]: ours } : {}), ...(theirs ? { [other]: theirs } : {}) };
    this.#approved.set(`${name} ${side} ${id}`, { reason, at: this.#now(), seen });
  }

  /** Looks at what has changed in both systems. */
  observe(cause: 'person' | Write): void {
    for (const mapping of this.#spec.mappings) for (const side of SIDES) this.#observeTable(mapping, side, cause);
  }

  #observeTable(mapping: MappingName, side: Side, cause: 'person' | Write): void {
    const records = recordsOf(this.#systems, side, mapping);
    const prefix = `${mapping} ${side} `;
    for (const [key, tracked] of this.#tracked) {
      if (!key.startsWith(prefix) || tracked.goneBy !== null) continue;
      const raw = records.get(key.slice(prefix.length));
      if (!raw || isArchived(raw)) this.#gone(mapping, side, key.slice(prefix.length), tracked, cause);
    }
    for (const [id, raw] of records) {
      const known = this.#tracked.get(prefix + id);
      if (known?.raw === raw || isArchived(raw)) continue;
      if (known) known.stamped = this.#now() + this.#spec.skewMs[side];
      if (cause !== 'person' && this.#isAnothers(mapping, side, raw)) this.#noted(mapping, side, id, raw);
      else if (known && cause !== 'person' && this.reads.isPutBack(mapping, side, id, known, raw, cause))
        this.#noted(mapping, side, id, raw);
      else if (known?.goneBy === null && this.#isBeside(mapping, side, known.raw, raw)) known.raw = raw;
      else if (known?.goneBy === null) this.#changed(mapping, side, id, known, raw, cause);
      else this.#appeared(mapping, side, id, raw, cause);
    }
  }

  /** Whether a change of a record that holds others, or stands in one, was none of this mapping's. */
  #isBeside(mapping: MappingName, side: Side, before: Raw, now: Raw): boolean {
    if (!isShared(this.#spec.mappings, mapping, side)) return false;
    const names = [...namesOf(mapping, side), filterOf(this.#spec.policies[mapping].rules, mapping, side).field];
    return names.every((name) => sameJson(before[name], now[name]));
  }

  /** Of an object with several mappings: whether what Dovetail did to a record was for another one. */
  #isAnothers(mapping: MappingName, side: Side, raw: Raw): boolean {
    const owner = ownerOf(this.#spec.mappings, MAPPINGS[mapping].objects[side], raw);
    return owner !== null && owner !== mapping && placeOn(mapping, side) === undefined;
  }

  /** For this mapping it is as if a person had done it, from whom nothing is to be learnt. */
  #noted(mapping: MappingName, side: Side, id: string, raw: Raw): void {
    const known = this.tracked(mapping, side, id);
    if (known?.goneBy === null) {
      known.raw = raw;
      known.held.push(raw);
    } else {
      this.#appeared(mapping, side, id, raw, 'person');
      this.tracked(mapping, side, id)?.pending.clear();
    }
  }

  #appeared(mapping: MappingName, side: Side, id: string, raw: Raw, cause: 'person' | Write): void {
    const by = cause === 'person' ? 'person' : 'dovetail';
    const before = this.#tracked.get(`${mapping} ${side} ${id}`);
    const agreed = before?.agreed ?? new Map<string, Set<string>>();
    if (before) this.#restored.add(`${mapping} ${side} ${id}`);
    const isBack = (field: string, value: Json) =>
      this.partnerOf(mapping, side, id) !== null && agreed.get(field)?.has(JSON.stringify(value)) === true;
    const pending = new Map<string, Pending>();
    if (by === 'person') {
      for (const field of MAPPINGS[mapping].fields) {
        const value = raw[field[side]] ?? null;
        if (isBack(field.a, this.#source(mapping, field, side, raw))) continue;
        if (this.#isSaid(mapping, side, id, field, value)) pending.set(field.a, { value, at: this.#now() });
      }
    } else {
      this.written.create += 1;
      this.#tellWithin(mapping, side, 'put in');
      if (cause !== 'person') checkNotMissed(this, this.#spec, { mapping, side, id, raw }, cause.started);
      // What is created has all that the mapping demands.
      for (const { a } of lackingIn(this.#spec.policies[mapping], mapping, side, raw))
        this.fail('converge', `${mapping} ${side} ${id} was created without ${a}, which must not be empty`);
    }
    this.#tracked.set(`${mapping} ${side} ${id}`, {
      raw,
      held: [raw],
      by,
      goneBy: null,
      since: this.#now(),
      edited: by === 'person' ? this.#now() : Number.NEGATIVE_INFINITY,
      changed: this.#now() + this.#spec.skewMs[side],
      outside: lets(this.#spec.policies[mapping].rules, mapping, side, raw) ? null : this.#now(),
      pending,
      agreed,
    });
    this.#compare(mapping, side, id);
  }

  /** Of what Dovetail did to a record that stands within another one. */
  #tellWithin(mapping: MappingName, side: Side, what: string): void {
    const place = placeOn(mapping, side);
    if (place) this.#tell(`${place.kind === 'part' ? 'part' : 'line'} ${what}`);
  }

  /** Whether a value that a person enters must reach the other side, or be overruled on record. */
  #isSaid(mapping: MappingName, side: Side, id: string, field: SimulatedField, value: Json): boolean {
    return this.partnerOf(mapping, side, id) === null
      ? speaks(this.#spec.policies[mapping], side, field, value)
      : matters(this.#spec.policies[mapping], side, field);
  }

  #changed(mapping: MappingName, side: Side, id: string, tracked: Tracked, raw: Raw, cause: 'person' | Write): void {
    const before = tracked.raw;
    tracked.raw = raw;
    tracked.held.push(raw);
    const isIn = lets(this.#spec.policies[mapping].rules, mapping, side, raw);
    if (isIn !== (tracked.outside === null)) this.#tell(isIn ? 'record entered the filter' : 'record left the filter');
    tracked.outside = isIn ? null : (tracked.outside ?? this.#now());
    if (cause === 'person') tracked.edited = this.#now();
    tracked.changed = this.#now() + this.#spec.skewMs[side];
    for (const field of MAPPINGS[mapping].fields) {
      const name = field[side];
      const source = this.#source(mapping, field, side, raw);
      if (sameJson(this.#source(mapping, field, side, before), source)) continue;
      if (cause === 'person' || sameJson(before[name], raw[name])) {
        this.#edited(mapping, side, id, field, source, tracked);
      } else {
        this.#checkNeeded(mapping, side, id, field, before[name] ?? null, cause);
        this.#overwrote(mapping, side, id, field, tracked, cause);
        this.#reached(mapping, side, id, field, raw[name] ?? null);
        if (this.#spec.policies[mapping].rules.expressions[field.a]) this.#tell('value by an expression');
      }
    }
    if (cause !== 'person') {
      this.written.update += 1;
      this.#tellWithin(mapping, side, 'changed');
      this.#checkAllowed(mapping, side, id, before, cause);
    }
    this.#compare(mapping, side, id);
  }

  /** What the mapping's rules forbid: updates of a side that are ignored or held, and whatever the filter keeps out. */
  #checkAllowed(mapping: MappingName, side: Side, id: string, before: Raw, write: Write): void {
    const partner = this.partnerOf(mapping, side, id);
    const [ours, theirs] = [this.tracked(mapping, side, id), this.tracked(mapping, otherSide(side), partner ?? '')];
    if (!ours || !theirs || partner === null) return;
    const approved = this.approvals(mapping, side, id, partner).length > 0;
    const settled = write.started - SETTLED_MS - Math.max(...Object.values(declaredLag(this.#spec)));
    if (this.reads.isTakenAlong(mapping, side, id, ours, write)) return;
    const breach = forbidden(this.#spec.policies[mapping].rules, mapping, side, {
      before,
      after: ours.raw,
      approved,
      isKeptOut: [ours.outside, theirs.outside].some((since) => since !== null && since < settled),
    });
    if (breach) this.fail('no-lost-update', `${mapping} ${side} ${id} was written over, although ${breach}`);
  }

  #edited(mapping: MappingName, side: Side, id: string, field: SimulatedField, value: Json, tracked: Tracked): void {
    const linked = this.partnerOf(mapping, side, id) !== null;
    const back = linked
      ? tracked.agreed.get(field.a)?.has(JSON.stringify(value)) === true
      : !this.partners.everLinked.has(`${mapping} ${side} ${id}`) &&
        isAsMade(tracked, (raw) => this.#source(mapping, field, side, raw), value);
    const matters = this.#isSaid(mapping, side, id, field, value);
    if (linked && !matters) this.#tell('edit that nothing follows from');
    if (back || !matters) tracked.pending.delete(field.a);
    else tracked.pending.set(field.a, { value, at: this.#now() });
  }

  /** Nobody touched either side since both said the same: then there is nothing to write. */
  #checkNeeded(mapping: MappingName, side: Side, id: string, field: SimulatedField, before: Json, write: Write): void {
    const partner = this.partnerOf(mapping, side, id);
    const theirs = partner === null ? undefined : this.tracked(mapping, otherSide(side), partner);
    const ours = this.tracked(mapping, side, id);
    if (
      !theirs ||
      !ours ||
      wasUnseen(this.#spec, side, ours, write) ||
      wasUnseen(this.#spec, otherSide(side), theirs, write)
    )
      return;
    const ids = side === 'a' ? { a: id, b: partner ?? '' } : { a: partner ?? '', b: id };
    // What a system makes of a text without saying so shows only once it was written there.
    const isUnknown = this.#spec.undeclared && field.kind === 'text';
    if (isUnknown && this.#firstContacts.isOpen(mapping, ids, field.a)) return;
    const value = theirs.raw[field[otherSide(side)]] ?? null;
    const [a, b] = side === 'a' ? [before, value] : [value, before];
    if (!this.agrees(field, a, b, side === 'a' ? ours.raw : theirs.raw) || field.kind === 'reference') return;
    if (this.#spec.policies[mapping].oneWay[field.a] !== undefined && !holds(field, side, a, b)) return;
    this.fail('quiet', `${mapping} ${side} ${id}: ${field.a} was written although both sides said the same`);
  }

  #overwrote(
    mapping: MappingName,
    side: Side,
    id: string,
    field: SimulatedField,
    tracked: Tracked,
    write: Write,
  ): void {
    const pending = tracked.pending.get(field.a);
    tracked.pending.delete(field.a);
    if (!pending) return;
    const linked = this.partnerOf(mapping, side, id) !== null;
    if (!linked && isEmptyWire(pending.value)) return;
    if (this.reads.isInWindow(mapping, side, id, pending.at, write)) {
      this.inWindow += 1;
      return;
    }
    this.overwritten.push({ mapping, side, id, field: field[side], lost: pending.value, at: this.#now() });
  }

  #gone(mapping: MappingName, side: Side, id: string, tracked: Tracked, cause: 'person' | Write): void {
    tracked.goneBy = cause === 'person' ? 'person' : 'dovetail';
    tracked.since = this.#now();
    this.suspects.delete(`${mapping} ${side} ${id}`);
    if (cause !== 'person' && !this.#isAnothers(mapping, side, tracked.raw)) {
      this.written.remove += 1;
      this.#tellWithin(mapping, side, checkRemoved(this, this.#spec, { mapping, side, id, tracked }, cause));
    }
    tracked.pending.clear();
  }

  /**
   * Where both sides of a linked pair say the same, nothing is pending. That counts for a deleted record, too, as it was
   * last: its partner's edit into just that is no change that its delete would have to wait for.
   */
  #compare(mapping: MappingName, side: Side, id: string): void {
    const partner = this.partnerOf(mapping, side, id);
    if (partner === null) return;
    const [a, b] = side === 'a' ? [id, partner] : [partner, id];
    const [ours, theirs] = [this.tracked(mapping, 'a', a), this.tracked(mapping, 'b', b)];
    if (!ours || !theirs) return;
    for (const field of MAPPINGS[mapping].fields) {
      const [left, right] = [ours.raw[field.a] ?? null, theirs.raw[field.b] ?? null];
      if (!this.agrees(field, left, right, ours.raw)) continue;
      ours.pending.delete(field.a);
      theirs.pending.delete(field.a);
      remember(ours, field.a, this.#source(mapping, field, 'a', ours.raw));
      remember(theirs, field.a, right);
    }
  }

  #source(mapping: MappingName, field: SimulatedField, side: Side, raw: Raw): Json {
    return sourceOf(this.#spec.policies[mapping].rules, field, side, raw);
  }

  /** References agree as long as they name what was one thing: that it is gone changes neither of them. */
  agrees(field: SimulatedField, a: Json, b: Json, record: Raw = {}): boolean {
    const mapping = MAPPING_NAMES.find((name) => MAPPINGS[name].fields.includes(field));
    const said = mapping ? saidOf(this.#spec.policies[mapping].rules, field, a, record) : a;
    const parents = field.parent ?? 'companies';
    return agree(field, said, b, (parent) => {
      // A child is not looked at again when its parent was removed and got a new partner.
      const isOrWas = this.partners.were(parents, 'a', parent, String(b));
      return isOrWas ? String(b) : this.partners.lastOf(parents, 'a', parent);
    });
  }

  /** What the store made durable. */
  committed(change: StateChange, started: number): void {
    for (const { mapping, a, b } of change.unlinked ?? []) this.#unlink(mappingOf(mapping), a, b);
    for (const link of change.links ?? []) {
      const mapping = mappingOf(link.mapping);
      if (link.state === 'closed') this.#unlink(mapping, link.a, link.b);
      else {
        checkUnambiguous(this, this.#spec, { mapping, a: link.a, b: link.b }, started);
        this.#firstContacts.note(mapping, link);
        this.#link(mapping, link.a, link.b);
      }
    }
  }

  #unlink(mapping: MappingName, a: string, b: string): void {
    this.#part(mapping, 'a', a);
    this.#part(mapping, 'b', b);
    if (this.partners.of(mapping, 'a', a) === b) this.partners.unlink(mapping, 'a', a);
    if (this.partners.of(mapping, 'b', b) === a) this.partners.unlink(mapping, 'b', b);
  }

  /** Of a record without a partner nothing is restored, and an empty value says nothing. */
  #part(mapping: MappingName, side: Side, id: string): void {
    const tracked = this.tracked(mapping, side, id);
    for (const field of MAPPINGS[mapping].fields) {
      const pending = tracked?.pending.get(field.a);
      if (pending && !speaks(this.#spec.policies[mapping], side, field, pending.value))
        tracked?.pending.delete(field.a);
    }
  }

  #link(mapping: MappingName, a: string, b: string): void {
    const isNew = this.partners.of(mapping, 'a', a) !== b;
    for (const [side, id, other] of [
      ['a', a, b],
      ['b', b, a],
    ] as const) {
      const made = this.tracked(mapping, side, id);
      const isFirst = made !== undefined && this.#made.isFirstLink(made);
      this.partners.link(mapping, side, id, other);
      if (!isNew) continue;
      if (!follows(this.#spec.policies[mapping].rules, side)) this.tracked(mapping, side, id)?.pending.clear();
      this.#arrived(mapping, side, id, other);
      this.#remember(mapping, side, id);
      if (made?.by !== 'dovetail') continue;
      // Later partners, such as the survivor of a merge, are not what it was made from.
      if (isFirst) this.#madeOf(mapping, otherSide(side), other, id, made);
      for (const field of MAPPINGS[mapping].fields) {
        const first = made.held[0]?.[field[side]] ?? null;
        remember(made, field.a, first);
        this.#reached(mapping, side, id, field, first);
      }
    }
    this.#compare(mapping, 'a', a);
  }

  /** What stood there until it was linked, and did not have to go anywhere, may stand: going back to it is no edit. */
  #remember(mapping: MappingName, side: Side, id: string): void {
    const tracked = this.tracked(mapping, side, id);
    for (const field of tracked ? MAPPINGS[mapping].fields : []) {
      // It may have been read in any of these forms.
      for (const held of tracked?.held ?? []) {
        const value = held[field[side]] ?? null;
        if (tracked && !speaks(this.#spec.policies[mapping], side, field, value)) remember(tracked, field.a, value);
      }
    }
  }

  /** A value that the other record once had as well had arrived, even where someone changed it before the link. */
  #arrived(mapping: MappingName, side: Side, id: string, partner: string): void {
    const [ours, theirs] = [this.tracked(mapping, side, id), this.tracked(mapping, otherSide(side), partner)];
    if (!ours || !theirs) return;
    for (const field of MAPPINGS[mapping].fields) {
      const value = ours.pending.get(field.a)?.value;
      if (value === undefined) continue;
      const there = theirs.held.map((raw) => raw[field[otherSide(side)]] ?? null);
      if (
        !there.some((one) =>
          side === 'a' ? this.agrees(field, value, one, ours.raw) : this.agrees(field, one, value, theirs.raw),
        )
      )
        continue;
      ours.pending.delete(field.a);
      remember(ours, field.a, value);
    }
  }

  /** What Dovetail wrote is what both sides said when it decided, even where someone has changed the other one since. */
  #reached(mapping: MappingName, side: Side, id: string, field: SimulatedField, value: Json): void {
    const other = otherSide(side);
    const partner = this.partnerOf(mapping, side, id);
    const [ours, theirs] = [this.tracked(mapping, side, id), this.tracked(mapping, other, partner ?? '')];
    if (!ours || !theirs) return;
    const said = theirs.held
      .map((raw) => raw[field[other]] ?? null)
      .findLast((one) => (side === 'a' ? this.agrees(field, value, one) : this.agrees(field, one, value)));
    if (said === undefined) return;
    remember(ours, field.a, value);
    remember(theirs, field.a, said);
  }

  /** A record of Dovetail's making is linked to its source: it must be the only one that is there. */
  #madeOf(mapping: MappingName, sourceSide: Side, source: string, id: string, made: Tracked): void {
    const [key, target] = [`${mapping} ${sourceSide} ${source}`, otherSide(sourceSide)];
    for (const [one, asMade] of this.#made.note(key, id, made)) {
      const now = this.tracked(mapping, target, one);
      const there = now?.goneBy === null && (now === asMade || !placeOn(mapping, target));
      const partner = this.partnerOf(mapping, target, one);
      // Back from the archive after its link was closed, it has lost its counterpart; or that, unlinked by the filter, took over
      // the partner of what was merged into it.
      const isAnothers = partner !== null && this.filtered.wasOutside(mapping, target, one);
      const released = partner !== source && (isAnothers || this.#restored.has(key));
      if (there && !released) this.fail('no-duplicate', `${key} was created twice: ${one} and ${id}`);
    }
  }

  /** How many records are gone or kept out by a filter. */
  awayCount(): number {
    return [...this.#tracked.values()].filter((one) => one.goneBy !== null || one.outside !== null).length;
  }

  /** Everything that is there now, by mapping and side. */
  *alive(mapping: MappingName, side: Side): Generator<[string, Tracked]> {
    const prefix = `${mapping} ${side} `;
    for (const [key, tracked] of this.#tracked) {
      if (key.startsWith(prefix) && tracked.goneBy === null) yield [key.slice(prefix.length), tracked];
    }
  }
}
