import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const leastPrivilege: Question = {
  id: 'least-privilege',
  text: 'If restricted, role-based access is available, it should be agreed upon and configured.',
  why: 'Credentials that may do everything turn a mistake in a mapping into damage anywhere in the system.',
  german: {
    text: 'Gibt es beschränkten, rollenbasierten Zugriff, so sollte er vereinbart und eingerichtet werden.',
    why: 'Zugangsdaten, die alles dürfen, machen aus einem Fehler in der Zuordnung einen Schaden irgendwo im System.',
  },
  theme: 'access',
  ask: 'administrator',
  blocks: 'production',
  answers: (integration) => fromFile(integration, 'least-privilege'),
  probes: [],
};
