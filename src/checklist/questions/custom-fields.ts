import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const customFields: Question = {
  id: 'custom-fields',
  text: 'How are custom fields of one system handled in the other? Can users add them easily, and what happens to unexpected new ones?',
  why: 'A field that a user adds tomorrow is in no mapping; somebody will expect it on the other side.',
  german: {
    text: 'Wie werden benutzerdefinierte Felder des einen Systems im anderen behandelt? Können Anwender sie leicht anlegen, und was geschieht mit unerwarteten neuen?',
    why: 'Ein Feld, das morgen jemand anlegt, steht in keiner Zuordnung; jemand wird es auf der anderen Seite erwarten.',
  },
  theme: 'data',
  ask: 'owner',
  blocks: 'production',
  restsOn: 'mappings',
  answers: (integration) => fromFile(integration, 'custom-fields'),
  probes: [],
};
