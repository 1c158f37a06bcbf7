import type { Probe } from '../probe.ts';
import { isGood, statusText } from '../subject.ts';

const AT = ['limits', 'concurrency'];
const FACT = 'the most requests at once';

/** Sends several requests at once, where that was asked for, to see how many are served. */
export const burst: Probe = {
  id: 'burst',
  async run(subject) {
    const { list, options, raw } = subject;
    if (!list) return null;
    if (options.burst === 0) return [subject.hidden(AT, FACT, 'not tried; --burst N sends N requests at once', true)];
    const ask = { path: subject.path(list.path), query: list.query, as: 'unhindered' as const };
    const once = (count: number) => Promise.all(Array.from({ length: count }, () => raw.send(ask)));
    const replies = await once(options.burst);
    const served = replies.filter(isGood).length;
    const refused = replies.find((reply) => !isGood(reply));
    if (!refused) return [subject.hidden(AT, FACT, `all ${served} requests sent at once were served`, true)];
    const told = refused.headers['retry-after'] === undefined ? 'without Retry-After' : 'with Retry-After';
    const seen = `${served} of ${replies.length} at once were served, the others got ${statusText(refused)} ${told}`;
    const findings = [subject.settle(AT, Math.max(1, served), FACT, seen, true)];
    return [...findings, ...busy(subject, refused.status)];
  },
};

function busy(subject: Parameters<Probe['run']>[0], status: number | null) {
  const at = ['responses'];
  const fact = 'what an overload looks like';
  const rules = subject.draft.connector.responses;
  const known = rules.find((rule) => rule.status === status && rule.body === undefined);
  if (status === null || status === 429) return [];
  if (known?.action === 'wait') return [subject.tell({ at, fact, verdict: 'confirmed', declared: known, seen: `HTTP ${status}`, system: true })];
  const raw = subject.draft.known(at);
  const others = Array.isArray(raw) ? raw.filter((rule) => JSON.stringify(rule) !== JSON.stringify(known)) : [];
  const changes = [{ path: at, value: [...others, { status, action: 'wait' }] }];
  return [subject.tell({ at, fact, verdict: known ? 'contradicted' : 'learnt', declared: known ?? null, seen: `HTTP ${status} means: later`, changes, system: true })];
}
