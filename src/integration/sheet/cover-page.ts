import { columnsOf } from './columns.ts';
import type { SheetContents, SheetMapping } from './contents.ts';
import { COVER, OPTIONS } from './names.ts';
import { cell, type Page, type PageCell } from './page.ts';

/** What the sheets say about themselves. */
export interface CoverFacts {
  /** `2026-12-31` */
  on: string;
  samples: 'none' | 'masked' | 'real';
}

/** The first sheet: what this is, what to do, what the colours and columns mean. */
export function coverPage(contents: SheetContents, facts: CoverFacts): Page {
  const { names, purpose, integration, mappings } = contents;
  const rows: PageCell[][] = [
    [cell(`What ${names.a.title} and ${names.b.title} agree on`, 'title')],
    [cell(purpose, 'text')],
    [],
    ...pairs([
      ['Integration', integration],
      ['Written on', `${facts.on}, from ${contents.environment}`],
      [`Questions about ${names.a.title}`, contents.contacts.a ?? ''],
      [`Questions about ${names.b.title}`, contents.contacts.b ?? ''],
      ['Sample values', SAMPLES[facts.samples](contents.environment)],
    ]),
    [],
    [cell('What to do', 'strong')],
    ...steps(contents),
    [],
    [cell('The sheets', 'strong'), cell('mapped', 'mapped'), cell('ignored', 'ignored'), cell('open', 'open')],
    ...mappings.map(sheetLine),
    [],
    [cell('The columns', 'strong')],
    [cell('White cells', 'edit'), cell('can be changed; many offer a list. Grey ones say how things are.', 'text')],
    ...pairs(
      columnsOf(names, []).flatMap(({ header, help, group }) => (group === 'b' ? [] : [[general(header), help]])),
    ),
  ];
  return {
    name: COVER,
    rows,
    widths: [32, 14, 14, 14, 60],
    frozen: { rows: 0, columns: 0 },
    merges: rows.flatMap((row, i) => {
      const from = row.length === 2 ? 1 : row[0]?.text === purpose ? 0 : null;
      return from === null ? [] : [{ row: i, from, to: 4 }];
    }),
    headings: null,
    statusColumn: null,
    hidden: false,
    tab: 'plain',
  };
}

const SAMPLES: Record<CoverFacts['samples'], (environment: string) => string> = {
  none: () => 'None were read.',
  masked: () => 'Masked: letters are shown as x, digits as 9.',
  real: (environment) => `Real values of ${environment}: treat this file like the systems themselves.`,
};

function steps({ names, mappings }: SheetContents): PageCell[][] {
  const first = mappings[0]?.sheet ?? '';
  const { a, b } = names;
  return pairs([
    [
      '1. Look round',
      `Begin with the sheet ${first}. Each row is a field of ${a.title}, a field of ${b.title}, or both side by side.`,
    ],
    [
      '2. Decide what is open',
      'Pick the partner of the field and set the status to mapped; or set it to ignored and write down why.',
    ],
    [
      '3. Check what is mapped',
      'Is it the same thing, does it go the right way, who wins when both sides changed it? To take a pair apart, set its status to open.',
    ],
    ['4. Check the choices', `The sheet ${OPTIONS} says what each choice of a list becomes on the other side.`],
    [
      '5. Send it back',
      'Save the file and send it to whoever looks after the integration. They see every change before it counts; what can not be is shown with its cell.',
    ],
  ]);
}

/** The headings of both systems' columns are alike: the first is explained. */
const general = (header: string): string => {
  const plain = header.replace(/^.*: /, '').replace(/^.* (field)$/, '$1');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
};

function sheetLine({ sheet, rows, sides }: SheetMapping): PageCell[] {
  const count = (status: string) => cell(String(rows.filter(({ cells }) => cells.status === status).length), 'count');
  const objects = cell(`${sides.a.object} ↔ ${sides.b.object}`, 'text');
  return [cell(sheet, 'text'), count('mapped'), count('ignored'), count('open'), objects];
}

const pairs = (lines: readonly (readonly string[])[]): PageCell[][] =>
  lines.filter(([, text]) => text !== '').map(([name = '', text = '']) => [cell(name, 'text'), cell(text, 'text')]);
