import { problem } from '../../record/diagnostic.ts';
import type { Connection, GetOutcome, UpdateItem, WireRecord, WriteOutcome } from '../port.ts';
import { type Holding, type Placed, type Refusal, type Rewritten, refused, type Step } from './holding.ts';

/** One step, in which whole it is to be done, and that whole where it was read just before. */
export interface Work {
  whole: string;
  step: Step;
  current?: WireRecord;
}

/** How often a whole is read and written anew that was changed by someone else in between. */
const MOST_TRIES = 3;

/** All work on one whole, and the places of its outcomes. */
interface Group {
  whole: string;
  works: readonly Work[];
  places: readonly number[];
}

/**
 * Carries out steps in wholes: each whole is read, rewritten and written once, whatever the number of steps in it. Written
 * on condition of its version where the system has that; else right after it was read. Outcomes in the order of the work.
 */
export async function rewriteWholes(
  inner: Connection,
  holding: Holding,
  works: readonly Work[],
): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[] = new Array(works.length);
  const byWhole = Map.groupBy(works.keys(), (at) => works[at]?.whole ?? '');
  let open = [...byWhole].map(
    ([whole, places]): Group => ({ whole, places, works: places.flatMap((at) => works[at] ?? []) }),
  );
  for (let attempt = 1; open.length > 0; attempt += 1) {
    const again: Group[] = [];
    for (const [group, told] of await rewriteOnce(inner, holding, open)) {
      if (told === 'moved' && attempt < MOST_TRIES) again.push({ ...group, works: group.works.map(onceMore) });
      else for (const [index, at] of group.places.entries()) outcomes[at] = outcomeAt(holding, told, index);
    }
    open = again;
  }
  return outcomes;
}

const onceMore = ({ whole, step }: Work): Work => ({
  whole,
  step: step.kind === 'put' ? { ...step, isNew: false } : step,
});

const outcomeAt = (holding: Holding, told: Told, index: number): WriteOutcome =>
  (told === 'moved' ? undefined : told[index]) ?? refused('conflict', keptChanging(holding));

/** The outcome of each step; `moved`: the whole was changed in between, and nothing was written. */
type Told = readonly WriteOutcome[] | 'moved';

async function rewriteOnce(inner: Connection, holding: Holding, groups: readonly Group[]): Promise<[Group, Told][]> {
  const wholes = await readWholes(inner, holding, groups);
  const told: [Group, Told][] = [];
  const writes: { group: Group; before: WireRecord; after: Rewritten; item: UpdateItem }[] = [];
  for (const group of groups) {
    const found = wholes.get(group.whole);
    if (found?.kind !== 'present' || found.record.archived) {
      told.push([group, group.works.map(({ step }) => withoutWhole(holding, found, step))]);
      continue;
    }
    const before = found.record;
    const after = holding.rewrite(
      before,
      group.works.map(({ step }) => step),
    );
    if (after.wire === null) told.push([group, toldOf(holding, group, before, after.steps, before)]);
    else {
      const version = inner.capabilities(holding.whole).conditionalUpdate ? before.version : null;
      writes.push({ group, before, after, item: { id: before.id, wire: after.wire, version, current: before.wire } });
    }
  }
  const outcomes =
    writes.length === 0
      ? []
      : await inner.update(
          holding.whole,
          writes.map(({ item }) => item),
        );
  for (const [at, { group, before, after }] of writes.entries()) {
    const outcome = outcomes[at];
    if (outcome?.kind === 'failed' && outcome.class === 'conflict') {
      told.push([group, outcome.doubtful ? inDoubt(group, after.steps, outcome) : 'moved']);
    } else if (outcome?.kind !== 'done') told.push([group, failedAll(after.steps, outcome)]);
    else {
      const now = outcome.record ?? (after.steps.some(isUnnamed) ? await readOne(inner, holding, before.id) : null);
      told.push([group, toldOf(holding, group, before, after.steps, now)]);
    }
  }
  return told;
}

const isUnnamed = (placed: Placed): boolean => placed.kind === 'placed' && placed.id === null;

async function readWholes(
  inner: Connection,
  { whole }: Holding,
  groups: readonly Group[],
): Promise<Map<string, GetOutcome>> {
  const found = new Map<string, GetOutcome>();
  for (const group of groups) {
    const [only, another] = group.works;
    if (only?.current && !another) found.set(group.whole, { kind: 'present', record: only.current });
  }
  const unread = groups.map((group) => group.whole).filter((id) => !found.has(id));
  const outcomes = unread.length === 0 ? [] : await inner.get(whole, unread);
  for (const [at, id] of unread.entries()) found.set(id, outcomes[at] ?? { kind: 'gone' });
  return found;
}

async function readOne(inner: Connection, { whole }: Holding, id: string): Promise<WireRecord | null> {
  const [outcome] = await inner.get(whole, [id]);
  return outcome?.kind === 'present' ? outcome.record : null;
}

/** What becomes of a step whose whole is not there, or can't be read. */
function withoutWhole(holding: Holding, whole: GetOutcome | undefined, step: Step): WriteOutcome {
  if (whole?.kind === 'unknown') return refused('transient', whole.diagnostic);
  if (step.kind === 'take') return { kind: 'done', id: step.id, record: null };
  return refused(step.kind === 'put' ? 'missing' : 'conflict', wholeGone(holding));
}

/** The outcomes of steps in a whole that is now as they left it; `now` is null where that was not read. */
function toldOf(
  holding: Holding,
  { works }: Group,
  before: WireRecord,
  steps: readonly Placed[],
  now: WireRecord | null,
): WriteOutcome[] {
  const found = now === null ? null : holding.recordsIn(now);
  const records = found?.ok ? found.value : [];
  const known = holding.recordsIn(before);
  const had = new Set(known.ok ? known.value.map(({ id }) => id) : []);
  const given = steps.flatMap((placed) => (placed.kind === 'placed' && placed.id !== null ? [placed.id] : []));
  const fresh = records.filter(({ id }) => !had.has(id) && !given.includes(id));
  const areAll = fresh.length === steps.filter(isUnnamed).length;
  return steps.map((placed, index): WriteOutcome => {
    if (placed.kind === 'failed') return placed;
    if (works[index]?.step.kind === 'take') return { kind: 'done', id: placed.id ?? '', record: null };
    if (placed.id !== null) {
      return { kind: 'done', id: placed.id, record: records.find(({ id }) => id === placed.id) ?? null };
    }
    const record = areAll ? fresh.shift() : undefined;
    return record ? { kind: 'done', id: record.id, record } : { kind: 'uncertain', diagnostic: keyUnknown(holding) };
  });
}

/** What may have been put in, and changed by someone else since, would stand there twice if it were put in again. */
function inDoubt({ works }: Group, steps: readonly Placed[], outcome: Refusal): WriteOutcome[] {
  return steps.map((placed, index): WriteOutcome => {
    if (placed.kind === 'failed') return placed;
    return works[index]?.step.kind === 'put' ? { kind: 'uncertain', diagnostic: outcome.diagnostic } : outcome;
  });
}

/** The write of the whole failed: so did every step that was not refused before. */
function failedAll(steps: readonly Placed[], outcome: WriteOutcome | undefined): WriteOutcome[] {
  const diagnostic = problem('answer-missing', 'The connection told nothing about a write');
  return steps.map((placed) => (placed.kind === 'failed' ? placed : (outcome ?? { kind: 'uncertain', diagnostic })));
}

const wholeGone = ({ name, whole }: Holding) =>
  problem('whole-gone', `The record of ${whole} that holds this one of ${name} is not there`);

const keptChanging = ({ name, whole }: Holding) =>
  problem(
    'version-conflict',
    `The record of ${whole} that holds this one of ${name} kept changing while it was written`,
  );

const keyUnknown = ({ name }: Holding) =>
  problem('line-key-unknown', `The system took a new line of ${name}, but does not tell which key it gave it`);
