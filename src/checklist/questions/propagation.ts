import type { Capabilities, Connection } from '../../connector/port.ts';
import { placingOf } from '../../connector/within/place.ts';
import type { LoadedIntegration, LoadedMapping } from '../../integration/loaded.ts';
import type { Propagation } from '../../integration/schema.ts';
import type { Result } from '../../record/diagnostic.ts';
import { otherSide, type Side } from '../../record/side.ts';
import { declared, mappedObjects, ofEachSystem } from '../answers.ts';
import { eachKind } from '../each-kind.ts';
import { toldBy } from '../failure.ts';
import type { Marks } from '../marks/marks.ts';
import type { Observation, ProbeContext, Question, WritingContext } from '../question.ts';
import type { EventOutcome } from '../trial/trial.ts';

export const propagation: Question = {
  id: 'propagation',
  text: 'Once records are created, updated or deleted in one system, what should happen in the other?',
  why: 'A delete that nobody agreed upon, or a create that is sent twice, can not be taken back.',
  german: {
    text: 'Wenn in einem System Datensätze angelegt, geändert oder gelöscht werden: was soll im anderen geschehen?',
    why: 'Ein Löschen, das niemand vereinbart hat, oder ein doppelt gesendetes Anlegen lässt sich nicht zurücknehmen.',
  },
  theme: 'data',
  ask: 'owner',
  blocks: 'runs',
  restsOn: 'mappings',
  answers: (integration) =>
    ofEachSystem(integration, (side) => {
      const says = eachKind(mappedObjects(integration, side), ({ mappings }) =>
        mappings.map((mapping) => eventsText(mapping.propagate[side])).join(', '),
      );
      return declared(side, says);
    }),
  probes: [
    { id: 'updates-guarded', ask: askGuard },
    { id: 'creates-settled', ask: askSettling },
    { id: 'tried', writes: true, applies: ({ mappings }) => mappings.length > 0, ask: askTrial },
  ],
};

const eventsText = (given: Propagation): string =>
  (['create', 'update', 'delete'] as const)
    .map((event) => (given[event] === event ? event : `${event} → ${given[event]}`))
    .join(', ');

/** The mappings in which something of the other system is written to this one by an event. */
const writing = (integration: LoadedIntegration, side: Side, event: 'create' | 'update'): LoadedMapping[] =>
  integration.mappings.filter((mapping) => mapping.propagate[otherSide(side)][event] !== 'ignore');

/** Records that a run handles at once, so that the last of them is written this many reads and writes after its guard. */
const BATCH = 500;
const TRIES = 5;

/**
 * What keeps an update from overwriting an edit made at the same moment: the system's own check of the version, else a
 * read right before the write. The window that is left is the time between the two, measured as one more read, since a
 * check writes nothing.
 */
async function askGuard(
  { integration, samples, connections, platform }: ProbeContext,
  side: Side,
): Promise<Observation> {
  const asked = 'whether a write can be made conditional, else how long a read and a write are apart';
  const facts: Record<string, string | number> = {};
  const parts: string[] = [];
  for (const mapping of writing(integration, side, 'update')) {
    const object = mapping.objects[side];
    const can = connections[side].capabilities(object);
    if (facts[`${object} guard`] !== undefined) continue;
    if (can.conditionalUpdate) {
      facts[`${object} guard`] = 'conditional write';
      parts.push(`${object}: conditional write`);
      continue;
    }
    if (!can.get) {
      const next = `Declare get or a conditional update for ${object} in the connector`;
      return { verdict: 'unknown', asked, facts, found: `${object}: updates are not guarded at all`, next };
    }
    const ids = (await samples.of(side, object)).records.slice(0, TRIES).map((record) => record.id);
    if (ids.length === 0) return { verdict: 'unknown', asked, facts, found: `${object} holds no records yet` };
    const oneMs = await timedReads(connections[side], object, ids, platform.clock.now);
    if (typeof oneMs !== 'number') return { verdict: 'unknown', asked, facts, found: oneMs.why };
    const fullMs = Math.ceil((2 * oneMs * BATCH) / Math.max(1, batchAtOnce(can)));
    Object.assign(facts, {
      [`${object} guard`]: 're-read',
      [`${object} windowMs`]: oneMs,
      [`${object} fullBatchMs`]: fullMs,
    });
    parts.push(`${object}: read again before the write, window ${oneMs} ms, in a full batch up to ${fullMs} ms`);
  }
  if (parts.length === 0) return { verdict: 'holds', asked, facts, found: 'No update is written here' };
  return { verdict: 'holds', asked, facts, found: byText(parts) };
}

/** Records that are on their way at once. */
const batchAtOnce = (can: Capabilities): number => can.concurrency * Math.max(1, can.getMany);

/** Median time of one direct read, ms. */
async function timedReads(
  connection: Connection,
  object: string,
  ids: readonly string[],
  now: () => number,
): Promise<number | { why: string }> {
  const times: number[] = [];
  for (const id of ids) {
    const started = now();
    const [outcome] = await connection.get(object, [id]);
    if (outcome?.kind === 'unknown') return { why: `${object}: ${toldBy(outcome.diagnostic)}` };
    times.push(now() - started);
  }
  times.sort((one, other) => one - other);
  return Math.max(1, times[Math.floor(times.length / 2)] ?? 1);
}

/**
 * How a create whose answer was lost is settled, so that it is never sent twice. Where a field of the system is searched
 * for this, the search is tried with a value that is nowhere.
 */
async function askSettling({ integration, connections }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'how it is found out whether a create took effect whose answer was lost';
  const facts: Record<string, string | number> = {};
  const parts: string[] = [];
  for (const mapping of writing(integration, side, 'create')) {
    const object = mapping.objects[side];
    const ways = settlingWays(integration, connections[side], side, mapping);
    facts[object] = ways.map((way) => way.text).join(', ') || 'none';
    if (ways.length === 0) {
      return {
        verdict: 'unknown',
        asked,
        facts,
        found: `${object}: nothing tells; a create whose outcome is unknown is parked for a person`,
        next: `Declare an idempotency key, a link_field or a searchable unique field for ${object} in the connector`,
      };
    }
    parts.push(`${object}: ${facts[object]}`);
    const wrong = await trySearch(connections[side], object, ways, facts);
    if (wrong) return { ...wrong, asked, facts };
  }
  if (parts.length === 0) return { verdict: 'holds', asked, facts, found: 'Nothing is created here' };
  return { verdict: 'holds', asked, facts, found: byText(parts) };
}

interface Way {
  text: string;
  /** The field that is searched. */
  field: string | null;
}

function settlingWays(
  integration: LoadedIntegration,
  connection: Connection,
  side: Side,
  mapping: LoadedMapping,
): Way[] {
  const object = mapping.objects[side];
  const can = connection.capabilities(object);
  const definition = integration[side].connector.objects[object];
  const ways: Way[] = [];
  const linkField = definition?.link_field;
  if (linkField !== undefined && can.findable.includes(linkField))
    ways.push({ text: `link field ${linkField}`, field: linkField });
  if (can.idempotencyMs > 0) ways.push({ text: 'idempotency key', field: null });
  const written = mapping.fields.filter((row) => (side === 'b' ? row.aToB : row.bToA)).map((row) => row[side]);
  const placing = definition && placingOf(definition);
  if (placing && written.includes(placing.whole)) ways.push({ text: `a look into ${placing.whole}`, field: null });
  for (const name of definition?.unique ?? []) {
    if (name !== linkField && can.findable.includes(name) && written.includes(name)) {
      ways.push({ text: `unique ${name}`, field: name });
    }
  }
  return ways;
}

const NOWHERE = 'dovetail-check-nowhere';

/** A search that is ignored gives everything: it would be dear, and slow to say "not there". */
async function trySearch(
  connection: Connection,
  object: string,
  ways: readonly Way[],
  facts: Record<string, string | number>,
): Promise<Pick<Observation, 'verdict' | 'found' | 'next'> | null> {
  const field = ways[0]?.field ?? null;
  if (field === null) return null;
  const before = connection.calls().reads;
  const found = await connection.find(object, field, NOWHERE);
  const calls = connection.calls().reads - before;
  facts[`${object} search calls`] = calls;
  const next = `Check list.equals.${field} of ${object} in the connector`;
  if (!found.ok) return { verdict: 'unknown', found: `${object}: ${toldBy(found.error)}`, next };
  if (found.value.length > 0)
    return { verdict: 'contradicts', found: `${object}: a search by ${field} for what is nowhere finds records`, next };
  if (calls > 1)
    return {
      verdict: 'contradicts',
      found: `${object}: a search by ${field} is ignored; the system gave everything`,
      next,
    };
  return null;
}

/** What is said of several objects alike is said once. */
function byText(parts: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const part of parts) {
    const [name = '', text = ''] = part.split(/: (.*)/s);
    groups.set(text, [...(groups.get(text) ?? []), name]);
  }
  return [...groups].map(([text, names]) => (groups.size === 1 ? text : `${names.join(', ')}: ${text}`)).join('; ');
}

/** What the trial found, once for both sides. */
const TRIALS = new WeakMap<Marks, Promise<Result<EventOutcome[]>>>();

/** Whether what is agreed happens: to marked records of this side, and what runs make of them on the other. */
async function askTrial(context: WritingContext, side: Side): Promise<Observation> {
  const other = context.integration[otherSide(side)].name;
  const asked = `marked records created, changed and deleted here, and what runs make of them in ${other}`;
  // Loaded here, since runs that check nothing need none of it.
  const trial = TRIALS.get(context.marks) ?? import('../trial/trial.ts').then((one) => one.tryPropagation(context));
  TRIALS.set(context.marks, trial);
  const outcomes = await trial;
  if (!outcomes.ok) return { verdict: 'unknown', asked, facts: {}, found: toldBy(outcomes.error) };
  const mine = outcomes.value.filter((one) => one.side === side);
  const facts = Object.fromEntries(mine.map(({ mapping, event, found }) => [`${mapping} ${event}`, found]));
  const told = (result: EventOutcome['result']) => mine.filter((one) => one.result === result);
  const worst = told('otherwise').length > 0 ? told('otherwise') : told('untried');
  if (worst.length === 0) {
    return {
      verdict: 'holds',
      asked,
      facts,
      found: byText([...new Set(mine.map((one) => `${one.mapping}: ${summaryOf(mine, one)}`))]),
    };
  }
  const words = worst.map(({ mapping, event, found }) => `${mapping}, ${event}: ${found}`);
  const next = worst.find((one) => one.next !== undefined)?.next;
  return {
    verdict: told('otherwise').length > 0 ? 'contradicts' : 'unknown',
    asked,
    facts,
    found: words.length > 2 ? `${words.slice(0, 2).join('; ')}; and ${words.length - 2} more` : words.join('; '),
    ...(next === undefined ? {} : { next }),
  };
}

/** `create → created, update → updated, delete → held` */
const summaryOf = (outcomes: readonly EventOutcome[], { mapping }: EventOutcome): string =>
  outcomes
    .filter((one) => one.mapping === mapping)
    .map(({ event, found }) => `${event} → ${found}`)
    .join(', ');
