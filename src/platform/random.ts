import { randomBytes } from 'node:crypto';

/** Randomness, passed in. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  bytes(length: number): Uint8Array;
}

export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (length) => new Uint8Array(randomBytes(length)),
};

/** 128 random bits as 32 hex digits: for idempotency keys, link tokens and run ids. */
export function randomToken(random: Random): string {
  return Buffer.from(random.bytes(16)).toString('hex');
}
