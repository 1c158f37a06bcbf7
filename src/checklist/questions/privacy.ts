import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const privacy: Question = {
  id: 'privacy',
  text: 'All data privacy and GDPR / DSGVO requirements, e.g. deletion requirements.',
  why: 'A person who asks to be forgotten must be forgotten in both systems, and somebody must be able to show it.',
  german: {
    text: 'Alle Anforderungen des Datenschutzes (DSGVO), z. B. an das Löschen.',
    why: 'Wer vergessen werden will, muss in beiden Systemen vergessen werden, und jemand muss das belegen können.',
  },
  theme: 'operation',
  ask: 'privacy-officer',
  blocks: 'production',
  answers: (integration) => fromFile(integration, 'privacy'),
  probes: [],
};
