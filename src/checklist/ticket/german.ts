import type { Operation } from '../operations.ts';
import type { FieldFacts, TicketFacts } from './facts.ts';
import { bullets, type TicketTexts } from './texts.ts';

const OPERATIONS: Record<Operation, string> = {
  list: 'Listen lesen',
  get: 'einzelne Datensätze lesen',
  create: 'anlegen',
  update: 'ändern',
  delete: 'löschen',
  archive: 'archivieren',
};

const about = ({ system, other, purpose }: TicketFacts): string => `wir verbinden ${system} mit ${other}. ${purpose}`;

const at = ({ address }: TicketFacts): string => (address === null ? '' : ` unter ${address}`);

const rights = ({ objects }: TicketFacts): string =>
  bullets(objects.map(({ name, operations }) => `${name}: ${operations.map((one) => OPERATIONS[one]).join(', ')}`));

export const german: TicketTexts = {
  greeting: ({ contact }) => (contact ? `Guten Tag, ${contact.name},` : 'Guten Tag,'),
  closing: ({ askedBy, integration }) =>
    `${askedBy.length > 0 ? `Fragen beantwortet ${askedBy.join(', ')}. ` : ''}Die Integration heißt ${integration}.\n\nMit freundlichen Grüßen`,
  'static-ip': (facts) => ({
    subject: `Bitte um Freigabe unserer Adressen für ${facts.system} (${facts.environment})`,
    paragraphs: [
      about(facts),
      `Unsere Läufe erreichen ${facts.system}${at(facts)}. Bitte geben Sie diese Adressen für Verbindungen dorthin frei:`,
      bullets(facts.egress),
      'Ausgehende Verbindungen zu uns werden nicht gebraucht. Bitte sagen Sie uns, wenn es erledigt ist, damit wir es prüfen können, und ob der Eintrag abläuft.',
    ],
  }),
  vpn: (facts) => ({
    subject: `VPN-Zugang zu ${facts.system} (${facts.environment})`,
    paragraphs: [
      about(facts),
      `${facts.system} ist aus dem öffentlichen Netz nicht zu erreichen${at(facts)}. Für unsere Läufe brauchen wir einen dauerhaften Zugang, den niemand bei jeder Verbindung bestätigen muss. Bitte nennen Sie uns:`,
      bullets([
        'die Art des VPN (IPsec zwischen Standorten, WireGuard, OpenVPN, SSH-Sprungrechner)',
        'die Adresse des Gateways und, auf einem eigenen sicheren Weg, die Schlüssel oder das Zertifikat dafür',
        'die Adressen innerhalb und den Nameserver, der sie kennt',
        'wie lange der Zugang gilt und wer ihn verlängert',
      ]),
      ...(facts.egress.length > 0 ? [`Wir kommen von ${facts.egress.join(', ')}.`] : []),
    ],
  }),
  credentials: (facts) => ({
    subject: `Zugang zu ${facts.system} für eine Integration (${facts.environment})`,
    paragraphs: [
      about(facts),
      `Bitte richten Sie dafür in ${facts.system}${at(facts)} einen eigenen technischen Benutzer ein, der dies darf und nichts sonst:`,
      rights(facts),
      'Er sollte nicht an einer Person hängen, nicht unbemerkt ablaufen und keinen zweiten Faktor verlangen. Bitte senden Sie das Geheimnis auf einem eigenen sicheren Weg, nicht per Mail, und sagen Sie uns, wann es abläuft.',
    ],
  }),
  'staging-data': (facts) => ({
    subject: `Testsystem und Testdaten in ${facts.system}`,
    paragraphs: [
      about(facts),
      `Bevor in echte Daten geschrieben wird, erproben wir alles in einem Testsystem. Bitte nennen Sie uns die Adresse eines Testsystems von ${facts.system}, in das wir schreiben dürfen, und bereiten Sie dort einige Datensätze vor, erfunden und nicht von echten Personen übernommen:`,
      ...facts.objects.map(({ name, fields }) => `${name}\n${bullets(cases(fields))}`),
    ],
  }),
};

function cases(fields: readonly FieldFacts[]): string[] {
  const optional = fields.filter(({ required }) => !required).map(({ name }) => name);
  const long = fields.flatMap(({ name, maxLength }) => (maxLength === null ? [] : [`${name} (${maxLength})`]));
  const choices = fields.flatMap(({ name, options }) =>
    options.length === 0 ? [] : [`${name}: ${options.join(', ')}`],
  );
  return [
    'einen, in dem jedes Feld gefüllt ist, mit Umlauten und Akzenten',
    ...(optional.length > 0 ? [`einen, in dem diese Felder leer sind: ${optional.join(', ')}`] : []),
    ...(long.length > 0 ? [`einen mit Texten der größten Länge: ${long.join(', ')}`] : []),
    ...(choices.length > 0 ? [`je einen für jede Option von ${choices.join('; ')}`] : []),
    'zwei, die Dubletten voneinander sind, so wie sie bei Ihnen vorkommen',
  ];
}
