import { fillVariables } from '../connector/template.ts';
import type { LoadedSystem } from '../integration/loaded.ts';
import type { Platform } from '../platform/platform.ts';
import { throughProxy } from '../platform/through-proxy.ts';
import type { Finding } from '../store/port.ts';
import { durationText } from './views/text.ts';

const LEAST_NODE = 26;
/** A difference of clocks that a minute's lag does not cover matters; the header has whole seconds only. */
const MOST_SKEW_MS = 5000;
const TIMEOUT_MS = 10_000;

export function nodeFinding(version: string): Finding {
  const ok = Number.parseInt(version.replace(/^v/, ''), 10) >= LEAST_NODE;
  const what = 'node';
  if (ok) return { ok, what, detail: `Node ${version}` };
  return { ok, what, detail: `Node ${version} is too old`, next: `Use Node ${LEAST_NODE} or later.` };
}

/** Compares the clock of this machine with that of a system, by the `Date` of any answer of it. */
export async function clockFinding(system: LoadedSystem, { http, clock }: Platform): Promise<Finding | null> {
  const what = `clock of ${system.name}`;
  if (system.connector.protocol !== 'rest') return null;
  const url = fillVariables(system.connector.base_url ?? '', system.variables);
  if (!url.ok) return { ok: false, what, detail: url.error.summary, ...nextOf(url.error.next) };
  const sent = clock.now();
  const way = throughProxy(http, system.proxy);
  const answer = await way.request({ method: 'GET', url: url.value, headers: {}, timeout: TIMEOUT_MS });
  if (!answer.ok) {
    return { ok: false, what, detail: answer.error.diagnostic.summary, ...nextOf(answer.error.diagnostic.next) };
  }
  const theirs = Date.parse(answer.value.headers.date ?? '');
  if (Number.isNaN(theirs)) return { ok: true, what, detail: 'The system does not tell its time' };
  const here = (sent + clock.now()) / 2;
  // The header is cut to whole seconds, so half of one is added on average.
  const skew = Math.round(theirs + 500 - here);
  const text = `${durationText(Math.abs(skew))} ${skew < 0 ? 'behind' : 'ahead of'} this machine`;
  if (Math.abs(skew) <= MOST_SKEW_MS)
    return { ok: true, what, detail: `It is within ${durationText(MOST_SKEW_MS)} of this machine` };
  const next = 'Set the clocks right; until then, `clock_skew` of each mapping should cover the difference.';
  return { ok: false, what, detail: `It is ${text}`, next };
}

const nextOf = (next: string | undefined) => (next === undefined ? {} : { next });
