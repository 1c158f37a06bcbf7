import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockText, durationText, msOfClock, parseDuration } from '../../record/duration.ts';
import { compileCodec } from '../codec.ts';
import { fieldSchema } from '../field.ts';

const duration = (form: string) => ({ type: 'duration', duration: form });

const anyDuration = fc
  .record({ months: fc.nat(100_000), ms: fc.nat({ max: 1e12 }), negative: fc.boolean() })
  .map(({ months, ms, negative }) => (negative ? { months: 0 - months, ms: 0 - ms } : { months, ms }));

test('a duration comes back from its canonical text, and the text is its own', () => {
  fc.assert(
    fc.property(anyDuration, ({ months, ms }) => {
      const written = durationText({ months, ms });
      const read = parseDuration(written);
      expect(read).toEqual({ months: months + 0, ms: ms + 0 });
      expect(durationText(read!)).toBe(written);
    }),
  );
});

test('a length of time comes back from every form that can say it', () => {
  const forms = ['milliseconds', 'seconds', 'minutes', 'hours', 'days', 'clock_seconds', 'iso'];
  fc.assert(
    fc.property(fc.constantFrom(...forms), fc.integer({ min: -1e9, max: 1e9 }), (form, seconds) => {
      const canonical = durationText({ months: 0, ms: seconds * 1000 });
      const codec = compileCodec({ fields: { x: fieldSchema.parse(duration(form)) } });
      const own = codec.normalise('x', canonical);
      if (own.ok) expect(own.value).toBe(canonical);
      // Only thirds of a minute and the like have no end as a decimal.
      else expect(['minutes', 'hours', 'days']).toContain(form);
      expect(msOfClock(clockText(seconds * 1000, true))).toBe(seconds * 1000);
    }),
  );
});
