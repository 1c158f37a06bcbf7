import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const exportFunction: Question = {
  id: 'export',
  text: 'Optional: does the system provide export functionality?',
  why: 'An export fills the first load of a large system without using up its API quota.',
  blocks: 'nothing',
  answers: (integration) => fromFile(integration, 'export'),
  probes: [],
};
