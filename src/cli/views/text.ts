import type { Value } from '../../record/value.ts';

const LONGEST_VALUE = 60;

/** What moves the cursor, colours, hides or reverses text: it comes from other people's systems and stays visible here. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text of another system, fit for a terminal. */
export function printable(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(UNSEEN, '\u{FFFD}');
}

/** Cut to `most` characters, the last of which is then `…`. */
export function shorten(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** A canonical value for a person: long texts shortened, nothing shown as `(empty)`. */
export function valueText(value: Value | undefined): string {
  if (value === undefined) return '(not read)';
  if (value === null || value === '') return '(empty)';
  if (typeof value === 'string') return shorten(quoted(printable(value)), LONGEST_VALUE);
  if (typeof value !== 'object') return String(value);
  if (!Array.isArray(value) && typeof value.amount === 'string' && typeof value.currency === 'string')
    return printable(`${value.amount} ${value.currency}`);
  return shorten(printable(JSON.stringify(value)), LONGEST_VALUE);
}

/** Blanks at an end would not be seen. */
const quoted = (text: string): string => (text === text.trim() ? text : `"${text}"`);

/** `12345` → `12,345`. */
export const numberText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 record`, `2 records`. */
export const counted = (count: number, noun: string): string => `${numberText(count)} ${noun}${count === 1 ? '' : 's'}`;

/** `340 ms`, `2.3 s`, `4 min 5 s`, `2 h 3 min`, `5 d 1 h`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ];
  const first = units.findIndex(([, length]) => ms >= length);
  const [big = ['s', 1000], small] = units.slice(first, first + 2);
  const rest = small ? Math.floor((ms % big[1]) / small[1]) : 0;
  return `${Math.floor(ms / big[1])} ${big[0]}${rest > 0 && small ? ` ${rest} ${small[0]}` : ''}`;
}

/** `2026-12-31 14:05:09 UTC`. */
export const timeText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

export const timeOrNever = (at: number | null): string => (at === null ? 'never' : timeText(at));

/** Characters that take a cell of the terminal. */
const cells = (text: string): number => [...text].length;

/** Columns of equal width, two blanks apart. Columns named in `right` are set to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cells(text));
  }
  return rows.map((row) =>
    row
      .map((text, column) => {
        const blanks = ' '.repeat((widths[column] ?? 0) - cells(text));
        return right.includes(column) ? blanks + text : text + blanks;
      })
      .join('  ')
      .trimEnd(),
  );
}

export const indent = (lines: readonly string[], by = '  '): string[] =>
  lines.map((line) => (line === '' ? '' : by + line));

/** Lines of up to `width` characters, broken between words. */
export function wrap(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(' ')) {
    if (row !== '' && cells(row) + 1 + cells(word) > width) {
      rows.push(row);
      row = word;
    } else row = row === '' ? word : `${row} ${word}`;
  }
  return row === '' ? rows : [...rows, row];
}
