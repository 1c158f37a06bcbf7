import type { Diagnostic } from '../../record/diagnostic.ts';
import type { Cause } from './cause.ts';

/** A way in which a row loses something, shown by the smallest value found. Holds no values. */
export interface Violation {
  cause: Cause | 'not-deterministic' | 'not-total';
  /** Of the value that went. */
  shape: string;
  /** Of what came back; null where nothing did. */
  back: string | null;
  /** What is lost, in a sentence. */
  loss: string;
  remedies: string[];
  /** How many values of the sample showed it; 0: only a generated one. */
  sampled: number;
  /** The row declares that it is known and meant. */
  accepted: boolean;
  diagnostic: Diagnostic;
}

/** `a, b, or c`, as an instruction. */
export function sentence(remedies: readonly string[]): string {
  const text = remedies.length < 2 ? (remedies[0] ?? '') : `${remedies.slice(0, -1).join(', ')}, or ${remedies.at(-1)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
