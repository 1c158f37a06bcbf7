import { compileTime } from '../../../connector/codec/time.ts';
import { serverNow } from '../../../connector/response.ts';
import { wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';

const HALF_HOUR = 1_800_000;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'Europe/Athens',
  'Asia/Kolkata',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Australia/Sydney',
  'America/Sao_Paulo',
  'Asia/Dubai',
];

/** Whether the stamp that a write gets is the time of the write: in which time zone the system writes. */
export const clock: WritingProbe = {
  id: 'clock',
  async run(subject) {
    const { tests, definition } = subject;
    const { modified, fields } = definition;
    const made = await tests.main(subject);
    if (!made || modified === undefined) return null;
    subject.mark();
    const field = fields[modified];
    const time = field?.time ?? 'iso';
    const another = await tests.another(subject);
    if (!another?.made) return null;
    const { wire, reply, id } = another.made;
    await tests.remove(subject, id);
    const raw = wireReader(field?.path ?? modified)(wire);
    const stamp = compileTime(time).readMs(raw);
    const now = serverNow({ status: 200, headers: reply.headers, body: '' }, reply.answeredAt);
    const pattern = typeof time === 'object';
    const at = ['fields', modified, 'time', ...(pattern ? ['zone'] : [])];
    const fact = pattern ? `the time zone of ${modified}` : `whether ${modified} is the time of the write`;
    if (stamp === undefined) return [subject.hidden(at, fact, 'the stamp of the test record can not be read')];
    const off = Math.round((stamp - now) / HALF_HOUR) * HALF_HOUR;
    if (off === 0)
      return [
        subject.tell({
          at,
          fact,
          verdict: 'confirmed',
          declared: pattern ? (time.zone ?? 'UTC') : time,
          seen: 'a record just written is stamped with the time of now',
        }),
      ];
    if (!pattern)
      return [
        subject.tell({
          at,
          fact,
          verdict: 'contradicted',
          seen: `the stamp is ${hours(off)} away from the time of now`,
        }),
      ];
    const zone = ZONES.find(
      (name) => Math.abs((compileTime({ ...time, zone: name }).readMs(raw) ?? 0) - now) < HALF_HOUR / 2,
    );
    if (zone === undefined)
      return [
        subject.tell({
          at,
          fact,
          verdict: 'contradicted',
          seen: `the stamp is ${hours(off)} away from the time of now`,
        }),
      ];
    const seen = `today as in ${zone}; which zone of that offset it is, a change of the clocks tells`;
    const [finding] = [subject.settle(at, zone, fact, seen)];
    const filter = subject.list?.since?.time;
    const follow: Finding[] = [];
    const taken = `taken for that of ${modified}`;
    if (typeof filter === 'object' && filter.zone === time.zone)
      follow.push(
        subject.settle(['list', 'since', 'time', 'zone'], zone, 'the time zone of the filter by time of change', taken),
      );
    for (const [name, { time: other, type }] of Object.entries(fields)) {
      if (name === modified || type !== 'timestamp' || typeof other !== 'object' || other.zone !== time.zone) continue;
      follow.push(subject.settle(['fields', name, 'time', 'zone'], zone, `the time zone of ${name}`, taken));
    }
    return [finding, ...follow];
  },
};

const hours = (ms: number) => `${ms / 3_600_000} h`;
