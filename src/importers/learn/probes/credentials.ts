import { isWire } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import type { Reply } from '../raw.ts';
import { isGood, type Subject, statusText } from '../subject.ts';

/** What wrong and missing credentials look like. */
export const credentials: Probe = {
  id: 'credentials',
  async run(subject) {
    const { list, draft, raw } = subject;
    if (!list || draft.connector.auth.type === 'none' || !isGood((await subject.sample()).reply)) return null;
    const ask = { path: subject.path(list.path), query: list.query };
    subject.mark();
    const wrong = await raw.send({ ...ask, as: 'wrong' });
    const first = refusalOf(subject, wrong, 'what a wrong token or key looks like');
    subject.mark();
    const nobody = await raw.send({ ...ask, as: 'nobody' });
    return [first, refusalOf(subject, nobody, 'what missing credentials look like')];
  },
};

/** An answer that means "not with these credentials", as a rule where its status does not say so. */
export function refusalOf(subject: Subject, reply: Reply, fact: string): Finding {
  const at = ['responses'];
  const rules = subject.draft.connector.responses;
  const fits = rules.find((rule) => rule.action === 'refresh' && fitsRule(rule, reply));
  if (fits) return subject.tell({ at, fact, verdict: 'confirmed', declared: fits, seen: said(reply), system: true });
  const page = subject.read(reply);
  if (isGood(reply) && page.items !== null)
    return subject.tell({
      at: ['auth'],
      fact,
      verdict: 'contradicted',
      seen: `${statusText(reply)} with records: the credentials are not looked at`,
      system: true,
    });
  if (reply.status === 401)
    return subject.tell({ at, fact, verdict: 'learnt', declared: null, seen: said(reply), system: true });
  const mark = isGood(reply) ? codeIn(reply.data) : null;
  if (reply.status === null || (isGood(reply) && mark === null))
    return subject.hidden(at, fact, `${said(reply)}, which nothing tells from a good answer`, true);
  const rule = { status: reply.status, ...(mark ? { body: mark } : {}), action: 'refresh' };
  const known = subject.draft.known(at);
  const changes = [{ path: at, value: [rule, ...(Array.isArray(known) ? known : [])] }];
  return subject.tell({ at, fact, verdict: 'learnt', declared: null, seen: said(reply), changes, system: true });
}

function fitsRule(
  rule: { status?: number | string | undefined; body?: { path: string; equals: string } | undefined },
  reply: Reply,
): boolean {
  if (rule.status !== undefined && String(rule.status) !== String(reply.status)) return false;
  const mark = codeIn(reply.data);
  return rule.body === undefined || (mark !== null && mark.path === rule.body.path && mark.equals === rule.body.equals);
}

const said = (reply: Reply): string => {
  const mark = codeIn(reply.data);
  return `${statusText(reply)}${mark ? ` with ${mark.path}: ${mark.equals}` : ''}`;
};

/** A code such as `error: token_expired`: words of a sentence could hold values. */
function codeIn(data: unknown): { path: string; equals: string } | null {
  if (!isWire(data)) return null;
  for (const [key, value] of Object.entries(data)) {
    if (
      /err|code|status|message|fault/i.test(key) &&
      typeof value === 'string' &&
      /^[A-Za-z][A-Za-z0-9_.-]{2,60}$/.test(value)
    )
      return { path: key, equals: value };
  }
  return null;
}
