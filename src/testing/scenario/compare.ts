import { type DiffLine, diffText } from '../../connector/line-diff.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { sameValue } from '../../record/canonical.ts';
import type { Diagnostic, Place } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { Value } from '../../record/value.ts';
import type { Played } from './play.ts';
import type { ExpectedObject, NamedRecord, ParkedName, Scenario } from './scenario.ts';
import type { HeldRecord } from './stage.ts';

/** One thing that is not as a scenario expects it. Values are those of its file and of what came of it. */
export type Mismatch =
  | {
      kind: 'field';
      side: Side;
      object: string;
      id: string;
      field: string;
      expected: Value;
      actual: Value;
      where: Place;
    }
  | { kind: 'record'; side: Side; object: string; id: string; found: 'missing' | 'unexpected'; where: Place }
  | { kind: 'parked'; found: 'missing' | 'unexpected'; parked: ParkedName; where: Place }
  | { kind: 'plan'; diff: DiffLine[]; where: Place }
  /** A run failed, or nothing is expected at all. */
  | { kind: 'run'; diagnostic: Diagnostic };

/** What is not as expected. `plan`: the text of the plan, as `dovetail plan` shows it. */
export function compareScenario(
  integration: LoadedIntegration,
  scenario: Scenario,
  played: Played,
  plan: string,
): Mismatch[] {
  const failures = played.failures.map((diagnostic): Mismatch => ({ kind: 'run', diagnostic }));
  const { expected } = scenario;
  if (!expected) return failures;
  return [
    ...failures,
    ...expected.objects.flatMap((one) => compareObject(one, played.records[one.side].get(one.object) ?? [])),
    ...comparePlan(expected, plan),
    ...compareParked(integration, expected, played),
  ];
}

function compareObject(expected: ExpectedObject, held: readonly HeldRecord[]): Mismatch[] {
  const { side, object } = expected;
  const byId = new Map(held.map((record) => [record.id, record]));
  const named = new Set(expected.records.map(({ id }) => id));
  const unexpected = held.filter(({ id }) => !named.has(id));
  return [
    ...expected.records.flatMap((record) => compareRecord(record, byId.get(record.id))),
    ...unexpected.map(
      ({ id }): Mismatch => ({ kind: 'record', side, object, id, found: 'unexpected', where: expected.where }),
    ),
  ];
}

function compareRecord({ side, object, id, archived, fields, where }: NamedRecord, held?: HeldRecord): Mismatch[] {
  const place = { side, object, id, where };
  if (!held) return [{ kind: 'record', ...place, found: 'missing' }];
  const mismatches: Mismatch[] = [];
  if (held.archived !== archived)
    mismatches.push({ kind: 'field', ...place, field: 'archived', expected: archived, actual: held.archived });
  for (const [field, expected] of Object.entries(fields)) {
    const actual = held.fields[field] ?? null;
    if (!sameValue(expected, actual)) mismatches.push({ kind: 'field', ...place, field, expected, actual });
  }
  return mismatches;
}

function comparePlan({ plan, planWhere }: NonNullable<Scenario['expected']>, actual: string): Mismatch[] {
  // Of no plan at all, the empty line is no line.
  const diff = diffText(tidy(plan ?? ''), tidy(actual)).filter(({ kind, line }) => kind === 'gap' || line !== '');
  return plan !== null && diff.length === 0 ? [] : [{ kind: 'plan', diff, where: planWhere }];
}

/** Blanks at the ends of lines mean nothing. */
const tidy = (text: string): string => text.trimEnd().replace(/[ \t]+$/gm, '');

function compareParked(
  integration: LoadedIntegration,
  { parked: expected, where }: NonNullable<Scenario['expected']>,
  { parked: actual }: Played,
): Mismatch[] {
  const nameOf = ({ mapping, side, id, reason }: ParkedName) => [mapping, integration[side].name, id, reason].join(' ');
  const [named, found] = [new Set(expected.map(nameOf)), new Set(actual.map(nameOf))];
  const missing = expected.filter((one) => !found.has(nameOf(one)));
  const unexpected = actual.filter((one) => !named.has(nameOf(one)));
  return [
    ...missing.map((parked): Mismatch => ({ kind: 'parked', found: 'missing', parked, where: parked.where })),
    ...unexpected.map(
      ({ mapping, side, id, reason }): Mismatch => ({
        kind: 'parked',
        found: 'unexpected',
        parked: { mapping, side, id, reason },
        where,
      }),
    ),
  ];
}
