import type { WritingProbe } from '../probe.ts';
import { isGood, statusText } from '../subject.ts';

const FACT = 'what a request that can not be read looks like';

/** Sends a create whose body is no JSON: an honest system says so, an old one breaks. */
export const brokenRequests: WritingProbe = {
  id: 'broken-requests',
  async run(subject) {
    const { tests, definition } = subject;
    const { create } = definition;
    if (create?.body !== 'json' || !(await tests.main(subject))) return null;
    subject.mark();
    const reply = await subject.raw.send({
      method: create.method,
      path: subject.path(create.path),
      query: create.query,
      body: '{"',
      headers: { 'content-type': 'application/json' },
    });
    if (isGood(reply)) await tests.noteCreated(subject, reply);
    const page = /html/.test(reply.headers['content-type'] ?? '') ? ', an HTML page' : reply.notJson ? ', no JSON' : '';
    return [
      subject.tell({
        at: ['responses'],
        fact: FACT,
        verdict: 'learnt',
        declared: null,
        seen: `${statusText(reply)}${page}`,
        system: true,
      }),
    ];
  },
};
