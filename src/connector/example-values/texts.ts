import { constantFrom, sample, string, stringMatching } from 'fast-check';
import { compilePattern, LONGEST_MATCHED } from '../codec/text.ts';
import type { FieldDefinition } from '../field.ts';

/** Random texts are the same in every run. */
const SEED = 20_261_122;

/** Plain ones first; then what systems are known to change: blanks, case, letters beyond a character set, marks. */
const TEXTS: readonly string[] = [
  ...['Alpha', 'beta', 'GAMMA', 'Delta Epsilon', 'x'],
  ...[' ', ' begins with a blank', 'ends with a blank ', 'two  blanks', 'a\u00a0no-break blank', 'tab\there'],
  ...['first line\nsecond line', 'first line\r\nsecond line', 'ends with a line break\n'],
  ...['Müller & Söhne', 'STRASSE', 'Straße', 'İstanbul', 'Łódź', 'Ελλάδα', 'Київ', '日本', 'שלום'],
  ...[
    '€ 5',
    '“quoted”',
    'a–b',
    'caf\u00e9',
    'cafe\u0301',
    '\u00c5',
    '\u212b',
    'ﬁne',
    '😀',
    '👩‍👩‍👧 family',
    'zero\u200bwidth',
  ],
  ...[
    '#4711',
    '#',
    'a#b',
    'a,b',
    'a;b',
    'a|b',
    'a/b',
    'a-b',
    'a_b',
    'a.b',
    'a:b',
    "it's",
    '"x"',
    '(x)',
    '[x]',
    '{x}',
    '\\',
  ],
  ...['&amp;', '<b>x</b>', '%20', '{{ x }}', '${x}', '=1+1', '+', '*'],
  ...['0', '7', '007', '-1', '1.50', '1,5', '1.234,56', '1e3', '12345678901234567890', '100 %'],
  ...['true', 'false', 'null', 'none', 'None', 'undefined', 'n/a', '-', 'J', 'N', 'yes'],
  ...['2026-02-29', '2026-12-31', '31.12.2026', '12:30', 'DE 123456789', 'DE123456789', 'de-123.456.789'],
];

/** Letters that systems are known to change, mixed at random. */
const TROUBLESOME = constantFrom(...'aZä€😀ßŁ 0.,-_#\'"/\\&<>\t\n\u00a0\u0301');

const EMAILS: readonly string[] = [
  ...['anna@company.example', 'Anna.Bauer@Company.Example', 'a+tag@company.example', "o'neil@company.example"],
  ...['müller@company.example', 'info@müller.example', `${'a'.repeat(64)}@company.example`, 'no address', 'a@b', '@'],
];

const PHONES: readonly string[] = [
  ...['+4930123456', '+43123456789', '+12125550100', '+442079460958', '+41446681800', '+390612345678'],
  ...['030 123456', '0171/1234567', '(030) 12 34 56', '0049 30 123456', '+49 (0)30 123456', '212-555-0100'],
  ...['+49 30 123456 ext. 7', '110', 'by e-mail only', '0301234567'],
];

const REFERENCES: readonly string[] = ['1', '4711', '007', 'co_1', '0b5f6c1e-7c3f-4a55-9a4e-0a1f6f2f5d11', 'A-1/2'];

/** Texts for a field of text: plain ones, known troubles, those at the limits of either declaration, and random ones. */
export function exampleTexts(declared: FieldDefinition, beside: FieldDefinition): string[] {
  const patterns = [declared.pattern, beside.pattern].flatMap((pattern) => pattern ?? []);
  const limits = [declared, beside].flatMap((field) => (field.max_length === undefined ? [] : [field.max_length]));
  const emptyWords = [...declared.empty, ...beside.empty].map(String);
  return [
    ...patterns.flatMap(matching),
    ...kindOf(declared),
    ...(kindOf(beside) === kindOf(declared) ? [] : kindOf(beside)),
    ...emptyWords,
    ...limits.flatMap(atLimit),
    ...sample(string({ unit: 'grapheme', maxLength: 40 }), { seed: SEED, numRuns: 40 }),
    ...sample(string({ unit: TROUBLESOME, maxLength: 20 }), { seed: SEED, numRuns: 40 }),
    ...sample(string({ unit: 'grapheme-ascii', maxLength: 60 }), { seed: SEED, numRuns: 40 }),
  ];
}

function kindOf({ type }: FieldDefinition): readonly string[] {
  if (type === 'email') return EMAILS;
  if (type === 'phone') return PHONES;
  return type === 'reference' ? REFERENCES : TEXTS;
}

/** Texts around a length, in letters that count differently in the units of length, and some that a cut changes twice. */
function atLimit(limit: number): string[] {
  if (limit > LONGEST_FILLED) return [];
  const lengths = [limit - 1, limit, limit + 1, 2 * limit].filter((length) => length > 0);
  const filled = lengths.flatMap((length) => ['a'.repeat(length), 'ä'.repeat(length), '😀'.repeat(length)]);
  return [...filled, `${'a'.repeat(limit - 1)} b`, `${'a'.repeat(limit)} `, `1${'0'.repeat(limit - 1)}`];
}

/** Longer fields hardly differ from unlimited ones, and their texts would cost seconds. */
const LONGEST_FILLED = 4096;

/** Texts of a pattern; none where it is beyond what the generator knows, such as a look-ahead. */
function matching(source: string): string[] {
  const pattern = compilePattern(source);
  if (!pattern) return [];
  try {
    const found = sample(stringMatching(new RegExp(source)), { seed: SEED, numRuns: 60 });
    return found.filter((text) => text.length <= LONGEST_MATCHED);
  } catch {
    return [];
  }
}
