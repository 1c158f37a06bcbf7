import type { FieldDefinition } from '../../connector/field.ts';
import { typesFit } from '../../integration/type-fit.ts';
import type { Side } from '../../record/side.ts';
import type { FieldProfile } from './fields.ts';
import { type Agreement, type Suggestion, suggestPairs } from './suggest-pairs.ts';

/** One object of a mapping, with the fields that nothing is decided about yet. */
export interface OpenSide {
  /** Name of the system in the integration file. */
  system: string;
  object: string;
  label?: string | undefined;
  open: readonly FieldProfile[];
}

/** A row as it may stand under `fields` of the mapping. */
export type ProposedRow = Record<string, string | Record<string, string>>;

export interface Proposal extends Suggestion {
  labels: Record<Side, string | null>;
  /** Null where it takes more than a pair of fields. */
  row: ProposedRow | null;
  /** What it takes then. */
  needs: string | null;
}

export interface ProposalScope {
  sides: Record<Side, OpenSide>;
  /** The objects of all mappings of the file, by name: references go by their links. */
  mappings: ReadonlyMap<string, Record<Side, string | undefined>>;
  agreement?: Agreement;
}

/** The rows that are probably missing in a mapping, the surest first. */
export function proposeRows({ sides, mappings, agreement }: ProposalScope): Proposal[] {
  const profile = ({ object, label, open }: OpenSide) => ({ name: object, label, fields: open });
  return suggestPairs(profile(sides.a), profile(sides.b), agreement).flatMap((suggestion) => {
    const a = definitionOf(sides.a, suggestion.a);
    const b = definitionOf(sides.b, suggestion.b);
    if (!a || !b) return [];
    const found = rowOf(suggestion, { a, b }, { sides, mappings });
    return [{ ...suggestion, labels: { a: a.label ?? null, b: b.label ?? null }, ...found }];
  });
}

const definitionOf = ({ open }: OpenSide, field: string): FieldDefinition | undefined =>
  open.find(({ name }) => name === field)?.definition;

type Found = Pick<Proposal, 'row' | 'needs'>;
const needs = (what: string): Found => ({ row: null, needs: what });

function rowOf(pair: Suggestion, fields: Record<Side, FieldDefinition>, { sides, mappings }: ProposalScope): Found {
  const { a, b } = fields;
  const row: ProposedRow = { [sides.a.system]: pair.a, [sides.b.system]: pair.b };
  if (a.type === 'reference' && b.type === 'reference') {
    const mapping = [...mappings].find(([, objects]) => objects.a === a.reference && objects.b === b.reference);
    if (!mapping || a.reference === undefined) return needs('a mapping of the objects that they refer to');
    row.reference = mapping[0];
  } else if (a.type === 'reference' || b.type === 'reference') {
    return needs('an expression: an id means nothing in the other system');
  }
  const forth = typesFit(a, b) && !b.read_only && !a.write_only;
  const back = typesFit(b, a) && !a.read_only && !b.write_only;
  if (!forth && !back) return needs(`an expression: ${a.type} and ${b.type}`);
  if (!back) row.direction = `${sides.a.system} -> ${sides.b.system}`;
  if (!forth) row.direction = `${sides.b.system} -> ${sides.a.system}`;
  const options = optionTable(a, b);
  if (options === null) return needs('an option table: the options have other names');
  if (options) row.options = options;
  return { row, needs: null };
}

/** Options by the keys and labels that both have; undefined where no table is needed, null where one can't be told. */
function optionTable(
  { options: a }: FieldDefinition,
  { options: b }: FieldDefinition,
): Record<string, string> | null | undefined {
  if (!a || !b || a.every(({ key }) => b.some((other) => other.key === key))) return undefined;
  const plain = (text: string | undefined) => text?.toLowerCase().replace(/[^\p{L}\d]/gu, '');
  const pairs = a.flatMap(({ key, label }) => {
    const same = b.find(
      (other) => plain(other.key) === plain(key) || (label !== undefined && plain(other.label) === plain(label)),
    );
    return same ? [[key, same.key]] : [];
  });
  return pairs.length * 2 < a.length ? null : Object.fromEntries(pairs);
}
