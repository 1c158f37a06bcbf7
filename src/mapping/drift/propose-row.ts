import type { FieldDefinition } from '../../connector/field.ts';
import type { LoadedField, LoadedMapping } from '../../integration/loaded.ts';
import { typesFit } from '../../integration/type-fit.ts';
import { otherSide, type Side } from '../../record/side.ts';

/** A field of one side, as a new row would name it. */
export interface NewField {
  side: Side;
  name: string;
  definition: FieldDefinition;
}

/** The field of the other side that has the same name or label, that no row maps, and that can hold the values; null where none does. */
export function namesake(
  mapping: LoadedMapping,
  field: NewField,
  theirs: Readonly<Record<string, FieldDefinition>>,
): string | null {
  const other = otherSide(field.side);
  const words = (name: string, { label, custom }: FieldDefinition) =>
    [name, label, custom].flatMap((text) => (text === undefined ? [] : [plain(text)])).filter((text) => text !== '');
  const ours = words(field.name, field.definition);
  const mapped = new Set(mapping.fields.map((row) => row[other]));
  const found = Object.entries(theirs).filter(
    ([name, definition]) =>
      !mapped.has(name) &&
      words(name, definition).some((word) => ours.includes(word)) &&
      fits(field.definition, definition),
  );
  // Of several with that name nobody knows which is meant.
  return found.length === 1 ? (found[0]?.[0] ?? null) : null;
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

const fits = (ours: FieldDefinition, theirs: FieldDefinition): boolean =>
  (!theirs.read_only && typesFit(ours, theirs)) || (!theirs.write_only && typesFit(theirs, ours));

/** A row that pairs two fields in each direction that their declarations allow. */
export function pairedRow(mapping: LoadedMapping, field: NewField, name: string, theirs: FieldDefinition): LoadedField {
  const { side, definition } = field;
  const other = otherSide(side);
  const names = { [side]: field.name, [other]: name };
  const { a = '', b = '' } = names;
  const open = (from: FieldDefinition, to: FieldDefinition) => !to.read_only && !from.write_only && typesFit(from, to);
  const towards = { [side]: open(theirs, definition), [other]: open(definition, theirs) };
  return {
    name: `${a} ↔ ${b}`,
    a,
    b,
    aToB: towards.b === true,
    bToA: towards.a === true,
    toA: null,
    toB: null,
    options: null,
    otherwise: { policy: 'park', a: null, b: null },
    reference: null,
    by: { a: null, b: null },
    outside: 'hold',
    conflict: mapping.conflict,
    targetEdits: 'leave',
    required: false,
    default: { a: undefined, b: undefined },
    equivalent: null,
    lossAccepted: false,
    ways: { a: towards.a ? 'by name' : '', b: towards.b ? 'by name' : '' },
    where: mapping.where,
  };
}

/** The lines of the integration file that would map a field: its declaration, where there is none, and its row. */
export function proposedLines(
  systems: Record<Side, string>,
  objects: Record<Side, string>,
  { side, name, definition }: NewField,
  partner: string | null,
): string {
  const other = otherSide(side);
  const label = definition.label === undefined ? '' : `, label: ${JSON.stringify(definition.label)}`;
  const declared = `systems.${systems[side]}.objects.${objects[side]}.fields:\n  ${name}: { type: ${definition.type}, custom: ${JSON.stringify(definition.custom ?? name)}${label} }`;
  const theirs = partner ?? `<field of ${objects[other]}>`;
  const cells = side === 'a' ? [name, theirs] : [theirs, name];
  const row = `  - { ${systems.a}: ${cells[0]}, ${systems.b}: ${cells[1]} }`;
  return `${declared}\nfields:\n${row}`;
}
