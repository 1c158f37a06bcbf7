/** Distinct values per field before what was worked out for them is forgotten. */
const MOST_KNOWN = 512;

/** For work that costs more than a look-up, on values of which a field has few. */
export function remembered<T>(work: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const result = work(text);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, result);
    return result;
  };
}

/** For tables that few fields need. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The form in which names are compared: composed, without case. */
export const folded = (text: string): string => text.normalize('NFC').toLowerCase();
