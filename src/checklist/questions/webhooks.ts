import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const webhooks: Question = {
  id: 'webhooks',
  text: 'Are webhooks available? Registered by API or by hand? Several of them? Are the needed events there?',
  why: 'Without them, a change is seen at the next scheduled run, not when it happens.',
  blocks: 'nothing',
  answers: (integration) => fromFile(integration, 'webhooks'),
  probes: [],
};
