import { describe, expect, test } from 'vitest';
import { SABOTAGES } from '../../src/testing/sabotage.ts';
import { play } from './play.ts';
import { kindOf } from './shrink.ts';
import { drawWorld } from './spec.ts';

const WORLDS = 200;
const PER_TEST = 40;

/** What was wrong with each world of a range, by seed; each is played twice. */
async function breachesOf(first: number, count: number): Promise<string[]> {
  const breaches: string[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const spec = drawWorld(String(seed));
    const outcome = await play(spec);
    breaches.push(...outcome.violations.map((one) => `${seed} ${kindOf(one)}`));
    if ((await play(spec)).trace !== outcome.trace) breaches.push(`${seed} deterministic: another course`);
  }
  return breaches;
}

describe('two hundred worlds keep the invariants, and take the same course twice', () => {
  test.each(Array.from({ length: WORLDS / PER_TEST }, (_, part) => 1 + part * PER_TEST))(
    'from seed %i on',
    async (first) => expect(await breachesOf(first, PER_TEST)).toEqual([]),
    60_000,
  );
});

describe('the checkers can fail', () => {
  const quick = ['cursor-too-late', 'baseline-shared-by-both-sides', 'failure-as-done', 'parked-forgotten'];

  test.each(quick)('%s is noticed', async (name) => {
    const sabotage = SABOTAGES[name];
    let caught = 0;
    for (let seed = 1; seed <= 10 && caught === 0; seed += 1) {
      caught = (await play(drawWorld(String(seed)), { ...(sabotage ? { sabotage } : {}) })).violations.length;
    }
    expect(caught).toBeGreaterThan(0);
  });
});
