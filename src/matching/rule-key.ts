import type { ObjectCodec } from '../connector/codec.ts';
import type { ObjectDefinition } from '../connector/definition.ts';
import type { MatchPart } from '../integration/loaded.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Fields } from '../record/value.ts';
import { matchKey, matchText } from './normalise.ts';

/** What the keys of one side's records are made with. */
export interface KeySide {
  side: Side;
  definition: ObjectDefinition;
  /** Of the other side's object: a title that one of both systems cuts must still match the whole one. */
  theirs: ObjectCodec;
}

/**
 * The key of a record under one match rule, as a text; null where a part is empty. Plain values stand in it in the form that
 * both systems can hold. A reference stands in it as it is: ids of one side, which a record of the other side is
 * compared with after its own were translated.
 */
export function ruleKey(rule: readonly MatchPart[], of: KeySide, fields: Fields): string | null {
  return matchKey(rule.map((part) => partText(part, of, fields)));
}

function partText(part: MatchPart, { side, definition, theirs }: KeySide, fields: Fields): string | null {
  const value = fields[part[side]] ?? null;
  if (part.reference !== null) return matchText('reference', value);
  const held = theirs.normalise(part[otherSide(side)], value);
  const declared = definition.fields[part[side]];
  return matchText(declared?.type ?? 'string', held.ok ? held.value : value, declared?.identifier);
}
