import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const privacy: Question = {
  id: 'privacy',
  text: 'All data privacy and GDPR / DSGVO requirements, e.g. deletion requirements.',
  why: 'A person who asks to be forgotten must be forgotten in both systems, and somebody must be able to show it.',
  blocks: 'production',
  answers: (integration) => fromFile(integration, 'privacy'),
  probes: [],
};
