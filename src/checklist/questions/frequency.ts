import { limitsOf } from '../../connector/budget.ts';
import { otherSide, type Side } from '../../record/side.ts';
import { counted, declared, fromFileOr, mappedObjects, open } from '../answers.ts';
import { toldBy } from '../failure.ts';
import { type ObjectVolume, type Pace, paceOf } from '../pace.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import { readSome } from '../read-some.ts';
import { everyText } from '../span.ts';

export const frequency: Question = {
  id: 'frequency',
  text: 'Execution frequency: real-time or, e.g., a daily sync?',
  why: 'Who waits for the data decides how old it may be, and how often the systems are asked.',
  german: {
    text: 'Ausführungshäufigkeit: in Echtzeit oder z. B. täglich?',
    why: 'Wer auf die Daten wartet, bestimmt, wie alt sie sein dürfen und wie oft die Systeme gefragt werden.',
  },
  theme: 'operation',
  ask: 'owner',
  blocks: 'production',
  restsOn: 'mappings',
  answers: (integration) =>
    fromFileOr(integration, 'frequency', () => {
      const { everyMs, sweepMs } = integration.schedule;
      return everyMs === null
        ? [open(null, 'runs start on request only', 'Set schedule.every, or answer it under answers')]
        : [declared(null, `every ${everyText(everyMs)}; deletes are looked for every ${everyText(sweepMs)}`)];
    }),
  probes: [{ id: 'achievable', ask: askAchievable }],
};

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whether the system's limit and speed allow runs as often as they are to start, and real-time where that is wanted. */
async function askAchievable(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'how fast it answers, what changed within a day, and how often it may be asked by its declared limit';
  const { integration, connections } = context;
  const connection = connections[side];
  const volumes = await volumesOf(context, side);
  if (!Array.isArray(volumes)) return { verdict: 'unknown', asked, facts: {}, found: volumes.why };
  const callMs = await callTime(context, side);
  const limits = limitsOf(connection.connector);
  const { everyMs, sweepMs } = integration.schedule;
  const pace = paceOf(volumes, { limits, callMs, sweepMs, everyMs });
  const { throttled } = connection.calls();
  const realTime = hasEvents(context, side);
  const facts = { ...pace, callMs, throttled, everyMs, realTime, limit: limits.requests, windowMs: limits.windowMs };
  const observed = { asked, facts, found: `${paceText(pace, limits.requests)}${realTime ? '' : '; no webhooks'}` };
  const fault = faultOf(pace, everyMs) ?? (wantsRealTime(context) && !realTime ? noRealTime : null);
  if (fault) return { ...observed, verdict: 'contradicts', ...fault(observed.found) };
  if (throttled > 0) {
    const found = `It told to slow down ${counted(throttled, 'time')} within this check; ${observed.found}`;
    const next = `Compare limits in the connector of ${integration[side].name} with what its documentation says`;
    return { ...observed, verdict: 'unknown', found, next };
  }
  const untold = await untoldBySample(context, side, pace);
  if (untold) return { ...observed, verdict: 'unknown', found: `${observed.found}; ${untold}` };
  return { ...observed, verdict: everyMs === null ? 'unknown' : 'holds' };
}

/** What depends on how many records there are, where the sample does not tell; null: nothing. */
async function untoldBySample(
  { integration, connections, samples }: ProbeContext,
  side: Side,
  { sweepable }: Pace,
): Promise<string | null> {
  for (const { name } of mappedObjects(integration, side)) {
    if ((await samples.of(side, name)).whole) continue;
    if (!connections[side].capabilities(name).since) {
      return `each run reads all records of ${name}, and how many there are is not known`;
    }
    if (sweepable !== null && sweepable < MANY && !connections[side].capabilities(name).deletesInChanges) {
      return `the look for deletes is done in time for up to ${sweepable} records`;
    }
  }
  return null;
}

/** Records of one side that few integrations exceed. */
const MANY = 1_000_000;

type Fault = (found: string) => { found: string; next: string };

function faultOf({ leastMs }: Pace, everyMs: number | null): Fault | null {
  if (leastMs === null) {
    return (found) => ({
      found: `A day brings more calls than the limit allows in a day: ${found}`,
      next: 'Ask for a higher limit, or map fewer objects',
    });
  }
  if (everyMs === null || everyMs >= leastMs) return null;
  return (found) => ({
    found: `Every ${everyText(everyMs)} is too often: ${found}`,
    next: `Set schedule.every to ${seconds(leastMs)}s or more, or ask for a higher limit`,
  });
}

const noRealTime: Fault = (found) => ({
  found: `Real-time is asked for: ${found}`,
  next: 'Declare webhooks in the connector where the system has some, or agree on an interval',
});

function paceText({ quietCalls, callsPerDay, leastMs }: Pace, limit: number | null): string {
  const least = leastMs === null ? '' : `, possible every ${seconds(leastMs)} s`;
  const declares = limit === null ? ' by its speed; it declares no limit' : '';
  return `${counted(quietCalls, 'call')} for a run without changes, ${callsPerDay} a day for changes and deletes${least}${declares}`;
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** An event of a webhook tells which record changed, so that a run can start at once. */
const hasEvents = ({ integration }: ProbeContext, side: Side): boolean =>
  Object.keys(integration[side].connector.webhooks?.types ?? {}).length > 0;

/** "daily, no real-time" asks for none. */
const REAL_TIME = /(?<!\b(?:no|not|without|kein|keine|nicht)\b[^.;,]{0,20})(?:real[- ]?time|echtzeit)/i;

const wantsRealTime = ({ integration: { answers } }: ProbeContext): boolean =>
  typeof answers.frequency === 'string' && REAL_TIME.test(answers.frequency);

async function volumesOf(context: ProbeContext, side: Side): Promise<ObjectVolume[] | { why: string }> {
  const volumes: ObjectVolume[] = [];
  for (const { name, mappings } of mappedObjects(context.integration, side)) {
    const own = await changedWithinDay(context, side, name);
    if (typeof own !== 'number') return own;
    let writtenPerDay = 0;
    for (const mapping of mappings) {
      if (mapping.propagate[otherSide(side)].update === 'ignore') continue;
      const theirs = await changedWithinDay(context, otherSide(side), mapping.objects[otherSide(side)]);
      // What the other side does not tell is its own evidence.
      if (typeof theirs === 'number') writtenPerDay += theirs;
    }
    const records = (await context.samples.of(side, name)).records.length;
    volumes.push({ can: context.connections[side].capabilities(name), changedPerDay: own, writtenPerDay, records });
  }
  return volumes;
}

/** What one check found out already: each side is asked for by both. */
const known = new WeakMap<ProbeContext, Map<string, ReturnType<typeof countChanges>>>();

function changedWithinDay(context: ProbeContext, side: Side, object: string): ReturnType<typeof countChanges> {
  const counts = known.get(context) ?? new Map<string, ReturnType<typeof countChanges>>();
  known.set(context, counts);
  const key = `${side} ${object}`;
  const count = counts.get(key) ?? countChanges(context, side, object);
  counts.set(key, count);
  return count;
}

/** Records of the sample that changed within the last day; where it is but a part of them, the system is asked. */
async function countChanges(
  { samples, connections, platform, signal }: ProbeContext,
  side: Side,
  object: string,
): Promise<number | { why: string }> {
  const sample = await samples.of(side, object);
  if (sample.failure) return { why: `${object}: ${toldBy(sample.failure)}` };
  const since = platform.clock.now() - DAY_MS;
  const seen = sample.records.filter(({ modified }) => modified !== null && modified >= since).length;
  if (sample.whole || !connections[side].capabilities(object).since) return seen;
  const read = await readSome(connections[side], object, { since, most: samples.size, signal });
  if (read.failure) return { why: `${object}: ${toldBy(read.failure)}` };
  return Math.max(seen, read.records.filter(({ modified }) => modified === null || modified >= since).length);
}

/** Median time of one call, ms, by the samples. */
async function callTime({ integration, samples }: ProbeContext, side: Side): Promise<number> {
  const times: number[] = [];
  for (const { name } of mappedObjects(integration, side)) {
    const { reads, tookMs } = await samples.of(side, name);
    if (reads > 0) times.push(tookMs / reads);
  }
  times.sort((one, other) => one - other);
  return Math.ceil(times[Math.floor(times.length / 2)] ?? 0);
}
