import type { CellStyle } from 'hucre/xlsx';
import type { Look } from './page.ts';

const INK = '1F2933';
const SOFT = '6B7785';
const LINE = 'D5DBE1';

/** One colour for each system, the same in bands, headings and tabs. */
const BLUE = { strong: '1D4E89', pale: 'DCE8F5' };
const GREEN = { strong: '1F6F5C', pale: 'DBEFE8' };
const GREY = { strong: '4A5561', pale: 'E8EBEF' };

const STATUS = {
  mapped: { ink: '1B5E3B', fill: 'D9F0E1' },
  ignored: { ink: '6B7785', fill: 'E8EBEF' },
  open: { ink: '8A5A00', fill: 'FDEBC8' },
};

export const TABS = { plain: GREY.strong, mapping: BLUE.strong, options: GREEN.strong };

const solid = (rgb: string): CellStyle => ({ fill: { type: 'pattern', pattern: 'solid', fgColor: { rgb } } });
const rgb = (colour: string) => ({ color: { rgb: colour } });
const line = { style: 'thin', ...rgb(LINE) } as const;
const BORDER = { border: { top: line, right: line, bottom: line, left: line } };
const TOP = { vertical: 'top', wrapText: true } as const;
const LOCKED = { protection: { locked: true } };

const band = (fill: string): CellStyle => ({
  ...solid(fill),
  ...LOCKED,
  font: { name: 'Arial', bold: true, size: 11, ...rgb('FFFFFF') },
  alignment: { vertical: 'center' },
});

const head = (fill: string): CellStyle => ({
  ...solid(fill),
  ...BORDER,
  ...LOCKED,
  font: { name: 'Arial', bold: true, size: 10, ...rgb(INK) },
  alignment: { vertical: 'center', wrapText: true },
});

const status = ({ ink, fill }: { ink: string; fill: string }): CellStyle => ({
  ...solid(fill),
  ...LOCKED,
  font: { name: 'Arial', bold: true, size: 10, ...rgb(ink) },
  alignment: { horizontal: 'center', vertical: 'center' },
});

const plain = (font: NonNullable<CellStyle['font']>, more: CellStyle = {}): CellStyle => ({
  font: { name: 'Arial', size: 10, ...rgb(INK), ...font },
  alignment: TOP,
  ...LOCKED,
  ...more,
});

/** Whatever is typed into a cell stays the text that was typed: no dates are made of it, no numbers, no formulas. */
const TEXT = { numFmt: '@' };

/** How each look is drawn. */
export const LOOKS: Record<Look, CellStyle> = {
  title: plain({ bold: true, size: 18 }, { alignment: { vertical: 'center' } }),
  lead: plain({ ...rgb(SOFT), size: 11 }, { alignment: { vertical: 'center' } }),
  text: plain({}),
  strong: plain({ bold: true, size: 12 }, { alignment: { vertical: 'center' } }),
  'band-a': band(BLUE.strong),
  'band-b': band(GREEN.strong),
  'band-pair': band(GREY.strong),
  'band-rules': band(GREY.strong),
  'head-a': head(BLUE.pale),
  'head-b': head(GREEN.pale),
  'head-pair': head(GREY.pale),
  'head-rules': head(GREY.pale),
  label: plain({}, { ...BORDER, ...solid('F6F7F9'), ...TEXT }),
  fact: plain(rgb(SOFT), { ...BORDER, ...solid('F6F7F9'), alignment: { ...TOP, horizontal: 'left' } }),
  count: plain(rgb(SOFT), {
    ...BORDER,
    ...solid('F6F7F9'),
    alignment: { horizontal: 'center', vertical: 'top' },
  }),
  edit: plain({}, { ...BORDER, ...TEXT, protection: { locked: false } }),
  code: plain({ name: 'Courier New', size: 9 }, { ...BORDER, ...TEXT, protection: { locked: false } }),
  mapped: status(STATUS.mapped),
  ignored: status(STATUS.ignored),
  open: status(STATUS.open),
};

/** How a status cell looks by its word, also after somebody changed it. */
export const STATUS_LOOKS = Object.entries(STATUS).map(([word, { ink, fill }]) => ({
  word,
  style: { font: { bold: true, ...rgb(ink) }, fill: { type: 'pattern', pattern: 'solid', bgColor: { rgb: fill } } },
})) satisfies { word: string; style: CellStyle }[];
