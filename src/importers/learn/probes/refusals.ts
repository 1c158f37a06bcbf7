import { isWire } from '../../../connector/wire-path.ts';
import type { WritingProbe } from '../probe.ts';
import { statusText } from '../subject.ts';
import type { Refusal } from '../test-records.ts';

const FACT = 'how a refused write names its fields';

/** Where the fields of a refusal stand, by the refusals that the other probes met with. */
export const refusals: WritingProbe = {
  id: 'refusals',
  async run(subject) {
    const { tests, draft } = subject;
    const met = tests.refusals.get(subject.name) ?? [];
    const at = ['responses'];
    const refused = met.filter(
      ({ reply }) =>
        reply.status !== null &&
        reply.status >= 400 &&
        reply.status < 500 &&
        ![401, 403, 404, 409, 412, 429].includes(reply.status),
    );
    if (refused.length === 0) {
      const other = met.find(({ reply }) => (reply.status ?? 0) >= 500);
      return other
        ? [
            subject.hidden(
              at,
              FACT,
              `a refusal looks like a failure: ${statusText(other.reply)}${other.reply.notJson ? ', no JSON' : ''}`,
              true,
            ),
          ]
        : null;
    }
    for (const refusal of refused) {
      const messages = messagesIn(refusal);
      const { status } = refusal.reply;
      if (!messages || status === null) continue;
      const rules = draft.connector.responses;
      const known = rules.find((rule) => rule.status === status && rule.messages);
      const seen = `${statusText(refusal.reply)}, a list at ${messages.list} with ${messages.field}${messages.code === messages.field ? '' : ` and ${messages.code}`}`;
      if (known?.messages && known.messages.list === messages.list && known.messages.field === messages.field)
        return [subject.tell({ at, fact: FACT, verdict: 'confirmed', declared: known, seen, system: true })];
      const raw = draft.known(at);
      const others = Array.isArray(raw)
        ? raw.filter((rule) => !(isWire(rule) && 'status' in rule && rule.status === status && 'messages' in rule))
        : [];
      const changes = [{ path: at, value: [...others, { status, action: 'invalid', messages }] }];
      return [
        subject.tell({
          at,
          fact: FACT,
          verdict: known ? 'contradicted' : 'learnt',
          declared: known ?? null,
          seen,
          changes,
          system: true,
        }),
      ];
    }
    const [first] = refused;
    return first
      ? [
          subject.tell({
            at,
            fact: FACT,
            verdict: 'learnt',
            declared: null,
            seen: `${statusText(first.reply)} names none by itself`,
            system: true,
          }),
        ]
      : null;
  },
};

/** A list of objects of which one has the name of a sent field as a value. */
function messagesIn({ sent, reply }: Refusal): { list: string; field: string; code: string } | null {
  for (const [list, items] of listsIn(reply.data)) {
    const [item] = items;
    if (!isWire(item)) continue;
    const field = Object.entries(item).find(([, value]) => typeof value === 'string' && sent.includes(value))?.[0];
    if (field === undefined) continue;
    const word = (value: unknown) => typeof value === 'string' && /^[A-Za-z_][\w.-]{0,59}$/.test(value);
    const code = Object.entries(item).find(([key, value]) => key !== field && word(value))?.[0];
    return { list, field, code: code ?? field };
  }
  return null;
}

function listsIn(data: unknown, path = '', depth = 0): [string, unknown[]][] {
  if (Array.isArray(data)) return [[path, data]];
  if (!isWire(data) || depth > 3) return [];
  return Object.entries(data).flatMap(([key, inner]) =>
    listsIn(inner, path === '' ? key : `${path}.${key}`, depth + 1),
  );
}
