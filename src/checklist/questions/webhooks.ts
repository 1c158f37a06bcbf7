import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const webhooks: Question = {
  id: 'webhooks',
  text: 'Are webhooks available? Registered by API or by hand? Several of them? Are the needed events there?',
  why: 'Without them, a change is seen at the next scheduled run, not when it happens.',
  german: {
    text: 'Gibt es Webhooks? Werden sie über die API oder von Hand eingerichtet? Mehrere? Gibt es die nötigen Ereignisse?',
    why: 'Ohne sie wird eine Änderung erst beim nächsten geplanten Lauf gesehen, nicht wenn sie geschieht.',
  },
  theme: 'operation',
  ask: 'engineer',
  blocks: 'nothing',
  answers: (integration) => fromFile(integration, 'webhooks'),
  probes: [],
};
