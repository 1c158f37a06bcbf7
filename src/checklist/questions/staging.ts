import { declared, fromFile, fromFileOr } from '../answers.ts';
import { isProduction } from '../environment.ts';
import type { Question } from '../question.ts';

export const staging: Question = {
  id: 'staging',
  text: 'Are test or staging systems available?',
  why: 'What can only be tried in production is tried on customers.',
  blocks: 'production',
  answers: (integration) =>
    fromFileOr(integration, 'staging', () =>
      isProduction(integration.environment)
        ? fromFile(integration, 'staging')
        : [declared(null, `yes, this check runs in ${integration.environment}`)],
    ),
  probes: [],
};
