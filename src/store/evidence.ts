import type { Result } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';

/** What a probe of the check list found. Texts and facts hold names, counts, statuses and timings; never values. */
export interface StoredEvidence {
  /** Id of the question. */
  question: string;
  probe: string;
  side: Side;
  /** Epoch ms, at the end of the probe. */
  at: number;
  tookMs: number;
  verdict: 'holds' | 'contradicts' | 'unknown';
  asked: string;
  found: string;
  facts: Readonly<Record<string, string | number | boolean | null>>;
  next: string | null;
  /** Digest of what it was asked about, the answer and what that rests on: about anything else it says nothing. */
  basis: string;
}

/** One check: what became of each question that was asked, and the evidence for it. */
export interface StoredCheck {
  integration: string;
  /** Epoch ms. */
  at: number;
  /** Of Dovetail. */
  version: string;
  answers: StoredAnswer[];
  evidence: StoredEvidence[];
}

export interface StoredAnswer {
  question: string;
  /** Name of the system; null: both together. */
  system: string | null;
  status: string;
}

/** A person let one question through, for a reason that is on record until the question is resolved. */
export interface Override {
  integration: string;
  question: string;
  reason: string;
  /** Epoch ms. */
  at: number;
}

/** What the check list has seen, and what people let through. Nothing in it is ever changed or removed. */
export interface EvidenceLog {
  add(check: StoredCheck): Promise<Result<void>>;
  /** Checks of an integration with their answers, newest first; `evidence` holds what that check added. */
  checks(integration: string, limit: number): Promise<StoredCheck[]>;
  /** The newest evidence of each probe of each question and side. */
  latest(integration: string): Promise<StoredEvidence[]>;
  addOverride(override: Override): Promise<Result<void>>;
  /** Newest first. */
  overrides(integration: string): Promise<Override[]>;
}
