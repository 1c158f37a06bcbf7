import type { DatabaseServer } from '../../connector/access.ts';
import type { Side } from '../../record/side.ts';
import { declared, fromFileOrSql } from '../answers.ts';
import { failureKind, toldBy } from '../failure.ts';
import { WAY_TIMEOUT_MS } from '../probe-way.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

export const database: Question = {
  id: 'database',
  text: 'Optional: does the system provide database access, e.g. via ODBC?',
  why: 'Reading tables may be the only way to what an API does not offer.',
  german: {
    text: 'Optional: bietet das System Zugriff auf die Datenbank, z. B. über ODBC?',
    why: 'Tabellen zu lesen kann der einzige Weg zu dem sein, was eine API nicht bietet.',
  },
  theme: 'system',
  ask: 'administrator',
  blocks: 'nothing',
  answers: (integration) =>
    fromFileOrSql(integration, 'database', (side) => declared(side, 'yes, it is what the connector uses')),
  probes: [{ id: 'opens', ask: askOpens }],
};

/** A statement that reads nothing of any table; where another way in is used, whether anything listens. */
async function askOpens(context: ProbeContext, side: Side): Promise<Observation> {
  const { access } = context.connections[side];
  if (access?.kind !== 'database') return askListens(context, side);
  const asked = 'the database, for its version and our login';
  const server = await access.server();
  if (!server.ok) {
    const next = server.error.next ?? 'Check the address of the database and the login';
    const passing = failureKind(server.error) === 'passing';
    const found = toldBy(server.error);
    return { verdict: passing ? 'unknown' : 'contradicts', asked, facts: { failure: server.error.code }, found, next };
  }
  const { product, role, readOnly, encrypted } = server.value;
  const facts = { product, role, readOnly, encrypted };
  return { verdict: 'holds', asked, facts, found: serverWords(server.value) };
}

const serverWords = ({ product, role, readOnly, encrypted }: DatabaseServer): string =>
  [
    product,
    ...(role === null ? [] : [`as ${role}`]),
    readOnly ? 'read-only' : 'may be written to',
    ...(encrypted === null ? [] : [encrypted ? 'encrypted' : 'not encrypted on the wire']),
  ].join(', ');

const ADDRESS = /(?:^|[\s/@])((?:[a-z0-9-]+\.)+[a-z0-9-]+|[a-z][a-z0-9-]*):(\d{1,5})(?![\d:])/i;

/** The file names a database that no connector uses: that a port is open does not prove what is behind it. */
async function askListens({ integration, platform }: ProbeContext, side: Side): Promise<Observation> {
  const says = database.answers(integration).find((one) => one.side === side || one.side === null)?.says ?? '';
  const [, host, port] = ADDRESS.exec(says) ?? [];
  if (host === undefined || !platform.network) {
    return { verdict: 'unknown', asked: 'nothing', facts: {}, found: 'The answer names no host and port to ask' };
  }
  const asked = `whether anything listens at ${host}:${port}`;
  const target = { host, port: Number(port), proxy: integration[side].proxy, timeout: WAY_TIMEOUT_MS };
  const reached = await platform.network.connect(target);
  const facts = { listens: reached.ok };
  if (reached.ok) return { verdict: 'unknown', asked, facts, found: 'The port is open; nobody has logged in' };
  const next = reached.error.next ?? 'Check host, port and firewall';
  return { verdict: 'contradicts', asked, facts, found: toldBy(reached.error), next };
}
