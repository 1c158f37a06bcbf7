import { describe, expect, test } from 'vitest';
import { suggestPairs } from '../../../src/mapping/suggest/suggest-pairs.ts';
import { isAtHand, objectOf, TASKS, type Task } from './corpus.ts';

/** From here on, a suggestion is meant to be taken as it is. */
const SURE = 0.8;

interface Measure {
  pairs: number;
  suggested: number;
  right: number;
}

/** Right and wrong suggestions of a task; pairs that one may map or leave count neither way. */
function measure(task: Task): Measure {
  const sure = suggestPairs(objectOf(task.a), objectOf(task.b)).filter(({ confidence }) => confidence >= SURE);
  const right = sure.filter(({ a, b }) => task.pairs[a] === b).length;
  const free = sure.filter(({ a, b }) => task.either.some(([one, other]) => one === a && other === b)).length;
  return { pairs: Object.keys(task.pairs).length, suggested: sure.length - free, right };
}

function measureHalf(half: Task['half']): Measure & { precision: number; recall: number } {
  const all = TASKS.filter((task) => task.half === half).map(measure);
  const sum = (of: (one: Measure) => number) => all.reduce((total, one) => total + of(one), 0);
  const [pairs, suggested, right] = [sum((one) => one.pairs), sum((one) => one.suggested), sum((one) => one.right)];
  return { pairs, suggested, right, precision: right / suggested, recall: right / pairs };
}

test('there are at least 200 labelled pairs, and no vendor is in both halves', () => {
  expect(TASKS.reduce((sum, { pairs }) => sum + Object.keys(pairs).length, 0)).toBeGreaterThanOrEqual(200);
  const vendors = (half: Task['half']) =>
    new Set(
      TASKS.filter((task) => task.half === half)
        .flatMap(({ a, b }) => [a.document, b.document])
        .map((document) => document.split('.')[0]),
    );
  const development = vendors('development');
  expect([...vendors('held-out')].filter((vendor) => development.has(vendor))).toEqual([]);
});

describe.skipIf(!isAtHand)('suggestions for real objects (skipped where the documents are not at hand)', () => {
  test.each(['development', 'held-out'] as const)(
    '%s: nine of ten that are sure are right, and six of ten pairs are found',
    (half) => {
      const { precision, recall, ...counts } = measureHalf(half);
      const said = `${half}: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, ${JSON.stringify(counts)}`;
      console.info(said);
      expect(precision, said).toBeGreaterThanOrEqual(0.9);
      expect(recall, said).toBeGreaterThanOrEqual(0.6);
    },
  );

  test('every labelled field is one of its object', () => {
    for (const { a, b, pairs, either } of TASKS) {
      const [ours, theirs] = [objectOf(a), objectOf(b)].map(({ fields }) => fields.map(({ name }) => name));
      for (const [one, other] of [...Object.entries(pairs), ...either]) {
        expect(ours, `${a.document} ${a.object}`).toContain(one);
        expect(theirs, `${b.document} ${b.object}`).toContain(other);
      }
    }
  });
});
