import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { type Random, randomToken } from '../../platform/random.ts';
import { ok, type Result } from '../../record/diagnostic.ts';
import type { AuthDefinition } from '../definition.ts';
import { compilePlaceholders, fillPlaceholders, type TemplatePart } from '../placeholders.ts';
import { fillVariables, type Variables } from '../template.ts';
import { type Authenticator, type SignedRequest, unchanging } from './credentials.ts';

type SignatureDefinition = Extract<AuthDefinition, { type: 'signature' }>;

/** Signs every request by HMAC. Each time that it is sent, also again, it gets a time, nonce and signature of its own. */
export function signatureAuth(
  definition: SignatureDefinition,
  variables: Variables,
  clock: Clock,
  random: Random,
): Result<Authenticator> {
  const key = fillVariables(definition.key, variables);
  if (!key.ok) return key;
  const signed = compilePlaceholders(definition.signed, variables);
  if (!signed.ok) return signed;
  const headers: { name: string; value: TemplatePart[] }[] = [];
  for (const [name, template] of Object.entries(definition.headers)) {
    const value = compilePlaceholders(template, variables);
    if (!value.ok) return value;
    headers.push({ name: name.toLowerCase(), value: value.value });
  }
  const { algorithm, encoding, timestamp } = definition;
  const sign = (request: SignedRequest): Record<string, string> => {
    const facts = { ...factsOf(request), timestamp: stamp(clock.now(), timestamp), nonce: randomToken(random) };
    const signature = createHmac(algorithm, key.value)
      .update(fillPlaceholders(signed.value, facts), 'utf8')
      .digest(encoding);
    const values = { ...facts, signature };
    return Object.fromEntries(headers.map(({ name, value }) => [name, fillPlaceholders(value, values)]));
  };
  return ok(unchanging({ headers: {}, query: {}, sign }));
}

function factsOf({ method, url, body }: SignedRequest): Record<string, string> {
  const { host, pathname, search } = new URL(url);
  return {
    method: method.toUpperCase(),
    host,
    path: pathname,
    query: search.slice(1),
    path_and_query: pathname + search,
    url,
    body,
    body_sha256: createHash('sha256').update(body, 'utf8').digest('hex'),
  };
}

function stamp(now: number, form: SignatureDefinition['timestamp']): string {
  switch (form) {
    case 'seconds':
      return String(Math.floor(now / 1000));
    case 'milliseconds':
      return String(now);
    case 'iso':
      return new Date(now).toISOString();
  }
}
