import type { Connection } from '../connector/port.ts';
import type { LoadedIntegration, LoadedSystem } from '../integration/loaded.ts';
import type { Platform } from '../platform/platform.ts';
import type { Diagnostic, Result } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Marks } from './marks/marks.ts';
import type { SampleReader } from './sample.ts';

/**
 * How far an answer can be relied upon:
 *
 * - `verified`: it is in the integration file, and the live system behaves as it says;
 * - `declared`: it is in the file, and nothing was or could be asked;
 * - `open`: nobody answered;
 * - `contradicted`: the live system does not behave as the file says;
 * - `stale`: it was verified, but too long ago, or of another connector, mapping or answer than today's;
 * - `not-applicable`: the question does not arise here.
 */
export const STATUSES = ['contradicted', 'stale', 'open', 'declared', 'verified', 'not-applicable'] as const;
export type Status = (typeof STATUSES)[number];

/** What an answer that is open or contradicted stands in the way of: every run, runs in production, or nothing. */
export type Blocks = 'runs' | 'production' | 'nothing';

/** What a question is about, for a report that is read by people of different trades. */
export const THEMES = ['system', 'access', 'data', 'values', 'reading', 'operation'] as const;
export type Theme = (typeof THEMES)[number];

/**
 * Whom to ask: the administrator of the system, its network's, the owner of the business process, the officer for data
 * protection, or whoever builds the integration.
 */
export const PEOPLE = ['administrator', 'network', 'owner', 'privacy-officer', 'engineer'] as const;
export type Person = (typeof PEOPLE)[number];

/** One line of the check list. */
export interface Question {
  /** Never changes; stands in integration files and in stored evidence. */
  id: string;
  text: string;
  /** What goes wrong when nobody asks; one sentence. */
  why: string;
  /** Both in German: the report is made in either language. */
  german: { text: string; why: string };
  theme: Theme;
  ask: Person;
  blocks: Blocks;
  /** What its evidence is about, besides the answer: the connectors alone (default), or the mappings as well. */
  restsOn?: 'connectors' | 'mappings';
  /** Days until its evidence is stale. Default `FRESH_DAYS`. */
  freshDays?: number;
  /** What the integration file and the connectors it names say. At least one answer. */
  answers(integration: LoadedIntegration): Answer[];
  /** Run for each answer that is declared. Empty: nothing is asked of the systems. */
  probes: readonly Probe[];
}

/** How long evidence counts, in days, unless its question says otherwise. */
export const FRESH_DAYS = 30;

export interface Answer {
  /** The system it is about; null: both together. Probes ask that system, or both. */
  side: Side | null;
  status: 'declared' | 'open' | 'not-applicable';
  /** The answer in short, without secrets or field values. */
  says: string;
  /** How to give the answer, where it is open. */
  next?: string;
}

/** Asks one system. */
export type Probe = ReadingProbe | WritingProbe;

export interface ReadingProbe {
  /** Unique in its question. */
  id: string;
  writes?: false;
  /** Of an answer for both systems: it asks neither of them, and is asked once. */
  once?: true;
  ask(context: ProbeContext, side: Side): Promise<Observation>;
}

/**
 * Tries something on marked records: asked only where a person allows it, and never in production. As long as it was not
 * asked, its question is not verified.
 */
export interface WritingProbe {
  id: string;
  writes: true;
  /** Probes of its question that can't tell by reading alone: where this one holds, what they could not tell counts no more. */
  settles?: readonly string[];
  /** Whether there is anything to try on this side; where there is not, nothing is missing. */
  applies(integration: LoadedIntegration, side: Side): boolean;
  ask(context: WritingContext, side: Side): Promise<Observation>;
}

/** What a probe works with. */
export interface ProbeContext {
  integration: LoadedIntegration;
  connections: Record<Side, Connection>;
  platform: Platform;
  /** Some records of each mapped object, read once for all probes. */
  samples: SampleReader;
  /** Opens a system in another of its environments; null where a check can't. Whoever opens it closes it. */
  open: ((system: LoadedSystem) => Result<Connection>) | null;
  signal: AbortSignal;
}

/** The same for a probe that writes; all that it writes, it writes through the marks. */
export interface WritingContext extends ProbeContext {
  marks: Marks;
}

/** What a probe found. Texts and facts hold names, counts, statuses and timings; never values or secrets. */
export interface Observation {
  /** `unknown`: it could not be told; the answer stays as declared. */
  verdict: 'holds' | 'contradicts' | 'unknown';
  /** What was asked of the system. */
  asked: string;
  /** What came back, in one sentence. */
  found: string;
  facts: Readonly<Record<string, string | number | boolean | null>>;
  /** Each thing that was found, where `found` is their sum; with its place in the file and what to do about it. */
  findings?: readonly Diagnostic[];
  /** What to do about it. */
  next?: string;
}

/** An observation, by whom and when. */
export interface Evidence extends Observation {
  probe: string;
  side: Side;
  /** Epoch ms, at the end of the probe. */
  at: number;
  tookMs: number;
}

/** One answer to one question, and what the probes found. */
export interface CheckLine {
  /** Its id. */
  question: string;
  /** The question itself. */
  text: string;
  /** Name of the system it is about; null: both. */
  system: string | null;
  status: Status;
  /** What the integration file says. */
  says: string;
  /** What to do about it; null where there is nothing. */
  next: string | null;
  blocks: Blocks;
  /** Whether it stands in the way of a run in this environment. */
  blocking: boolean;
  evidence: Evidence[];
}
