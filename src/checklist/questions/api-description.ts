import { declared, fromFileOr, ofEachSystem, open } from '../answers.ts';
import type { Question } from '../question.ts';

export const apiDescription: Question = {
  id: 'api-description',
  text: 'Is a Swagger file / OpenAPI documentation (or a WSDL) available?',
  why: 'A description is read by a machine; without one, every field is typed by hand and checked by trial.',
  german: {
    text: 'Gibt es eine Swagger-Datei / OpenAPI-Dokumentation (oder eine WSDL)?',
    why: 'Eine Beschreibung liest die Maschine; ohne sie wird jedes Feld von Hand eingetragen und durch Probieren geprüft.',
  },
  theme: 'system',
  ask: 'engineer',
  blocks: 'nothing',
  answers: (integration) =>
    fromFileOr(integration, 'api-description', () =>
      ofEachSystem(integration, (side, { connector }) =>
        connector.docs === undefined
          ? open(side, 'no documentation is named', 'Name it as docs in the connector, or under answers')
          : declared(side, connector.docs),
      ),
    ),
  probes: [],
};
