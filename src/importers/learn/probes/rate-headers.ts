import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import type { Reply } from '../raw.ts';
import { isGood, type Subject } from '../subject.ts';
import { durationOf } from '../time-form.ts';

const FACT = 'headers that tell the quota';
const SAMPLES = 4;

/** Which headers tell how many requests are left and until when, in which form, and what the quota is. */
export const rateHeaders: Probe = {
  id: 'rate-headers',
  async run(subject) {
    const { list } = subject;
    if (!list) return null;
    const replies: Reply[] = [];
    for (let i = 0; i < SAMPLES; i++) replies.push((await subject.page()).reply);
    const [reply] = replies;
    if (!reply || !isGood(reply)) return null;
    const remaining = headerOf(reply, /remaining/);
    const reset = headerOf(reply, /reset/);
    const declared = subject.draft.connector.limits;
    if (remaining === null) return noHeaders(subject, declared.remaining_header);
    const findings: Finding[] = [settleName(subject, 'remaining_header', remaining)];
    const counts = replies.map((one) => Number(one.headers[remaining]));
    if (reset !== null) {
      const form = formOf(reply.headers[reset] ?? '', reply.answeredAt);
      findings.push(settleName(subject, 'reset_header', reset));
      if (form !== null)
        findings.push(
          subject.settle(
            ['limits', 'reset_form'],
            form,
            'how the end of the window is told',
            `a number that reads as ${form}`,
            true,
          ),
        );
    }
    const limit = headerOf(reply, /limit$/);
    const most = Number((reply.headers[limit ?? ''] ?? '').split(/[,;]/)[0]);
    if (limit !== null && Number.isSafeInteger(most) && most > 0)
      findings.push(
        subject.settle(['limits', 'requests'], most, 'requests in a window', `${limit}: ${most}`, true),
        ...(await windowOf(subject, remaining, reset)),
      );
    const falls = counts.some((count, i) => i > 0 && count < (counts[i - 1] ?? 0));
    return falls
      ? findings
      : [
          ...findings,
          subject.hidden(
            ['limits'],
            'whether requests count',
            `${remaining} did not fall over ${SAMPLES} requests`,
            true,
          ),
        ];
  },
};

const headerOf = (reply: Reply, pattern: RegExp) =>
  Object.keys(reply.headers).find((name) => /rate-?limit/.test(name) && pattern.test(name)) ?? null;

function settleName(subject: Subject, key: 'remaining_header' | 'reset_header', name: string): Finding {
  const declared = subject.draft.connector.limits[key];
  const value = declared?.toLowerCase() === name ? declared : name;
  return subject.settle(
    ['limits', key],
    value,
    key === 'reset_header' ? 'the header that tells the end of the window' : 'the header that tells what is left',
    `${name} is in every answer`,
    true,
  );
}

/** An account without a limit may get none, so that their absence speaks against nothing. */
function noHeaders(subject: Subject, declared: string | undefined): Finding[] {
  if (declared !== undefined)
    return [subject.hidden(['limits'], FACT, 'no answer has one: this account may have no limit', true)];
  return [subject.tell({ at: ['limits'], fact: FACT, verdict: 'learnt', declared: null, seen: 'none', system: true })];
}

function formOf(text: string, now: number): 'seconds' | 'epoch' | 'date' | null {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (Math.abs(number * 1000 - now) < 86_400_000 * 40) return 'epoch';
    return number < 86_400 * 40 ? 'seconds' : null;
  }
  return Number.isNaN(Date.parse(text)) ? null : 'date';
}

const USUAL = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 86_400].map((seconds) => seconds * 1000);

/** The length of a window: from its first request, the one after a reset, to the end that is told. */
async function windowOf(subject: Subject, remaining: string, reset: string | null): Promise<Finding[]> {
  const at = ['limits', 'window'];
  const fact = 'the length of a window';
  if (reset === null) return [];
  const endOf = (reply: Reply) => {
    const text = reply.headers[reset] ?? '';
    const form = formOf(text, reply.answeredAt);
    if (form === 'seconds') return reply.answeredAt + Number(text) * 1000;
    return form === 'epoch' ? Number(text) * 1000 : form === 'date' ? Date.parse(text) : null;
  };
  subject.mark();
  const last = (await subject.page()).reply;
  const end = endOf(last);
  if (end === null) return [];
  const wait = end - last.answeredAt + 1000;
  if (wait > subject.options.patienceMs)
    return [
      subject.hidden(
        at,
        fact,
        `it ends in ${durationOf(Math.ceil(wait / 1000) * 1000)}; wait longer with --patience`,
        true,
      ),
    ];
  await subject.sleep(Math.max(wait, 0));
  const first = (await subject.page()).reply;
  const next = endOf(first);
  if (next === null || Number(first.headers[remaining]) < Number(last.headers[remaining]))
    return [subject.hidden(at, fact, 'others use the account meanwhile', true)];
  const length = next - first.answeredAt;
  const usual = USUAL.reduce(
    (best, one) => (Math.abs(one - length) < Math.abs(best - length) ? one : best),
    USUAL[0] ?? 1000,
  );
  const seen = `a new window ends ${durationOf(Math.round(length / 1000) * 1000)} after its first request`;
  return [subject.settle(at, durationOf(usual), fact, seen, true)];
}
