import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const customFields: Question = {
  id: 'custom-fields',
  text: 'How are custom fields of one system handled in the other? Can users add them easily, and what happens to unexpected new ones?',
  why: 'A field that a user adds tomorrow is in no mapping; somebody will expect it on the other side.',
  blocks: 'production',
  restsOn: 'mappings',
  answers: (integration) => fromFile(integration, 'custom-fields'),
  probes: [],
};
