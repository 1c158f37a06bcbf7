import type { ListDefinition } from '../../connector/definition.ts';
import type { GetOutcome, WireRecord } from '../../connector/port.ts';
import { pathWithId, withQuery } from '../../connector/template.ts';
import { wireReader } from '../../connector/wire-path.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { inChunks, inParallel } from './in-parallel.ts';
import { readList } from './list.ts';
import type { RestObject } from './rest-object.ts';
import type { Sender } from './sender.ts';

/** More records than this are not read to find those that equal a value. */
const MOST_LOOKED_THROUGH = 2000;

/** Direct reads: many at once where the list takes ids; what is not in its answer is read one by one before it is gone. */
export async function getRecords(
  sender: Sender,
  object: RestObject,
  ids: readonly string[],
  concurrency: number,
): Promise<GetOutcome[]> {
  const { list } = object.definition;
  const bulk = list?.ids;
  const canOne = object.definition.get !== undefined;
  if (!list || !bulk || (canOne && ids.length === 1)) {
    return inParallel(ids, concurrency, (id) => getRecord(sender, object, id));
  }
  const chunks = inChunks(ids, bulk.max);
  const parts = await inParallel(chunks, concurrency, (chunk) => getChunk(sender, object, list, bulk.param, chunk));
  const found = parts.flat();
  if (!canOne) return found;
  return inParallel(
    found.map((outcome, place) => ({ outcome, id: ids[place] ?? '' })),
    concurrency,
    async ({ outcome, id }) => (outcome.kind === 'gone' ? getRecord(sender, object, id) : outcome),
  );
}

async function getChunk(
  sender: Sender,
  object: RestObject,
  list: ListDefinition,
  param: string,
  ids: readonly string[],
): Promise<GetOutcome[]> {
  const unknown = (diagnostic: Diagnostic): GetOutcome[] => ids.map(() => ({ kind: 'unknown', diagnostic }));
  if (ids.some((id) => id.includes(','))) return unknown(unusable());
  const path = withQuery(list.path, { ...list.query, ...list.archived, [param]: ids.join(',') });
  const sent = await sender.send({ kind: 'reads', method: 'GET', path, repeatable: true });
  if (!sent.ok) return unknown(sent.diagnostic);
  const items = wireReader(list.records)(sent.data);
  if (!Array.isArray(items)) return unknown(unreadable());
  const byId = new Map<string, WireRecord>();
  for (const item of items) {
    const record = object.view(item);
    if (record) byId.set(record.id, record);
  }
  return ids.map((id) => {
    const record = byId.get(id);
    return record ? { kind: 'present', record } : { kind: 'gone' };
  });
}

export async function getRecord(sender: Sender, object: RestObject, id: string): Promise<GetOutcome> {
  const { get } = object.definition;
  if (!get) return { kind: 'unknown', diagnostic: notOffered('a direct read') };
  const path = pathWithId(get.path)(id);
  if (!path.ok) return { kind: 'unknown', diagnostic: path.error };
  const sent = await sender.send({ kind: 'reads', method: 'GET', path: path.value, repeatable: true });
  if (!sent.ok) {
    return sent.action === 'missing' ? { kind: 'gone' } : { kind: 'unknown', diagnostic: sent.diagnostic };
  }
  const wire = wireReader(get.record)(sent.data);
  if (wire === null && get.missing === 'null') return { kind: 'gone' };
  const record = object.view(wire);
  if (record?.id === id) return { kind: 'present', record };
  return { kind: 'unknown', diagnostic: unreadable() };
}

/**
 * Records whose field equals a value. What comes back is compared, since some systems ignore a filter that they don't
 * know, or find more than what is equal; an answer too long to be looked through is a failure, never "not there".
 */
export async function findRecords(
  sender: Sender,
  object: RestObject,
  field: string,
  wire: unknown,
): Promise<Result<WireRecord[]>> {
  const { list, link_field: linkField } = object.definition;
  const param = list && Object.hasOwn(list.equals, field) ? list.equals[field] : undefined;
  if (!list || param === undefined) return fail(notOffered(`a search by ${field}`));
  const wanted = comparable(wire);
  const at = wireReader(object.definition.fields[field]?.path ?? field);
  const query = { [param]: String(wire), ...(field === linkField ? list.archived : {}) };
  const found: WireRecord[] = [];
  let seen = 0;
  for await (const step of readList(sender, { object, list, query, since: null })) {
    if (step.kind === 'end') return step.complete ? ok(found) : fail(step.diagnostic ?? notLooked(field));
    for (const record of step.records) if (comparable(at(record.wire)) === wanted) found.push(record);
    seen += step.records.length;
    if (seen > MOST_LOOKED_THROUGH) break;
  }
  return fail(notLooked(field));
}

/** Systems find texts without regard to case and blanks around them. */
const comparable = (wire: unknown) => String(wire).trim().toLowerCase();

const notOffered = (what: string) => problem('not-offered', `The connector declares no way to do ${what}`);

const unusable = () => problem('id-unusable', 'The id can not stand in a list of ids');

const unreadable = () =>
  problem('record-unreadable', 'The answer does not hold the record that was asked for', {
    next: 'Check get and id of this object in the connector',
  });

const notLooked = (field: string) =>
  problem('search-unbounded', `The search by ${field} found too many records to tell`, {
    detail: 'The system seems to ignore the filter.',
    next: 'Check list.equals of this object in the connector',
  });
