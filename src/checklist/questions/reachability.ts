import type { ListDefinition } from '../../connector/definition.ts';
import { serverTime } from '../../connector/response.ts';
import { fillVariables } from '../../connector/template.ts';
import type { HttpFailure } from '../../platform/http.ts';
import { type Diagnostic, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { declared, listed, mappedObjects, ofEachSystem } from '../answers.ts';
import { failureKind, toldBy } from '../failure.ts';
import {
  addressesOf,
  addressOf,
  certificateOf,
  type Stranger,
  serverOf,
  strangerIn,
  throughWords,
  urlOf,
  WAY_TIMEOUT_MS,
  wayTo,
} from '../probe-way.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

export const reachability: Question = {
  id: 'reachability',
  text: 'Is the service publicly available, or are there firewalls that require IP allow-listing?',
  why: 'A firewall shows itself on the first day of production, when its owner is on holiday.',
  german: {
    text: 'Ist der Dienst öffentlich erreichbar, oder verlangt eine Firewall die Freigabe von IP-Adressen?',
    why: 'Eine Firewall zeigt sich am ersten Tag des Echtbetriebs, wenn ihr Verantwortlicher im Urlaub ist.',
  },
  theme: 'access',
  ask: 'network',
  blocks: 'runs',
  freshDays: 7,
  answers: (integration) =>
    ofEachSystem(integration, (side, system) => declared(side, `${addressOf(system)}${throughWords(system)}`)),
  probes: [
    { id: 'connects', ask: askConnects },
    { id: 'certificate', ask: askCertificate },
  ],
};

async function askConnects(context: ProbeContext, side: Side): Promise<Observation> {
  const system = context.integration[side];
  if (system.connector.protocol === 'sql') return askDatabase(context, side);
  const { platform } = context;
  const asked = `GET of the base URL at ${addressOf(system)}${throughWords(system)}`;
  const started = platform.clock.now();
  const result = await get(context, side, urlOf(system));
  const ms = platform.clock.now() - started;
  if (!result.ok) return unreachable(result.error, asked, ms);
  const { status } = result.value;
  const theirs = serverTime(result.value);
  const skewMs = theirs === null ? null : Math.round((theirs - platform.clock.now()) / 1000) * 1000;
  const addresses = await addressesOf(system, platform);
  const facts = { status, ms, skewMs, addresses: addresses?.length ?? null };
  if (status >= 500 && status !== 511) {
    const next = 'Look at the state of the system, then check again';
    return { verdict: 'unknown', asked, facts, found: `It answers, but with HTTP ${status}`, next };
  }
  const stranger = await confirmed(context, side, strangerIn(result.value, urlOf(system)));
  if (stranger) {
    const { found, next, kind } = stranger;
    return {
      verdict: 'contradicts',
      asked,
      facts: { ...facts, stranger: kind },
      found,
      next: withEgress(next, context),
    };
  }
  const far = skewMs !== null && Math.abs(skewMs) > 60_000;
  const next = `Set the clocks: the system's differs from this machine's by ${Math.abs(skewMs ?? 0) / 1000} s`;
  return { verdict: 'holds', asked, facts, found: `It answers within ${ms} ms`, ...(far ? { next } : {}) };
}

/** Without credentials. */
function get({ integration, platform, signal }: ProbeContext, side: Side, url: string) {
  const headers = { accept: 'application/json', 'user-agent': 'dovetail' };
  const request = { method: 'GET', url, headers, timeout: WAY_TIMEOUT_MS, signal };
  return wayTo(integration[side], platform).request(request);
}

const withEgress = (next: string, { integration }: ProbeContext): string =>
  integration.egress.length > 0 && next.includes('our addresses')
    ? next.replace('our addresses', `our addresses (${listed(integration.egress)})`)
    : next;

/**
 * The root of a good API may be a page, a redirect or forbidden. Only where a list of the API looks the same without
 * credentials, and gives no records with them, is it somebody else who answers.
 */
async function confirmed(context: ProbeContext, side: Side, suspected: Stranger | null): Promise<Stranger | null> {
  if (!suspected || suspected.kind === 'login') return suspected;
  const [object] = mappedObjects(context.integration, side);
  const url = object?.definition.list ? listUrl(context, side, object.name, object.definition.list) : null;
  const bare = url === null ? null : await get(context, side, url);
  const seen = url === null ? suspected : bare?.ok ? strangerIn(bare.value, url) : null;
  if (!object || !seen) return null;
  const { failure } = await context.samples.of(side, object.name);
  if (!failure || failureKind(failure) === 'credentials') return null;
  return seen;
}

/** Null where it holds what only a record of another object can fill in. */
function listUrl({ integration }: ProbeContext, side: Side, object: string, { path }: ListDefinition): string | null {
  const system = integration[side];
  const filled = fillVariables(path.replaceAll('{object}', object), system.variables);
  if (!filled.ok || filled.value.includes('{')) return null;
  return /^https?:/.test(filled.value) ? filled.value : urlOf(system).replace(/\/+$/, '') + filled.value;
}

const STEP: Record<HttpFailure['kind'], string> = {
  dns: 'name',
  refused: 'connection',
  tls: 'certificate',
  proxy: 'proxy',
  timeout: 'answer',
  dropped: 'answer',
  'too-large': 'answer',
  unsendable: 'request',
  aborted: 'stopped',
};

/** What each way to fail means, so that the right person is asked. */
const MEANS: Partial<Record<HttpFailure['kind'], { found: string; next: string }>> = {
  dns: {
    found: 'Its name is not known',
    next: 'Check the host name, and whether it is known here or behind a VPN only',
  },
  refused: {
    found:
      'It refuses the connection: the machine is there, but nothing listens at this port, or a firewall turns us away',
    next: 'Check host and port, then ask whether a firewall refuses our addresses',
  },
  tls: {
    found: 'Its certificate is not accepted',
    next: 'Have the certificate put in order; its own line says what is wrong',
  },
  timeout: {
    found: 'It stays silent: a firewall that drops what it does not allow looks like this',
    next: 'Ask whether a firewall lets this machine through; `dovetail ticket static-ip` writes the mail',
  },
  dropped: {
    found: 'The connection breaks before an answer comes',
    next: 'Ask whether a proxy or firewall stands in between',
  },
};

function unreachable({ kind, diagnostic }: HttpFailure, asked: string, ms: number): Observation {
  const means = MEANS[kind];
  const next = means?.next ?? diagnostic.next;
  return {
    verdict: kind === 'aborted' || kind === 'too-large' ? 'unknown' : 'contradicts',
    asked,
    facts: { failedAt: STEP[kind], kind, ms },
    found: kind === 'proxy' ? toldBy(diagnostic) : (means?.found ?? diagnostic.summary),
    ...(next ? { next } : {}),
  };
}

async function askDatabase({ integration, samples, platform }: ProbeContext, side: Side): Promise<Observation> {
  const system = integration[side];
  const asked = `the first rows of a mapped table${throughWords(system)}`;
  const [object] = mappedObjects(integration, side);
  if (!object) return { verdict: 'unknown', asked, found: 'No table is mapped', facts: {} };
  const { failure, tookMs } = await samples.of(side, object.name);
  const facts = { ms: tookMs, failure: failure?.code ?? null };
  if (!failure || failureKind(failure) !== 'network') {
    return { verdict: 'holds', asked, facts, found: `It answers within ${tookMs} ms` };
  }
  const server = serverOf(system);
  const target = server && { ...server, proxy: system.proxy, timeout: WAY_TIMEOUT_MS };
  const reached: Result<number> | undefined = target ? await platform.network?.connect(target) : undefined;
  const why: Diagnostic = reached && !reached.ok ? reached.error : reached ? NO_DATABASE : failure;
  const next = why.next ?? failure.next ?? 'Check the host, the port and the firewall';
  return { verdict: 'contradicts', asked, facts: { ...facts, failedAt: why.code }, found: toldBy(why), next };
}

const NO_DATABASE = problem('database-unreachable', 'The port is open, but the database does not answer there', {
  next: 'Check the port, and whether the database asks for TLS (sslmode in its address)',
});

const DAY_MS = 24 * 60 * 60 * 1000;
/** Certificates are renewed by people, too. */
const SOON_DAYS = 14;

/** Words for the faults that occur; the code itself where there are none. */
const FAULTS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet: look at the clock of this machine',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it signed itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here; a proxy that reads along looks like this too',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server does not send the certificates in between',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
};

async function askCertificate({ integration, platform }: ProbeContext, side: Side): Promise<Observation> {
  const system = integration[side];
  const asked = `the certificate of ${addressOf(system)}${throughWords(system)}`;
  const server = serverOf(system);
  if (!server?.secure) {
    const plain = system.connector.protocol === 'rest' && server !== null;
    const found = plain ? 'TLS is not spoken: http' : 'There is none to ask for';
    return { verdict: 'holds', asked, facts: { tls: false }, found, ...(plain ? plainNext(server.host) : {}) };
  }
  const shown = await certificateOf(system, platform);
  if (!shown) return { verdict: 'unknown', asked, facts: {}, found: 'It could not be looked at' };
  const { protocol, issuer, chain, fault } = shown;
  const days = Math.floor((shown.expires - platform.clock.now()) / DAY_MS);
  const facts = { protocol, issuer, chain, days, fault };
  if (fault !== null) {
    const found = `The certificate is not to be trusted: ${FAULTS[fault] ?? fault}`;
    return { verdict: 'contradicts', asked, facts, found, next: 'Ask the network people for a certificate in order' };
  }
  const found = `${protocol}, signed by ${issuer}, valid for ${days} more days`;
  const next = `Have the certificate renewed: it expires in ${days} days`;
  return { verdict: 'holds', asked, facts, found, ...(days < SOON_DAYS ? { next } : {}) };
}

const plainNext = (host: string) =>
  /^(127\.|localhost$|::1$)/.test(host)
    ? {}
    : { next: 'Use https where the system offers it: passwords and records go over the wire readably' };
