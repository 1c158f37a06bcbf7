import type { ObjectDefinition } from '../../connector/definition.ts';
import type { OptionDefinition } from '../../connector/field.ts';
import { SIDES, type Side } from '../../record/side.ts';
import type { LoadedIntegration, LoadedSystem } from '../loaded.ts';
import { FIELD_KEYS } from '../schema.ts';
import type { EditableId } from './columns.ts';
import { labelText } from './fact-text.ts';
import { humanised, sheetNames } from './names.ts';
import { type OptionTable, optionTables } from './option-tables.ts';
import { isTree, plainMember, plainText, type Tree, treeAt, treesAt } from './raw.ts';
import type { SheetSide } from './side.ts';
import { conflictWords, directionWords, STATUSES, type SystemNames, said, YES } from './words.ts';

/** Three values of each field as they are, by object and field. */
export type Samples = Record<Side, Map<string, Record<string, string[]>>>;

/** Options that only the systems themselves know, by object and field. */
export type LiveOptions = Record<Side, Map<string, Record<string, readonly OptionDefinition[]>>>;

/** What a row says that a person may change, as text in the words of the sheet. */
export type RowCells = Record<EditableId, string>;

/** One row of a sheet: a pair of fields, or a field of one side that is ignored or open. */
export interface SheetRow {
  /** Its place in `fields` of the mapping; null where it is not there. */
  index: number | null;
  cells: RowCells;
  /** What else the file says about it. */
  other: string;
}

export interface SheetMapping {
  /** In the integration file. */
  name: string;
  /** The name of its sheet. */
  sheet: string;
  sides: Record<Side, SheetSide>;
  /** What is agreed about the mapping as a whole, in a sentence or two. */
  agreed: string;
  /** The pairs in the order of the file, then what is ignored or open on side a, then on side b. */
  rows: SheetRow[];
  tables: OptionTable[];
}

/** All that the sheets show of an integration. */
export interface SheetContents {
  integration: string;
  purpose: string;
  environment: string;
  names: SystemNames;
  contacts: Record<Side, string | null>;
  mappings: SheetMapping[];
}

/**
 * What the sheets show: `data` is the integration file as plain data, whose rows may be faulty; `loaded` gives the two
 * systems, `live` what was read from them.
 */
export function contentsOf(data: unknown, loaded: LoadedIntegration, live?: LiveOptions): SheetContents {
  const names = systemNames(loaded);
  const mappings = Object.keys(treeAt(data, 'mappings'));
  const sheets = sheetNames(mappings);
  return {
    integration: loaded.name,
    purpose: loaded.purpose,
    environment: loaded.environment,
    names,
    contacts: { a: contactOf(loaded.a), b: contactOf(loaded.b) },
    mappings: mappings.map((name) => {
      const raw = treeAt(treeAt(data, 'mappings'), name);
      const sides = { a: sideOf(raw, loaded.a, live?.a), b: sideOf(raw, loaded.b, live?.b) };
      return {
        name,
        sheet: sheets.get(name) ?? name,
        sides,
        agreed: agreedOf(raw, sides.a, names),
        rows: rowsOf(raw, sides, names),
        tables: optionTables(treesAt(raw, 'fields'), sides, names),
      };
    }),
  };
}

const LONGEST_TITLE = 20;

/** As people call the systems, unless that is too long for a heading or not telling them apart. */
function systemNames({ a, b }: LoadedIntegration): SystemNames {
  const plain = (text: string) => text.trim().toLowerCase();
  const usable = [a, b].every(({ title }) => title.length <= LONGEST_TITLE) && plain(a.title) !== plain(b.title);
  const of = ({ name, title }: LoadedSystem) => ({ name, title: usable ? title : name });
  return { a: of(a), b: of(b) };
}

function contactOf({ contact }: LoadedSystem): string | null {
  return contact ? [contact.name, contact.email].filter((part) => part !== null).join(', ') : null;
}

function sideOf(raw: Tree, { name, connector }: LoadedSystem, live: LiveOptions[Side] = new Map()): SheetSide {
  const object = plainMember(raw, name);
  const definition: ObjectDefinition | undefined = Object.hasOwn(connector.objects, object)
    ? connector.objects[object]
    : undefined;
  const fields = Object.entries(definition?.fields ?? {}).map(([field, declared]) => {
    const options = declared.options ?? live.get(object)?.[field];
    return [field, options ? { ...declared, options: [...options] } : declared] as const;
  });
  return { object, label: definition?.label ?? humanised(object), fields: Object.fromEntries(fields) };
}

/** Which records take part, how they are recognised, and who wins. */
function agreedOf(raw: Tree, { fields }: SheetSide, names: SystemNames): string {
  const rules = [raw.match].flat().map((rule) =>
    [rule]
      .flat()
      .filter((name) => typeof name === 'string')
      .map((name) => labelText(name, Object.hasOwn(fields, name) ? fields[name] : undefined))
      .join(' and '),
  );
  const known = rules.filter((rule) => rule !== '').join(', else by ');
  const conflict = said(conflictWords(names), plainMember(raw, 'conflict', 'hold'));
  const only = SIDES.flatMap((side) => {
    const filter = plainMember(treeAt(raw, 'filter'), names[side].name);
    return filter === '' ? [] : [`Only records of ${names[side].title} with ${filter} take part. `];
  });
  return `${only.join('')}${known === '' ? '' : `Records are recognised by ${known}. `}When both sides changed a field, ${conflict}.`;
}

function rowsOf(raw: Tree, sides: Record<Side, SheetSide>, names: SystemNames): SheetRow[] {
  const keys = new Set([raw.match].flat(2));
  const pairs = treesAt(raw, 'fields').map((row, index) => {
    const pair = pairOf(row, index, names);
    return keys.has(pair.cells.fieldA) ? { ...pair, other: [MATCHED, pair.other].join('\n').trim() } : pair;
  });
  const left = SIDES.flatMap((side) => {
    const ignored = treeAt(treeAt(raw, 'ignored'), names[side].name);
    const cell = fieldCell(side);
    const mapped = new Set(pairs.map((pair) => pair.cells[cell]));
    const fields = [...new Set([...Object.keys(sides[side].fields), ...Object.keys(ignored)])];
    return fields
      .filter((field) => !mapped.has(field))
      .map((field): SheetRow => {
        const reason = plainMember(ignored, field);
        const status = Object.hasOwn(ignored, field) ? 'ignored' : 'open';
        return { index: null, cells: { ...EMPTY_CELLS, [cell]: field, status, note: reason }, other: '' };
      });
  });
  return [...pairs, ...left];
}

const MATCHED = 'records are recognised by it';

export const fieldCell = (side: Side) => (side === 'a' ? 'fieldA' : 'fieldB');

export const EMPTY_CELLS: RowCells = {
  fieldA: '',
  fieldB: '',
  status: '',
  direction: '',
  toA: '',
  toB: '',
  reference: '',
  conflict: '',
  required: '',
  defaultA: '',
  defaultB: '',
  note: '',
};

function pairOf(row: Tree, index: number, names: SystemNames): SheetRow {
  const { a, b } = names;
  const isPair = Object.hasOwn(row, a.name) && Object.hasOwn(row, b.name);
  const cells: RowCells = {
    ...EMPTY_CELLS,
    fieldA: plainMember(row, a.name),
    fieldB: plainMember(row, b.name),
    status: said(STATUSES, 'mapped'),
    // What is only computed goes no way.
    direction: said(directionWords(names), plainMember(row, 'direction', isPair ? 'both' : '')),
    toA: plainMember(row, `to_${a.name}`),
    toB: plainMember(row, `to_${b.name}`),
    reference: plainMember(row, 'reference'),
    conflict: said(conflictWords(names), plainMember(row, 'conflict')),
    required: plainMember(row, 'required') === 'true' ? said(YES, 'true') : '',
    defaultA: defaultOf(row, a.name, b.name),
    defaultB: defaultOf(row, b.name, a.name),
    note: plainMember(row, 'note'),
  };
  return { index, cells, other: otherOf(row, names) };
}

/** One value is meant for each system that is written. */
function defaultOf(row: Tree, system: string, other: string): string {
  if (isTree(row.default)) return plainMember(row.default, system);
  return row.direction === `${system} -> ${other}` ? '' : plainText(row.default);
}

const SHOWN = ['direction', 'reference', 'conflict', 'required', 'default', 'note', 'options'];

/** Keys that have no column of their own: `target_edits: restore`. */
function otherOf(row: Tree, { a, b }: SystemNames): string {
  const shown = [...SHOWN, a.name, b.name, `to_${a.name}`, `to_${b.name}`];
  const rank = (key: string) => FIELD_KEYS.indexOf(key);
  return Object.keys(row)
    .filter((key) => !shown.includes(key))
    .sort((x, y) => rank(x) - rank(y))
    .map((key) => `${key}: ${plainText(row[key])}`)
    .join('\n');
}
