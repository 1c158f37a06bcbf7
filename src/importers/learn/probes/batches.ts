import type { BatchDefinition } from '../../../connector/definition.ts';
import { wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import type { Reply } from '../raw.ts';
import { isGood, statusText } from '../subject.ts';
import type { TestSubject } from '../test-subject.ts';
import { withAt } from '../wire-search.ts';

const KINDS = ['update', 'archive'] as const;
const LADDER = [1000, 500, 200, 100, 50, 25, 10];

/** How many items a batch may have, by items about records that there are not: nothing is changed. */
export const batches: WritingProbe = {
  id: 'batches',
  async run(subject) {
    const { definition } = subject;
    if (!definition.get) return null;
    const findings: Finding[] = [];
    for (const kind of KINDS) {
      const batch = definition.batch[kind];
      if (batch) findings.push(...(await most(subject, kind, batch)));
    }
    const { create, update } = definition.batch;
    if (create && !update && !definition.batch.archive)
      findings.push(
        subject.hidden(
          ['batch', 'create', 'max'],
          'items in a batch of creates',
          'finding out would leave many records behind',
        ),
      );
    const learnt = subject.definition.batch.update?.max;
    if (create && learnt !== undefined && create.path === update?.path)
      findings.push(
        subject.settle(
          ['batch', 'create', 'max'],
          learnt,
          'items in a batch of creates',
          `taken for that of updates at the same path: ${learnt}`,
        ),
      );
    return findings;
  },
};

async function most(subject: TestSubject, kind: (typeof KINDS)[number], batch: BatchDefinition): Promise<Finding[]> {
  const at = ['batch', kind, 'max'];
  const fact = `items in a batch of ${kind}s`;
  subject.mark();
  const sized = await send(subject, batch, batch.max);
  if (accepted(sized, batch, batch.max)) {
    const more = await send(subject, batch, batch.max + 1);
    const seen = accepted(more, batch, batch.max + 1)
      ? `${batch.max} are taken, ${batch.max + 1} too`
      : `${batch.max} are taken, ${batch.max + 1} not: ${statusText(more)}`;
    return [subject.settle(at, batch.max, fact, seen), ...results(subject, kind, batch, sized)];
  }
  for (const count of LADDER.filter((one) => one < batch.max)) {
    const reply = await send(subject, batch, count);
    if (accepted(reply, batch, count))
      return [
        subject.settle(at, count, fact, `${count} are taken, ${batch.max} not: ${statusText(sized)}`),
        ...results(subject, kind, batch, reply),
      ];
  }
  return [subject.hidden(at, fact, `a batch about records that there are not is refused: ${statusText(sized)}`)];
}

/** Whether each item got its own result. */
function accepted(reply: Reply, batch: BatchDefinition, count: number): boolean {
  const found = wireReader(batch.results)(reply.data);
  return isGood(reply) && Array.isArray(found) && found.length === count;
}

function results(subject: TestSubject, kind: string, batch: BatchDefinition, reply: Reply): Finding[] {
  const found = wireReader(batch.results)(reply.data);
  const [first] = Array.isArray(found) ? found : [];
  const status = batch.status === undefined ? undefined : wireReader(batch.status)(first);
  const seen =
    status === undefined
      ? 'one for each item'
      : `one for each item, with its own status (${String(status)} for a missing record)`;
  return [subject.tell({ at: ['batch', kind, 'results'], fact: 'results of a batch', verdict: 'confirmed', seen })];
}

function send(subject: TestSubject, batch: BatchDefinition, count: number): Promise<Reply> {
  const id = subject.definition.id.type === 'integer' ? 999_999_999 : 'dovetail-none';
  const items = Array.from({ length: count }, () => ({ [batch.id]: id }));
  const body = batch.items === '' ? items : withAt({}, batch.items, items);
  return subject.raw.send({
    method: batch.method,
    path: subject.path(batch.path),
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
}
