export const COVER = 'How to use';
export const OPTIONS = 'Options';
export const LISTS = 'Lists';
export const SNAPSHOT = 'Export';
const LONGEST_SHEET_NAME = 31;

/** `contact-persons` → `Contact persons`, cut to what a spreadsheet takes, each one different. */
export function sheetNames(mappings: readonly string[]): Map<string, string> {
  const taken = new Set([COVER, OPTIONS, LISTS, SNAPSHOT].map((name) => name.toLowerCase()));
  const names = new Map<string, string>();
  for (const mapping of mappings) {
    const plain = humanised(mapping).slice(0, LONGEST_SHEET_NAME);
    let name = plain;
    for (let count = 2; taken.has(name.toLowerCase()); count++) {
      name = `${plain.slice(0, LONGEST_SHEET_NAME - String(count).length - 1)} ${count}`;
    }
    taken.add(name.toLowerCase());
    names.set(mapping, name);
  }
  return names;
}

/** `postal_code` → `Postal code`. */
export function humanised(name: string): string {
  const words = name.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
