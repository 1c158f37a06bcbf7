import type { HttpClient } from '../../platform/http.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { LIMITS, tooLarge } from './read-description.ts';

export interface Fetching {
  http: HttpClient;
  /** Whether a host stands for an address that is not reachable from everywhere; not asked where null. */
  isPrivate: ((host: string) => Promise<boolean>) | null;
  signal?: AbortSignal;
}

const MOST_REDIRECTS = 5;
const TIMEOUT_MS = 20_000;

export const isAddress = (source: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(source);

/** Fetches a document over HTTP; redirects are followed one by one, each held to the same rules. */
export async function fetchDescription(source: string, fetching: Fetching): Promise<Result<string>> {
  let address = source;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (!url || !/^https?:$/.test(url.protocol)) return fail(addressUnusable());
    if (url.username !== '' || url.password !== '') return fail(passwordInAddress());
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (fetching.isPrivate && (await fetching.isPrivate(host))) return fail(privateAddress(url.host));
    const answer = await fetching.http.request({
      method: 'GET',
      url: url.href.split('#')[0] ?? url.href,
      headers: {
        accept: 'application/json, application/yaml, text/yaml, */*;q=0.5',
        'user-agent': 'dovetail',
        host: url.host,
      },
      timeout: TIMEOUT_MS,
      ...(fetching.signal ? { signal: fetching.signal } : {}),
    });
    if (!answer.ok)
      return fail(answer.error.kind === 'too-large' ? tooLarge(url.host, LIMITS.bytes + 1) : answer.error.diagnostic);
    const { status, headers, body } = answer.value;
    const next = headers.location;
    if (status >= 300 && status < 400 && next !== undefined && URL.canParse(next, url)) {
      const target = new URL(next, url);
      if (url.protocol === 'https:' && target.protocol === 'http:') return fail(downgrade(url.host));
      address = target.href;
      continue;
    }
    if (status !== 200) return fail(notThere(url.host, status));
    return ok(body);
  }
  return fail(
    problem('fetch-redirects', 'The address leads on and on', { detail: `More than ${MOST_REDIRECTS} redirects.` }),
  );
}

const addressUnusable = (): Diagnostic =>
  problem('source-refused', 'The address of the document can not be used', {
    detail: 'It must begin with https:// or http://.',
    next: 'For a file, give its path',
  });

const passwordInAddress = (): Diagnostic =>
  problem('source-refused', 'The address of the document holds a password', {
    next: 'Fetch the document yourself and give its path',
  });

const privateAddress = (host: string): Diagnostic =>
  problem('address-private', 'The address is a private one, and is not fetched', {
    detail: `${host} stands for this machine or its own network.`,
    next: 'If that is meant, say --allow-private',
  });

const downgrade = (host: string): Diagnostic =>
  problem('source-refused', 'The address leads from https to http', { detail: `Redirected by ${host}.` });

const notThere = (host: string, status: number): Diagnostic =>
  problem('fetch-failed', 'The document could not be fetched', {
    detail: `${host} answered ${status}.`,
    next:
      status === 401 || status === 403
        ? 'Fetch it yourself with your credentials and give its path'
        : 'Check the address',
  });
