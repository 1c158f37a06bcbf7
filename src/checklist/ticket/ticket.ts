import type { LoadedIntegration } from '../../integration/loaded.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { Language } from '../report/words.ts';
import { english } from './english.ts';
import { ticketFacts } from './facts.ts';
import { german } from './german.ts';
import type { TicketKind, TicketTexts } from './texts.ts';

/** A mail that is complete: to be sent as it stands. Holds no secret and no field value. */
export interface Ticket {
  kind: TicketKind;
  /** An address, or a name where only that is known; null where nobody is named. */
  to: string | null;
  subject: string;
  body: string;
}

const TEXTS: Record<Language, TicketTexts> = { en: english, de: german };

/** Writes the mail. Fails with `egress-unknown` where it is about addresses that nobody declared. */
export function writeTicket(
  kind: TicketKind,
  integration: LoadedIntegration,
  side: Side,
  language: Language,
): Result<Ticket> {
  const facts = ticketFacts(integration, side);
  if (kind === 'static-ip' && facts.egress.length === 0) {
    return fail(
      problem('egress-unknown', 'The integration file does not say from which addresses the runs come', {
        where: { file: integration.file },
        next: 'Add network: { egress: [203.0.113.7] } with your own addresses; whoever runs your network knows them',
      }),
    );
  }
  const texts = TEXTS[language];
  const { subject, paragraphs } = texts[kind](facts);
  const body = [texts.greeting(facts), ...paragraphs, texts.closing(facts)].join('\n\n');
  return ok({ kind, to: facts.contact && (facts.contact.email ?? facts.contact.name), subject, body });
}
