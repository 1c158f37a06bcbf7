import type { BatchDefinition } from '../../connector/definition.ts';
import type { Wire, WriteOutcome } from '../../connector/port.ts';
import type { Judge } from '../../connector/response.ts';
import { wireReader } from '../../connector/wire-path.ts';
import { problem } from '../../record/diagnostic.ts';
import { compileReturned, type RestObject } from './rest-object.ts';
import type { Sender } from './sender.ts';
import { answerWithoutId, createFailed, failureOf, wasOurs } from './write.ts';

/** One item of a batch: what is sent, and the id it has where it has one. */
export interface BatchItem {
  id: string | null;
  wire: Wire;
  /** The record that it stands below, where its object has a parent. */
  parentId?: string | undefined;
}

export interface BatchParts {
  sender: Sender;
  object: RestObject;
  batch: BatchDefinition;
  /** The path of the batch, with the parent of its items. */
  path: string;
  judge: Judge;
  /** Sending an item twice has the effect of sending it once. */
  repeatable: boolean;
  /** A removal is done when the record is gone already. */
  removal: boolean;
  /** Waits before the given round of sending busy items again. */
  pause(round: number): Promise<void>;
}

interface ItemAnswer {
  outcome: WriteOutcome;
  /** The answer named this item as one to send again later. */
  busy: boolean;
  /** It was refused by its condition, after an attempt that may have taken effect. */
  inDoubt: boolean;
}

/** Items that an answer names as busy are sent again this often. */
const MOST_ROUNDS = 5;

/**
 * Sends the items as one batch: one outcome for each, in their order. A batch refused as a whole is halved until the
 * items that cause it stand alone. `settle` is asked about an item whose condition failed in doubt.
 */
export async function sendBatch(
  parts: BatchParts,
  items: readonly BatchItem[],
  settle: (place: number, outcome: WriteOutcome) => Promise<WriteOutcome>,
): Promise<WriteOutcome[]> {
  const answers = await sendOnce(parts, items);
  for (let round = 1; round < MOST_ROUNDS; round++) {
    const busy = answers.flatMap((answer, place) => (answer.busy ? [place] : []));
    if (busy.length === 0) break;
    await parts.pause(round);
    const again = await sendOnce(
      parts,
      busy.flatMap((place) => items[place] ?? []),
    );
    for (const [index, answer] of again.entries()) answers[busy[index] ?? 0] = answer;
  }
  return Promise.all(answers.map((one, place) => (one.inDoubt ? settle(place, one.outcome) : one.outcome)));
}

async function sendOnce(parts: BatchParts, items: readonly BatchItem[]): Promise<ItemAnswer[]> {
  const { sender, batch, repeatable, removal } = parts;
  const wires = items.map((item) => item.wire);
  const answer = await sender.send({
    kind: 'writes',
    method: batch.method,
    path: parts.path,
    body: JSON.stringify(batch.items === '' ? wires : { [batch.items]: wires }),
    headers: { 'content-type': 'application/json' },
    repeatable,
  });
  if (answer.ok) return itemAnswers(parts, items, answer.data, answer.doubtful);
  if (items.length > 1 && !answer.uncertain && REFUSALS.has(answer.class)) {
    const half = Math.ceil(items.length / 2);
    const first = await sendOnce(parts, items.slice(0, half));
    return [...first, ...(await sendOnce(parts, items.slice(half)))];
  }
  const inDoubt = wasOurs(answer);
  return items.map((item) => {
    const gone = removal && answer.action === 'missing';
    const failed = item.id === null ? createFailed(answer) : failureOf(answer);
    return { outcome: gone ? removed(item) : failed, busy: false, inDoubt };
  });
}

/** A refusal as a whole that one item may have caused. */
const REFUSALS = new Set(['invalid', 'conflict', 'missing']);

function itemAnswers(parts: BatchParts, items: readonly BatchItem[], data: unknown, doubtful: boolean): ItemAnswer[] {
  const { batch, object, judge, removal, repeatable } = parts;
  const results = wireReader(batch.results)(data);
  if (!Array.isArray(results) || results.length !== items.length) {
    return items.map(() => settled({ kind: 'uncertain', diagnostic: resultsMissing() }));
  }
  const statusIn = batch.status === undefined ? () => 200 : wireReader(batch.status);
  const returned = compileReturned(object, batch);
  return items.map((item, place) => {
    const result: unknown = results[place];
    const verdict = judge(Number(statusIn(result)), result);
    if (verdict.kind === 'good') {
      const { id, record } = returned(result, item.parentId);
      const known = item.id ?? id;
      return settled(known === null ? withoutId() : { kind: 'done', id: known, record });
    }
    const { action, diagnostic } = verdict;
    if (removal && action === 'missing') return settled(removed(item));
    if (action === 'retry' && !repeatable) return settled({ kind: 'uncertain', diagnostic });
    if (item.id === null && doubtful && action !== 'retry' && action !== 'wait')
      return settled({ kind: 'uncertain', diagnostic });
    const outcome: WriteOutcome = { kind: 'failed', class: verdict.class, diagnostic };
    const busy = action === 'retry' || action === 'wait';
    return { outcome, busy, inDoubt: wasOurs({ doubtful, class: verdict.class }) };
  });
}

const settled = (outcome: WriteOutcome): ItemAnswer => ({ outcome, busy: false, inDoubt: false });

const removed = (item: BatchItem): WriteOutcome => ({ kind: 'done', id: item.id ?? '', record: null });

const resultsMissing = () =>
  problem('batch-results-missing', 'The answer to a batch does not hold one result for each item', {
    next: 'Check batch.results of this object in the connector',
  });

const withoutId = (): WriteOutcome => ({ kind: 'uncertain', diagnostic: answerWithoutId() });
