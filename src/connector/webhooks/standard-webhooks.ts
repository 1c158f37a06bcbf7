import { createHmac, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { checkAge, type Delivery, notGenuine, sameText } from './delivery.ts';

type Key = { version: 'v1'; key: Buffer } | { version: 'v1a'; key: KeyObject };

/**
 * https://www.standardwebhooks.com: `v1` by HMAC, `v1a` by Ed25519. The header may hold several signatures, and `secret`
 * several keys with spaces between them, while one is replaced by another.
 */
export function standardWebhooks(
  secret: string,
  prefix: string,
  tolerance: number,
): Result<(delivery: Delivery) => Diagnostic | null> {
  const keys: Key[] = [];
  for (const text of secret.trim().split(/\s+/)) {
    const key = readKey(text);
    if (!key) return fail(keyUnusable());
    keys.push(key);
  }
  return ok(({ headers, body, now }) => {
    const id = headers[`${prefix}id`] ?? '';
    const timestamp = headers[`${prefix}timestamp`] ?? '';
    const told = headers[`${prefix}signature`] ?? '';
    if (id === '' || told === '') return notGenuine(`It lacks the header ${prefix}id or ${prefix}signature.`);
    if (!/^\d{1,12}$/.test(timestamp)) return notGenuine('It does not tell when it was sent.');
    const late = checkAge(Number(timestamp) * 1000, now, tolerance);
    if (late) return late;
    const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`, 'utf8'), body]);
    const fits = told.split(' ').some((one) => {
      const [version, signature = ''] = one.split(',', 2);
      return keys.some((key) => key.version === version && isSigned(key, signed, signature));
    });
    return fits ? null : notGenuine('Its signature does not fit.');
  });
}

function isSigned(key: Key, signed: Buffer, signature: string): boolean {
  if (key.version === 'v1') return sameText(signature, createHmac('sha256', key.key).update(signed).digest('base64'));
  return verify(null, signed, key.key, Buffer.from(signature, 'base64'));
}

/** What stands before the 32 bytes of an Ed25519 key in its DER form. */
const ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

function readKey(text: string): Key | null {
  const encoded = text.replace(/^wh(sec|pk)_/, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null;
  const bytes = Buffer.from(encoded, 'base64');
  if (!text.startsWith('whpk_')) return bytes.length === 0 ? null : { version: 'v1', key: bytes };
  if (bytes.length !== 32) return null;
  const key = createPublicKey({ key: Buffer.concat([ED25519, bytes]), format: 'der', type: 'spki' });
  return { version: 'v1a', key };
}

const keyUnusable = () =>
  problem('webhook-secret-unusable', 'The secret of the webhook can not be used', {
    detail: 'It must be base64, after whsec_ or whpk_.',
  });
