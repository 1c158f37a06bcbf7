import type { Operation } from '../operations.ts';
import type { FieldFacts, TicketFacts } from './facts.ts';
import { bullets, type TicketTexts } from './texts.ts';

const OPERATIONS: Record<Operation, string> = {
  list: 'read lists',
  get: 'read single records',
  create: 'create',
  update: 'change',
  delete: 'delete',
  archive: 'archive',
};

const about = ({ system, other, purpose }: TicketFacts): string =>
  `We are connecting ${system} with ${other}. ${purpose}`;

const at = ({ address }: TicketFacts): string => (address === null ? '' : ` at ${address}`);

const rights = ({ objects }: TicketFacts): string =>
  bullets(objects.map(({ name, operations }) => `${name}: ${operations.map((one) => OPERATIONS[one]).join(', ')}`));

export const english: TicketTexts = {
  greeting: ({ contact }) => (contact ? `Dear ${contact.name},` : 'Dear administrator,'),
  closing: ({ askedBy, integration }) =>
    `${askedBy.length > 0 ? `Questions are answered by ${askedBy.join(', ')}. ` : ''}The integration is called ${integration}.\n\nKind regards`,
  'static-ip': (facts) => ({
    subject: `Please allow our addresses for ${facts.system} (${facts.environment})`,
    paragraphs: [
      about(facts),
      `Our runs reach ${facts.system}${at(facts)}. Please allow these addresses to connect there:`,
      bullets(facts.egress),
      'Outgoing connections to us are not needed. Please tell us when it is done, so that we can verify it, and whether the entry expires.',
    ],
  }),
  vpn: (facts) => ({
    subject: `VPN access to ${facts.system} (${facts.environment})`,
    paragraphs: [
      about(facts),
      `${facts.system} can't be reached from the public network${at(facts)}. For our runs we need a permanent access that no person has to confirm at each connection. Please tell us:`,
      bullets([
        'the kind of VPN (IPsec site to site, WireGuard, OpenVPN, SSH jump host)',
        'the address of the gateway, and the keys or certificate for it, on a safe way of their own',
        'the addresses inside, and the name server that knows them',
        'how long the access lasts, and who renews it',
      ]),
      ...(facts.egress.length > 0 ? [`We come from ${facts.egress.join(', ')}.`] : []),
    ],
  }),
  credentials: (facts) => ({
    subject: `Access to ${facts.system} for an integration (${facts.environment})`,
    paragraphs: [
      about(facts),
      `Please set up a technical user of its own for it in ${facts.system}${at(facts)}, which may do this and nothing else:`,
      rights(facts),
      'It should not depend on a person, expire without notice, or need a second factor. Please send the secret on a safe way of its own, not by mail, and tell us when it expires.',
    ],
  }),
  'staging-data': (facts) => ({
    subject: `Test system and test data in ${facts.system}`,
    paragraphs: [
      about(facts),
      `Before anything is written to live data we try it in a test system. Please tell us the address of a test system of ${facts.system} that we may write to, and prepare some records there that are invented, not copied from real people:`,
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
    'one with every field filled, with umlauts and accents',
    ...(optional.length > 0 ? [`one with these fields empty: ${optional.join(', ')}`] : []),
    ...(long.length > 0 ? [`one with texts of the greatest length: ${long.join(', ')}`] : []),
    ...(choices.length > 0 ? [`one for each option of ${choices.join('; ')}`] : []),
    'two that are duplicates of each other, as they occur with you',
  ];
}
