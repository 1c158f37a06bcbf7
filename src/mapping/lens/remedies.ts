import type { FieldDefinition } from '../../connector/field.ts';
import type { LoadedField } from '../../integration/loaded.ts';
import { otherSide, type Side } from '../../record/side.ts';
import type { Cause } from './cause.ts';
import type { Lens } from './trip.ts';

/** What a cause means for the two fields. */
interface Place {
  /** The field that the value starts from, e.g. `name of crm`. */
  start: string;
  /** The field that it goes to. */
  goal: string;
  startField: FieldDefinition;
  goalField: FieldDefinition;
}

/** What the loss is, in a sentence. */
const LOSSES: Record<Cause, (place: Place) => string> = {
  stuck: ({ start, goal }) =>
    `What ${goal} gets can't come back: an edit there would park the record, and ${start} would stay as it is.`,
  emptied: ({ start, goal }) => `An edit of ${goal} would empty ${start}.`,
  filled: ({ start, goal }) => `An edit of ${goal} would fill ${start}, which was empty.`,
  cut: ({ start, goal }) => `${goal} holds less: after an edit there, the rest is gone from ${start}.`,
  characters: ({ start, goal }) =>
    `${goal} replaces letters that it can't hold: after an edit there, they are replaced in ${start}.`,
  blanks: ({ start, goal }) => `${goal} holds other blanks: after an edit there, ${start} has those.`,
  case: ({ start, goal }) => `${goal} holds other capitals: after an edit there, ${start} has those.`,
  composition: ({ start, goal }) => `${goal} composes letters otherwise: after an edit there, so does ${start}.`,
  notation: ({ start, goal }) => `${goal} holds another notation: after an edit there, ${start} has that.`,
  rounded: ({ start, goal }) => `${goal} holds fewer digits: after an edit there, they are gone from ${start}.`,
  seconds: ({ start, goal }) =>
    `${goal} is less exact: after an edit there, seconds or milliseconds are gone from ${start}.`,
  'time-of-day': ({ start, goal }) => `${goal} has no time of day: after an edit there, that of ${start} is gone.`,
  'clock-change': ({ start, goal }) =>
    `In the hour that occurs twice when the clocks change, ${goal} can't tell which it is: ${start} would move by an hour.`,
  currency: ({ start, goal }) =>
    `${goal} holds no currency, or another one: after an edit there, that of ${start} is gone.`,
  merged: ({ start, goal }) =>
    `Several values of ${start} are one in ${goal}: after an edit there, ${start} gets the one that stands first.`,
  parts: ({ start, goal }) => `${goal} has no place for some of it: after an edit there, that is gone from ${start}.`,
  order: ({ start, goal }) => `${goal} has another order: after an edit there, so has ${start}.`,
  changed: ({ start, goal }) => `An edit of ${goal} would write something else into ${start}.`,
};

/** Remedies beyond those that every loss has, as lines of the row or of a connector. */
const REMEDIES: Record<Cause, (place: Place, keys: { there: string; back: string }) => string[]> = {
  stuck: (_, { there, back }) => [`let ${back} take back all that ${there} gives`],
  emptied: (_, { there, back }) => [`let ${back} take back all that ${there} gives`],
  filled: (_, { there }) => [`leave what is empty empty: ${there}: "{{ … if value else none }}"`],
  cut: ({ goal, startField, goalField }) =>
    goalField.max_length === undefined
      ? []
      : [`let ${goal} hold ${startField.max_length === undefined ? 'more' : startField.max_length} characters`],
  characters: ({ goal }) => [`let ${goal} hold all letters`],
  blanks: () => ['`equivalent: blanks`'],
  case: () => ['`equivalent: case`'],
  composition: () => ['`equivalent: text`'],
  notation: ({ startField, goalField }) => {
    if (startField.type === 'phone' || goalField.type === 'phone')
      return ['`equivalent: phone`', 'declare one default_country for both fields'];
    return ['`equivalent: code`'];
  },
  rounded: ({ goal }) => [`let ${goal} keep more digits (number.scale)`],
  seconds: () => ['`equivalent: minute`'],
  'time-of-day': () => ['`equivalent: day`'],
  'clock-change': ({ goal }) => [`let ${goal} be sent in UTC`],
  currency: ({ goal }) => [`map the currency of ${goal} by a row of its own`],
  merged: () => ['give each its own counterpart under options'],
  parts: () => ['map what is left out by rows of its own'],
  order: () => ['`equivalent: "{{ value | sort }}"`'],
  changed: (_, { there, back }) => [`let ${back} undo what ${there} does`],
};

/** Causes whose remedy is in the row's expressions. */
const BY_EXPRESSION: readonly Cause[] = ['stuck', 'emptied', 'filled', 'changed'];

/** The loss in words, and what can be done about it: the remedies of its cause, one direction only, or accepting it. */
export function explainLoss(
  lens: Lens,
  row: LoadedField,
  from: Side,
  cause: Cause,
): { loss: string; remedies: string[] } {
  const to = otherSide(from);
  const { system: start } = lens.sides[from];
  const { system: goal } = lens.sides[to];
  const startField = lens.declared(row, from);
  const goalField = lens.declared(row, to);
  if (!startField || !goalField) return { loss: '', remedies: [] };
  const place: Place = { start: `${row[from]} of ${start}`, goal: `${row[to]} of ${goal}`, startField, goalField };
  const keys = { there: `to_${goal}`, back: `to_${start}` };
  return {
    loss: LOSSES[cause](place),
    remedies: [
      ...(BY_EXPRESSION.includes(cause) && !row.toA && !row.toB ? [] : REMEDIES[cause](place, keys)),
      `\`direction: ${start} -> ${goal}\``,
      '`loss: accepted`',
    ],
  };
}
