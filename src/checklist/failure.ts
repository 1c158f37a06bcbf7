import type { Diagnostic } from '../record/diagnostic.ts';
import type { Observation } from './question.ts';
import type { Sample } from './sample.ts';

/** What a failure to read says about the integration. */
export type FailureKind = 'network' | 'credentials' | 'permission' | 'passing' | 'answer';

const KINDS: Record<string, FailureKind> = {
  'http-dns': 'network',
  'http-refused': 'network',
  'http-tls': 'network',
  'http-timeout': 'network',
  'http-dropped': 'network',
  'database-unreachable': 'network',
  'proxy-unreachable': 'network',
  'proxy-login': 'network',
  'proxy-host-key': 'network',
  'proxy-key-unusable': 'network',
  'proxy-forbids': 'network',
  'proxy-no-way': 'network',
  'proxy-failed': 'network',
  'auth-failed': 'credentials',
  'auth-expired': 'credentials',
  'auth-incomplete': 'credentials',
  'auth-key-unusable': 'credentials',
  'auth-not-allowed-yet': 'credentials',
  forbidden: 'permission',
  'rate-limited': 'passing',
  'server-error': 'passing',
  'database-busy': 'passing',
  'store-busy': 'passing',
  'tokens-unsaved': 'passing',
  'http-aborted': 'passing',
  'not-asked': 'passing',
};

/** By the code of the diagnostic; whatever is not known is taken for an answer that the connector does not expect. */
export const failureKind = ({ code }: Diagnostic): FailureKind => KINDS[code] ?? 'answer';

/** The summary of a diagnostic and what was seen, as one line. */
export const toldBy = ({ summary, detail }: Diagnostic): string =>
  detail === undefined ? summary : `${summary}: ${detail.replace(/\.$/, '')}`;

/** An observation of a probe that needed records and got none: it can't tell. Null where there is something to look at. */
export function nothingToSee(asked: string, samples: readonly Sample[]): Observation | null {
  if (samples.some((sample) => sample.records.length > 0)) return null;
  const failure = samples.find((sample) => sample.failure)?.failure;
  const objects = samples.map((sample) => sample.object).join(', ');
  return {
    verdict: 'unknown',
    asked,
    found: failure ? toldBy(failure) : `${objects} holds no records yet`,
    facts: { records: 0, failure: failure?.code ?? null },
  };
}

/** What holds for the objects that were seen is not known of those that hold no records, or could not be read. */
export function asFarAsSeen(observed: Observation, samples: readonly Sample[]): Observation {
  const unseen = samples.filter(({ records, failure }) => failure !== null || records.length === 0);
  if (observed.verdict !== 'holds' || unseen.length === 0) return observed;
  const names = [...new Set(unseen.map(({ object }) => object))].join(', ');
  const failure = unseen.find((sample) => sample.failure)?.failure;
  const why = failure ? `not all could be read of ${names}: ${toldBy(failure)}` : `nothing was seen of ${names}`;
  return { ...observed, verdict: 'unknown', found: `${observed.found}; ${why}` };
}
