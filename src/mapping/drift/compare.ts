import type { OptionDefinition } from '../../connector/field.ts';
import type { FieldShape, ObjectShape } from '../../connector/shape.ts';

/** One way in which an object is no longer as it was accepted. */
export type Drift =
  | { kind: 'field-new'; key: string; now: FieldShape }
  | { kind: 'field-gone'; key: string; was: FieldShape }
  /** Another label; or another key with the same label, which is what a field looks like that was made anew. */
  | {
      kind: 'field-renamed' | 'field-retyped' | 'field-shortened' | 'field-required';
      key: string;
      was: FieldShape;
      now: FieldShape;
    }
  | { kind: 'option-new' | 'option-gone'; list: string; option: OptionDefinition };

/** What is different now, in a fixed order. A side that does not say which fields there are has not changed. */
export function compareShapes(accepted: ObjectShape, live: ObjectShape): Drift[] {
  return [...compareFields(accepted.fields, live.fields), ...compareOptions(accepted.options, live.options)];
}

function compareFields(accepted: ObjectShape['fields'], live: ObjectShape['fields']): Drift[] {
  if (!accepted || !live) return [];
  const keys = [...new Set([...Object.keys(accepted), ...Object.keys(live)])].sort();
  return keys.flatMap((key): Drift[] => {
    const [was, now] = [accepted[key], live[key]];
    if (!was) return now ? [{ kind: 'field-new', key, now }] : [];
    return now ? compareField(key, was, now) : [{ kind: 'field-gone', key, was }];
  });
}

function compareField(key: string, was: FieldShape, now: FieldShape): Drift[] {
  const drifts: Drift[] = [];
  if (was.type !== now.type) drifts.push({ kind: 'field-retyped', key, was, now });
  if (now.maxLength !== null && (was.maxLength === null || now.maxLength < was.maxLength)) {
    drifts.push({ kind: 'field-shortened', key, was, now });
  }
  if (now.required && !was.required) drifts.push({ kind: 'field-required', key, was, now });
  if (was.label !== now.label) drifts.push({ kind: 'field-renamed', key, was, now });
  return [...drifts, ...compareOptions({ [key]: was.options ?? [] }, { [key]: now.options ?? [] })];
}

function compareOptions(accepted: ObjectShape['options'], live: ObjectShape['options']): Drift[] {
  return Object.entries(live).flatMap(([list, options]): Drift[] => {
    const known = accepted[list];
    if (!known) return [];
    const lacks = (all: readonly OptionDefinition[]) => (option: OptionDefinition) =>
      !all.some(({ key }) => key === option.key);
    return [
      ...options.filter(lacks(known)).map((option): Drift => ({ kind: 'option-new', list, option })),
      ...known.filter(lacks(options)).map((option): Drift => ({ kind: 'option-gone', list, option })),
    ];
  });
}
