import { declared, fromFileOr, listed, open } from '../answers.ts';
import type { Question } from '../question.ts';

export const errorRecipients: Question = {
  id: 'error-recipients',
  text: 'Who gets the error messages if a run fails?',
  why: 'A run that fails without a reader is found weeks later, by a customer.',
  german: {
    text: 'Wer bekommt die Fehlermeldungen, wenn ein Lauf scheitert?',
    why: 'Ein gescheiterter Lauf ohne Leser wird Wochen später gefunden, von einem Kunden.',
  },
  theme: 'operation',
  ask: 'owner',
  blocks: 'production',
  answers: (integration) =>
    fromFileOr(integration, 'error-recipients', () =>
      integration.errorsTo.length === 0
        ? [open(null, 'nobody', 'Add errors: { to: [<address>] } to the integration file')]
        : [declared(null, listed(integration.errorsTo))],
    ),
  probes: [],
};
