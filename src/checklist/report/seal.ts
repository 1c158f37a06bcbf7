import { hash } from 'node:crypto';

/** Stands where the digest of a document will stand. */
export const SEAL_PLACE = `sha256:${'0'.repeat(64)}`;

const SEAL = /sha256:[0-9a-f]{64}/;

/** A document with the SHA-256 digest of its text in the place kept for it; all that a reader sees is under it. */
export const sealed = (text: string): string => text.replaceAll(SEAL_PLACE, `sha256:${hash('sha256', text)}`);

/** Whether a sealed document is as it was written; null where it bears no digest. */
export function checkSeal(text: string): { unchanged: boolean; seal: string } | null {
  const seal = SEAL.exec(text)?.[0];
  if (seal === undefined) return null;
  const bare = text.replaceAll(seal, SEAL_PLACE);
  return { unchanged: `sha256:${hash('sha256', bare)}` === seal, seal };
}
