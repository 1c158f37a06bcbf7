import { DIGEST_BYTES } from '../../src/record/digest.ts';
import type { Link } from '../../src/store/port.ts';
import { MAPPINGS, type MappingName } from './fields.ts';

/**
 * Fields of linked pairs of which neither side has a baseline in the store: their first contact was interrupted, and is
 * decided anew.
 */
export class FirstContacts {
  readonly #open = new Map<string, Set<string>>();

  note(mapping: MappingName, { a, b, aBase, bBase }: Link): void {
    // A layout begins with the fields of its mapping.
    const names = MAPPINGS[mapping].fields.flatMap((field, index) =>
      isBlank(aBase, index) && isBlank(bBase, index) ? [field.a] : [],
    );
    this.#open.set(`${mapping} ${a} ${b}`, new Set(names));
  }

  isOpen(mapping: MappingName, { a, b }: { a: string; b: string }, field: string): boolean {
    return this.#open.get(`${mapping} ${a} ${b}`)?.has(field) ?? false;
  }
}

const isBlank = (base: Uint8Array, index: number): boolean =>
  base.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES).every((byte) => byte === 0);
