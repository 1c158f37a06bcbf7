import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText } from './canonical.ts';
import { digestFields, digestHex, digestInto, digestKey, sameDigest, sipHash, strongDigest } from './digest.ts';
import type { Value } from './value.ts';

const keyBytes = Uint8Array.from({ length: 16 }, (_, at) => at);
const key = digestKey(keyBytes);

/** The even lengths among the published vectors of SipHash-2-4: key 00..0f, message 00 01 02 ... */
test.each([
  [0, '310e0edd47db6f72'],
  [2, '5a4fa9d909806c0d'],
  [4, 'b7877127e09427cf'],
  [6, 'cee3fe586e46c9cb'],
  [8, '6224939a79f5f593'],
  [10, 'f3b9dd94c5bb5d7a'],
  [12, 'fbe50e86bc8f1e75'],
  [14, 'eef27a8e90ca23f7'],
  [16, 'db9bc2577fcc2a3f'],
])('SipHash-2-4 of %i bytes is the published one', (length, expected) => {
  const text = Buffer.from(Array.from({ length }, (_, at) => at)).toString('utf16le');
  const out = new Uint8Array(8);
  sipHash(key, text, false, { each: 2, last: 4 }, out, 0);
  expect(Buffer.from(out).toString('hex')).toBe(expected);
});

/** SipHash-c-d as the paper writes it, in 64-bit integers. */
function paper(bytes: Uint8Array, each: number, last: number): string {
  const word = (from: Uint8Array, at: number) => Buffer.from(from).readBigUInt64LE(at);
  const u64 = (n: bigint) => BigInt.asUintN(64, n);
  const turn = (n: bigint, by: bigint) => u64((n << by) | (n >> (64n - by)));
  let [v0, v1] = [word(keyBytes, 0) ^ 0x736f6d6570736575n, word(keyBytes, 8) ^ 0x646f72616e646f6dn];
  let [v2, v3] = [word(keyBytes, 0) ^ 0x6c7967656e657261n, word(keyBytes, 8) ^ 0x7465646279746573n];
  const round = () => {
    v0 = u64(v0 + v1);
    v1 = turn(v1, 13n) ^ v0;
    v0 = turn(v0, 32n);
    v2 = u64(v2 + v3);
    v3 = turn(v3, 16n) ^ v2;
    v0 = u64(v0 + v3);
    v3 = turn(v3, 21n) ^ v0;
    v2 = u64(v2 + v1);
    v1 = turn(v1, 17n) ^ v2;
    v2 = turn(v2, 32n);
  };
  const padded = new Uint8Array((bytes.length >> 3) * 8 + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length;
  for (let at = 0; at < padded.length; at += 8) {
    const m = word(padded, at);
    v3 ^= m;
    for (let n = 0; n < each; n++) round();
    v0 ^= m;
  }
  v2 ^= 0xffn;
  for (let n = 0; n < last; n++) round();
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(v0 ^ v1 ^ v2 ^ v3);
  return out.toString('hex');
}

test('digestHex is SipHash-1-3 over the UTF-16LE bytes, for every text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(digestHex(key, text)).toBe(paper(Buffer.from(text, 'utf16le'), 1, 3));
    }),
  );
});

test('digestFields is the digest of each canonical text, in the order of the names', () => {
  const value = fc.jsonValue({ maxDepth: 2 }).map((json) => json as Value);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), value), (fields) => {
      const all = digestFields(key, ['c', 'a', 'b'], fields);
      const one = new Uint8Array(8);
      for (const [at, name] of ['c', 'a', 'b'].entries()) {
        digestInto(key, canonicalText(fields[name]), one, 0);
        expect(sameDigest(all, at * 8, one, 0)).toBe(true);
      }
    }),
  );
});

test('digests tell types, absence and keys apart', () => {
  const other = digestKey(new Uint8Array(16));
  const texts = [undefined, null, '', 'null', 1, '1', true, 'true', [], {}].map((value) => {
    return Buffer.from(digestFields(key, ['x'], value === undefined ? {} : { x: value })).toString('hex');
  });
  expect(new Set(texts).size).toBe(texts.length);
  expect(digestHex(key, 'a')).not.toBe(digestHex(other, 'a'));
  expect(() => digestKey(new Uint8Array(8))).toThrow(RangeError);
});

test('sameDigest compares the 8 bytes at the offsets and no others', () => {
  const a = Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  const b = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  expect(sameDigest(a, 1, b, 0)).toBe(true);
  expect(sameDigest(a, 0, b, 0)).toBe(false);
  expect(sameDigest(a, 2, b, 0)).toBe(false);
});

test('strongDigest is 128 bits of HMAC-SHA-256 over UTF-16LE', () => {
  // RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?" (28 bytes, here 14 code units).
  const text = Buffer.from('what do ya want for nothing?').toString('utf16le');
  expect(strongDigest(Buffer.from('Jefe'), text)).toBe('5bdcc146bf60754e6a042426089575c7');
});
