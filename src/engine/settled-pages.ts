import { createHash } from 'node:crypto';
import type { WireRecord } from '../connector/port.ts';
import { strongDigest } from '../record/digest.ts';

/** Records per text that is digested: the text of a whole page would outlive its use, being too long for V8's youngest space. */
const PART = 50;

/**
 * The pages of a read of everything on which no record had changed, by keyed digest of what the system sent. Such a page
 * that comes again, letter for letter, is counted as unchanged without a look at its records: a run without changes over
 * a system that can't tell what changed takes less than half the time.
 *
 * What is settled depends on the links as well. So the store forgets all pages of a mapping with every change of a link
 * or parked record, and a run stores its pages only where its own changes concern no record of them.
 */
export class SettledPages {
  readonly #known: ReadonlySet<string>;
  readonly #key: Uint8Array;
  readonly #salt: string;
  readonly #settled: string[] = [];
  #open: readonly WireRecord[] | null = null;

  /** `salt`: all that says how a page is decoded and what is decided from it. */
  constructor(key: Uint8Array, salt: string, known: readonly string[]) {
    this.#known = new Set(known);
    this.#key = key;
    this.#salt = salt;
  }

  /** Whether the page is settled; if not, it is open until `settle` or the next page. */
  has(page: readonly WireRecord[]): boolean {
    this.#open = page;
    // Most first reads know of no page: nothing is digested then.
    if (this.#known.size === 0) return false;
    const digest = this.#digest(page);
    if (!this.#known.has(digest)) return false;
    this.#open = null;
    this.#settled.push(digest);
    return true;
  }

  /** No record of the open page had changed. */
  settle(): void {
    if (this.#open) this.#settled.push(this.#digest(this.#open));
    this.#open = null;
  }

  /** No more pages come. */
  close(): void {
    this.#open = null;
  }

  /** What to store; null where it is stored already. */
  digests(): readonly string[] | null {
    const same = this.#settled.length === this.#known.size && this.#settled.every((one) => this.#known.has(one));
    return same ? null : this.#settled;
  }

  #digest(page: readonly WireRecord[]): string {
    const sent = createHash('sha256');
    for (let at = 0; at < page.length; at += PART) {
      sent.update(JSON.stringify(page.slice(at, at + PART).map((record) => record.wire)));
    }
    return strongDigest(this.#key, this.#salt + sent.digest('hex'));
  }
}
