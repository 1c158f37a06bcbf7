import { serverTime } from '../../connector/response.ts';
import { fillVariables } from '../../connector/template.ts';
import type { LoadedSystem } from '../../integration/loaded.ts';
import type { HttpFailure } from '../../platform/http.ts';
import type { Side } from '../../record/side.ts';
import { declared, mappedObjects, ofEachSystem } from '../answers.ts';
import { failureKind, toldBy } from '../failure.ts';
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
  answers: (integration) => ofEachSystem(integration, (side, system) => declared(side, addressOf(system))),
  probes: [{ id: 'connects', ask: askConnects }],
};

export const NO_ADDRESS = 'no address';

/** Host and port; user names and passwords stay out of sight. */
export function addressOf({ connector, variables }: LoadedSystem): string {
  const filled = fillVariables(
    (connector.protocol === 'sql' ? connector.database : connector.base_url) ?? '',
    variables,
  );
  if (!filled.ok) return NO_ADDRESS;
  if (/^sqlite:/.test(filled.value)) return 'a file of this machine';
  return URL.canParse(filled.value) ? new URL(filled.value).host : NO_ADDRESS;
}

export const isLoopback = (system: LoadedSystem): boolean =>
  /^(127\.|localhost(:|$)|\[::1\]|a file)/.test(addressOf(system));

const TIMEOUT_MS = 10_000;

async function askConnects(context: ProbeContext, side: Side): Promise<Observation> {
  const { connector, variables } = context.integration[side];
  if (connector.protocol === 'sql') return askDatabase(context, side);
  const url = fillVariables(connector.base_url ?? '', variables);
  const asked = `GET of the base URL at ${addressOf(context.integration[side])}`;
  if (!url.ok) return { verdict: 'contradicts', asked, found: url.error.summary, facts: {} };
  const { platform, signal } = context;
  const started = platform.clock.now();
  const headers = { accept: 'application/json', 'user-agent': 'dovetail' };
  const result = await platform.http.request({ method: 'GET', url: url.value, headers, timeout: TIMEOUT_MS, signal });
  const ms = platform.clock.now() - started;
  if (!result.ok) return unreachable(result.error, asked, ms);
  const { status } = result.value;
  const theirs = serverTime(result.value);
  const skewMs = theirs === null ? null : Math.round((theirs - platform.clock.now()) / 1000) * 1000;
  const facts = { status, ms, skewMs };
  if (status >= 500) {
    const next = 'Look at the state of the system, then check again';
    return { verdict: 'unknown', asked, facts, found: `It answers, but with HTTP ${status}`, next };
  }
  const far = skewMs !== null && Math.abs(skewMs) > 60_000;
  return {
    verdict: 'holds',
    asked,
    facts,
    found: `It answers within ${ms} ms`,
    ...(far
      ? { next: `Set the clocks: the system's differs from this machine's by ${Math.abs(skewMs) / 1000} s` }
      : {}),
  };
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

const NEXT: Partial<Record<HttpFailure['kind'], string>> = {
  timeout: 'Ask whether a firewall lets this machine through; a closed one often just stays silent',
  dropped: 'Ask whether a proxy or firewall stands in between',
};

function unreachable({ kind, diagnostic }: HttpFailure, asked: string, ms: number): Observation {
  const next = diagnostic.next ?? NEXT[kind];
  return {
    verdict: kind === 'aborted' || kind === 'too-large' ? 'unknown' : 'contradicts',
    asked,
    facts: { failedAt: STEP[kind], kind, ms },
    found: diagnostic.summary,
    ...(next ? { next } : {}),
  };
}

async function askDatabase({ integration, samples }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the first rows of a mapped table';
  const [object] = mappedObjects(integration, side);
  if (!object) return { verdict: 'unknown', asked, found: 'No table is mapped', facts: {} };
  const { failure, tookMs } = await samples.of(side, object.name);
  const facts = { ms: tookMs, failure: failure?.code ?? null };
  if (!failure || failureKind(failure) !== 'network') {
    return { verdict: 'holds', asked, facts, found: `It answers within ${tookMs} ms` };
  }
  const next = failure.next ?? 'Check the host, the port and the firewall';
  return { verdict: 'contradicts', asked, facts, found: toldBy(failure), next };
}
