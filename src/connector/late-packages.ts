import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** `T` is the module of that name. */
function late<T>(name: string): () => T {
  let loaded: T | undefined;
  return () => {
    loaded ??= read<T>(name);
    return loaded;
  };
}

function read<T>(name: string): T {
  const module: T = require(name);
  return module;
}

/*
 * Packages that most runs need none of, read at their first use: together they would take 25 MiB and a tenth of a second at
 * every start.
 */

export const phoneNumbers = late<typeof import('libphonenumber-js/min')>('libphonenumber-js/min');
export const re2 = late<typeof import('re2js')>('re2js');
export const fastXml = late<typeof import('fast-xml-parser')>('fast-xml-parser');
export const validators = late<typeof import('validator')>('validator');
export const taxNumbers = late<typeof import('stdnum')>('stdnum');
export const transliteration = late<typeof import('@sindresorhus/transliterate')>('@sindresorhus/transliterate');
export const languageAliases = late<typeof import('cldr-core/supplemental/aliases.json')>(
  'cldr-core/supplemental/aliases.json',
);
