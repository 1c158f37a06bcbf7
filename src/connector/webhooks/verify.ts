import { createHash, createHmac } from 'node:crypto';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { WebhooksDefinition } from '../definition.ts';
import { milliseconds } from '../duration.ts';
import { compilePlaceholders, type TemplatePart } from '../placeholders.ts';
import { fillVariables, type Variables } from '../template.ts';
import { checkAge, type Delivery, notGenuine, sameText } from './delivery.ts';
import { standardWebhooks } from './standard-webhooks.ts';

/** Null: the delivery is genuine. Else why it is not. */
export type Verify = (delivery: Delivery) => Diagnostic | null;

type Signature = WebhooksDefinition['signature'];
type Keyed = Extract<Signature, { scheme: 'hmac' | 'hash' }>;

/** Compiles how deliveries are known to be genuine. Fails where variables are missing or a secret is empty. */
export function compileVerify(signature: Signature, variables: Variables): Result<Verify> {
  switch (signature.scheme) {
    case 'none':
      return ok(() => null);
    case 'basic':
      return basicAccess(signature, variables);
    case 'standard_webhooks':
      return withSecret(signature.secret, variables, (secret) =>
        standardWebhooks(secret, signature.prefix, milliseconds(signature.tolerance)),
      );
    case 'hmac':
    case 'hash':
      return withSecret(signature.secret, variables, (secret) => keyed(signature, secret, variables));
  }
}

/** Whoever knows that a secret is empty could sign everything. */
function withSecret(
  template: string,
  variables: Variables,
  compile: (secret: string) => Result<Verify>,
): Result<Verify> {
  const secret = fillVariables(template, variables);
  if (!secret.ok) return secret;
  if (secret.value !== '') return compile(secret.value);
  return fail(problem('webhook-secret-empty', 'The secret of the webhook is empty'));
}

function basicAccess(
  { user, password }: Extract<Signature, { scheme: 'basic' }>,
  variables: Variables,
): Result<Verify> {
  return withSecret(password, variables, (secret) => {
    const name = fillVariables(user, variables);
    if (!name.ok) return name;
    const expected = Buffer.from(`${name.value}:${secret}`, 'utf8').toString('base64');
    return ok(({ headers }) => {
      const [, given] = /^basic +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
      if (given === undefined) return notGenuine('It carries no user and password.');
      return sameText(given, expected) ? null : notGenuine('Its user or password is wrong.');
    });
  });
}

/** An HMAC, or a plain hash of a text with the secret in it. */
function keyed(definition: Keyed, secret: string, variables: Variables): Result<Verify> {
  const { signed, header, prefix, algorithm, encoding, scheme } = definition;
  const texts: TemplatePart[][] = [];
  for (const template of typeof signed === 'string' ? [signed] : signed) {
    const parts = compilePlaceholders(template, variables);
    if (!parts.ok) return parts;
    texts.push(parts.value);
  }
  const needsTime = definition.tolerance !== undefined || texts.some((parts) => parts.some(isTimestamp));
  const sameCase = (text: string) => (encoding === 'hex' ? text.toLowerCase() : text);
  return ok((delivery) => {
    const told = delivery.headers[header.toLowerCase()];
    if (told === undefined || told === '') return notGenuine(`It has no header ${header}.`);
    const { signatures, timestamp } = readHeader(definition, told, delivery);
    if (signatures.length === 0) return notGenuine(`The header ${header} holds no signature.`);
    const late = needsTime ? checkTime(definition, timestamp, delivery.now) : null;
    if (late) return late;
    const expected = texts.map((parts) => {
      const hash = scheme === 'hmac' ? createHmac(algorithm, secret) : createHash(algorithm);
      for (const bytes of pieces(parts, delivery, { timestamp, secret })) hash.update(bytes);
      return sameCase(prefix + hash.digest(encoding));
    });
    const given = signatures.map(sameCase);
    const fits = given.filter((one) => expected.filter((text) => sameText(one, text)).length > 0).length > 0;
    return fits ? null : notGenuine('Its signature does not fit.');
  });
}

const isTimestamp = (part: TemplatePart) => 'name' in part && part.name === 'timestamp';

/** Several signatures stand in one header while a secret is replaced. */
function readHeader({ fields, timestamp_header }: Keyed, told: string, { headers }: Delivery) {
  const timestamp = timestamp_header === undefined ? '' : (headers[timestamp_header.toLowerCase()] ?? '');
  if (!fields) return { signatures: [told.trim()], timestamp };
  const pairs = told.split(',').map((pair) => {
    const at = pair.indexOf('=');
    return { name: pair.slice(0, Math.max(at, 0)).trim(), value: pair.slice(at + 1).trim() };
  });
  const named = (name: string | undefined) => pairs.filter((pair) => pair.name === name).map(({ value }) => value);
  return { signatures: named(fields.signature), timestamp: named(fields.timestamp)[0] ?? timestamp };
}

function checkTime({ timestamp: form, tolerance }: Keyed, text: string, now: number): Diagnostic | null {
  const at = instantOf(text, form);
  if (at === null) return notGenuine('It does not tell when it was sent.');
  if (tolerance === undefined) return null;
  return checkAge(at, now, milliseconds(tolerance));
}

function instantOf(text: string, form: Keyed['timestamp']): number | null {
  if (form === 'iso') {
    const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? null : at;
  }
  return /^\d{1,15}$/.test(text) ? Number(text) * (form === 'seconds' ? 1000 : 1) : null;
}

function pieces(
  parts: readonly TemplatePart[],
  { method, url, headers, body }: Delivery,
  { timestamp, secret }: { timestamp: string; secret: string },
): (Uint8Array | string)[] {
  const values: Record<string, Uint8Array | string> = {
    body,
    timestamp,
    secret,
    method: method.toUpperCase(),
    url,
    decoded_url: decodeUrl(url),
  };
  return parts.map((part) => {
    if ('text' in part) return part.text;
    if (part.name.startsWith('header.')) return headers[part.name.slice('header.'.length).toLowerCase()] ?? '';
    return Object.hasOwn(values, part.name) ? (values[part.name] ?? '') : '';
  });
}

/** The characters that HubSpot decodes before it signs: `:/?@!$'()*,;`. */
const DECODED = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

const decodeUrl = (url: string) => url.replace(DECODED, (code) => decodeURIComponent(code));
