import type { OptionDefinition } from '../../connector/field.ts';
import type { Side } from '../../record/side.ts';
import { isTree, plainMember, plainText, type Tree } from './raw.ts';
import type { SheetSide } from './side.ts';
import type { SystemNames } from './words.ts';

/** What becomes of each option of side a on side b, for one row of a mapping. */
export interface OptionTable {
  /** The row's place in `fields`. */
  index: number;
  fields: Record<Side, string>;
  options: Record<Side, readonly OptionDefinition[]>;
  /** By the key of side a, in the order shown; empty where it has no counterpart. */
  targets: ReadonlyMap<string, string>;
  /** Whether the file has a table; without one, equal keys go together. */
  written: boolean;
}

/**
 * The tables of the rows whose two fields have options, or for which the file has one. A table of another form than
 * key to key is left out: it can be changed only in the file.
 */
export function optionTables(rows: readonly Tree[], sides: Record<Side, SheetSide>, names: SystemNames): OptionTable[] {
  return rows.flatMap((row, index) => {
    const fields = { a: plainMember(row, names.a.name), b: plainMember(row, names.b.name) };
    const options = { a: optionsOf(sides.a, fields.a), b: optionsOf(sides.b, fields.b) };
    const given = row.options;
    if (given !== undefined && !isPlainTable(given)) return [];
    if (given === undefined && (options.a.length === 0 || options.b.length === 0 || isConverted(row, names))) return [];
    const targets = new Map(options.a.map(({ key }) => [key, given ? '' : sameKey(key, options.b)]));
    for (const [key, target] of Object.entries(given ?? {})) targets.set(key, plainText(target));
    return [{ index, fields, options, targets, written: given !== undefined }];
  });
}

const isPlainTable = (given: unknown): given is Tree =>
  isTree(given) && Object.values(given).every((target) => typeof target !== 'object');

/** An expression gives the option: no table is asked. */
const isConverted = (row: Tree, { a, b }: SystemNames): boolean =>
  Object.hasOwn(row, `to_${a.name}`) || Object.hasOwn(row, `to_${b.name}`) || Object.hasOwn(row, 'reference');

function optionsOf(side: SheetSide, field: string): readonly OptionDefinition[] {
  return (Object.hasOwn(side.fields, field) ? side.fields[field]?.options : undefined) ?? [];
}

const sameKey = (key: string, options: readonly OptionDefinition[]): string =>
  options.some((option) => option.key === key) ? key : '';
