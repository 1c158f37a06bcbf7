import { fromFile } from '../answers.ts';
import type { Question } from '../question.ts';

export const leastPrivilege: Question = {
  id: 'least-privilege',
  text: 'If restricted, role-based access is available, it should be agreed upon and configured.',
  why: 'Credentials that may do everything turn a mistake in a mapping into damage anywhere in the system.',
  blocks: 'production',
  answers: (integration) => fromFile(integration, 'least-privilege'),
  probes: [],
};
