import { didYouMean } from '../connector/closest-word.ts';
import type { CallCount, Connection } from '../connector/port.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { Platform } from '../platform/platform.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { SIDES, type Side } from '../record/side.ts';
import { isProduction } from './environment.ts';
import { isGap, lineOf } from './line.ts';
import type { CheckLine, Evidence, Observation, Probe, ProbeContext, Question, Status } from './question.ts';
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
}

/** Answers every question from the integration file and verifies the answers on both live systems. Writes nothing. */
export async function runCheck(options: CheckOptions): Promise<CheckReport> {
  const { integration, connections, platform, only } = options;
  const started = platform.clock.now();
  const signal = options.signal ?? new AbortController().signal;
  const samples = createSampleReader(connections, platform.clock, options.sampleSize ?? SAMPLE_SIZE, signal);
  const context: ProbeContext = { integration, connections, platform, samples, signal };
  const chosen = QUESTIONS.filter(({ id }) => !only || only.includes(id) || GATES.includes(id));
  const shut: Record<Side, string | null> = { a: null, b: null };
  const asked = new Map<string, CheckLine[]>();
  const inOrder = [...chosen].sort((one, other) => rank(one) - rank(other));
  for (const [done, question] of inOrder.entries()) {
    options.onQuestion?.(question.id, done, inOrder.length);
    const lines = await askQuestion(context, question, shut);
    asked.set(question.id, lines);
    if (GATES.includes(question.id)) shutGates(context, lines, shut);
  }
  const lines = chosen.filter(({ id }) => !only || only.includes(id)).flatMap(({ id }) => asked.get(id) ?? []);
  return reportOf(context, lines, started);
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

async function askQuestion(
  context: ProbeContext,
  question: Question,
  shut: Record<Side, string | null>,
): Promise<CheckLine[]> {
  const lines: CheckLine[] = [];
  for (const answer of question.answers(context.integration)) {
    const sides = answer.side === null ? SIDES : [answer.side];
    const probes = answer.status === 'declared' ? question.probes : [];
    const parts = await Promise.all(
      sides.map(async (side) => {
        const found: Evidence[] = [];
        for (const probe of probes) found.push(await askProbe(context, probe, side, shut[side]));
        return found;
      }),
    );
    lines.push(lineOf(context.integration, question, answer, parts.flat()));
  }
  return lines;
}

async function askProbe(context: ProbeContext, probe: Probe, side: Side, shut: string | null): Promise<Evidence> {
  const { clock } = context.platform;
  const started = clock.now();
  const observed = shut === null ? await probe.ask(context, side) : notAsked(shut);
  const at = clock.now();
  return { ...observed, probe: probe.id, side, at, tookMs: at - started };
}

const notAsked = (shut: string): Observation => ({
  verdict: 'unknown',
  asked: 'nothing',
  found: `Not asked, since the answer to ${shut} does not hold`,
  facts: {},
});

function reportOf(context: ProbeContext, lines: CheckLine[], started: number): CheckReport {
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
