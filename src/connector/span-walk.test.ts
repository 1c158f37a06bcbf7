import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listSchema } from './definition-list.ts';
import { compileSince } from './since-filter.ts';
import { SpanWalk } from './span-walk.ts';

const filterOf = (since: object) => {
  const list = listSchema.parse({
    path: '/',
    records: '',
    pagination: { style: 'none' },
    since: { param: 's', ...since },
  });
  if (!list.since) throw new Error('no filter');
  return compileSince(list.since);
};

const shape = fc.record({
  stamps: fc.array(fc.integer({ min: 1000, max: 1400 }), { maxLength: 60 }),
  step: fc.integer({ min: 1, max: 90 }),
  inclusive: fc.boolean(),
  includesEnd: fc.boolean(),
  cap: fc.option(fc.integer({ min: 3, max: 12 })),
});

it('stretches of time miss no record and yield each once, whatever their ends include', () => {
  fc.assert(
    fc.property(shape, ({ stamps, step, inclusive, includesEnd, cap }) => {
      const more = cap === null ? { step: `${step}ms` } : {};
      const filter = filterOf({ until: { param: 'u' }, time: 'epoch_ms', inclusive, ...more });
      const walk = new SpanWalk(filter, 999, 2000, cap !== null);
      const yielded: string[] = [];
      const seen = () => {
        const { since, until } = walk.current;
        const from = (at: number) => since === null || (inclusive ? at >= since : at > since);
        const to = (at: number) => until === null || (includesEnd ? at <= until : at < until);
        return stamps.flatMap((modified, id) => (from(modified) && to(modified) ? [{ id: String(id), modified }] : []));
      };
      let complete = true;
      for (let more = true; more; ) {
        const found = seen();
        for (const record of found.slice(0, cap ?? found.length)) if (walk.take(record)) yielded.push(record.id);
        if (cap !== null && found.length > cap) {
          if (walk.split()) continue;
          complete = false;
        }
        more = walk.next();
      }
      expect(new Set(yielded).size).toBe(yielded.length);
      if (complete) expect(new Set(yielded).size).toBe(stamps.length);
    }),
    { numRuns: 500 },
  );
});

it('one stretch where nothing has to be divided', () => {
  const walk = new SpanWalk(filterOf({}), 5, 10, true);
  expect([walk.current, walk.isDivided, walk.split(), walk.next()]).toEqual([
    { since: 5, until: null },
    false,
    false,
    false,
  ]);
});
