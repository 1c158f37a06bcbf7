import { compileCodec } from '../../connector/codec.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import { otherSide, type Side } from '../../record/side.ts';
import type { Value } from '../../record/value.ts';
import type { MappedObject } from '../answers.ts';
import { casesOf, type FieldCase, hasUmlauts, isOfCase } from '../data-cases.ts';
import { groupByKey, keptUnique } from '../match-keys.ts';
import { fieldsRead } from '../probe-test-data.ts';
import type { ProbeContext } from '../question.ts';
import { textOf } from '../trial/limit-values.ts';

/** What a record is to show of one field. */
export interface WantedCase {
  field: string;
  declared: FieldDefinition;
  one: FieldCase | 'umlauts';
}

/** The cases of an object: by field, and whether two records with one match key are wanted, by which fields. */
export interface Wanted {
  cases: WantedCase[];
  /** Fields that a second record has in common with the first; null: none is wanted. */
  twin: string[] | null;
}

/** What test data should hold of an object; with `missing`, only what none of the sampled records shows. */
export async function wantedCases(
  context: ProbeContext,
  side: Side,
  object: MappedObject,
  missing: boolean,
): Promise<Wanted> {
  const { connections, samples, integration } = context;
  const sample = await samples.of(side, object.name);
  const fields = fieldsRead(object, side).flatMap((name) => {
    const declared = object.definition.fields[name];
    return declared && !declared.read_only ? [{ name, declared }] : [];
  });
  const isShown = (field: string, declared: FieldDefinition, one: WantedCase['one']) =>
    sample.records.some(({ fields: { [field]: value } }) => isOf(one, value, declared));
  const cases = fields.flatMap(({ name, declared }) => {
    const { options = [], options_from: list } = declared;
    const known = [...options, ...(list === undefined ? [] : connections[side].options(list))];
    const all = casesOf(declared, known).map((one): WantedCase => ({ field: name, declared, one }));
    return all.filter(({ one }) => !missing || !isShown(name, declared, one));
  });
  const texts = fields.filter(
    ({ declared: { type, characters, pattern, identifier } }) =>
      type === 'string' && characters !== 'ascii' && pattern === undefined && !identifier,
  );
  const [text] = texts;
  if (text && !(missing && texts.some(({ name, declared }) => isShown(name, declared, 'umlauts'))))
    cases.push({ field: text.name, declared: text.declared, one: 'umlauts' });
  const matched = object.mappings.find(({ match }) => match.length > 0);
  const key = matched?.match[0]?.map((part) => part[side]) ?? [];
  const twin = key.length === 0 || keptUnique(object.definition, key) ? null : key;
  if (!matched || !twin || !missing) return { cases, twin };
  const other = otherSide(side);
  const theirs = integration[other].connector.objects[matched.objects[other]];
  if (!theirs) return { cases, twin };
  const { groups } = groupByKey(
    matched,
    side,
    sample,
    compileCodec(theirs, (list) => connections[other].options(list)),
  );
  return { cases, twin: groups.length > 0 ? null : twin };
}

/** Whether a value shows a case. */
export const isOf = (one: WantedCase['one'], value: Value | undefined, declared: FieldDefinition): boolean =>
  one === 'umlauts' ? hasUmlauts(value) : isOfCase(one, value, declared);

/** The cases of each record: as many of one record as there are fields, so that few records show them all. */
export function packed(cases: readonly WantedCase[]): WantedCase[][] {
  const records: WantedCase[][] = [];
  for (const group of Map.groupBy(cases, ({ field }) => field).values())
    for (const [at, one] of group.entries()) records[at] = [...(records[at] ?? []), one];
  return records;
}

/** A value of a case; undefined: any value will do. `head`: what a text must begin with. */
export function valueFor({ declared, one }: WantedCase, head: string, token: string): Value | undefined {
  const { type, max_length: most = 0 } = declared;
  switch (one) {
    case 'filled':
      return undefined;
    case 'empty':
      return null;
    case 'yes':
      return true;
    case 'no':
      return false;
    case 'umlauts':
      return `${head === '' ? '' : `${head} `}Ärö Süß`;
    case 'longest':
      if (type === 'email') return longEmail(most, token);
      if (type === 'url') return `https://dovetail-test.example/${token}`.padEnd(most, 'x');
      return textOf(declared, most, { mark: head, token });
    default: {
      const key = one.slice('option '.length);
      return type === 'multi_option' ? [key] : key;
    }
  }
}

/** Of this length, within what RFC 5321 allows: 64 characters before the @, labels of 63 behind it. */
function longEmail(length: number, token: string): string {
  const domain = '@dovetail-test.example';
  const local = token.padEnd(Math.min(64, length - domain.length), 'a');
  let labels = '';
  for (
    let left = length - local.length - domain.length;
    left > 0;
    left = length - local.length - domain.length - labels.length
  ) {
    const size = Math.min(63, left - 1);
    if (size < 1) break;
    labels += `${'a'.repeat(size)}.`;
  }
  return `${local}@${labels}${domain.slice(1)}`;
}
