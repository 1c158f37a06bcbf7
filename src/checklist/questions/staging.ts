import { declared, fromFile, fromFileOr } from '../answers.ts';
import { isProduction } from '../environment.ts';
import type { Question } from '../question.ts';

export const staging: Question = {
  id: 'staging',
  text: 'Are test or staging systems available?',
  why: 'What can only be tried in production is tried on customers.',
  german: {
    text: 'Gibt es Test- oder Staging-Systeme?',
    why: 'Was nur im Echtbetrieb ausprobiert werden kann, wird an Kunden ausprobiert.',
  },
  theme: 'access',
  ask: 'administrator',
  blocks: 'production',
  answers: (integration) =>
    fromFileOr(integration, 'staging', () =>
      isProduction(integration.environment)
        ? fromFile(integration, 'staging')
        : [declared(null, `yes, this check runs in ${integration.environment}`)],
    ),
  probes: [],
};
