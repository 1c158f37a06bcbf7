import type { CreateItem, Wire, WireRecord } from '../connector/port.ts';
import { wireReader } from '../connector/wire-path.ts';
import { placeOf, placingOf } from '../connector/within/place.ts';
import { randomToken } from '../platform/random.ts';
import { problem } from '../record/diagnostic.ts';
import { strongDigest } from '../record/digest.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Fields } from '../record/value.ts';
import type { Intent, IntentItem, RecordKey } from '../store/port.ts';
import { type Applied, failureOf } from './applied.ts';
import { writtenBack } from './apply-updates.ts';
import { commit } from './commit.ts';
import { countWrite } from './counts.ts';
import { isFollowed } from './followed.ts';
import type { MappingRun } from './mapping-run.ts';
import { presentSide } from './pair.ts';
import { placedWithin, reservedAt } from './places.ts';
import { linkedAmong } from './recall.ts';

/** What a create sends, and the intent that must be durable before. */
export interface Prepared {
  item: CreateItem;
  intent: IntentItem;
}

interface Ready {
  one: Applied;
  prepared: Prepared;
}

/**
 * Creates with the intent first: it is committed, then the creates are sent; it is removed in the same transaction that
 * records the links. Creates whose outcome is unknown keep their intent.
 */
export async function createAll(run: MappingRun, target: Side, creates: readonly Applied[]): Promise<void> {
  if (creates.length === 0) return;
  const source = otherSide(target);
  const now = run.context.platform.clock.now();
  const intent: Intent = {
    id: randomToken(run.context.platform.random),
    mapping: run.key,
    side: target,
    created: now,
    items: [],
  };
  const ready = prepareAll(run, target, creates, intent.id);
  intent.items = ready.map(({ prepared }) => prepared.intent);
  // With the match keys of the sources: whatever becomes of this run, no later one takes a record that matches for a new one.
  const keys = ready.flatMap(({ one }) => keysOf(run, source, one));
  if (!(await commit(run.context, { intents: [intent], keys })))
    return abandon(
      run,
      ready.map(({ one }) => one),
    );
  const outcomes = await run[target].connection.create(
    run[target].object,
    await itemsOf(run, target, ready),
    isFollowed(run, target) ? 'record' : 'id',
  );
  const open: IntentItem[] = [];
  const records: { one: Applied; record: WireRecord | null; id: string }[] = [];
  const made = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.id] : []));
  const linked = await linkedAmong(run, target, made);
  for (const [index, { one, prepared }] of ready.entries()) {
    const outcome = outcomes[index];
    if (!outcome) continue;
    if (outcome.kind === 'done' && linked.has(outcome.id)) {
      failureOf(run, one, { kind: 'failed', class: 'invalid', diagnostic: madeNothing(outcome.id) });
    } else if (outcome.kind === 'done') {
      linked.add(outcome.id);
      one.pair.ids[target] = outcome.id;
      countWrite(run, target, 'create');
      records.push({ one, record: outcome.record, id: outcome.id });
    } else {
      failureOf(run, one, outcome);
      if (outcome.kind === 'uncertain') open.push(prepared.intent);
    }
  }
  await writtenBack(run, target, records);
  run.settled.push(intent.id);
  // From now on the time counts after which a look-up that finds nothing is believed.
  const created = run.context.platform.clock.now();
  if (open.length > 0) keepOpen(run, target, { ...intent, id: `${intent.id}-open`, created, items: open });
}

/** The creates that can be said to the target; of the others it is noted why not. */
function prepareAll(run: MappingRun, target: Side, creates: readonly Applied[], intent: string): Ready[] {
  const source = otherSide(target);
  const ready: Ready[] = [];
  for (const one of creates) {
    const fields: Fields = {};
    const changes = one.item.actions[target]?.changes ?? [];
    for (const change of changes) fields[change.field] = change.value;
    const seen = presentSide(one.pair, source);
    const prepared = prepareCreate(
      run,
      target,
      {
        id: one.pair.ids[source] ?? '',
        version: seen?.version ?? null,
        seen: base64(seen?.digests),
        former: one.pair.former,
      },
      fields,
      `${intent}-${ready.length}`,
    );
    if (prepared.ok) {
      Object.assign(prepared.value.intent, placedWithin(run, target, prepared.value.item.wire, changes));
      ready.push({ one, prepared: prepared.value });
    } else failureOf(run, one, { kind: 'failed', class: 'invalid', diagnostic: prepared.error });
  }
  return ready;
}

/** Within another record nothing is created in the place of a record that is still linked. */
async function itemsOf(run: MappingRun, target: Side, ready: readonly Ready[]): Promise<CreateItem[]> {
  const { definition } = run[target];
  const places = ready.map(({ prepared }) => placeOf(definition, prepared.item.wire) ?? '');
  const reserved = await reservedAt(run, target, places);
  return ready.map(({ prepared: { item } }, at) => (reserved[at]?.length ? { ...item, reserved: reserved[at] } : item));
}

function keysOf(run: MappingRun, side: Side, { pair }: Applied): RecordKey[] {
  const seen = presentSide(pair, side);
  if (!seen || run.mapping.match.length === 0) return [];
  return [{ mapping: run.key, side, id: seen.id, keys: run[side].keysOf(seen.fields) }];
}

/** Some systems answer a create with a record that they hold for the same: linking it again would join two records. */
const madeNothing = (id: string) =>
  problem('created-linked', `The system answered the create with ${id}, which is linked to another record`, {
    next: 'Merge the duplicates in their system, or dismiss this record.',
  });

export function prepareCreate(
  run: MappingRun,
  target: Side,
  source: { id: string; version: string | null; seen: string; former: string | null },
  fields: Fields,
  idempotencyKey: string,
) {
  const side = run[target];
  const linkToken = linkTokenOf(run, otherSide(target), source, idempotencyKey);
  const linkField = side.definition.link_field;
  const encoded = side.codec.encode(
    linkField && !(linkField in fields) ? { ...fields, [linkField]: linkToken } : fields,
  );
  if (!encoded.ok) {
    const first = Object.values(encoded.error)[0];
    return {
      ok: false,
      error: first ?? { severity: 'error', code: 'encode', summary: 'The record could not be encoded' },
    } as const;
  }
  const body = side.can.idempotencyMs > 0 ? strongDigest(run.context.strongKey, JSON.stringify(encoded.value)) : '';
  const intent: IntentItem = {
    source: source.id,
    sourceVersion: source.version,
    idempotencyKey,
    linkToken: placeOf(side.definition, encoded.value) ?? linkToken,
    seen: source.seen,
    body,
  };
  return { ok: true, value: { item: { wire: encoded.value, idempotencyKey }, intent } satisfies Prepared } as const;
}

const base64 = (digests: Uint8Array | undefined): string => digests?.toBase64() ?? '';

/**
 * The same for every attempt to create this record: what was created once is found again by it. A former partner may stand
 * archived with its own, so a record that is created anew has another. So has what stands within another record: its id is a
 * place, where something else may have stood before.
 */
function linkTokenOf(
  run: MappingRun,
  source: Side,
  { id, former }: { id: string; former: string | null },
  idempotencyKey: string,
): string {
  const parts = [run.mapping.name, id, former, placingOf(run[source].definition) ? idempotencyKey.slice(0, 8) : null];
  const plain = parts.filter((part) => part !== null).join(':');
  return plain.length <= 40 ? plain : strongDigest(run.context.strongKey, plain);
}

function keepOpen(run: MappingRun, target: Side, intent: Intent): void {
  run.reopened.push(intent);
  markOpen(run, target, intent.items);
}

/** Nothing touches the source of an open create, nor takes what it may have made for a new record. */
export function markOpen(run: MappingRun, target: Side, items: readonly IntentItem[]): void {
  for (const { source, linkToken } of items) {
    run.open[target].add(source);
    run.openTokens[target].add(linkToken);
  }
}

/** A record that a create with unknown outcome made: settling it links it, however long that takes. */
export function isOwnCreate(run: MappingRun, side: Side, { wire }: { wire: Wire }): boolean {
  const { definition } = run[side];
  const field = definition.link_field;
  if (!field || run.openTokens[side].size === 0) return false;
  return run.openTokens[side].has(String(wireReader(definition.fields[field]?.path ?? field)(wire)));
}

/** What must be on record before a write could not be recorded: nothing is sent, and the run stops. */
export function abandon(run: MappingRun, writes: readonly Applied[]): void {
  const diagnostic = run.context.stop;
  if (diagnostic) for (const one of writes) failureOf(run, one, { kind: 'failed', class: 'fatal', diagnostic });
}
