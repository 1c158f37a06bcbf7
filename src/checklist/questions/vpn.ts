import { proxyAddress } from '../../platform/proxy.ts';
import type { Side } from '../../record/side.ts';
import { declared, fromFileOr, notApplicable, ofEachSystem } from '../answers.ts';
import { toldBy } from '../failure.ts';
import { addressesOf, addressOf, arePrivate, isLoopback, serverOf, WAY_TIMEOUT_MS } from '../probe-way.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

const PUBLIC = 'none: over the public network';

export const vpn: Question = {
  id: 'vpn',
  text: 'For firewalls, VPN access needs to be granted.',
  why: 'Without it, the system can not be reached from where the runs take place.',
  german: {
    text: 'Bei Firewalls muss ein VPN-Zugang gewährt werden.',
    why: 'Ohne ihn ist das System von dort, wo die Läufe stattfinden, nicht erreichbar.',
  },
  theme: 'access',
  ask: 'network',
  blocks: 'nothing',
  answers: (integration) =>
    fromFileOr(integration, 'vpn', () =>
      ofEachSystem(integration, (side, system) => {
        if (isLoopback(system)) return notApplicable(side, 'it runs on this machine');
        return declared(side, system.proxy ? `through ${proxyAddress(system.proxy)}` : PUBLIC);
      }),
    ),
  probes: [{ id: 'way', ask: askWay }],
};

/** Whether the host stands in a private network, and whether the way there is open. */
async function askWay(context: ProbeContext, side: Side): Promise<Observation> {
  const { integration, platform } = context;
  const system = integration[side];
  const server = serverOf(system);
  const asked = `where ${addressOf(system)} is, and whether it answers`;
  if (!server || !platform.network)
    return { verdict: 'unknown', asked, facts: {}, found: 'There is no server to ask for' };
  if (isLoopback(system)) {
    return { verdict: 'unknown', asked, facts: {}, found: 'It is this machine itself: nothing tells of a VPN' };
  }
  const reached = await platform.network.connect({ ...server, proxy: system.proxy, timeout: WAY_TIMEOUT_MS });
  if (system.proxy) {
    const facts = { proxy: system.proxy.kind, answers: reached.ok };
    if (reached.ok)
      return { verdict: 'holds', asked, facts, found: `It answers through ${proxyAddress(system.proxy)}` };
    const next = reached.error.next ?? 'Check the proxy, and what it lets through';
    return { verdict: 'contradicts', asked, facts, found: toldBy(reached.error), next };
  }
  const addresses = await addressesOf(system, platform);
  if (!addresses) return lost(asked, isNone(context, side));
  const inside = arePrivate(addresses);
  const facts = { addresses: addresses.length, private: inside, answers: reached.ok };
  const where = inside ? 'at a private address' : 'at a public address';
  if (isNone(context, side)) return withoutVpn({ asked, facts, where }, inside, reached.ok);
  if (!inside)
    return { verdict: 'unknown', asked, facts, found: `It is ${where}: nothing tells whether the VPN is used` };
  if (reached.ok)
    return { verdict: 'holds', asked, facts, found: `It is ${where}, and answers: the way there is open` };
  const found = `It is ${where}, and does not answer: ${toldBy(reached.error)}`;
  return {
    verdict: 'contradicts',
    asked,
    facts,
    found,
    next: 'Start the VPN on this machine; `dovetail ticket vpn` asks for access',
  };
}

const isNone = ({ integration }: ProbeContext, side: Side): boolean =>
  vpn.answers(integration).some((answer) => answer.side === side && answer.says === PUBLIC);

/** Nobody named a way besides the direct one. */
function withoutVpn(
  { asked, facts, where }: { asked: string; facts: Observation['facts']; where: string },
  inside: boolean,
  answers: boolean,
): Observation {
  if (!inside && answers) return { verdict: 'holds', asked, facts, found: `It is ${where}, and answers` };
  if (!inside)
    return { verdict: 'unknown', asked, facts, found: `It is ${where}, and does not answer; reachability says why` };
  const next = answers
    ? 'Say by which way it is reached: answers: { vpn: … }'
    : 'Ask for access by `dovetail ticket vpn`, or name the jump host under connections of the system';
  const found = `It is ${where}${answers ? ', and answers: some way there is open' : ', and does not answer'}`;
  return { verdict: 'contradicts', asked, facts, found, next };
}

/** A name that is known inside only is what a missing VPN looks like. */
function lost(asked: string, none: boolean): Observation {
  const found = 'Its name is not known here';
  const next = 'Check the name; where it is known inside only, ask for access by `dovetail ticket vpn`';
  return { verdict: none ? 'unknown' : 'contradicts', asked, facts: {}, found, next };
}
