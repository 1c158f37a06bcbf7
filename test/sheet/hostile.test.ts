import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { csvOf, readCsvGrid } from '../../src/integration/sheet/csv.ts';
import { GRID_LIMITS } from '../../src/integration/sheet/grid.ts';
import { cell, type Page } from '../../src/integration/sheet/page.ts';
import { readXlsxGrids } from '../../src/integration/sheet/xlsx-read.ts';
import { xlsxOf } from '../../src/integration/sheet/xlsx-write.ts';
import { SMALL } from '../small-integration.ts';
import { FILE, importSmall, smallPages } from './world.ts';

interface Entry {
  name: string;
  data: Uint8Array;
  /** As the directory claims; default: the truth. */
  size?: number;
}

/** A ZIP archive as spreadsheet programs lay it out. */
function zipOf(entries: readonly Entry[], comment = ''): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, size = data.length } of entries) {
    const packed = deflateRawSync(data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    parts.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    at += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, part) => sum + part.length, 0),
    12,
  );
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, ...directory, end, Buffer.from(comment)]);
}

const page = (rows: string[][]): Page => ({
  name: 'Sheet',
  rows: rows.map((row) => row.map((text) => cell(text, 'edit'))),
  widths: [],
  frozen: { rows: 0, columns: 0 },
  merges: [],
  headings: null,
  statusColumn: null,
  hidden: false,
  tab: 'plain',
});

const refusal = async (bytes: Uint8Array): Promise<string> => {
  const read = await readXlsxGrids(bytes, FILE);
  return read.ok ? 'read' : `${read.error.code}: ${read.error.detail}`;
};

const small = { name: '[Content_Types].xml', data: Buffer.from('<Types/>') };
const sheet = 'xl/worksheets/sheet1.xml';

describe('archives are bounded before they are opened', () => {
  const limit = GRID_LIMITS.unpackedBytes;
  test.each<[string, () => Uint8Array, string]>([
    [
      'no archive',
      () => Buffer.from('PK nothing of the kind, but long enough'),
      'sheet-refused: It is no plain ZIP archive.',
    ],
    ['nothing', () => new Uint8Array(), 'sheet-refused: It is no plain ZIP archive.'],
    ['too large', () => new Uint8Array(GRID_LIMITS.fileBytes + 1), 'sheet-refused: It has 10000001 bytes.'],
    [
      'too many parts',
      () => zipOf(Array.from({ length: 501 }, (_, i) => ({ ...small, name: `a${i}` }))),
      'sheet-refused: It has 501 parts.',
    ],
    [
      'grows beyond bounds',
      () => zipOf([small, { name: sheet, data: Buffer.alloc(limit + 1) }]),
      `sheet-refused: It grows beyond ${limit} bytes, or is damaged.`,
    ],
    [
      'grows beyond what it says',
      () => zipOf([small, { name: sheet, data: Buffer.alloc(limit + 1), size: 10 }]),
      `sheet-refused: It grows beyond ${limit} bytes, or is damaged.`,
    ],
    [
      'many parts that grow together',
      () => zipOf(Array.from({ length: 5 }, (_, i) => ({ name: `a${i}`, data: Buffer.alloc(limit / 4) }))),
      `sheet-refused: It grows beyond ${limit} bytes, or is damaged.`,
    ],
    [
      'a comment that hides a second directory',
      () => zipOf([small], 'x'.repeat(40)),
      'sheet-refused: It is no plain ZIP archive.',
    ],
    [
      'a document type',
      () =>
        zipOf([
          small,
          { name: sheet, data: Buffer.from('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>') },
        ]),
      'sheet-refused: A part of it declares a document type.',
    ],
    [
      'an archive of something else',
      () => zipOf([{ name: 'hello.txt', data: Buffer.from('hello') }]),
      'sheet-unreadable: It may be damaged, protected by a password, or of another kind.',
    ],
  ])('%s', async (_, bytes, said) => expect(await refusal(bytes())).toBe(said));

  test('overlapping parts', async () => {
    const bytes = Buffer.from(zipOf([small, { name: sheet, data: Buffer.from('<worksheet/>') }]));
    const second = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    bytes.writeUInt32LE(0, second + 42);
    expect(await refusal(bytes)).toBe('sheet-refused: Its directory is not as spreadsheet programs write it.');
  });

  test('a sheet with too many rows', async () => {
    const rows = Array.from({ length: GRID_LIMITS.rows + 5 }, (_, i) => [`${i}`]);
    const bytes = await xlsxOf([page(rows)], { title: 'x', written: 0 });
    expect(await refusal(bytes)).toContain('sheet-too-large');
  });

  test('a sheet whose cells are far apart', async () => {
    const rows = Array.from({ length: 15_000 }, (_, i) =>
      i === 14_999 ? Array.from({ length: 100 }, () => 'x') : ['x'],
    );
    const bytes = await xlsxOf([page(rows)], { title: 'x', written: 0 });
    expect(await refusal(bytes)).toContain('sheet-too-large');
  });

  test('a workbook cut anywhere is refused, and never throws', async () => {
    const whole = await xlsxOf(smallPages(SMALL), { title: 'x', written: 0 });
    for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 40)) {
      expect(await refusal(whole.subarray(0, length))).toMatch(/^sheet-(refused|unreadable)/);
    }
  });
});

describe('what systems say is never taken for a formula', () => {
  const RISKY = ['=HYPERLINK("http://x","y")', '+1', '-1+2', '@SUM(A1)', "'=1", "''", '\t=1', '=', 'plain', ''];

  test('in XLSX, it is a text', async () => {
    const bytes = await xlsxOf([page(RISKY.map((text) => [text]))], { title: 'x', written: 0 });
    const read = await readXlsxGrids(bytes, FILE);
    const cells = read.ok ? read.value[0]?.rows.map(([one]) => one) : [];
    expect(cells?.map((one) => one?.fault ?? null).every((fault) => fault === null)).toBe(true);
    expect(RISKY.map((_, i) => cells?.[i]?.text ?? '')).toEqual(RISKY);
  });

  test('in CSV, an apostrophe stands before it, and goes again', () => {
    const text = csvOf(page(RISKY.map((each) => [each, 'x'])));
    const lines = text.replace(/^\uFEFF/, '').split('\r\n');
    expect(lines.filter((line) => /^"?[=+\-@\t]/.test(line))).toEqual([]);
    const read = readCsvGrid(text, 'Sheet', 'sheet.csv');
    expect(read.ok && read.value.rows.map(([one]) => one?.text)).toEqual(RISKY);
  });
});

describe('CSV as programs write it', () => {
  const pages = smallPages(SMALL);
  test.each([';', '\t'])('cells with %j between them', async (mark) => {
    const { stringify } = await import('csv-stringify/sync');
    const grids = pages.map((each) => {
      const text = stringify(
        each.rows.map((row) => row.map((one) => one.text)),
        { delimiter: mark },
      );
      const read = readCsvGrid(text, each.name, FILE);
      if (!read.ok) throw new Error(read.error.detail);
      return read.value;
    });
    expect(await importSmall(grids, SMALL)).toEqual({ edits: 0, faults: [], remarks: [], text: SMALL });
  });

  test('a quote that is not closed', () => {
    const read = readCsvGrid('Row,"a\nb', 'Sheet', 'sheet.csv');
    expect(read.ok ? null : read.error.code).toBe('csv-invalid');
  });
});
