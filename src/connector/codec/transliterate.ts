import { transliteration } from '../late-packages.ts';

/** Letters of any script in those of ASCII. */
export const transliterate: ReturnType<typeof transliteration>['default'] = (text, options) =>
  transliteration().default(text, options);
