import { compileTime } from '../../../connector/codec/time.ts';
import { milliseconds } from '../../../connector/duration.ts';
import { wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import { isGood, type Page, type Place, START } from '../subject.ts';
import type { TestSubject } from '../test-subject.ts';
import { durationOf, grainOf } from '../time-form.ts';
import { withAt } from '../wire-search.ts';
import { sinceQuery } from './since.ts';

const FACT = 'how late a change appears in the list';
const STEP = 100;
const SAMPLES = 8;
/** Requests of one measurement. */
const ROOM = 45;
const LONGEST = 20_000;
const MOST_PAGES = 10;

/** How long after a write the list shows it, several times over. */
export const listLag: WritingProbe = {
  id: 'list-lag',
  async run(subject) {
    const { tests, list, definition } = subject;
    const made = await tests.main(subject);
    const path = tests.mainPath(subject);
    if (!made || !path || !list || !definition.update || list.method !== 'GET') return null;
    const at = list.since ? ['list', 'since', 'lag'] : ['list'];
    subject.mark();
    const lags: Lag[] = [];
    const stamps = new Set<number>();
    for (let i = 0; i < SAMPLES; i++) {
      await quiet(subject);
      const text = cut(subject, tests.text());
      const written = await tests.update(subject, made.id, withAt({}, path, text));
      if (!isGood(written.reply)) return [subject.hidden(at, FACT, 'the test record takes no change')];
      const stored = written.wire ? wireReader(path)(written.wire) : text;
      const lag = await appears(
        subject,
        made.id,
        written.wire,
        (wire) => wireReader(path)(wire) === stored,
        written.reply.answeredAt,
      );
      if (lag === null) return [subject.hidden(at, FACT, `a change did not appear within ${LONGEST / 1000} s`)];
      lags.push(lag);
      const stamp = written.wire ? stampOf(subject, written.wire) : undefined;
      if (stamp !== undefined) stamps.add(stamp);
    }
    return [judged(subject, at, lags), ...grain(subject, [...stamps])];
  },
};

function cut(subject: TestSubject, text: string): string {
  const name = subject.tests.mainText(subject);
  const max = name ? subject.definition.fields[name]?.max_length : undefined;
  return max === undefined ? text : text.slice(-max);
}

/** Waits until the budget has room for one measurement: a wait in its middle would be taken for the list's. */
async function quiet(subject: TestSubject): Promise<void> {
  const { requests, window } = subject.draft.connector.limits;
  const room = Math.min(ROOM, Math.floor((requests ?? 0) / 2));
  const left = subject.raw.budget.left();
  if (left !== null && left < room) await subject.sleep(window === undefined ? 1000 : milliseconds(window));
}

/** Milliseconds after a write: when the list did not show it yet, and when it did. */
interface Lag {
  unseen: number;
  seen: number;
}

/** Null where the list does not show it within the longest wait. */
async function appears(
  subject: TestSubject,
  id: string,
  wire: unknown,
  shows: (wire: unknown) => boolean,
  begun: number,
): Promise<Lag | null> {
  let unseen = 0;
  const longest = Math.min(LONGEST, subject.options.patienceMs);
  const query = changesQuery(subject, wire, begun);
  for (;;) {
    const asked = subject.now();
    if (await listed(subject, id, query, shows)) return { unseen, seen: subject.now() - begun };
    unseen = asked - begun;
    if (subject.now() - begun > longest || subject.options.signal?.aborted) return null;
    await subject.sleep(STEP);
  }
}

/** From the record's own stamp on, so that few records come; without a filter, the whole list. */
function changesQuery(subject: TestSubject, wire: unknown, wroteAt: number): Record<string, string> {
  if (!subject.list?.since) return {};
  return sinceQuery(subject, (stampOf(subject, wire) ?? wroteAt) - 60_000);
}

function stampOf(subject: TestSubject, wire: unknown): number | undefined {
  const { modified, fields } = subject.definition;
  if (modified === undefined) return undefined;
  const field = fields[modified];
  return compileTime(field?.time).readMs(wireReader(field?.path ?? modified)(wire));
}

/** By the stamps of records just written: that all of them are whole seconds is no chance. */
function grain(subject: TestSubject, stamps: readonly number[]): Finding[] {
  const filter = subject.list?.since;
  if (!filter || stamps.length < SAMPLES / 2) return [];
  const own = grainOf(stamps);
  if (own < 1000 || own > 60_000 || milliseconds(filter.precision) >= own) return [];
  const seen = `${stamps.length} writes were stamped with whole ${durationOf(own)}`;
  return [subject.settle(['list', 'since', 'precision'], durationOf(own), 'the grain of the stamp', seen)];
}

async function listed(
  subject: TestSubject,
  id: string,
  query: Record<string, string>,
  shows: (wire: unknown) => boolean,
): Promise<boolean> {
  let place: Place | null = START;
  for (let pages = 0; place && pages < MOST_PAGES; pages++) {
    const page: Page = await subject.page({ place, values: query });
    const record = page.records.find((one) => one.id === id);
    if (record) return shows(record.wire);
    place = subject.after(page);
  }
  return false;
}

/** The longest seen is no bound: half as much again, in whole seconds, is taken for one. */
function judged(subject: TestSubject, at: string[], lags: readonly Lag[]): Finding {
  // Where a look had to wait for the budget, the change may have been there long before.
  const exact = lags.filter((lag) => lag.seen - lag.unseen <= 10 * STEP);
  const longest = Math.max(...(exact.length > 0 ? exact : lags).map((lag) => lag.seen));
  const late = Math.max(...lags.map((lag) => lag.unseen));
  const shown = lags.map((lag) => `${(lag.seen / 1000).toFixed(1)}`).join(', ');
  const seen = late === 0 ? `at once, ${lags.length} times` : `after up to ${(longest / 1000).toFixed(1)} s (${shown})`;
  const filter = subject.list?.since;
  if (!filter) return subject.tell({ at, fact: FACT, verdict: 'learnt', declared: null, seen });
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const [, number = '0', name = 's'] = /^(\d+)(ms|s|m|h|d)$/.exec(filter.lag) ?? [];
  const declared = Number(number) * (Object.entries(unit).find(([one]) => one === name)?.[1] ?? 1000);
  const said = subject.draft.declared(['objects', subject.name, ...at]);
  if (late <= declared) {
    const verdict = said === undefined ? ('learnt' as const) : ('confirmed' as const);
    return subject.tell({ at, fact: FACT, verdict, seen });
  }
  return subject.settle(
    at,
    `${Math.ceil((longest * 1.5) / 1000)}s`,
    FACT,
    `${seen}; taken for a bound with half as much again`,
  );
}
