/** A path of a description, in parts. Trailing slashes and a file suffix (.json) are kept apart. */
export interface PathParts {
  path: string;
  segments: string[];
  /** The names of its parameters, in order. */
  parameters: string[];
  /** The last segment names one record. */
  endsInParameter: boolean;
}

const SUFFIX = /\.(json|xml)$/i;

export function partsOf(path: string): PathParts {
  const plain = path.split(/[?#]/)[0] ?? path;
  const segments = plain.split('/').filter((segment) => segment !== '');
  const last = (segments.at(-1) ?? '').replace(SUFFIX, '');
  return {
    path,
    segments,
    parameters: [...plain.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name),
    endsInParameter: /\{[^{}]+\}$/.test(last) || isOdataKey(last),
  };
}

/** `Customers('{id}')`, `Customers({id})`, `Customers(Id={id})` */
const isOdataKey = (segment: string): boolean => /\(.*\{[^{}]+\}.*\)$/.test(segment);

/**
 * The path of the list that an item path belongs to, in its forms: `/a/{x}` → `/a`; `/a/{x}.json` → `/a.json`;
 * `/a/{x}/` → `/a/`; `/A({x})` → `/A`. Empty for a path that does not end in a parameter.
 */
export function collectionsOf(parts: PathParts): string[] {
  if (!parts.endsInParameter) return [];
  const slash = parts.path.endsWith('/') ? '/' : '';
  const plain = parts.path.replace(/\/$/, '');
  const last = plain.slice(plain.lastIndexOf('/') + 1);
  const before = plain.slice(0, plain.lastIndexOf('/'));
  if (isOdataKey(last)) return [`${before}/${last.replace(/\(.*$/, '')}${slash}`];
  const suffix = SUFFIX.exec(last)?.[0] ?? '';
  if (!/^\{[^{}]+\}$/.test(last.replace(SUFFIX, ''))) return [];
  return [...new Set([`${before}${suffix}${slash}`, `${before}${slash}`, before, `${before}/`, `${before}.json`])];
}

/** Names compared without case and separators. */
export const squeezed = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The singular of an English plural, roughly; the word itself where it looks like none. */
export function singular(word: string): string {
  if (/(ss|us|is)$/i.test(word)) return word;
  if (/ies$/i.test(word)) return word.replace(/ies$/i, (end) => (end === 'IES' ? 'Y' : 'y'));
  if (/(sses|shes|ches|xes|zes)$/i.test(word)) return word.slice(0, -2);
  if (/people$/i.test(word)) return word.replace(/people$/i, 'person');
  return word.replace(/s$/i, '');
}

export const sameWord = (a: string, b: string): boolean =>
  squeezed(a) === squeezed(b) || squeezed(singular(a)) === squeezed(singular(b));

/** The last segment that is no parameter, without a file suffix, a version or an OData key. */
export function nounOf(parts: PathParts): string {
  const words = parts.segments
    .map((segment) => segment.replace(SUFFIX, '').replace(/\(.*\)$/, ''))
    .filter((segment) => !segment.includes('{') && segment !== '');
  const last = words.at(-1) ?? '';
  const [head] = last.split('.');
  return /\.(list|all|search|index|get)$/i.test(last) && head ? last.replace(/\.[^.]+$/, '') : last;
}

/** A name as a step of a dotted path: `@odata.nextLink` → `@odata\\.nextLink`. */
export const asStep = (name: string): string => name.replaceAll('.', '\\.');
