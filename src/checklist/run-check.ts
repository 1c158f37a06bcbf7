import { didYouMean } from '../connector/closest-word.ts';
import type { CallCount, Connection } from '../connector/port.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { Platform } from '../platform/platform.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { SIDES, type Side } from '../record/side.ts';
import type { StoredEvidence } from '../store/evidence.ts';
import type { MarkLog } from '../store/marked.ts';
import { isProduction } from './environment.ts';
import { isStale, toEvidence } from './freshness.ts';
import { isGap, lineOf, staleLine } from './line.ts';
import { type Cleared, openMarks } from './marks/marks.ts';
import type {
  Answer,
  CheckLine,
  Evidence,
  Observation,
  Probe,
  ProbeContext,
  Question,
  Status,
  WritingContext,
} from './question.ts';
import { QUESTIONS } from './registry.ts';
import { createSampleReader } from './sample.ts';

/** Records of each object that probes look at, unless told otherwise. */
export const SAMPLE_SIZE = 300;

/** Asked before all others: where they are contradicted, the system is asked nothing more. */
const GATES = ['reachability', 'credentials'];

export interface CheckOptions {
  integration: LoadedIntegration;
  connections: Record<Side, Connection>;
  platform: Platform;
  /** Only these questions, by id; null for all. The gates are asked all the same. */
  only?: readonly string[] | null;
  /** Most records of each object that are looked at. Default `SAMPLE_SIZE`. */
  sampleSize?: number;
  /** Opens a system in another of its environments, so that the two can be compared; absent: they are not. */
  open?: ProbeContext['open'];
  /** Allows the probes that write, on records that are noted here and removed at the end. Not in production. */
  write?: MarkLog;
  /** Evidence of earlier checks: that of probes that write counts on where they are not asked. */
  onRecord?: readonly StoredEvidence[];
  signal?: AbortSignal;
  /** Told before a question is asked. */
  onQuestion?: (id: string, done: number, all: number) => void;
}

export interface CheckReport {
  integration: string;
  environment: string;
  /** Whether the environment counts as production, so that what blocks production blocks here. */
  production: boolean;
  /** Names of the systems. */
  systems: Record<Side, string>;
  /** Epoch ms. */
  at: number;
  tookMs: number;
  /** In the order of the check list. */
  lines: CheckLine[];
  counts: Record<Status, number>;
  /** What looks odd in the answers of the integration file. */
  remarks: Diagnostic[];
  /** Nothing stands in the way of a run in this environment. */
  ready: boolean;
  /** Answers that would stand in the way of production and don't do so here. */
  openForProduction: number;
  calls: Record<Side, CallCount>;
  /** What was made to try something and became of it; null where nothing was to be written. */
  marked: Cleared | null;
}

/**
 * Answers every question from the integration file and verifies the answers on both live systems: first by reading, then,
 * where that is allowed, on marked records, which are gone at the end, whatever happens.
 */
export async function runCheck(options: CheckOptions): Promise<CheckReport> {
  const { integration, connections, platform, only } = options;
  const started = platform.clock.now();
  const signal = options.signal ?? new AbortController().signal;
  const samples = createSampleReader(connections, platform.clock, options.sampleSize ?? SAMPLE_SIZE, signal);
  const open = options.open ?? null;
  const context: ProbeContext = { integration, connections, platform, samples, open, signal };
  const marks = options.write
    ? openMarks({ integration, connections, platform, log: options.write, purpose: 'check' })
    : null;
  const chosen = QUESTIONS.filter(({ id }) => !only || only.includes(id) || GATES.includes(id));
  const shut: Record<Side, string | null> = { a: null, b: null };
  const asked = new Map<string, Asked[]>();
  const inOrder = [...chosen].sort((one, other) => rank(one) - rank(other));
  for (const [done, question] of inOrder.entries()) {
    options.onQuestion?.(question.id, done, inOrder.length);
    const answers = await askReading(context, question, shut);
    asked.set(question.id, answers);
    if (GATES.includes(question.id))
      shutGates(
        context,
        answers.map((one) => lineOf(integration, question, one.answer, one.evidence)),
        shut,
      );
  }
  const cleared = marks && (await askWriting({ ...context, marks }, inOrder, asked, shut));
  const now = platform.clock.now();
  const lines = chosen
    .filter(({ id }) => !only || only.includes(id))
    .flatMap((question) =>
      (asked.get(question.id) ?? []).map((one) => {
        const earlier = marks ? [] : writtenBefore(question, one.answer, options.onRecord ?? []);
        const stale = earlier.some((evidence) => isStale(integration, question, evidence, now));
        return (stale ? staleLine : lineOf)(integration, question, one.answer, [
          ...one.evidence,
          ...earlier.map(toEvidence),
        ]);
      }),
    );
  return reportOf(context, lines, started, cleared);
}

/** An answer, and what the probes found so far. */
interface Asked {
  answer: Answer;
  evidence: Evidence[];
}

const rank = ({ id }: Question): number => {
  const gate = GATES.indexOf(id);
  return gate < 0 ? GATES.length : gate;
};

function shutGates(
  { integration, samples }: ProbeContext,
  lines: readonly CheckLine[],
  shut: Record<Side, string | null>,
): void {
  for (const side of SIDES) {
    const { name } = integration[side];
    const failed = lines.find((line) => line.status === 'contradicted' && line.system === name);
    if (!failed) continue;
    shut[side] ??= failed.question;
    samples.shut(
      side,
      problem('not-asked', `${name} was not asked, since its answer to ${failed.question} does not hold`),
    );
  }
}

const sidesOf = ({ side }: Answer): readonly Side[] => (side === null ? SIDES : [side]);

async function askReading(
  context: ProbeContext,
  question: Question,
  shut: Record<Side, string | null>,
): Promise<Asked[]> {
  const probes = question.probes.filter((probe) => !probe.writes);
  const found: Asked[] = [];
  for (const answer of question.answers(context.integration)) {
    const asked = answer.status === 'declared' ? probes : [];
    const evidence = await ofEachSide(answer, asked, (probe, side) =>
      askProbe(context, probe.id, side, probe.once ? null : shut[side], () => probe.ask(context, side)),
    );
    found.push({ answer, evidence });
  }
  return found;
}

/** Asks what only a write tells, and removes what was made for it. */
async function askWriting(
  context: WritingContext,
  questions: readonly Question[],
  asked: ReadonlyMap<string, Asked[]>,
  shut: Record<Side, string | null>,
): Promise<Cleared> {
  const { integration, marks, signal } = context;
  try {
    for (const question of questions) {
      const probes = question.probes.filter((probe) => probe.writes === true);
      for (const { answer, evidence } of asked.get(question.id) ?? []) {
        if (answer.status !== 'declared' || signal.aborted) continue;
        const found = await ofEachSide(answer, probes, async (probe, side) =>
          probe.applies(integration, side)
            ? askProbe(context, probe.id, side, shut.a ?? shut.b, () => probe.ask(context, side))
            : null,
        );
        evidence.push(...found);
      }
    }
  } catch (broken) {
    await marks.clear();
    throw broken;
  }
  // Also where a person has stopped the check.
  return marks.clear();
}

/** The probes of one side one after the other, both sides at the same time. */
async function ofEachSide<P extends Probe>(
  answer: Answer,
  probes: readonly P[],
  ask: (probe: P, side: Side) => Promise<Evidence | null>,
): Promise<Evidence[]> {
  const parts = await Promise.all(
    sidesOf(answer).map(async (side, at) => {
      const found: Evidence[] = [];
      for (const probe of probes.filter((probe) => probe.writes || !probe.once || at === 0))
        found.push(...[await ask(probe, side)].filter((one) => one !== null));
      return found;
    }),
  );
  return parts.flat();
}

async function askProbe(
  { platform }: ProbeContext,
  probe: string,
  side: Side,
  shut: string | null,
  ask: () => Promise<Observation>,
): Promise<Evidence> {
  const started = platform.clock.now();
  const observed = shut === null ? await ask() : notAsked(shut);
  const at = platform.clock.now();
  return { ...observed, probe, side, at, tookMs: at - started };
}

/** What is on record of the probes that write. */
function writtenBefore(question: Question, answer: Answer, onRecord: readonly StoredEvidence[]): StoredEvidence[] {
  if (answer.status !== 'declared') return [];
  const probes = question.probes.flatMap(({ id, writes }) => (writes ? [id] : []));
  return onRecord.filter(
    (one) => one.question === question.id && sidesOf(answer).includes(one.side) && probes.includes(one.probe),
  );
}

const notAsked = (shut: string): Observation => ({
  verdict: 'unknown',
  asked: 'nothing',
  found: `Not asked, since the answer to ${shut} does not hold`,
  facts: {},
});

function reportOf(context: ProbeContext, lines: CheckLine[], started: number, marked: Cleared | null): CheckReport {
  const { integration, connections, platform } = context;
  const counts: Record<Status, number> = {
    contradicted: 0,
    stale: 0,
    open: 0,
    declared: 0,
    verified: 0,
    'not-applicable': 0,
  };
  for (const line of lines) counts[line.status] += 1;
  const gaps = lines.filter((line) => isGap(line.status));
  const now = platform.clock.now();
  return {
    integration: integration.name,
    environment: integration.environment,
    production: isProduction(integration.environment),
    systems: { a: integration.a.name, b: integration.b.name },
    at: now,
    tookMs: now - started,
    lines,
    counts,
    remarks: Object.keys(integration.answers).flatMap((id) => unknownAnswer(integration, id)),
    ready: lines.every((line) => !line.blocking),
    openForProduction: gaps.filter((line) => line.blocks === 'production' && !line.blocking).length,
    calls: { a: connections.a.calls(), b: connections.b.calls() },
    marked,
  };
}

/** An answer that nobody asked for is a slip of the pen, and the question it was meant for stays open. */
function unknownAnswer({ file }: LoadedIntegration, id: string): Diagnostic[] {
  const known = QUESTIONS.map((question) => question.id);
  if (known.includes(id)) return [];
  const next = didYouMean(id, known);
  const summary = `The check list has no question "${id}"`;
  return [
    {
      severity: 'warning',
      code: 'answer-unknown',
      summary,
      detail: 'It stands under answers.',
      where: { file },
      ...(next ? { next } : {}),
    },
  ];
}
