import type { Language } from './words.ts';

/** A time of the report, to the minute, in UTC: who reads it may be anywhere. `at`: epoch ms. */
export const timeIn = (language: Language, at: number): string =>
  `${new Intl.DateTimeFormat(language === 'de' ? 'de-DE' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(at)} UTC`;
