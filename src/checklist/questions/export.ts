import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const exportFunction: Question = {
  id: 'export',
  text: 'Optional: does the system provide export functionality?',
  why: 'An export fills the first load of a large system without using up its API quota.',
  german: {
    text: 'Optional: bietet das System eine Exportfunktion?',
    why: 'Ein Export füllt die Erstbeladung eines großen Systems, ohne dessen API-Kontingent aufzubrauchen.',
  },
  theme: 'system',
  ask: 'administrator',
  blocks: 'nothing',
  answers: (integration) => fromFile(integration, 'export'),
  probes: [],
};
