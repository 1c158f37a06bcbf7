import type { Side } from '../../record/side.ts';
import { fromFileOrSql, notApplicable } from '../answers.ts';
import { toldBy } from '../failure.ts';
import { urlOf } from '../probe-way.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

export const exportFunction: Question = {
  id: 'export',
  text: 'Optional: does the system provide export functionality?',
  why: 'An export fills the first load of a large system without using up its API quota.',
  german: {
    text: 'Optional: bietet das System eine Exportfunktion?',
    why: 'Ein Export füllt die Erstbeladung eines großen Systems, ohne dessen API-Kontingent aufzubrauchen.',
  },
  theme: 'system',
  ask: 'administrator',
  blocks: 'nothing',
  answers: (integration) =>
    fromFileOrSql(integration, 'export', (side) => notApplicable(side, 'its tables are read directly')),
  probes: [{ id: 'answers', ask: askAnswers }],
};

/** `GET /export/customers.csv`, or a path or address alone. */
const CALL = /(?:^|\s)(https?:\/\/\S+|\/[\w.~/%-]\S*)/;

/** Where the answer names a call, it is made for as little as can be: the head, else the first bytes. */
async function askAnswers({ integration, connections }: ProbeContext, side: Side): Promise<Observation> {
  const says = exportFunction.answers(integration).find((one) => one.side === side || one.side === null)?.says ?? '';
  const base = urlOf(integration[side]).replace(/\/+$/, '');
  const named = CALL.exec(says)?.[1];
  const path = named?.startsWith(`${base}/`) ? named.slice(base.length) : named;
  const { access } = connections[side];
  if (path === undefined || access?.kind !== 'http') {
    const next = 'Name the call, for it to be tried: answers: { export: GET /… }';
    return { verdict: 'unknown', asked: 'nothing', facts: {}, found: 'The answer names no call to try', next };
  }
  if (!path.startsWith('/')) {
    return {
      verdict: 'unknown',
      asked: 'nothing',
      facts: {},
      found: 'It stands on another server, where our credentials do not go',
    };
  }
  const [bare] = path.split('?');
  const head = await access.ask({ method: 'HEAD', path });
  const refused = head.ok && [400, 404, 405, 501].includes(head.value.status);
  const answer = refused ? await access.ask({ method: 'GET', path, headers: { range: 'bytes=0-1023' } }) : head;
  const asked = `${refused ? 'GET' : 'HEAD'} ${bare}`;
  if (!answer.ok) return { verdict: 'unknown', asked, facts: {}, found: toldBy(answer.error) };
  const { status, headers } = answer.value;
  const type = headers['content-type']?.split(';')[0] ?? null;
  const facts = { status, type };
  if (status >= 200 && status < 300 && type === 'text/html') {
    const found = 'A page for people stands there';
    return { verdict: 'contradicts', asked, facts, found, next: 'Name the call that gives the data itself' };
  }
  if (status >= 200 && status < 300)
    return { verdict: 'holds', asked, facts, found: `It answers with ${type ?? 'data'}` };
  const { found, next } = REFUSED[status] ?? {};
  if (found === undefined || next === undefined) {
    return { verdict: 'unknown', asked, facts, found: `It answers with HTTP ${status}` };
  }
  return { verdict: 'contradicts', asked, facts, found, next };
}

const PATH = 'Look the call up in the documentation of the system';
const RIGHT = 'Ask for the right to export for this account: `dovetail ticket credentials`';

/** What each refusal means. */
const REFUSED: Record<number, { found: string; next: string }> = {
  400: { found: 'The call is refused (HTTP 400)', next: PATH },
  401: { found: 'The credentials do not count there (HTTP 401)', next: RIGHT },
  403: { found: 'It is there, and this account may not use it (HTTP 403)', next: RIGHT },
  404: { found: 'There is no such call (HTTP 404)', next: PATH },
  405: { found: 'The path is there, but not for reading (HTTP 405)', next: PATH },
  410: { found: 'The call was taken away (HTTP 410)', next: PATH },
};
