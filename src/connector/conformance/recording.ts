import type { HttpClient, HttpRequest, HttpResponse } from '../../platform/http.ts';
import { fail, problem } from '../../record/diagnostic.ts';

/** A request and its answer, as they may be kept in a file: no credentials, but the field values that came over. */
export interface RecordedExchange {
  method: string;
  /** Path and query. */
  path: string;
  body: string | null;
  answer: HttpResponse;
}

/** Headers of answers that are kept; others may hold credentials, and change with every answer. */
const KEPT_HEADERS =
  /^(content-type|date|etag|last-modified|link|location|retry-after|.*ratelimit.*|x-(total|page|next).*)$/;

/** What token endpoints answer. */
const TOKENS = /("(?:access_token|refresh_token|id_token)"\s*:\s*")[^"]*"/g;

/**
 * A client that notes what goes over it, so that the standard suite can be run again without the system. `secrets` are
 * masked wherever they stand; headers of requests are not kept. Answers hold real records: record a staging system.
 */
export function recordingHttp(
  inner: HttpClient,
  secrets: readonly string[],
  exchanges: RecordedExchange[],
): HttpClient {
  return {
    async request(request) {
      const result = await inner.request(request);
      if (!result.ok) return result;
      const { status, headers, body } = result.value;
      const kept = Object.entries(headers).filter(([name]) => KEPT_HEADERS.test(name));
      const answer = {
        status,
        headers: Object.fromEntries(kept),
        body: masked(body, secrets).replace(TOKENS, '$1recorded"'),
      };
      exchanges.push({ ...askedOf(request, secrets), answer });
      return result;
    },
    close: () => inner.close(),
  };
}

/**
 * A client that answers from a recording: equal requests in the order of their answers, the last again and again. What
 * was not recorded can't be reached.
 */
export function replayingHttp(exchanges: readonly RecordedExchange[], secrets: readonly string[] = []): HttpClient {
  const answers = Map.groupBy(exchanges, keyOf);
  const asked = new Map<string, number>();
  return {
    async request(request) {
      const key = keyOf(askedOf(request, secrets));
      const known = answers.get(key) ?? [];
      const place = asked.get(key) ?? 0;
      asked.set(key, place + 1);
      const answer = known[Math.min(place, known.length - 1)]?.answer;
      if (answer) return { ok: true, value: answer };
      const diagnostic = problem('not-recorded', 'The recording has no such request', { detail: `${request.method}.` });
      return fail({ kind: 'unsendable', sent: 'no', diagnostic });
    },
    close: async () => undefined,
  };
}

function askedOf({ method, url, body }: HttpRequest, secrets: readonly string[]): Omit<RecordedExchange, 'answer'> {
  const { pathname, search } = new URL(url);
  return { method, path: masked(pathname + search, secrets), body: body === undefined ? null : masked(body, secrets) };
}

const keyOf = ({ method, path, body }: Omit<RecordedExchange, 'answer'>) => `${method} ${path}\n${body ?? ''}`;

function masked(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    result = result.replaceAll(secret, 'secret').replaceAll(encodeURIComponent(secret), 'secret');
  }
  return result;
}
