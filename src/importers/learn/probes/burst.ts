import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import type { Reply } from '../raw.ts';
import { isGood, type Subject, statusText } from '../subject.ts';

const AT = ['limits', 'concurrency'];
const FACT = 'the most requests at once';
const TIMES = 3;

/** Sends several requests at once, where that was asked for, to see how many are served. */
export const burst: Probe = {
  id: 'burst',
  async run(subject) {
    const { list, options } = subject;
    if (!list) return null;
    if (options.burst === 0) return [subject.hidden(AT, FACT, 'not tried; --burst N sends N requests at once', true)];
    const wide = await atOnce(subject, options.burst);
    const { refused } = wide;
    if (!refused) return [subject.hidden(AT, FACT, `all ${options.burst} requests sent at once were served`, true)];
    const most = await safe(subject, wide.served);
    const told = refused.headers['retry-after'] === undefined ? 'without Retry-After' : 'with Retry-After';
    const seen = `${most} at once are served; of ${options.burst} some got ${statusText(refused)} ${told}`;
    return [settled(subject, most, seen), ...busy(subject, refused.status)];
  },
};

/** The fewest that were served, of some bursts of the same size. */
async function atOnce(subject: Subject, count: number): Promise<{ served: number; refused: Reply | null }> {
  const { list, raw } = subject;
  if (!list) return { served: 0, refused: null };
  const ask = { path: subject.path(list.path), query: list.query, as: 'unhindered' as const };
  let served = count;
  let refused: Reply | null = null;
  for (let i = 0; i < TIMES; i++) {
    const replies = await Promise.all(Array.from({ length: count }, () => raw.send(ask)));
    served = Math.min(served, replies.filter(isGood).length);
    refused ??= replies.find((reply) => !isGood(reply)) ?? null;
  }
  return { served, refused };
}

/** Those that were served in a burst may have followed each other: the number is taken for real when all of so many are served. */
async function safe(subject: Subject, served: number): Promise<number> {
  let most = Math.max(1, served);
  while (most > 1) {
    const again = await atOnce(subject, most);
    if (!again.refused) return most;
    most = Math.min(most - 1, Math.max(1, again.served));
  }
  return most;
}

/** A declared number that is served is kept, also where a few more would be. */
function settled(subject: Subject, most: number, seen: string): Finding {
  const declared = subject.draft.declared(AT);
  if (typeof declared === 'number' && declared <= most && most <= declared * 1.5)
    return subject.tell({ at: AT, fact: FACT, verdict: 'confirmed', seen, system: true });
  return subject.settle(AT, most, FACT, seen, true);
}

function busy(subject: Subject, status: number | null): Finding[] {
  const at = ['responses'];
  const fact = 'what an overload looks like';
  const rules = subject.draft.connector.responses;
  const known = rules.find((rule) => rule.status === status && rule.body === undefined);
  if (status === null || status === 429) return [];
  if (known?.action === 'wait')
    return [subject.tell({ at, fact, verdict: 'confirmed', declared: known, seen: `HTTP ${status}`, system: true })];
  const raw = subject.draft.known(at);
  const others = Array.isArray(raw) ? raw.filter((rule) => JSON.stringify(rule) !== JSON.stringify(known)) : [];
  const changes = [{ path: at, value: [...others, { status, action: 'wait' }] }];
  return [
    subject.tell({
      at,
      fact,
      verdict: known ? 'contradicted' : 'learnt',
      declared: known ?? null,
      seen: `HTTP ${status} means: later`,
      changes,
      system: true,
    }),
  ];
}
