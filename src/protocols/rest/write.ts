import type { WriteDefinition } from '../../connector/definition.ts';
import type {
  CreateItem,
  FailureClass,
  RemoveItem,
  UpdateItem,
  Wire,
  WireRecord,
  WriteOutcome,
} from '../../connector/port.ts';
import { pathWithId } from '../../connector/template.ts';
import { contains, merged, without } from '../../connector/wire-path.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { getRecord } from './lookup.ts';
import { compileReturned, type RestObject } from './rest-object.ts';
import type { Answer, Sender } from './sender.ts';

type Failed = Extract<Answer, { ok: false }>;

/** Creates one record. Sent again after an unknown outcome only where the system honours the idempotency key. */
export async function createRecord(
  sender: Sender,
  object: RestObject,
  write: WriteDefinition,
  item: CreateItem,
): Promise<WriteOutcome> {
  const { idempotency } = write;
  const headers: Record<string, string> = { ...JSON_BODY };
  if (idempotency) headers[idempotency.header.toLowerCase()] = item.idempotencyKey;
  const answer = await sender.send({
    kind: 'writes',
    method: write.method,
    path: write.path,
    body: JSON.stringify(item.wire),
    headers,
    repeatable: idempotency !== undefined || write.method === 'PUT',
  });
  if (!answer.ok) return createFailed(answer);
  const { id, record } = compileReturned(object, write)(answer.data);
  const created = id ?? idInLocation(answer.response.headers.location);
  return created === null
    ? { kind: 'uncertain', diagnostic: answerWithoutId() }
    : { kind: 'done', id: created, record };
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
  const path = pathWithId(write.path)(item.id);
  if (!path.ok) return { kind: 'failed', class: 'invalid', diagnostic: path.error };
  const body = write.whole ? await wholeRecord(sender, object, item) : ok(item.wire);
  if (!body.ok) return body.error;
  const answer = await sender.send({
    kind: 'writes',
    method: write.method,
    path: path.value,
    body: JSON.stringify(body.value),
    headers: { ...JSON_BODY, ...condition(write, item.version) },
    repeatable: write.method !== 'POST',
  });
  if (answer.ok) return { kind: 'done', id: item.id, record: compileReturned(object, write)(answer.data).record };
  if (!wasOurs(answer)) return failureOf(answer);
  const settled = await holdsAlready(sender, object, item);
  return settled ? { kind: 'done', id: item.id, record: settled } : failureOf(answer);
}

/** A condition that fails after an attempt with unknown outcome may have failed because that attempt took effect. */
export function wasOurs(answer: { doubtful: boolean; class: FailureClass }): boolean {
  return answer.doubtful && answer.class === 'conflict';
}

/** The record, when it holds the values that were sent already. */
export async function holdsAlready(sender: Sender, object: RestObject, item: UpdateItem): Promise<WireRecord | null> {
  const now = await getRecord(sender, object, item.id);
  if (now.kind !== 'present' || now.record.version === item.version) return null;
  return contains(now.record.wire, item.wire) ? now.record : null;
}

export async function wholeRecord(
  sender: Sender,
  object: RestObject,
  item: UpdateItem,
): Promise<Result<Wire, WriteOutcome>> {
  let current = item.current;
  if (!current) {
    const read = await getRecord(sender, object, item.id);
    if (read.kind === 'unknown') return fail({ kind: 'failed', class: 'transient', diagnostic: read.diagnostic });
    if (read.kind === 'gone') return fail({ kind: 'failed', class: 'missing', diagnostic: gone() });
    if (item.version !== null && read.record.version !== item.version) {
      return fail({ kind: 'failed', class: 'conflict', diagnostic: changed() });
    }
    current = read.record.wire;
  }
  let wire = current;
  for (const [name, field] of Object.entries(object.definition.fields)) {
    if (field.read_only) wire = without(wire, field.path ?? name);
  }
  return ok(merged(wire, item.wire));
}

/** Deletes or archives one record; done as well when it was gone already. */
export async function removeRecord(
  sender: Sender,
  object: RestObject,
  write: WriteDefinition,
  item: RemoveItem,
): Promise<WriteOutcome> {
  const path = pathWithId(write.path)(item.id);
  if (!path.ok) return { kind: 'failed', class: 'invalid', diagnostic: path.error };
  const body = removalBody(object, write);
  const answer = await sender.send({
    kind: 'writes',
    method: write.method,
    path: path.value,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { ...(body === undefined ? {} : JSON_BODY), ...condition(write, item.version) },
    repeatable: write.method !== 'POST',
  });
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

export const JSON_BODY = { 'content-type': 'application/json' };

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

const gone = () => problem('record-missing', 'The system has no such record');

const changed = () => problem('version-conflict', 'The record has changed since it was read');
