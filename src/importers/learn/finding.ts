/** What a probe says about one fact of a connector. */
export type Verdict = 'confirmed' | 'learnt' | 'contradicted' | 'not visible';

/** Requests of a probe that were alike. Holds no value of a field and no secret, so it may be kept and shown. */
export interface Exchange {
  method: string;
  /** With the names of its parameters; values only where the probe made them up (page sizes and the like). */
  path: string;
  /** HTTP status; null where there was no answer. */
  status: number | null;
  /** Records in the answer, where it was a list. */
  records: number | null;
  /** Milliseconds of the slowest. */
  tookMs: number;
  times: number;
}

/** A change of the connector file: sets what stands at a path, takes it away (`undefined`), or renames its key. */
export type Change = { path: readonly string[]; value: unknown } | { path: readonly string[]; rename: string };

/** One fact about the live system, beside what the connector says about it. */
export interface Finding {
  /** The id of the probe. */
  probe: string;
  /** Null where the fact is one of the whole system. */
  object: string | null;
  /** Dotted path in the connector file. */
  at: string;
  /** What was looked at, in a few words. */
  fact: string;
  verdict: Verdict;
  /** What the file says, as JSON; null where it says nothing. */
  declared: string | null;
  /** What was seen; for `not visible`, why it can't be. */
  seen: string;
  evidence: Exchange[];
  changes: Change[];
}

export interface LearnReport {
  connector: string;
  /** YYYY-MM-DD */
  on: string;
  /** Whether a test record was allowed. */
  wrote: boolean;
  tookMs: number;
  calls: number;
  findings: Finding[];
  counts: Record<Verdict, number>;
  /** Test records that could not be taken away again: object and id. */
  left: { object: string; id: string }[];
}

export function countVerdicts(findings: readonly Finding[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { confirmed: 0, learnt: 0, contradicted: 0, 'not visible': 0 };
  for (const { verdict } of findings) counts[verdict] += 1;
  return counts;
}
