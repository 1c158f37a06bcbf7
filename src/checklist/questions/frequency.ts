import { declared, fromFileOr, open } from '../answers.ts';
import type { Question } from '../question.ts';
import { everyText } from '../span.ts';

export const frequency: Question = {
  id: 'frequency',
  text: 'Execution frequency: real-time or, e.g., a daily sync?',
  why: 'Who waits for the data decides how old it may be, and how often the systems are asked.',
  german: {
    text: 'Ausführungshäufigkeit: in Echtzeit oder z. B. täglich?',
    why: 'Wer auf die Daten wartet, bestimmt, wie alt sie sein dürfen und wie oft die Systeme gefragt werden.',
  },
  theme: 'operation',
  ask: 'owner',
  blocks: 'production',
  answers: (integration) =>
    fromFileOr(integration, 'frequency', () => {
      const { everyMs, sweepMs } = integration.schedule;
      return everyMs === null
        ? [open(null, 'runs start on request only', 'Set schedule.every, or answer it under answers')]
        : [declared(null, `every ${everyText(everyMs)}; deletes are looked for every ${everyText(sweepMs)}`)];
    }),
  probes: [],
};
