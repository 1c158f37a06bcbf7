import type { LoadedField } from '../../integration/loaded.ts';
import { canonicalText } from '../../record/canonical.ts';
import { problem } from '../../record/diagnostic.ts';
import { ABSENT, type Expressed, Obstacle } from '../../record/expressed.ts';
import { otherSide, type Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import { shapeOf } from './shape.ts';
import type { Lens } from './trip.ts';
import { sentence, type Violation } from './violation.ts';

/** Outcomes that the file itself declares: the record is parked as it says. */
const DECLARED_OBSTACLES: readonly string[] = ['option-unmapped', 'required-empty', 'clock-change'];

/** What every direction owes: a value for each sampled record, and for equal records equal ones. */
export function faultsOf(
  lens: Lens,
  row: LoadedField,
  from: Side,
  sample: readonly Fields[],
  generated: readonly Fields[],
): Violation[] {
  const to = otherSide(from);
  const startsFrom = (record: Fields) => startOf(lens, row, from, record);
  const faults: Violation[] = [];
  const isPartial = (record: Fields) => {
    const said = lens.say(row, to, record);
    return said instanceof Obstacle && !DECLARED_OBSTACLES.includes(said.reason);
  };
  const isUnstable = (record: Fields) => {
    const once = text(lens.say(row, to, record));
    return once !== text(lens.say(row, to, record));
  };
  const partial = sample.filter(isPartial);
  const unstable = [...sample, ...generated].filter(isUnstable);
  const value = `${row[to]} of ${lens.sides[to].system}`;
  if (partial[0]) {
    const shape = startsFrom(partial[0]);
    faults.push(
      faultOf(lens, row, shape, {
        cause: 'not-total',
        says: `gives no value for ${value}`,
        loss: 'Each record that has such a value is parked.',
        remedies: [`let to_${lens.sides[to].system} give a value for it, too`, 'correct the values in the system'],
        sampled: partial.length,
      }),
    );
  }
  if (unstable[0]) {
    faults.push(
      faultOf(lens, row, startsFrom(unstable[0]), {
        cause: 'not-deterministic',
        says: `gives one value for ${value} now and another one later`,
        loss: 'Every run would see a change and write it.',
        remedies: [`let to_${lens.sides[to].system} depend on nothing but the record`],
        sampled: unstable.filter((record) => sample.includes(record)).length,
      }),
    );
  }
  return faults;
}

/** The shape of what a row starts from: a value, or the whole record. */
function startOf(lens: Lens, row: LoadedField, from: Side, record: Fields): string {
  const declared = lens.declared(row, from);
  return declared
    ? `${row[from]} of ${lens.sides[from].system}: ${shapeOf(record[row[from]] ?? null, declared)}`
    : `a record of ${lens.sides[from].system}`;
}

/** What a mapping said, for comparing. */
const text = (said: Expressed): string => {
  if (said === ABSENT) return 'absent';
  return said instanceof Obstacle ? `obstacle ${said.reason}` : `value ${canonicalText(said)}`;
};

function faultOf(
  lens: Lens,
  row: LoadedField,
  shape: string,
  fault: Pick<Violation, 'cause' | 'loss' | 'remedies' | 'sampled'> & { says: string },
): Violation {
  const { cause, loss, remedies, sampled, says } = fault;
  const summary = `${lens.mapping.name}: ${shape} ${says}`;
  const diagnostic = problem(cause, summary, { detail: loss, where: row.where, next: sentence(remedies) });
  return { cause, shape, back: null, loss, remedies, sampled, accepted: false, diagnostic };
}
