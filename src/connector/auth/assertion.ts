import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { type Random, randomToken } from '../../platform/random.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { AuthDefinition } from '../definition.ts';
import { milliseconds } from '../duration.ts';
import { fillVariables, type Variables } from '../template.ts';

type Assertion = Extract<AuthDefinition, { type: 'oauth2' }>['assertion'];

interface AssertionParts {
  clock: Clock;
  random: Random;
  variables: Variables;
  /** Put into the assertion too: Google reads it only there. */
  scope: string;
}

/** A signed JWT that stands for the account (RFC 7523). */
export async function assertionOf(
  definition: NonNullable<Assertion> | undefined,
  { clock, random, variables, scope }: AssertionParts,
): Promise<Result<string>> {
  if (!definition) return fail(problem('auth-incomplete', 'The grant jwt_bearer needs assertion'));
  const { issuer, subject, audience, key_id, algorithm } = definition;
  const texts: Record<string, string> = {};
  for (const [name, template] of Object.entries({ issuer, subject, audience, key_id, key: definition.key })) {
    if (template === undefined) continue;
    const filled = fillVariables(template, variables);
    if (!filled.ok) return filled;
    texts[name] = filled.value;
  }
  const key = privateKey(texts.key ?? '', algorithm);
  if (!key.ok) return key;
  const { SignJWT } = await import('jose');
  const now = Math.floor(clock.now() / 1000);
  const jwt = new SignJWT(scope === '' ? {} : { scope })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(texts.key_id ? { kid: texts.key_id } : {}) })
    .setIssuer(texts.issuer ?? '')
    .setAudience(texts.audience ?? '')
    .setIssuedAt(now)
    .setExpirationTime(now + Math.ceil(milliseconds(definition.lives) / 1000))
    .setJti(randomToken(random));
  if (texts.subject !== undefined) jwt.setSubject(texts.subject);
  return ok(await jwt.sign(key.value));
}

/** PEM of any form; in environment variables its line ends are often written as \n. */
function privateKey(text: string, algorithm: 'RS256' | 'ES256'): Result<KeyObject> {
  const unusable = (detail: string) =>
    fail(
      problem('auth-key-unusable', 'The private key of this connection can not be used', {
        detail,
        next: 'Give the key as PEM: it begins with -----BEGIN',
      }),
    );
  try {
    const key = createPrivateKey(text.replaceAll('\\n', '\n'));
    const needed = algorithm === 'RS256' ? 'rsa' : 'ec';
    return key.asymmetricKeyType === needed ? ok(key) : unusable(`${algorithm} needs a key of the kind ${needed}.`);
  } catch {
    return unusable('It is no private key, or needs a password.');
  }
}
