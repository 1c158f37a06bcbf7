import { declared, fromFileOr, listed, notApplicable, ofEachSystem, open, UNANSWERED } from '../answers.ts';
import type { Question } from '../question.ts';
import { isLoopback } from './reachability.ts';

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
  probes: [],
};
