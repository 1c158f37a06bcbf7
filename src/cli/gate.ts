import { type Gate, gate } from '../checklist/gate.ts';
import type { CheckLine } from '../checklist/question.ts';
import { QUESTIONS } from '../checklist/registry.ts';
import { didYouMean } from '../connector/closest-word.ts';
import { type Diagnostic, ok, problem, type Result } from '../record/diagnostic.ts';
import { EXIT } from './exit-code.ts';
import { commandLine } from './mappings.ts';
import { type Refusal, type Runtime, type RuntimeOptions, refuse } from './open.ts';

/** The options that let a question through. */
export interface OverrideOptions extends RuntimeOptions {
  override?: string[];
  reason?: string;
}

/** A question that somebody let through. */
export interface Overridden {
  question: string;
  system: string | null;
  /** What is wrong with the answer. */
  status: CheckLine['status'];
  reason: string;
  /** Epoch ms. */
  at: number;
}

/** Checks that are looked at, newest first. */
export const CHECKS_READ = 100;

/** Where the gate stands by what is on record. */
export async function gateOf({ integration, store, platform }: Runtime): Promise<Gate> {
  const { name } = integration;
  const onRecord = {
    evidence: await store.evidence.latest(name),
    checks: await store.evidence.checks(name, CHECKS_READ),
    overrides: await store.evidence.overrides(name),
  };
  return gate(integration, onRecord, platform.clock.now());
}

export const overriddenOf = ({ overridden }: Gate): Overridden[] =>
  overridden.map(({ line, override: { reason, at } }) => ({
    question: line.question,
    system: line.system,
    status: line.status,
    reason,
    at,
  }));

/**
 * Lets a run through, or refuses it with what stands in its way: exit 3. What is to be overridden is put on record first.
 * Returns all that is overridden.
 */
export async function passGate(runtime: Runtime, options: OverrideOptions): Promise<Result<Overridden[], Refusal>> {
  const before = await gateOf(runtime);
  const wrong = checkOverrides(before, options);
  if (wrong) return refuse(EXIT.usage, wrong);
  for (const question of new Set(options.override)) {
    const { integration, store, platform } = runtime;
    const at = platform.clock.now();
    const reason = options.reason ?? '';
    const added = await store.evidence.addOverride({ integration: integration.name, question, reason, at });
    if (!added.ok) return refuse(EXIT.failed, added.error);
  }
  const now = options.override ? await gateOf(runtime) : before;
  if (now.shut.length === 0) return ok(overriddenOf(now));
  return refuse(EXIT.blocked, ...now.shut.map(inTheWay), closing(runtime, now.shut, options));
}

function checkOverrides({ shut, overridden }: Gate, { override, reason }: OverrideOptions): Diagnostic | null {
  if (!override) {
    return reason === undefined
      ? null
      : problem('reason-alone', 'A reason is given, but nothing is overridden', { next: 'Add --override QUESTION' });
  }
  if (reason === undefined || reason.trim() === '') {
    return problem('reason-missing', 'An override needs its reason', {
      next: 'Add --reason "...": it stands in every report until the question is resolved',
    });
  }
  const lines = [...shut, ...overridden.map(({ line }) => line)];
  const idle = override.find((id) => lines.every((line) => line.question !== id));
  if (idle === undefined) return null;
  const ids = QUESTIONS.map(({ id }) => id);
  if (ids.includes(idle)) return problem('override-idle', `The answer to ${idle} is not in the way of this run`);
  const next = didYouMean(idle, ids);
  return problem('question-unknown', `The check list has no question "${idle}"`, next === undefined ? {} : { next });
}

function inTheWay({ question, system, status, says, next }: CheckLine): Diagnostic {
  const about = system === null ? question : `${question} (${system})`;
  return problem('gate-shut', `In the way of this run: ${about} is ${status}: ${says}`, next === null ? {} : { next });
}

function closing({ integration }: Runtime, shut: readonly CheckLine[], options: OverrideOptions): Diagnostic {
  const questions = [...new Set(shut.map(({ question }) => question))];
  return {
    ...problem('gate', `Nothing was written: the check list blocks runs in ${integration.environment}`, {
      next: `Run \`${commandLine('dovetail check', options)}\`; or let one through, on record: --override ${questions[0]} --reason "..."`,
    }),
  };
}
