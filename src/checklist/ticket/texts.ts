import type { TicketFacts } from './facts.ts';

/** What can be asked of the other side's administrator. */
export const TICKETS = ['static-ip', 'vpn', 'credentials', 'staging-data'] as const;
export type TicketKind = (typeof TICKETS)[number];

/** The words of one language for each kind of ticket. */
export type TicketTexts = Record<TicketKind, (facts: TicketFacts) => { subject: string; paragraphs: string[] }> & {
  greeting(facts: TicketFacts): string;
  closing(facts: TicketFacts): string;
};

/** Lines of a list in a mail. */
export const bullets = (lines: readonly string[]): string => lines.map((line) => `  - ${line}`).join('\n');
