import { didYouMean } from '../../connector/closest-word.ts';
import type { OptionDefinition } from '../../connector/field.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import type { SheetContents, SheetMapping } from './contents.ts';
import type { OptionTarget } from './edit.ts';
import { keysIn, type OptionTable } from './option-tables.ts';
import type { OptionColumnId } from './options-page.ts';
import { faultIn, type Table, textAt } from './read-table.ts';
import type { PlacedEdit } from './row-edits.ts';
import type { Base } from './snapshot.ts';

interface OptionsReading {
  table: Table<OptionColumnId>;
  contents: SheetContents;
  base: Base;
  found: Diagnostic[];
}

interface OptionRow {
  at: number;
  mapping: SheetMapping;
  /** The row's number when the sheet was written, from 0. */
  number: number;
  now: OptionTable;
  key: string;
  target: string;
}

/** What the sheet with the options changes in the integration file. What is wrong is in `found`, with its cell. */
export function optionEdits(reading: OptionsReading): PlacedEdit[] {
  const { table, base } = reading;
  const seen = new Map<string, number>();
  const tables = new Map<OptionTable, { row: OptionRow; changed: Map<string, OptionTarget> }>();
  for (let at = table.headings + 1; at < table.grid.rows.length; at++) {
    const row = optionRow(reading, at, seen);
    if (!row) continue;
    const before = base.get(row.mapping.name)?.options.get(row.number)?.get(row.key) ?? '';
    // Where the file has no table, it says nothing that could have changed.
    const now = row.now.written ? (row.now.targets.get(row.key) ?? '') : before;
    if (row.target === before || row.target === now) continue;
    if (now !== before) {
      const summary = 'The integration file says something else here since the export';
      complain(reading, at, 'target', 'changed-meanwhile', summary, 'Begin with a new export, or set it in the file');
      continue;
    }
    const known = tables.get(row.now) ?? { row, changed: new Map<string, OptionTarget>() };
    tables.set(row.now, known);
    known.changed.set(row.key, targetOf(row.target));
  }
  return [...tables].map(([now, { row, changed }]) => ({
    at: row.at,
    edit: {
      kind: 'options',
      mapping: row.mapping.name,
      index: now.index,
      options: now.written ? changed : withUnchanged(base, row, changed),
    },
  }));
}

/** The file has no table yet: what holds by equal keys is written out, too. */
function withUnchanged(
  base: Base,
  { mapping, number }: OptionRow,
  changed: ReadonlyMap<string, OptionTarget>,
): Map<string, OptionTarget> {
  const before = [...(base.get(mapping.name)?.options.get(number) ?? [])];
  const all = new Map([...before.map(([key, target]) => [key, targetOf(target)] as const), ...changed]);
  return new Map([...all].filter(([, target]) => target !== undefined));
}

function targetOf(text: string): OptionTarget {
  const keys = keysIn(text);
  return keys.length > 1 ? keys : keys[0];
}

/** Null where the line is empty or wrong. */
function optionRow(reading: OptionsReading, at: number, seen: Map<string, number>): OptionRow | null {
  const { table, contents, base } = reading;
  const text = (id: OptionColumnId) => textAt(table, at, id);
  const [sheet, place, key] = [text('mapping'), text('row'), text('option')];
  if (key === '' && text('target') === '') return null;
  const mapping = contents.mappings.find((one) => one.sheet === sheet);
  if (!mapping) {
    const known = contents.mappings.map((one) => one.sheet);
    return complain(
      reading,
      at,
      'mapping',
      'mapping-unknown',
      `There is no sheet "${sheet}"`,
      didYouMean(sheet, known),
    );
  }
  const number = /^\d{1,5}(\.0)?$/.test(place) ? Number(place) - 1 : -1;
  const before = base.get(mapping.name)?.options.get(number);
  if (!before) {
    return complain(
      reading,
      at,
      'row',
      'row-unknown',
      `Row "${place}" of ${sheet} has no options`,
      'Leave the number as it was',
    );
  }
  const now = tableNow(reading, mapping, number);
  if (!now) {
    const summary = `Row ${place} of ${sheet} is no longer in the integration file as it was`;
    return complain(reading, at, 'row', 'row-changed', summary, 'Begin with a new export');
  }
  const first = seen.get(`${mapping.name} ${number} ${key}`);
  if (first !== undefined) {
    return complain(
      reading,
      at,
      'option',
      'option-twice',
      `"${key}" stands twice, here and in line ${first + 1}`,
      'Delete one of the two lines',
    );
  }
  seen.set(`${mapping.name} ${number} ${key}`, at);
  return known({ at, mapping, number, now, key, target: text('target') }, before, reading);
}

/** The row with its options by their keys. */
function known(row: OptionRow, before: ReadonlyMap<string, string>, reading: OptionsReading): OptionRow | null {
  const { options, fields } = row.now;
  const keys = options.a.map(({ key }) => key);
  const { names } = reading.contents;
  if (!before.has(row.key) && (keys.length > 0 ? !keys.includes(row.key) : row.key === '')) {
    const summary = `"${row.key}" is not an option of ${names.a.title} ${fields.a}`;
    return complain(reading, row.at, 'option', 'option-unknown', summary, didYouMean(row.key, keys));
  }
  if (faulty(reading, row.at)) {
    return complain(
      reading,
      row.at,
      'target',
      'cell-no-text',
      'The cell holds a formula or an error',
      'Type the text itself',
    );
  }
  if (row.target === before.get(row.key)) return row;
  const meant = keysIn(row.target).map((word) => optionCalled(word, options.b) ?? { unknown: word });
  const unknown = meant.find((one) => typeof one !== 'string');
  if (!unknown) return { ...row, target: meant.join(', ') };
  const words = options.b.flatMap(({ key, label }) => (label === undefined ? [key] : [key, label]));
  const summary = `"${unknown.unknown}" is not an option of ${names.b.title} ${fields.b}`;
  return complain(reading, row.at, 'target', 'option-unknown', summary, didYouMean(unknown.unknown, words));
}

/** By its key, or by its label; where no options are known, every word is a key. */
function optionCalled(word: string, options: readonly OptionDefinition[]): string | undefined {
  if (options.length === 0) return word;
  const wanted = word.toLowerCase();
  const same = options.find(({ key }) => key === word);
  return (same ?? options.find(({ key, label }) => [key, label].some((one) => one?.toLowerCase() === wanted)))?.key;
}

const faulty = ({ table }: OptionsReading, at: number): boolean =>
  (table.grid.rows[at]?.[table.columns.get('target') ?? -1]?.fault ?? null) !== null;

/** The table of the pair that stood in that row when the sheet was written. */
function tableNow({ base }: OptionsReading, mapping: SheetMapping, number: number): OptionTable | undefined {
  const before = base.get(mapping.name)?.pairs.get(number);
  const same = mapping.tables.filter(({ fields }) => fields.a === before?.fieldA && fields.b === before.fieldB);
  return same.find(({ index }) => index === number) ?? same[0];
}

function complain(
  { table, found }: OptionsReading,
  at: number,
  id: OptionColumnId,
  code: string,
  summary: string,
  next?: string,
): null {
  found.push(faultIn(table, at, id, code, summary, { next }));
  return null;
}
