import { fromFileOr, notApplicable, ofEachSystem, open, UNANSWERED } from '../answers.ts';
import type { Question } from '../question.ts';
import { isLoopback } from './reachability.ts';

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
      ofEachSystem(integration, (side, system) =>
        isLoopback(system)
          ? notApplicable(side, 'it runs on this machine')
          : open(side, UNANSWERED, 'Answer it in the integration file: answers: { vpn: … }'),
      ),
    ),
  probes: [],
};
