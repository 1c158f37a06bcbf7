import { STATUSES } from '../../sandbox/seed-words.ts';
import { compileCodec } from '../../src/connector/codec.ts';
import { digestFields, digestKey } from '../../src/record/digest.ts';
import { otherSide, SIDES, type Side } from '../../src/record/side.ts';
import type { ParkedRecord, Run } from '../../src/store/port.ts';
import { MAPPINGS, type MappingName, objectOf, placeOn, type SimulatedField, wholeOf, wireName } from './fields.ts';
import { follows, lacks, mayDiffer } from './rules.ts';
import { declaredLag } from './spec.ts';
import { type Attempt, FIELD_KEY, type World } from './world.ts';

/** Reasons that time or the next run cures: none of them may be left when all is calm. */
const PASSING = [
  'transient',
  'rate',
  'auth',
  'fatal',
  'write-conflict',
  'unreadable',
  'uncertain',
  'unknown',
  'settled',
  'missing',
  'match-gone',
  'plan-stale',
];

const keyOf = (mapping: MappingName) => `simulated/${mapping}`;

/** The counts of a finished run add up. */
export function checkComplete(world: World, run: Run): void {
  if (run.diagnostics.some((one) => one.code === 'counts-differ')) {
    world.ledger.fail('complete', `counts differ: ${JSON.stringify(run.counts)}`);
  }
  const broken = run.diagnostics.find((one) => one.code === 'run-broken');
  if (broken) world.ledger.fail('complete', broken.summary);
  if (run.outcome === 'failed' || run.outcome === 'interrupted') return;
  for (const [mapping, counts] of Object.entries(run.counts)) {
    for (const side of ['a', 'b'] as const) {
      const { read, unchanged, applied, filtered, parked, held, failed } = counts[side];
      if (read === unchanged + applied + filtered + parked + held + failed) continue;
      world.ledger.fail('complete', `${mapping} ${side}: ${JSON.stringify(counts[side])}`);
    }
  }
}

/** Everything that is older than a cursor is accounted for. */
export async function checkCursors(world: World): Promise<void> {
  for (const mapping of world.spec.mappings) {
    const intents = await world.store.intents(keyOf(mapping));
    const open = intents.flatMap((intent) => intent.items.map((item) => item.source));
    for (const side of ['a', 'b'] as const) {
      // What an open create made is known by its link token: settling it links the two, however long that takes.
      const tokens = intents.flatMap((one) => (one.side === side ? one.items.map((item) => item.linkToken) : []));
      const cursor = await world.store.cursor(keyOf(mapping), side);
      if (cursor?.mark === null || cursor === null || world.spec.policies[mapping].propagate[side].create === 'ignore')
        continue;
      const lag = declaredLag(world.spec)[side] + (side === 'a' ? 1 : 120_000);
      const alive = [...world.ledger.alive(mapping, side)];
      const ids = alive.flatMap(([id, one]) => ((one.stamped ?? one.changed) <= (cursor.mark ?? 0) - lag ? [id] : []));
      const links = await world.store.links(keyOf(mapping), side, ids);
      const parked = new Set(
        (await world.store.parked({ mapping: keyOf(mapping), side, ids, includeDismissed: true })).map((one) => one.id),
      );
      // The other record of a parked pair: it is decided anew when they no longer match.
      const other = side === 'a' ? 'b' : 'a';
      const pairs = await world.store.parked({ mapping: keyOf(mapping), side: other, includeDismissed: true });
      const partners = new Set(pairs.map((one) => one.partner));
      for (const id of ids) {
        // It may have come into the filter after it was read.
        const { ledger } = world;
        if (
          ledger.filtered.wasOutside(mapping, side, id) ||
          isKeptOut(world, mapping, side, id, ledger.filtered.wasOutside)
        )
          continue;
        if (await waitsWithMatch(world, mapping, side, id)) continue;
        if (links.has(id) || parked.has(id) || open.includes(id) || partners.has(id)) continue;
        if (tokens.includes(String(ledger.tracked(mapping, side, id)?.raw.external_id ?? ''))) continue;
        world.ledger.fail('safe-cursor', `${mapping} ${side} ${id} is older than the cursor and nowhere accounted for`);
      }
    }
  }
}

/** Two records that match but can't be linked yet are parked under one of them. */
async function waitsWithMatch(world: World, mapping: MappingName, side: Side, id: string): Promise<boolean> {
  const other = otherSide(side);
  const parked = await world.store.parked({ mapping: keyOf(mapping), side: other, includeDismissed: true });
  return parked.some((one) => isMatch(world, mapping, side, id, one.id));
}

/** Whether the record that it matches is kept out by the filter. */
function isKeptOut(
  world: World,
  mapping: MappingName,
  side: Side,
  id: string,
  isOutside: World['ledger']['filtered']['isOutside'],
): boolean {
  const other = otherSide(side);
  if (!world.spec.policies[mapping].rules.filter[other]) return false;
  return [...world.ledger.alive(mapping, other)].some(
    ([one]) => isOutside(mapping, other, one) && isMatch(world, mapping, side, id, one),
  );
}

/** Whether a record of a side and one of the other side are the same by some match rule. */
function isMatch(world: World, mapping: MappingName, side: Side, id: string, partner: string): boolean {
  const ours = world.ledger.tracked(mapping, side, id)?.raw;
  const theirs = world.ledger.tracked(mapping, otherSide(side), partner)?.raw;
  if (!ours || !theirs) return false;
  const [a, b] = side === 'a' ? [ours, theirs] : [theirs, ours];
  return world.spec.policies[mapping].match.some((rule) =>
    MAPPINGS[mapping].fields
      .filter((field) => rule.includes(field.a))
      .every((field) => world.ledger.agrees(field, a[field.a] ?? null, b[field.b] ?? null)),
  );
}

/** What the systems look like at the end: linked pairs agree, or what they differ in is parked. */
export async function checkConverged(world: World): Promise<void> {
  for (const { what } of world.ledger.suspects.values()) world.ledger.fail('no-duplicate', what);
  for (const mapping of world.spec.mappings) {
    const parked = await world.store.parked({ mapping: keyOf(mapping), includeDismissed: true });
    const passing = parked.find(
      (one) =>
        PASSING.includes(one.reason) && !waitsForWhole(world, mapping, one) && !mayBeAtPlace(world, mapping, one),
    );
    if (passing)
      world.ledger.fail('converge', `${mapping} ${passing.side} ${passing.id} still waits: ${passing.reason}`);
    for (const one of parked) checkMended(world, mapping, one);
    // Of a pair that waits one record is parked, and names the other.
    const isParked = (side: Side, id: string) =>
      parked.some((one) => (one.side === side ? one.id : one.partner) === id);
    const open = (await world.store.intents(keyOf(mapping))).filter(
      (intent) => !parked.some((one) => one.id === intent.items[0]?.source && mayBeAtPlace(world, mapping, one)),
    );
    if (open.length > 0) {
      world.ledger.fail('converge', `${mapping}: an intent is still open`);
    }
    for (const side of ['a', 'b'] as const) {
      for (const [id, tracked] of world.ledger.alive(mapping, side)) {
        const partner = world.ledger.partnerOf(mapping, side, id);
        const excused = isParked(side, id) || (partner !== null && isParked(otherSide(side), partner));
        if (excused) continue;
        if (partner === null) await checkAlone(world, mapping, side, id, tracked.by);
        else if (side === 'a') checkPair(world, mapping, id, partner);
        else if (world.ledger.tracked(mapping, 'a', partner)?.goneBy !== null) {
          world.ledger.fail('converge', `${mapping} b ${id} is still linked to ${partner}, which is gone`);
        }
      }
    }
  }
}

/** What belongs into a whole that somebody deleted waits as long as that delete does. */
const waitsForWhole = ({ ledger }: World, mapping: MappingName, { side, id, diagnostic }: ParkedRecord): boolean => {
  const reference = MAPPINGS[mapping].fields.find((field) => field.kind === 'reference');
  const parent = reference && ledger.tracked(mapping, side, id)?.raw[reference[side]];
  if (diagnostic.code !== 'whole-gone' || !reference?.parent || parent === undefined) return false;
  const whole = ledger.partnerOf(reference.parent, side, String(parent));
  return whole !== null && ledger.isWholeGone(mapping, otherSide(side), whole);
};

/**
 * A new part or line has no key of its own before it is written. Where one stands that nobody knows of, and that a person
 * entered or edited, it may be what an interrupted write left there, and a person must tell. So it is wherever its source
 * belonged when that was sent, though somebody has moved the source since (seed 27081).
 */
function mayBeAtPlace({ ledger }: World, mapping: MappingName, { side, id, reason }: ParkedRecord): boolean {
  const target = otherSide(side);
  const reference = MAPPINGS[mapping].fields.find((field) => field.kind === 'reference');
  const parent = reference?.parent;
  if (reason !== 'uncertain' || !placeOn(mapping, target) || !parent) return false;
  const forms = ledger.tracked(mapping, side, id)?.held ?? [];
  const wholes = forms.map((raw) => ledger.partners.lastOf(parent, side, String(raw[reference[side]])));
  return [...ledger.alive(mapping, target)].some(
    ([one, { by, edited, since }]) =>
      wholes.includes(wholeOf(one)) &&
      ledger.partnerOf(mapping, target, one) === null &&
      (by === 'person' || edited >= since),
  );
}

/** A record that waits for a value to be filled in must go on once both sides have it. */
function checkMended({ ledger, spec }: World, mapping: MappingName, { side, id, reason, partner }: ParkedRecord): void {
  // Of a record that is gone nobody can tell.
  if (reason !== 'required-empty' || ledger.tracked(mapping, side, id)?.goneBy !== null) return;
  const lacking = ([one, other]: [Side, string]) => {
    const raw = ledger.tracked(mapping, one, other)?.raw;
    return MAPPINGS[mapping].fields.some((field) => raw && lacks(spec.policies[mapping].rules, field, raw, one));
  };
  const ends: [Side, string][] = [
    [side, id],
    [otherSide(side), partner ?? ledger.partnerOf(mapping, side, id) ?? ''],
  ];
  if (!ends.some(lacking))
    ledger.fail('converge', `${mapping} ${side} ${id} is still parked as ${reason} though mended`);
}

/** A record without a partner: that must be the mapping's will. */
async function checkAlone(
  world: World,
  mapping: MappingName,
  side: Side,
  id: string,
  by: 'person' | 'dovetail',
): Promise<void> {
  const where = `${mapping} ${side} ${id}`;
  const wasLinked = world.ledger.partners.everLinked.has(where);
  if (by === 'dovetail' && !wasLinked) world.ledger.fail('no-duplicate', `${where} was created and never linked`);
  const { propagate } = world.spec.policies[mapping];
  const { ledger } = world;
  if (ledger.filtered.isOutside(mapping, side, id) || isKeptOut(world, mapping, side, id, ledger.filtered.isOutside))
    return;
  if (await waitsWithMatch(world, mapping, side, id)) return;
  const last = world.ledger.leftBy(mapping, side, id);
  // What the filter keeps out was unlinked because of it.
  if (last !== null && ledger.filtered.isOutside(mapping, otherSide(side), last)) return;
  if (last !== null) world.ledger.fail('converge', `${where} and ${last} were linked, and are not any more`);
  if (wasLinked || propagate[side].create === 'ignore') return;
  world.ledger.fail('no-lost-update', `${where} has no partner and is not parked`);
}

function checkPair(world: World, mapping: MappingName, a: string, b: string): void {
  const { ledger, spec } = world;
  const [ours, theirs] = [ledger.tracked(mapping, 'a', a), ledger.tracked(mapping, 'b', b)];
  if (!ours || !theirs || theirs.goneBy !== null) {
    ledger.fail('converge', `${mapping} a ${a} is still linked to ${b}, which is gone`);
    return;
  }
  const { oneWay, targetEdits, rules } = spec.policies[mapping];
  if (ledger.filtered.isOutside(mapping, 'a', a) || ledger.filtered.isOutside(mapping, 'b', b)) return;
  for (const field of MAPPINGS[mapping].fields) {
    if (ledger.agrees(field, ours.raw[field.a] ?? null, theirs.raw[field.b] ?? null, ours.raw)) continue;
    const pending = ours.pending.has(field.a) || theirs.pending.has(field.a);
    // What a one-way field's target held before, or was given by a person, may stand there.
    const way = oneWay[field.a];
    const isSaid = way !== undefined && (way === 'aToB' ? ours : theirs).pending.has(field.a);
    if (way !== undefined && !isSaid && (targetEdits === 'leave' || !pending)) continue;
    if (mayDiffer(rules) && isOverruledUnwritten(world, mapping, field, { a, b })) continue;
    ledger.fail(
      pending ? 'no-lost-update' : 'converge',
      `${mapping} ${a} ↔ ${b}: ${field.a} differs and is not parked`,
    );
  }
}

/** An edit against a value that stands but is not carried over: the history must tell, which is looked at later. */
function isOverruledUnwritten(
  { ledger, spec }: World,
  mapping: MappingName,
  field: SimulatedField,
  ids: Record<Side, string>,
): boolean {
  return SIDES.every((side) => {
    const pending = ledger.tracked(mapping, side, ids[side])?.pending.get(field.a);
    if (!pending) return true;
    if (follows(spec.policies[mapping].rules, otherSide(side))) return false;
    const { value, at } = pending;
    ledger.overwritten.push({ mapping, side, id: ids[side], field: field[side], lost: value, at });
    return true;
  });
}

/** As the CRM lists them, the only list of options that is asked for. */
const STATUS_OPTIONS = STATUSES.map((value) => ({ value, key: value }));

/** Each value that was written over stands in the history, as overruled. */
export async function checkOverruled(world: World): Promise<void> {
  const key = digestKey(FIELD_KEY);
  for (const { mapping, side, id, field, lost, at } of world.ledger.overwritten) {
    const definition = world.integration[side].connector.objects[objectOf(mapping, side)];
    if (!definition) continue;
    const { fields } = compileCodec(definition, () => STATUS_OPTIONS).decode(
      { [wireName(mapping, side, field)]: lost },
      [field],
    );
    const digest = Buffer.from(digestFields(key, [field], fields)).toString('hex');
    const history = await world.store.history(keyOf(mapping), side, id, 1000);
    if (history.some((entry) => entry.digests?.[field]?.lost === digest)) continue;
    world.ledger.fail(
      'no-lost-update',
      `${mapping} ${side} ${id}: an edit of ${field} was written over at ${at - world.spec.start} without a word`,
    );
  }
}

/** A run over unchanged systems writes nothing. */
export function checkQuiet(world: World, attempt: Attempt): void {
  if (attempt.writeRequests === 0) return;
  world.ledger.fail('quiet', `${attempt.process.name} sent ${attempt.writeRequests} writes though nothing had changed`);
}

/** No value of any record stands in the bytes of the store. */
export function checkNoValues(world: World, bytes: Buffer): void {
  for (const value of spokenValues(world)) {
    const found = bytes.includes(Buffer.from(value, 'utf8')) || bytes.includes(Buffer.from(value, 'utf16le'));
    if (found) world.ledger.fail('no-values', `The store holds a value of ${value.length} characters`);
  }
}

function spokenValues(world: World): Set<string> {
  const values = new Set<string>();
  for (const mapping of world.spec.mappings) {
    for (const field of MAPPINGS[mapping].fields) {
      if (!['text', 'email', 'vat', 'sku', 'money'].includes(field.kind)) continue;
      for (const side of ['a', 'b'] as const) {
        for (const [, { raw }] of world.ledger.alive(mapping, side)) {
          const value = raw[field[side]];
          const text = field.kind === 'money' && side === 'a' ? amountOf(value) : String(value ?? '');
          // Shorter ones are by chance words of messages: lines that can not be told apart.
          if (text.length >= 6) values.add(text);
        }
      }
    }
  }
  return values;
}

const amountOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'amount' in value ? String(value.amount) : '';

/** Parked records by reason, for the report. */
export function parkedReasons(parked: readonly ParkedRecord[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { reason } of parked) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}
