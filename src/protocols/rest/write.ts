import { compileReader } from '../../connector/codec/path.ts';
import type { WriteDefinition } from '../../connector/definition.ts';
import type {
  CreateItem,
  FailureClass,
  GetOutcome,
  RemoveItem,
  UpdateItem,
  Wire,
  WriteOutcome,
} from '../../connector/port.ts';
import { type Names, NO_NAMES } from '../../connector/template.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { asXml, getRecord } from './get-record.ts';
import { asWritten, holds, mergedRecord, sameIn, seemsWritten } from './merged-record.ts';
import { compileReturned, type RestObject, wireId } from './rest-object.ts';
import type { Answer, Sender } from './sender.ts';
import { rpcRefusal } from './write-request.ts';

type Failed = Extract<Answer, { ok: false }>;

/** Creates one record. Sent again after an unknown outcome only where that has the effect of sending it once. */
export async function createRecord(
  sender: Sender,
  object: RestObject,
  write: WriteDefinition,
  item: CreateItem,
): Promise<WriteOutcome> {
  const { idempotency } = write;
  const place = placeOfNew(object, item.wire);
  if (!place.ok) return { kind: 'failed', class: 'invalid', diagnostic: place.error };
  const { parentId, names, wire } = place.value;
  const isUpsert = write === object.definition.upsert;
  const request = object.request(write)({ names: isUpsert ? withKey(object, names, wire) : names, wire });
  if (!request.ok) return { kind: 'failed', class: 'invalid', diagnostic: request.error };
  const headers = idempotency
    ? { ...request.value.headers, [idempotency.header.toLowerCase()]: item.idempotencyKey }
    : request.value.headers;
  const repeatable = idempotency !== undefined || write.method === 'PUT' || isUpsert;
  const sent = await sender.send({ kind: 'writes', ...asXml(object), ...request.value, headers, repeatable });
  const answer = rpcRefusal(write, sent);
  if (!answer.ok) return createFailed(answer);
  const { id, record } = compileReturned(object, write)(answer.data, parentId);
  const located = idInLocation(answer.response.headers.location);
  const created = id ?? (located === null ? null : object.ids.below(parentId, located));
  return created === null
    ? { kind: 'uncertain', diagnostic: answerWithoutId() }
    : { kind: 'done', id: created, record };
}

interface NewPlace {
  parentId: string | undefined;
  names: Names;
  wire: Wire;
}

/** Where a new record belongs: below the parent that it names, where its object has one. */
export function placeOfNew({ parent }: RestObject, wire: Wire): Result<NewPlace> {
  if (!parent) return ok({ parentId: undefined, names: NO_NAMES, wire });
  const taken = parent.take(wire);
  if (!taken) return fail(parentMissing());
  const names = parent.names(taken.parentId);
  return names.ok ? ok({ ...taken, names: names.value }) : names;
}

/** The value that tells whether the record is there already stands for {key} in paths. */
function withKey({ definition }: RestObject, names: Names, wire: Wire): Names {
  const { upsert_key: field = '', fields } = definition;
  const key = compileReader(fields[field]?.path ?? field)(wire);
  return typeof key === 'string' || typeof key === 'number' ? { ...names, key: String(key) } : names;
}

/** That it refused to create a record says nothing of an attempt before, which may have made it. */
export const createFailed = (answer: Failed): WriteOutcome => failureOf({ ...answer, uncertain: answer.doubtful });

/** Updates one record; where the system takes whole records only, reads it (unless given) and writes all of it. */
export async function updateRecord(
  sender: Sender,
  object: RestObject,
  write: WriteDefinition,
  item: UpdateItem,
): Promise<WriteOutcome> {
  if (write.whole) return updateWhole(sender, object, write, item);
  return updateOutcome(sender, object, write, item, await sendWrite(sender, object, write, item, item.wire));
}

/**
 * Writes a whole record as it was read. Without a condition it would take back what people have done since: so it is read
 * and merged anew before it is sent once more. What was to be written is left alone where somebody else has changed it; what
 * an attempt before seems to have written, in a form of the system's own, is sent once more all the same.
 */
async function updateWhole(
  sender: Sender,
  object: RestObject,
  write: WriteDefinition,
  item: UpdateItem,
): Promise<WriteOutcome> {
  const { definition } = object;
  const before = await wholeRead(sender, object, item);
  if (!before.ok) return before.error;
  let ended: WriteOutcome | null = null;
  const renew = async (doubtful: boolean): Promise<Wire | null> => {
    const now = await getRecord(sender, object, item.id);
    if (now.kind === 'present') {
      const { wire } = now.record;
      if (doubtful && holds(definition, wire, item.wire)) {
        ended = { kind: 'done', id: item.id, record: now.record };
        return null;
      }
      const isOurs = doubtful && seemsWritten(definition, item.wire, before.value, wire);
      if (isOurs || sameIn(definition, item.wire, before.value, wire))
        return mergedRecord(definition, asWritten(definition, wire), item.wire);
    }
    ended = notSentAgain(now, doubtful);
    return null;
  };
  const wire = mergedRecord(definition, asWritten(definition, before.value), item.wire);
  const isConditional = write.if_match !== undefined && item.version !== null;
  const answer = await sendWrite(sender, object, write, item, wire, isConditional ? undefined : renew);
  return ended ?? updateOutcome(sender, object, write, item, answer);
}

function notSentAgain(now: GetOutcome, doubtful: boolean): WriteOutcome {
  if (now.kind === 'unknown' && !doubtful) return { kind: 'failed', class: 'transient', diagnostic: now.diagnostic };
  if (now.kind === 'gone') return { kind: 'failed', class: 'missing', diagnostic: gone() };
  const diagnostic = now.kind === 'unknown' ? now.diagnostic : changed();
  return doubtful ? { kind: 'uncertain', diagnostic } : { kind: 'failed', class: 'conflict', diagnostic };
}

async function updateOutcome(
  sender: Sender,
  object: RestObject,
  write: WriteDefinition,
  item: UpdateItem,
  answer: Answer,
): Promise<WriteOutcome> {
  const parentId = object.ids.split(item.id)?.parentId;
  if (answer.ok) {
    return { kind: 'done', id: item.id, record: compileReturned(object, write)(answer.data, parentId).record };
  }
  return wasOurs(answer) ? settleDoubt(sender, object, item, failureOf(answer)) : failureOf(answer);
}

/** Sends a write of a record that is there already. `renew`: what is sent once more, null where nothing is. */
async function sendWrite(
  sender: Sender,
  object: RestObject,
  write: WriteDefinition,
  { id, version }: { id: string; version: string | null },
  sent: Wire | undefined,
  renew?: (doubtful: boolean) => Promise<Wire | null>,
): Promise<Answer> {
  const names = object.names(id);
  const requestOf = (wire: Wire | undefined) =>
    names.ok
      ? object.request(write)({
          names: names.value,
          id: wireId(object, id),
          wire: wire && (object.parent?.take(wire)?.wire ?? wire),
        })
      : names;
  const request = requestOf(sent);
  if (!request.ok) return unsendable(request.error);
  const headers = { ...request.value.headers, ...condition(write, version) };
  const repeatable = write.method !== 'POST';
  const again = async (doubtful: boolean): Promise<string | null> => {
    const wire = (await renew?.(doubtful)) ?? null;
    const next = wire === null ? null : requestOf(wire);
    return next?.ok ? (next.value.body ?? null) : null;
  };
  const asked = { ...asXml(object), ...request.value, headers, repeatable, ...(renew ? { renew: again } : {}) };
  return rpcRefusal(write, await sender.send({ kind: 'writes', ...asked }));
}

const unsendable = (diagnostic: Diagnostic): Failed => ({
  ok: false,
  class: 'invalid',
  action: null,
  uncertain: false,
  doubtful: false,
  diagnostic,
  response: null,
});

/** A condition that fails after an attempt with unknown outcome may have failed because that attempt took effect. */
export function wasOurs(answer: { doubtful: boolean; class: FailureClass }): boolean {
  return answer.doubtful && answer.class === 'conflict';
}

/**
 * Tells what became of an update whose condition failed after an attempt that may have taken effect: done where the record
 * holds the values that were sent, unknown where it can't be read, doubtful where it says something else by now.
 */
export async function settleDoubt(
  sender: Sender,
  object: RestObject,
  item: UpdateItem,
  failed: WriteOutcome,
): Promise<WriteOutcome> {
  const now = await getRecord(sender, object, item.id);
  if (now.kind === 'unknown') return { kind: 'uncertain', diagnostic: now.diagnostic };
  if (now.kind === 'gone' || now.record.version === item.version) return failed;
  const { record } = now;
  if (holds(object.definition, record.wire, item.wire)) return { kind: 'done', id: item.id, record };
  return failed.kind === 'failed' ? { ...failed, doubtful: true } : failed;
}

/** The record that is to be written whole: as it was given, else read now. */
async function wholeRead(sender: Sender, object: RestObject, item: UpdateItem): Promise<Result<Wire, WriteOutcome>> {
  if (item.current) return ok(item.current);
  const read = await getRecord(sender, object, item.id);
  if (read.kind === 'unknown') return fail({ kind: 'failed', class: 'transient', diagnostic: read.diagnostic });
  if (read.kind === 'gone') return fail({ kind: 'failed', class: 'missing', diagnostic: gone() });
  const isMoved = item.version !== null && read.record.version !== item.version;
  return isMoved ? fail({ kind: 'failed', class: 'conflict', diagnostic: changed() }) : ok(read.record.wire);
}

/** Deletes or archives one record; done as well when it was gone already. */
export async function removeRecord(
  sender: Sender,
  object: RestObject,
  write: WriteDefinition,
  item: RemoveItem,
): Promise<WriteOutcome> {
  const answer = await sendWrite(sender, object, write, item, removalBody(object, write));
  if (answer.ok || answer.action === 'missing') return { kind: 'done', id: item.id, record: null };
  const removed = wasOurs(answer) && (await isRemoved(sender, object, item.id));
  return removed ? { kind: 'done', id: item.id, record: null } : failureOf(answer);
}

export async function isRemoved(sender: Sender, object: RestObject, id: string): Promise<boolean> {
  const now = await getRecord(sender, object, id);
  return now.kind === 'gone' || (now.kind === 'present' && now.record.archived);
}

/** What archives a record where that is a write like others: the value that says "archived". */
function removalBody(object: RestObject, write: WriteDefinition): Wire | undefined {
  if (write.method === 'DELETE') return undefined;
  const { archived } = object.definition;
  if (write.method === 'POST' || !archived) return {};
  return archived.path
    .split('.')
    .reduceRight<Wire>(
      (inner, step, place, steps) => ({ [step]: place === steps.length - 1 ? archived.equals : inner }),
      {},
    );
}

function condition(write: WriteDefinition, version: string | null): Record<string, string> {
  if (write.if_match === undefined || version === null) return {};
  return { 'if-match': write.if_match.replaceAll('{version}', () => version) };
}

export function failureOf(answer: Failed): WriteOutcome {
  if (answer.uncertain) return { kind: 'uncertain', diagnostic: answer.diagnostic };
  return { kind: 'failed', class: answer.class, diagnostic: answer.diagnostic };
}

/** The last segment of a `Location` header. */
function idInLocation(location: string | undefined): string | null {
  const segment = location?.split(/[?#]/)[0]?.split('/').pop();
  if (segment === undefined || segment === '') return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

export const answerWithoutId = (): Diagnostic =>
  problem('answer-without-id', 'The system accepted the record but did not tell its id', {
    next: 'Check returns and record of the create in the connector',
  });

export const parentMissing = () =>
  problem('parent-missing', 'The record does not say below which other it is to be created', {
    next: 'Map the field that parent.field of this object names in the connector',
  });

const gone = () => problem('record-missing', 'The system has no such record');

const changed = () => problem('version-conflict', 'The record has changed since it was read');
