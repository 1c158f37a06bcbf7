import { hash } from 'node:crypto';
import type { LoadedSystem } from '../../integration/loaded.ts';
import { throughProxy } from '../../platform/through-proxy.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, fromFileOr, mappedObjects, ofEachSystem, open, someOf } from '../answers.ts';
import { toldBy } from '../failure.ts';
import { urlOf } from '../probe-way.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

export const apiDescription: Question = {
  id: 'api-description',
  text: 'Is a Swagger file / OpenAPI documentation (or a WSDL) available?',
  why: 'A description is read by a machine; without one, every field is typed by hand and checked by trial.',
  german: {
    text: 'Gibt es eine Swagger-Datei / OpenAPI-Dokumentation (oder eine WSDL)?',
    why: 'Eine Beschreibung liest die Maschine; ohne sie wird jedes Feld von Hand eingetragen und durch Probieren geprüft.',
  },
  theme: 'system',
  ask: 'engineer',
  blocks: 'nothing',
  restsOn: 'mappings',
  answers: (integration) =>
    fromFileOr(integration, 'api-description', () =>
      ofEachSystem(integration, (side, { connector }) => {
        const { protocol, api_description: served, origin, docs } = connector;
        if (protocol === 'sql') return declared(side, 'the catalogue of the database');
        if (served !== undefined) return declared(side, served);
        if (origin) return declared(side, `${origin.format}: ${origin.source}`);
        return docs === undefined
          ? open(side, 'no documentation is named', 'Name it as docs in the connector, or under answers')
          : declared(side, docs);
      }),
    ),
  probes: [{ id: 'described', ask: askDescribed }],
};

/** The description is fetched again, and held against what the mappings need. */
async function askDescribed(context: ProbeContext, side: Side): Promise<Observation> {
  const system = context.integration[side];
  if (system.connector.protocol === 'sql') return askCatalogue(context, side);
  const address = addressIn(context, side, system);
  if (address === null) {
    const next = 'Name its address: api_description in the connector';
    return { verdict: 'unknown', asked: 'nothing', facts: {}, found: 'No address of a description is known', next };
  }
  const { host, pathname } = new URL(address);
  const asked = `GET ${pathname} of ${host}`;
  const text = await fetched(context, side, address);
  if (!text.ok) {
    const gone = text.error.code === 'fetch-failed';
    const found = toldBy(text.error);
    const next = text.error.next ?? 'Check the address of the description';
    return { verdict: gone ? 'contradicts' : 'unknown', asked, facts: { fetched: false }, found, next };
  }
  const { readOpenapi } = await import('../../importers/openapi/import-openapi.ts');
  const { heldAgainst } = await import('../probe-description.ts');
  const read = readOpenapi(text.value, address);
  const digest = hash('sha256', text.value);
  if (!read.ok) return unread(text.value, asked, toldBy(read.error));
  const objects = mappedObjects(context.integration, side);
  const { operations, fields, missing } = heldAgainst(read.value, urlOf(system), objects, side);
  const { version, formatVersion } = read.value.description;
  const before = system.connector.origin?.digest;
  const changed = before === undefined ? null : before !== digest;
  const facts = { digest, version, format: formatVersion, operations, fields, missing: missing.length, changed };
  if (missing.length > 0) {
    const [first] = missing;
    const found = `Not described: ${someOf(missing.map(({ summary }) => summary.replace(/ (is not described|is described)$/, '')))}`;
    return {
      verdict: 'contradicts',
      asked,
      facts,
      found,
      findings: missing,
      ...(first?.next ? { next: first.next } : {}),
    };
  }
  const found = `${counted(operations, 'operation')} and ${counted(fields, 'field')} that are needed are described`;
  if (!changed) return { verdict: 'holds', asked, facts, found };
  const next = '`dovetail connector import openapi` brings what has changed since the import';
  return { verdict: 'holds', asked, facts, found: `${found}; the description has changed since the import`, next };
}

/** What is served there may be something that people read, or in a format that is not read here. */
function unread(text: string, asked: string, why: string): Observation {
  const page = /^\s*<(!doctype|html)/i.test(text);
  const xml = !page && /^\s*<(\?xml|\w+:?(definitions|edmx))/i.test(text);
  const found = page
    ? 'A page for people stands there, no description'
    : xml
      ? 'It is XML, which is not read here'
      : why;
  const next = 'Name the address of the OpenAPI document itself';
  return {
    verdict: page ? 'contradicts' : 'unknown',
    asked,
    facts: { fetched: true },
    found,
    ...(xml ? {} : { next }),
  };
}

/** Where a machine finds it: by the file, the connector, or its import. Documentation for people is none. */
function addressIn({ integration }: ProbeContext, side: Side, { connector, ...system }: LoadedSystem): string | null {
  const answers = apiDescription.answers(integration);
  const says = answers.find((one) => one.side === side || one.side === null)?.says ?? '';
  const own = /(https?:\/\/\S+|(?<=^|\s)\/\S+)/.exec(says)?.[1] ?? null;
  const named = Object.hasOwn(integration.answers, 'api-description') ? own : null;
  const { api_description: served, origin } = connector;
  const found = named ?? served ?? (origin && /^https?:/.test(origin.source) ? origin.source : null);
  if (found === null) return null;
  const address = found.startsWith('/') ? urlOf({ connector, ...system }).replace(/\/+$/, '') + found : found;
  return URL.canParse(address) ? address : null;
}

/** First as anybody, then with the connection's credentials where it stands on the same server and wants them. */
async function fetched(context: ProbeContext, side: Side, address: string): Promise<Result<string>> {
  const { platform, integration, connections, signal } = context;
  const { fetchDescription } = await import('../../importers/openapi/source.ts');
  const system = integration[side];
  const base = urlOf(system).replace(/\/+$/, '');
  const http = throughProxy(platform.http, system.proxy);
  const open = await fetchDescription(address, { http, isPrivate: null, signal });
  const access = connections[side].access;
  if (open.ok || !/answered 40[13]/.test(open.error.detail ?? '')) return open;
  if (access?.kind !== 'http' || !address.startsWith(`${base}/`)) return open;
  const answer = await access.ask({ method: 'GET', path: address.slice(base.length) });
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  return status === 200
    ? ok(body)
    : fail(problem('fetch-failed', 'The document could not be fetched', { detail: `HTTP ${status}.` }));
}

/** Statements name each column: a table that gives rows has them all. */
async function askCatalogue({ integration, samples }: ProbeContext, side: Side): Promise<Observation> {
  const objects = mappedObjects(integration, side);
  const asked = 'whether the tables have the columns that the connector names';
  const found = await Promise.all(objects.map(({ name }) => samples.of(side, name)));
  const differs = found.filter(({ failure }) => failure?.code === 'structure-differs');
  const lost = found.filter(({ failure }) => failure && failure.code !== 'structure-differs');
  const facts = { tables: objects.length, different: differs.length };
  if (differs.length > 0) {
    const names = differs.map(({ object, failure }) => `${object} (${failure ? toldBy(failure) : ''})`);
    const next = 'Compare the connector with the database';
    return { verdict: 'contradicts', asked, facts, found: `Otherwise than declared: ${someOf(names)}`, next };
  }
  if (lost.length > 0) {
    return { verdict: 'unknown', asked, facts, found: `${someOf(lost.map(({ object }) => object))} could not be read` };
  }
  return { verdict: 'holds', asked, facts, found: `${counted(objects.length, 'table')} with all columns` };
}
