import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import { counted, type MappedObject, mappedObjects } from './answers.ts';
import { failureKind, toldBy } from './failure.ts';
import { aboutRecords } from './named.ts';
import type { Observation, ProbeContext } from './question.ts';
import { readSome, type SomeRead } from './read-some.ts';
import type { Sample } from './sample.ts';

/** Pages that a list of a single page is read in the second time. */
const PAGES_TRIED = 3;

/** What was seen of one list. */
interface Seen {
  /** Records of the first pass. */
  read: number;
  facts: Record<string, number>;
  /** It does not behave as declared. */
  fault?: { found: string; next: string; findings?: Diagnostic[] };
  /** Whether it does can't be told, and what would tell. */
  doubt?: { found: string; next: string };
}

/**
 * Whether the beginning of each list comes whole and the same twice: no page that is the one before again, none that ends
 * without saying so, no record on two pages, none between them. What fits on one page is asked for in smaller ones the second
 * time, since a list that was never turned over proves nothing.
 */
export async function askPages(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the beginning of each list, twice, the second time in smaller pages where it fits on one';
  const seen: Seen[] = [];
  for (const object of mappedObjects(context.integration, side)) {
    if (!context.connections[side].capabilities(object.name).list) continue;
    const one = await askList(context, side, object);
    seen.push(one);
    if (one.fault) break;
  }
  const facts = Object.assign({}, ...seen.map((one) => one.facts));
  const fault = seen.find((one) => one.fault)?.fault;
  if (fault) return { verdict: 'contradicts', asked, facts, ...fault };
  const doubts = seen.flatMap(({ doubt }) => doubt ?? []);
  const [first] = doubts;
  if (first) {
    return { verdict: 'unknown', asked, facts, found: doubts.map(({ found }) => found).join('; '), next: first.next };
  }
  const read = seen.reduce((sum, one) => sum + one.read, 0);
  if (read === 0) return { verdict: 'unknown', asked, facts, found: 'There are no records yet' };
  return { verdict: 'holds', asked, facts, found: `${counted(read, 'record')}, none twice, in the same order again` };
}

async function askList(context: ProbeContext, side: Side, object: MappedObject): Promise<Seen> {
  const { samples, connections, signal } = context;
  const { name } = object;
  // The sample was the first pass.
  const sample = await samples.of(side, name);
  const pageSize = smallerPages(sample);
  const trial = pageSize === undefined ? {} : { pageSize };
  const again = sample.failure
    ? null
    : await readSome(connections[side], name, { since: null, most: samples.size, signal, trial });
  const failure = sample.failure ?? again?.failure ?? null;
  if (failure || !again) return failed(name, failure);
  const first = sample.records.map(({ id }) => id);
  const second = again.records.filter(({ archived }) => !archived).map(({ id }) => id);
  const repeated = [...twiceIn(first), ...twiceIn(second)];
  const read = first.length;
  const facts = {
    [`${name} read`]: read,
    [`${name} repeated`]: repeated.length,
    [`${name} pages`]: Math.max(sample.pages.length, again.pages.length),
  };
  if (repeated.length > 0) return { read, facts, fault: repeatedRecords(name, repeated) };
  const lost = sample.whole && again.whole ? await lostBetween(context, side, name, first, second) : [];
  if (lost.length > 0)
    return { read, facts: { ...facts, [`${name} lost`]: lost.length }, fault: lostRecords(name, lost) };
  if (first.some((id, at) => second[at] !== undefined && second[at] !== id))
    return { read, facts, doubt: restless(name) };
  const doubt = read < 2 ? undefined : doubtOf(object, sample, again, pageSize);
  return doubt ? { read, facts, doubt } : { read, facts };
}

/** Records of a page so that a list of one page is turned over; undefined where it has several anyway. */
function smallerPages({ pages, records }: Sample): number | undefined {
  return pages.length > 1 || records.length < 2 ? undefined : Math.ceil(records.length / PAGES_TRIED);
}

const twiceIn = (ids: readonly string[]): string[] => [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];

/** What the first pass had, the second has not, and is still there. */
async function lostBetween(
  { connections }: ProbeContext,
  side: Side,
  object: string,
  first: readonly string[],
  second: readonly string[],
): Promise<string[]> {
  const there = new Set(second);
  const missing = first.filter((id) => !there.has(id));
  if (missing.length === 0 || !connections[side].capabilities(object).get) return missing;
  const now = await connections[side].get(object, missing);
  return missing.filter((_, at) => {
    const outcome = now[at];
    return outcome?.kind === 'present' && !outcome.record.archived;
  });
}

/** Whether the list was turned over, and in pages of the declared size. */
function doubtOf(
  { name, definition }: MappedObject,
  sample: Sample,
  again: SomeRead,
  pageSize: number | undefined,
): Seen['doubt'] {
  const pagination = definition.list?.pagination;
  if (!pagination || pagination.style === 'none' || definition.part_of || definition.lines_of) return undefined;
  const [first = 0] = sample.pages;
  const given = again.pages[0] ?? 0;
  const sizeAt = `pagination.size of ${name} in the connector`;
  if (pageSize !== undefined && again.pages.length < 2) {
    const ignored = given > pageSize && pagination.size_param !== undefined;
    const found = ignored
      ? `${name}: ${given} on a page where ${pageSize} were asked for, so that a second page was not seen`
      : `${name}: all ${given} on one page, so that a second one was not seen`;
    return { found, next: `Check ${ignored ? `size_param and ${sizeAt}` : sizeAt}; or ask again with more records` };
  }
  // A page that overlaps the one before brings a record less; the last one may be short.
  const full = sample.pages.slice(0, -1);
  const isClamped =
    full.length > 0 && first < pagination.size && full.every((size) => size >= first - 1 && size <= first);
  if (!isClamped) return undefined;
  return {
    found: `${name}: ${first} a page where ${pagination.size} were asked for`,
    next: `Set ${sizeAt} to ${first}`,
  };
}

function failed(name: string, failure: Diagnostic | null): Seen {
  const told = { found: `${name}: ${failure ? toldBy(failure) : 'not read'}` };
  const next = failure?.next ?? `Check pagination of ${name} in the connector`;
  const isAnswer = failure !== null && failureKind(failure) === 'answer';
  return { read: 0, facts: {}, ...(isAnswer ? { fault: { ...told, next } } : { doubt: { ...told, next } }) };
}

function repeatedRecords(name: string, ids: readonly string[]): NonNullable<Seen['fault']> {
  const found = `${name}: ${counted(ids.length, 'record')} came on more than one page of the same read`;
  const next = `Check pagination of ${name}: a sort, or shifts: true`;
  return { found, next, findings: [aboutRecords('record-repeated', `${name}: read twice in one read`, ids)] };
}

function lostRecords(name: string, ids: readonly string[]): NonNullable<Seen['fault']> {
  const found = `${name}: ${counted(ids.length, 'record')} came in one pass and not in the other, and are still there`;
  const next = `Check pagination of ${name}: how its pages are asked for, a sort, or shifts: true`;
  return { found, next, findings: [aboutRecords('record-lost', `${name}: lost between the pages`, ids)] };
}

const restless = (name: string): NonNullable<Seen['doubt']> => ({
  found: `${name}: in another order the second time; records may have changed meanwhile`,
  next: 'Ask again while nobody works in the system',
});
