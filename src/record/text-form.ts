/**
 * A text without what people write now this way and now that: case (`STRASSE` is `straße`), blanks in a row, width,
 * ligatures and composition. May be empty.
 */
export const textForm = (text: string): string => folded(text).replace(/\s+/g, ' ').trim();

/** A code such as a VAT id, without blanks, dots, dashes, slashes and case. May be empty. */
export const codeForm = (text: string): string =>
  folded(text)
    .replace(/[\s.\-\u2010-\u2015/]/g, '')
    .toUpperCase();

/** Without differences of case, width, ligatures and composition. */
function folded(text: string): string {
  // Plain ASCII is the common case, and there is nothing to compose in it.
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}
