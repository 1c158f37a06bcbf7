import { MINUTE } from '../../connector/codec/civil.ts';
import { isoOfMs } from '../../connector/codec/iso.ts';
import { clockChanges } from '../../connector/example-values/times.ts';
import { sameValue } from '../../record/canonical.ts';
import { type Diagnostic, fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { FieldType, Value } from '../../record/value.ts';
import { counted, someOf } from '../answers.ts';
import { toldBy } from '../failure.ts';
import type { Marked } from '../marks/marks.ts';
import type { Observation, WritingContext } from '../question.ts';
import { type NamedField, writtenFields } from '../written-fields.ts';
import { codecOf } from './row-flow.ts';
import { readTrial, trialRecord } from './trial-record.ts';

/** The zone whose clock changes are tried where no connector names one. */
const USUAL_ZONE = 'Europe/Berlin';

/** Clocks differ; a wrong zone shows itself by at least a quarter of an hour. */
const CLOCK_SKEW_MS = 10 * MINUTE;

/**
 * Writes times around both clock changes of a year to the fields of these types that the mappings write, on marked records,
 * and reads them back; and holds the system's own stamps of what was made just now against the clock.
 */
export async function tryTimes(context: WritingContext, side: Side, types: readonly FieldType[]): Promise<Observation> {
  const zones = zonesOf(context.integration);
  const asked = `times around the clock changes of ${zones.join(', ')}, written to marked records and read back; and the stamps of these records`;
  const facts: Record<string, number> = {};
  const tally: Tally = { tried: 0, wrong: [], stamped: 0, ahead: [] };
  const found = (text: string): Observation => ({ verdict: 'unknown', asked, facts, found: text });
  for (const { object, fields } of writtenFields(context.integration, side)) {
    const made = await trialRecord(context, side, object);
    if (!made.ok) return found(`${object}: ${toldBy(made.error)}`);
    const stamp = await tryStamp(context, made.value);
    if (!stamp.ok) return found(`${object}: ${toldBy(stamp.error)}`);
    if (stamp.value !== null) {
      tally.stamped += 1;
      facts[`${object} stamp minutes off`] = Math.round(stamp.value / MINUTE);
      if (Math.abs(stamp.value) > CLOCK_SKEW_MS)
        tally.ahead.push(`${object}: the stamp of a record made just now says so ${minutesText(stamp.value)}`);
    }
    const times = fields.filter(({ declared }) => types.includes(declared.type));
    for (const round of times.length === 0 ? [] : roundsOf(times, zones)) {
      const failure = await tryRound(context, made.value, round, tally, facts);
      if (failure) return found(`${object}: ${toldBy(failure)}`);
    }
  }
  return judge(asked, facts, tally);
}

/** What came of it so far. */
interface Tally {
  tried: number;
  /** Fields, and how far they came back from where they were. */
  wrong: string[];
  stamped: number;
  ahead: string[];
}

/** How far the stamp of a record that was made just now is from now, ms; null where it has none. */
async function tryStamp(
  { connections, platform }: WritingContext,
  { side, object, id, at }: Marked,
): Promise<Result<number | null>> {
  const [seen] = await connections[side].get(object, [id]);
  if (seen?.kind === 'unknown') return fail(seen.diagnostic);
  const modified = seen?.kind === 'present' ? seen.record.modified : null;
  if (modified === null) return ok(null);
  // It was changed between the two.
  const now = platform.clock.now();
  return ok(modified > now ? modified - now : Math.min(0, modified - at));
}

async function tryRound(
  context: WritingContext,
  marked: Marked,
  round: Record<string, Value>,
  tally: Tally,
  facts: Record<string, number>,
): Promise<Diagnostic | null> {
  const { object, side } = marked;
  const outcome = await context.marks.change(marked, round);
  if (outcome.kind !== 'done') return outcome.diagnostic;
  const now = await readTrial(context, marked);
  if (!now.ok) return now.error;
  const codec = codecOf(context.connections, side, object);
  for (const [name, value] of Object.entries(round)) {
    const held = now.value[name] ?? null;
    const wanted = codec.normalise(name, value);
    const same = wanted.ok && sameValue(wanted.value, held);
    tally.tried += 1;
    count(facts, `${object}.${name} tried`);
    if (same) continue;
    count(facts, `${object}.${name} otherwise`);
    tally.wrong.push(`${object}.${name} ${shiftOf(wanted.ok ? wanted.value : value, held)}`);
  }
  return null;
}

function count(facts: Record<string, number>, key: string): void {
  facts[key] = (facts[key] ?? 0) + 1;
}

function judge(asked: string, facts: Record<string, number>, { tried, wrong, stamped, ahead }: Tally): Observation {
  if (ahead.length > 0) {
    const next = 'Correct the zone of the stamps in the connector, or the clock of the system';
    return { verdict: 'contradicts', asked, facts, found: someOf(ahead), next };
  }
  if (wrong.length > 0) {
    const names = someOf([...new Set(wrong.map((one) => one.split(' ')[0] ?? ''))]);
    const next = `Correct the form or the zone of ${names} in the connector`;
    const found = `${wrong.length} of ${counted(tried, 'time')} came back otherwise: ${someOf([...new Set(wrong)])}`;
    return { verdict: 'contradicts', asked, facts, found, next };
  }
  const parts = [
    ...(tried > 0 ? [`${counted(tried, 'time')} came back as written, also across the clock changes`] : []),
    ...(stamped > 0 ? [`${counted(stamped, 'stamp')} of now told now`] : []),
  ];
  if (parts.length === 0)
    return { verdict: 'unknown', asked, facts, found: 'No time is written there, and there are no stamps' };
  return { verdict: 'holds', asked, facts, found: parts.join('; ') };
}

function zonesOf({ a, b, mappings }: WritingContext['integration']): string[] {
  const zones = mappings.flatMap(({ objects }) =>
    [a, b].flatMap(({ connector }, at) =>
      Object.values(connector.objects[objects[at === 0 ? 'a' : 'b']]?.fields ?? {}).flatMap(({ time }) =>
        typeof time === 'object' && time.zone !== undefined && time.zone !== 'UTC' ? [time.zone] : [],
      ),
    ),
  );
  return zones.length === 0 ? [USUAL_ZONE] : [...new Set(zones)];
}

/** One value for each field at a time, until all have been written. */
function roundsOf(fields: readonly NamedField[], zones: readonly string[]): Record<string, Value>[] {
  const instants = zones.flatMap((zone) =>
    clockChanges(zone)
      .slice(-2)
      .flatMap((change) => [change - 30 * MINUTE, change + 30 * MINUTE])
      .flatMap((ms) => isoOfMs(ms) ?? []),
  );
  return instants.map((instant, at) =>
    Object.fromEntries(fields.map(({ name, declared: { type } }) => [name, inType(type, instant, at)])),
  );
}

/** The days of the changes and the ends of a year; local times in the hour that a clock skips or repeats. */
const DATES = ['2027-03-28', '2027-12-31', '2027-01-01', '2027-10-31'];

function inType(type: FieldType, instant: string, at: number): Value {
  if (type === 'date') return DATES[at % DATES.length] ?? null;
  if (type === 'time') return ['02:30:00.000', '00:00:00.000', '23:59:00.000'][at % 3] ?? null;
  return type === 'local_timestamp' ? instant.slice(0, -1) : instant;
}

/** How far a time came back from where it was, in words; the difference is no value. */
function shiftOf(written: Value, read: Value): string {
  if (read === null) return 'comes back empty';
  if (typeof written !== 'string' || typeof read !== 'string') return 'can not be read back';
  const [before, after] = [written, read].map((text) => Date.parse(/^\d\d:/.test(text) ? `2027-01-01T${text}Z` : text));
  if (before === undefined || after === undefined || Number.isNaN(after - before)) return 'can not be read back';
  const minutes = Math.round((after - before) / MINUTE);
  return Math.abs(minutes) > WEEK_MINUTES
    ? 'comes back as another time'
    : `comes back ${minutesText(minutes * MINUTE)}`;
}

const minutesText = (ms: number): string =>
  `${Math.abs(Math.round(ms / MINUTE))} minutes ${ms < 0 ? 'earlier' : 'later'}`;

/** More is no question of zones. */
const WEEK_MINUTES = 7 * 24 * 60;
