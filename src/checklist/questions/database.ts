import { declared, fromFile, fromFileOr, ofEachSystem, open, UNANSWERED } from '../answers.ts';
import type { Question } from '../question.ts';

export const database: Question = {
  id: 'database',
  text: 'Optional: does the system provide database access, e.g. via ODBC?',
  why: 'Reading tables may be the only way to what an API does not offer.',
  german: {
    text: 'Optional: bietet das System Zugriff auf die Datenbank, z. B. über ODBC?',
    why: 'Tabellen zu lesen kann der einzige Weg zu dem sein, was eine API nicht bietet.',
  },
  theme: 'system',
  ask: 'administrator',
  blocks: 'nothing',
  answers(integration) {
    const bySql = [integration.a, integration.b].some((system) => system.connector.protocol === 'sql');
    if (!bySql) return fromFile(integration, 'database');
    return fromFileOr(integration, 'database', () =>
      ofEachSystem(integration, (side, { connector }) =>
        connector.protocol === 'sql'
          ? declared(side, 'yes, it is what the connector uses')
          : open(side, UNANSWERED, 'Answer it in the integration file: answers: { database: … }'),
      ),
    );
  },
  probes: [],
};
