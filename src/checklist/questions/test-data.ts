import { fromFile } from '../answers.ts';
import { askCoverage } from '../probe-test-data.ts';
import type { Question } from '../question.ts';

export const testData: Question = {
  id: 'test-data',
  text: 'Test data should be prepared, for the first instance and also for testing later changes.',
  why: 'Without records made for it, every later change is tried on real customers.',
  german: {
    text: 'Testdaten sollten vorbereitet werden, für den Anfang und zum Prüfen späterer Änderungen.',
    why: 'Ohne eigens angelegte Datensätze wird jede spätere Änderung an echten Kunden ausprobiert.',
  },
  theme: 'access',
  ask: 'owner',
  blocks: 'production',
  answers: (integration) => fromFile(integration, 'test-data'),
  probes: [{ id: 'coverage', ask: askCoverage }],
};
