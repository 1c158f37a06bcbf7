import { declared, fromFileOr, ofEachSystem, open } from '../answers.ts';
import type { Question } from '../question.ts';

export const technicalContact: Question = {
  id: 'technical-contact',
  text: 'Optional: who can be consulted on technical issues?',
  why: 'When a system answers oddly at night, somebody has to be asked in the morning.',
  german: {
    text: 'Optional: wer hilft bei technischen Fragen?',
    why: 'Antwortet ein System nachts merkwürdig, muss am Morgen jemand gefragt werden können.',
  },
  theme: 'system',
  ask: 'administrator',
  blocks: 'nothing',
  answers: (integration) =>
    fromFileOr(integration, 'technical-contact', () =>
      ofEachSystem(integration, (side, { name, contact }) =>
        contact === null
          ? open(side, 'nobody is named', `Add contact: { name: …, email: … } to systems.${name}`)
          : declared(side, contact.email === null ? contact.name : `${contact.name}, ${contact.email}`),
      ),
    ),
  probes: [],
};
