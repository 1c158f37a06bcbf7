import { hash } from 'node:crypto';
import type { Json } from '../system.ts';
import type { CrmRecord } from './objects.ts';
import type { FieldError } from './validation.ts';

const DAY = 86_400_000;

/** The outcome of one item of a batch, or of a single create. The record is kept by reference, not as text. */
export interface ItemResult {
  readonly status: number;
  readonly record?: CrmRecord;
  readonly error?: string;
  readonly errors?: readonly FieldError[];
}

interface Replay {
  bodyDigest: string;
  results: readonly ItemResult[];
  at: number;
}

/** What was answered under which idempotency key, for 24 hours. */
export class Replays {
  private readonly replays = new Map<string, Replay>();

  /** `none`: a new key. `mismatch`: the key was used with another body. Else the results of the first time. */
  find(key: string, body: string, now: number): 'none' | 'mismatch' | readonly ItemResult[] {
    this.forget(now);
    const replay = this.replays.get(key);
    if (replay === undefined) return 'none';
    return replay.bodyDigest === hash('sha1', body) ? replay.results : 'mismatch';
  }

  keep(key: string, body: string, results: readonly ItemResult[], now: number): void {
    this.replays.set(key, { bodyDigest: hash('sha1', body), results, at: now });
  }

  private forget(now: number): void {
    for (const [key, replay] of this.replays) {
      if (replay.at + DAY > now) return;
      this.replays.delete(key);
    }
  }
}

export function itemJson(result: ItemResult): Json {
  const { status, record, error, errors } = result;
  return {
    status,
    ...(record === undefined ? {} : { record }),
    ...(error === undefined ? {} : { error }),
    ...(errors === undefined ? {} : { errors: errors.map((one) => ({ ...one })) }),
  };
}
