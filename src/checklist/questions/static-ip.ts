import { addressIn, isWithin } from '../../platform/address-guard.ts';
import { throughProxy } from '../../platform/through-proxy.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, fromFileOr, listed, notApplicable, ofEachSystem, open, UNANSWERED } from '../answers.ts';
import { toldBy } from '../failure.ts';
import { isLoopback, throughWords, WAY_TIMEOUT_MS } from '../probe-way.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

export const staticIp: Question = {
  id: 'static-ip',
  text: 'Our static IP needs to be requested (by ticket) and allow-listed on the other systems.',
  why: 'An address that is not on the list is turned away, and tickets take days.',
  german: {
    text: 'Unsere feste IP-Adresse muss (per Ticket) angefragt und in den anderen Systemen freigegeben werden.',
    why: 'Eine Adresse, die nicht freigegeben ist, wird abgewiesen, und Tickets dauern Tage.',
  },
  theme: 'access',
  ask: 'network',
  blocks: 'nothing',
  answers: (integration) =>
    fromFileOr(integration, 'static-ip', () =>
      ofEachSystem(integration, (side, system) =>
        isLoopback(system)
          ? notApplicable(side, 'it runs on this machine')
          : integration.egress.length > 0
            ? declared(side, `from ${listed(integration.egress)}`)
            : open(
                side,
                UNANSWERED,
                'Say in the integration file from where runs come: network: { egress: [<address>] }',
              ),
      ),
    ),
  probes: [{ id: 'seen-from', ask: askSeenFrom }],
};

/** Calls a service that tells callers their address, by the way that the runs take. */
async function askSeenFrom({ integration, platform, signal }: ProbeContext, side: Side): Promise<Observation> {
  const system = integration[side];
  const { echo, egress } = integration;
  if (egress.length === 0) {
    const next = 'Say in the integration file from where runs come: network: { egress: [<address>] }';
    return { verdict: 'unknown', asked: 'nothing', facts: {}, found: 'No address is declared', next };
  }
  if (echo === null) {
    const next = 'Name a service that tells callers their address: network: { echo: https://… }';
    return {
      verdict: 'unknown',
      asked: 'nothing',
      facts: { declared: egress.length },
      found: 'No echo is named to ask',
      next,
    };
  }
  const asked = `GET ${new URL(echo).host}${throughWords(system)}`;
  const headers = { accept: 'text/plain, application/json', 'user-agent': 'dovetail' };
  const http = throughProxy(platform.http, system.proxy);
  const answer = await http.request({ method: 'GET', url: echo, headers, timeout: WAY_TIMEOUT_MS, signal });
  const facts = { declared: egress.length, status: answer.ok ? answer.value.status : null };
  if (!answer.ok) return { verdict: 'unknown', asked, facts, found: toldBy(answer.error.diagnostic) };
  const seen = answer.value.status === 200 ? addressIn(answer.value.body) : null;
  if (seen === null) {
    const next = 'Name an echo that answers with the address alone, or with JSON';
    return { verdict: 'unknown', asked, facts, found: `HTTP ${answer.value.status} without an address`, next };
  }
  if (isWithin(seen, egress)) {
    return {
      verdict: 'holds',
      asked,
      facts,
      found: `Runs come from ${seen}, one of ${counted(egress.length, 'declared address')}`,
    };
  }
  return {
    verdict: 'contradicts',
    asked,
    facts,
    found: `Runs come from ${seen}, which is not declared`,
    next: `Correct network.egress, have ${seen} allowed, or send the runs through a proxy that has the declared address`,
  };
}
