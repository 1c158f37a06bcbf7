import { createHash, timingSafeEqual } from 'node:crypto';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';

/** A request that a system sends to us, as it came. */
export interface Delivery {
  method: string;
  /** The address that the system sent it to, with its query: as registered, not as a proxy changed it. */
  url: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The bytes as they came: what is signed. */
  body: Uint8Array;
  /** When it came, epoch ms. */
  now: number;
}

/** What the system gets as an answer. */
export interface WebhookAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Something that happened to a record. Whatever else the system told is not the state of the record: it is read again. */
export interface WebhookEvent {
  /** In the words of the system. */
  type: string;
  object: string;
  action: 'created' | 'updated' | 'deleted';
  /** Id of the record. */
  id: string;
  /** The same in every delivery of this event. */
  dedupe: string;
}

/** Why a delivery is refused: never with a word of it. */
export function notGenuine(detail: string): Diagnostic {
  return problem('webhook-refused', 'A delivery of a webhook is not genuine', {
    detail,
    next: 'Check the secret of the webhook and the address it is registered with; a wrong clock refuses all',
  });
}

/** Null where it was sent about now; both clocks may be wrong by the tolerance. */
export function checkAge(at: number, now: number, tolerance: number): Diagnostic | null {
  if (now - at > tolerance) return notGenuine('It is too old: someone may have kept it.');
  return at - now > tolerance ? notGenuine('It comes from the future.') : null;
}

/** Takes the same time wherever the texts differ, and whatever their lengths. */
export function sameText(given: string, expected: string): boolean {
  const [left, right] = [given, expected].map((text) => createHash('sha256').update(text, 'utf8').digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The body as JSON; undefined where it is none. */
export function jsonOf(body: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(decoder.decode(body));
    return value;
  } catch {
    return undefined;
  }
}
