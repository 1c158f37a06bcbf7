import { createHmac } from 'node:crypto';
import { canonicalText } from './canonical.ts';
import type { Fields } from './value.ts';

/** Bytes of the digest of one field. */
export const DIGEST_BYTES = 8;

const QUOTE = 0x22;

/** Rounds per word and at the end: SipHash-1-3. */
const ROUNDS = { each: 1, last: 3 };

/** A 128-bit key, as the 32-bit halves (low, high) of its two words. */
export interface DigestKey {
  readonly k0a: number;
  readonly k0b: number;
  readonly k1a: number;
  readonly k1b: number;
}

/** Throws where `bytes` are not 16: a key of another length is a bug. */
export function digestKey(bytes: Uint8Array): DigestKey {
  if (bytes.length !== 16) throw new RangeError(`A digest key has 16 bytes, not ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const word = (at: number) => view.getInt32(at, true);
  return { k0a: word(0), k0b: word(4), k1a: word(8), k1b: word(12) };
}

/** Writes the 8-byte digest of `text` at `out[offset]`. */
export function digestInto(key: DigestKey, text: string, out: Uint8Array, offset: number): void {
  sipHash(key, text, false, ROUNDS, out, offset);
}

/** The digests of `canonicalText(fields[name])`, 8 bytes per name in the order of the names. */
export function digestFields(key: DigestKey, names: readonly string[], fields: Fields): Uint8Array {
  const out = new Uint8Array(names.length * DIGEST_BYTES);
  digestFieldsInto(key, names, fields, out, 0);
  return out;
}

/** As `digestFields`, into `out` from `offset` on: a scan that reuses one array is spared an allocation per record. */
export function digestFieldsInto(
  key: DigestKey,
  names: readonly string[],
  fields: Fields,
  out: Uint8Array,
  offset: number,
): void {
  let at = offset;
  for (const name of names) {
    const value = fields[name];
    // The quote that marks a text is hashed without being put before it: that would copy every text.
    if (typeof value === 'string') sipHash(key, value, true, ROUNDS, out, at);
    else sipHash(key, canonicalText(value), false, ROUNDS, out, at);
    at += DIGEST_BYTES;
  }
}

/** The digest of a text as 16 hex digits. */
export function digestHex(key: DigestKey, text: string): string {
  const out = new Uint8Array(DIGEST_BYTES);
  digestInto(key, text, out, 0);
  return out.toHex();
}

/** Whether the 8-byte digests at the two offsets are equal. */
export function sameDigest(a: Uint8Array, offsetA: number, b: Uint8Array, offsetB: number): boolean {
  for (let at = 0; at < DIGEST_BYTES; at++) {
    if (a[offsetA + at] !== b[offsetB + at]) return false;
  }
  return true;
}

/**
 * HMAC-SHA-256 of a text, cut to 128 bits, as 32 hex digits: for match keys and bodies, where two equal digests are
 * taken for two equal texts across all records.
 */
export function strongDigest(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text, 'utf16le').digest('hex').slice(0, 32);
}

/**
 * SipHash with `each` rounds per word and `last` at the end, over the UTF-16LE bytes of the text (of a quote and the text,
 * where `quoted`): 8 bytes at `out[offset]`. Each 64-bit variable v0..v3 is two of 32 bits, low half `a`, high half `b`.
 * One loop with everything in place, because it runs once per field and record.
 */
export function sipHash(
  { k0a, k0b, k1a, k1b }: DigestKey,
  text: string,
  quoted: boolean,
  rounds: { readonly each: number; readonly last: number },
  out: Uint8Array,
  offset: number,
): void {
  let v0a = k0a ^ 0x70736575;
  let v0b = k0b ^ 0x736f6d65;
  let v1a = k1a ^ 0x6e646f6d;
  let v1b = k1b ^ 0x646f7261;
  let v2a = k0a ^ 0x6e657261;
  let v2b = k0b ^ 0x6c796765;
  let v3a = k1a ^ 0x79746573;
  let v3b = k1b ^ 0x74656462;
  const start = quoted ? -1 : 0;
  const units = text.length - start;
  const words = units >> 2;
  for (let word = 0, at = start; word <= words + 1; word++, at += 4) {
    let ma = 0;
    let mb = 0;
    let left = rounds.each;
    if (word < words) {
      ma = (at < 0 ? QUOTE : text.charCodeAt(at)) | (text.charCodeAt(at + 1) << 16);
      mb = text.charCodeAt(at + 2) | (text.charCodeAt(at + 3) << 16);
    } else if (word === words) {
      ma = unitAt(text, at) | (unitAt(text, at + 1) << 16);
      mb = unitAt(text, at + 2) | (units << 25);
    } else {
      v2a ^= 0xff;
      left = rounds.last;
    }
    v3a ^= ma;
    v3b ^= mb;
    for (; left > 0; left--) {
      let t = (v0a + v1a) | 0;
      v0b = (v0b + v1b + (t >>> 0 < v1a >>> 0 ? 1 : 0)) | 0;
      v0a = t;
      t = ((v1a << 13) | (v1b >>> 19)) ^ v0a;
      v1b = ((v1b << 13) | (v1a >>> 19)) ^ v0b;
      v1a = t;
      t = (v2a + v3a) | 0;
      v2b = (v2b + v3b + (t >>> 0 < v3a >>> 0 ? 1 : 0)) | 0;
      v2a = t;
      t = ((v3a << 16) | (v3b >>> 16)) ^ v2a;
      v3b = ((v3b << 16) | (v3a >>> 16)) ^ v2b;
      v3a = t;
      // From here on v0 is turned by 32 bits: its halves trade places.
      t = (v0b + v3a) | 0;
      v0b = (v0a + v3b + (t >>> 0 < v3a >>> 0 ? 1 : 0)) | 0;
      v0a = t;
      t = ((v3a << 21) | (v3b >>> 11)) ^ v0a;
      v3b = ((v3b << 21) | (v3a >>> 11)) ^ v0b;
      v3a = t;
      t = (v2a + v1a) | 0;
      // And v2 likewise, after the addition.
      v2a = (v2b + v1b + (t >>> 0 < v1a >>> 0 ? 1 : 0)) | 0;
      v2b = t;
      t = ((v1a << 17) | (v1b >>> 15)) ^ v2b;
      v1b = ((v1b << 17) | (v1a >>> 15)) ^ v2a;
      v1a = t;
    }
    v0a ^= ma;
    v0b ^= mb;
  }
  writeWord(out, offset, v0a ^ v1a ^ v2a ^ v3a);
  writeWord(out, offset + 4, v0b ^ v1b ^ v2b ^ v3b);
}

function unitAt(text: string, at: number): number {
  if (at < 0) return QUOTE;
  return at < text.length ? text.charCodeAt(at) : 0;
}

function writeWord(out: Uint8Array, offset: number, word: number): void {
  out[offset] = word;
  out[offset + 1] = word >>> 8;
  out[offset + 2] = word >>> 16;
  out[offset + 3] = word >>> 24;
}
