import type { FieldDefinition, OptionDefinition } from '../../connector/field.ts';
import { SIDES, type Side } from '../../record/side.ts';
import type { FieldType } from '../../record/value.ts';
import { isTree, plainMember, plainText, type Tree } from './raw.ts';
import type { SheetSide } from './side.ts';
import type { SystemNames } from './words.ts';

/** What becomes of each option of side a on side b, for one row of a mapping. */
export interface OptionTable {
  /** The row's place in `fields`. */
  index: number;
  fields: Record<Side, string>;
  /** Those that are known: empty where the connector declares none. */
  options: Record<Side, readonly OptionDefinition[]>;
  /** By the key of side a, in the order shown; `x, y` where several lead back, empty where it has no counterpart. */
  targets: ReadonlyMap<string, string>;
  /** Whether the file has a table; without one, equal keys go together. */
  written: boolean;
}

const OPTION_TYPES: readonly FieldType[] = ['option', 'multi_option'];

/**
 * The tables of the rows whose two fields have options, or for which the file has one. One with commas in its keys, which
 * cells have another use for, is left out: it can be changed only in the file.
 */
export function optionTables(rows: readonly Tree[], sides: Record<Side, SheetSide>, names: SystemNames): OptionTable[] {
  return rows.flatMap((row, index) => {
    const fields = { a: plainMember(row, names.a.name), b: plainMember(row, names.b.name) };
    const given = row.options;
    if (given !== undefined && !isPlainTable(given)) return [];
    const offer = SIDES.every((side) => hasOptions(fieldOf(sides[side], fields[side])));
    if (given === undefined && (!offer || isConverted(row, names))) return [];
    const options = { a: optionsOf(sides.a, fields.a), b: optionsOf(sides.b, fields.b) };
    const targets = new Map(sameKeys(options).map(([key, target]) => [key, given ? '' : target]));
    for (const [key, target] of Object.entries(given ?? {}))
      targets.set(key, [target].flat().map(plainText).join(', '));
    return [{ index, fields, options, targets, written: given !== undefined }];
  });
}

const isPlainTable = (given: unknown): given is Tree =>
  isTree(given) &&
  Object.values(given)
    .flat()
    .every((target) => typeof target !== 'object' && !plainText(target).includes(','));

/** An expression or a link gives the option: no table is asked. */
const isConverted = (row: Tree, { a, b }: SystemNames): boolean =>
  [`to_${a.name}`, `to_${b.name}`, 'reference'].some((key) => Object.hasOwn(row, key));

const fieldOf = ({ fields }: SheetSide, name: string): FieldDefinition | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

const hasOptions = (field: FieldDefinition | undefined): boolean =>
  field !== undefined && OPTION_TYPES.includes(field.type);

const optionsOf = (side: SheetSide, name: string): readonly OptionDefinition[] => fieldOf(side, name)?.options ?? [];

/** Without a table, equal keys go together; where a side declares none, every key is one. */
function sameKeys({ a, b }: Record<Side, readonly OptionDefinition[]>): [string, string][] {
  if (a.length === 0) return b.map(({ key }) => [key, key]);
  const isKnown = (key: string) => b.length === 0 || b.some((option) => option.key === key);
  return a.map(({ key }) => [key, isKnown(key) ? key : '']);
}

/** The keys that a cell names: one, or several with commas between them. */
export const keysIn = (target: string): string[] =>
  target
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
