/** Remembered pages; a loop longer than this is found by the total, or not at all. */
const REMEMBERED = 4096;

/** Notices a page that was there before, by a digest of its ids in their order. Empty pages don't count. */
export function createRepeats(): { seen(ids: readonly string[]): boolean } {
  const digests = new Set<number>();
  return {
    seen(ids) {
      if (ids.length === 0) return false;
      const digest = digestOf(ids);
      if (digests.has(digest)) return true;
      digests.add(digest);
      if (digests.size > REMEMBERED) {
        const [first] = digests;
        if (first !== undefined) digests.delete(first);
      }
      return false;
    },
  };
}

/** 53 bits from two 32-bit mixes (FNV-1a with different primes); only ever compared within one read. */
function digestOf(ids: readonly string[]): number {
  let a = 0x811c9dc5;
  let b = 0x2545f491;
  for (const id of ids) {
    for (let i = 0; i < id.length; i++) {
      const code = id.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b);
    }
    a = Math.imul(a ^ 0x1f, 0x01000193);
    b = Math.imul(b ^ 0x1f, 0xc2b2ae35);
  }
  return (a >>> 0) * 0x200000 + ((b >>> 0) & 0x1fffff);
}
