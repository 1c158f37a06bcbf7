import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Probe, Question } from '../../src/checklist/question.ts';
import { QUESTIONS } from '../../src/checklist/registry.ts';
import { type CheckWorld, lineOf, openCheckWorld } from '../check-world.ts';
import { type Case, needsOwnWorld } from './case.ts';
import { ACCESS_CREDENTIALS } from './cases/access-credentials.ts';
import { ACCESS_DATABASE } from './cases/access-database.ts';
import { ACCESS_NETWORK } from './cases/access-network.ts';
import { ACCESS_SYSTEM } from './cases/access-system.ts';
import { DATA } from './cases/data.ts';
import { DATA_DATABASE } from './cases/data-database.ts';
import { KEYS } from './cases/keys.ts';
import { OPERATION } from './cases/operation.ts';
import { RECIPIENTS } from './cases/operation-recipients.ts';
import { RIGHTS } from './cases/operation-rights.ts';
import { WEBHOOKS } from './cases/operation-webhooks.ts';
import { READING } from './cases/reading.ts';
import { UNSEEN } from './cases/unseen.ts';
import { VALUES } from './cases/values.ts';
import { WRITING } from './cases/writing.ts';
import { WRITING_VALUES } from './cases/writing-values.ts';

/**
 * The truth table of the check list: what each probe says of a system that does as declared, of one that declares nothing,
 * and of one that does otherwise than declared. Each file of `cases/` holds the rows of a group of questions.
 */
const CASES: readonly Case[] = [
  ...ACCESS_CREDENTIALS,
  ...ACCESS_DATABASE,
  ...ACCESS_NETWORK,
  ...ACCESS_SYSTEM,
  ...DATA,
  ...DATA_DATABASE,
  ...KEYS,
  ...OPERATION,
  ...READING,
  ...RECIPIENTS,
  ...RIGHTS,
  ...UNSEEN,
  ...VALUES,
  ...WEBHOOKS,
  ...WRITING,
  ...WRITING_VALUES,
];

/** For the cases that change nothing in the systems. */
let shared: CheckWorld;
beforeAll(async () => {
  shared = await openCheckWorld();
  // Somebody works in it: a stamp of right now tells a wrong zone.
  const [customer] = shared.erp.records('customers');
  shared.erp.userUpdate('customers', customer?.id ?? 0, { memo: 'called today' }, Date.now());
});
afterAll(() => shared.close());

async function reportOf(one: Case) {
  if (one.check) return one.check();
  const world = needsOwnWorld(one) ? await openCheckWorld(one.sandbox) : shared;
  const { variables = {}, change, http, options = {}, write = false } = one;
  try {
    one.world?.(world);
    return await world.check({
      variables,
      write,
      options: { only: [one.question], ...options },
      ...(change ? { change } : {}),
      ...(http ? { http } : {}),
    });
  } finally {
    if (world !== shared) await world.close();
  }
}

/** What a variant may come to at all: nothing that is not so is ever verified. */
const POSSIBLE: Record<Case['variant'], readonly Case['expect'][]> = {
  yes: ['verified'],
  no: ['open', 'not-applicable', 'declared'],
  lying: ['contradicted', 'declared'],
};

describe.each([...Map.groupBy(CASES, ({ question }) => question)])('%s', (_, cases) => {
  test.each(cases.map((one) => [`${one.variant}, ${one.system ?? 'both'}: ${one.what}`, one] as const))(
    '%s',
    async (_, one) => {
      const line = lineOf(await reportOf(one), one.question, one.system);
      const seen = line.evidence.filter(({ probe }) => one.probe === undefined || probe === one.probe);
      const told = one.probe === undefined ? [line.says, ...seen.map(({ found }) => found)] : seen.map((e) => e.found);
      if (one.found !== undefined) expect(told.join('\n')).toMatch(one.found);
      expect(line.status, told.join('\n')).toBe(one.expect);
      if (line.status === 'contradicted') {
        expect(line.next).not.toBeNull();
        expect(seen.filter(({ verdict }) => verdict === 'contradicts').map(({ next }) => next)).toContainEqual(
          expect.any(String),
        );
      }
    },
  );
});

test('each case is of a kind that the table knows', () => {
  for (const { variant, what, expect: status } of CASES) expect(POSSIBLE[variant], what).toContain(status);
});

/** Whether a case is about a probe: answers that are right or absent are about all that is asked, a lie about one of them. */
function isAbout({ question, probe, variant, check, write }: Case, asked: Question, { id, writes }: Probe): boolean {
  if (question !== asked.id) return false;
  if (variant === 'lying') return probe === id || (probe === undefined && asked.probes.length === 1);
  return variant === 'no' || writes !== true || write === true || (check !== undefined && probe === id);
}

/** Variants that a probe can't have, and why. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  'privacy, personal-fields: yes': 'that nothing else is personal, no machine can tell',
  'privacy, erasable: yes': 'the answer stands with the other probe, which never proves it',
  'privacy, erasable: lying': 'it looks at what is declared; whether a removal is there is asked for endpoints',
  'propagation, updates-guarded: lying': 'a check of versions that is not kept shows only where two write at once',
};

test('there are 150 cases and more, and of each probe one that is right, one without an answer, and a lie', () => {
  const missing = QUESTIONS.flatMap((question) =>
    question.probes.flatMap((probe) =>
      (['yes', 'no', 'lying'] as const)
        .filter((variant) => !CASES.some((one) => one.variant === variant && isAbout(one, question, probe)))
        .map((variant) => `${question.id}, ${probe.id}: ${variant}`),
    ),
  );
  expect(missing.sort()).toEqual(Object.keys(IMPOSSIBLE).sort());
  expect(CASES.length).toBeGreaterThanOrEqual(150);
});
