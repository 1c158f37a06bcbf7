import type { SandboxRequest } from './message.ts';

export const FAULT_KINDS = [
  'latency',
  'error-before',
  'error-after',
  'drop-before',
  'drop-after',
  'rate-limited',
  'unavailable',
] as const;

/** `before` and `after` say on which side of the effect the fault strikes. */
export interface FaultRule {
  kind: (typeof FAULT_KINDS)[number];
  /** Only requests of this method; all when absent. */
  method?: string;
  /** Only requests whose path contains this text; all when absent. */
  path?: string;
  /** Chance per matching request, 0 to 1; 1 when absent. */
  probability?: number;
  /** How many matching requests it still strikes; without end when absent. */
  next?: number;
  /** Of the kind `latency`. */
  latencyMs?: number;
}

export interface Faults {
  rules: FaultRule[];
  /** Lists show the state of `ms` ago, with this chance per request. */
  stale: { ms: number; probability: number };
  webhooks: {
    /** Chance that a delivery comes twice. */
    duplicate: number;
    /** Deliveries are late by up to this much, each by its own time, so that they overtake one another. */
    delayMs: number;
    /** Chance that a delivery waits ten times as long. */
    late: number;
  };
}

/** What happens to one request on its way: at most one fault before and one after the effect. */
export interface Decision {
  before?: 'drop' | 'error' | 'rate-limited' | 'unavailable';
  after?: 'drop' | 'error';
  latencyMs: number;
}

export const noFaults = (): Faults => ({
  rules: [],
  stale: { ms: 0, probability: 1 },
  webhooks: { duplicate: 0, delayMs: 1000, late: 0 },
});

/** Counts down `next` of the rules that strike. */
export function decide(rules: FaultRule[], request: SandboxRequest, random: () => number): Decision {
  const decision: Decision = { latencyMs: 0 };
  for (const rule of rules) {
    if (rule.method !== undefined && rule.method !== request.method) continue;
    if (rule.path !== undefined && !request.path.includes(rule.path)) continue;
    if (rule.next !== undefined && rule.next <= 0) continue;
    if (rule.probability !== undefined && random() >= rule.probability) continue;
    if (rule.next !== undefined) rule.next -= 1;
    strike(decision, rule);
  }
  return decision;
}

function strike(decision: Decision, rule: FaultRule): void {
  switch (rule.kind) {
    case 'latency':
      decision.latencyMs += rule.latencyMs ?? 1000;
      break;
    case 'drop-before':
      decision.before ??= 'drop';
      break;
    case 'error-before':
      decision.before ??= 'error';
      break;
    case 'rate-limited':
    case 'unavailable':
      decision.before ??= rule.kind;
      break;
    case 'drop-after':
      decision.after ??= 'drop';
      break;
    case 'error-after':
      decision.after ??= 'error';
      break;
  }
}
