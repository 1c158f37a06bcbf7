import type { Decision } from './faults.ts';
import type { SandboxRequest, SandboxResponse, SandboxSystem } from './system.ts';

/** A response, or that the connection broke (and whether the request had taken effect by then). */
export type Exchange = { response: SandboxResponse } | { dropped: 'before' | 'after' };

/** One request through the given decision; the latency is left to the caller. */
export function exchange(system: SandboxSystem, request: SandboxRequest, decision: Decision, now: number): Exchange {
  if (decision.before === 'drop') return { dropped: 'before' };
  if (decision.before === 'error') return { response: system.faultResponse('error-before') };
  if (decision.before !== undefined) return { response: system.faultResponse(decision.before) };
  const response = system.handle(request, now);
  if (decision.after === 'drop') return { dropped: 'after' };
  if (decision.after === 'error') return { response: system.faultResponse('error-after') };
  return { response };
}
