import { createRequire } from 'node:module';

type Transliterate = typeof import('@sindresorhus/transliterate').default;

let known: Transliterate | undefined;

/** Letters of any script in those of ASCII. Its tables take some 10 MiB and most runs need none: read at the first use. */
export const transliterate: Transliterate = (text, options) => {
  known ??= load();
  return known(text, options);
};

function load(): Transliterate {
  const loaded: { default: Transliterate } = createRequire(import.meta.url)('@sindresorhus/transliterate');
  return loaded.default;
}
