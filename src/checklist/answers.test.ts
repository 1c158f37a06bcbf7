import { describe, expect, test } from 'vitest';
import { loadSmall, SMALL } from '../../test/small-integration.ts';
import { declared, fromFile, fromFileOr, ofEachSystem, open } from './answers.ts';

const integrationWith = (answers: Record<string, unknown>) => {
  const loaded = loadSmall(SMALL);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return { ...loaded.value, answers };
};

const NEXT = 'Answer it in the integration file: answers: { privacy: … }';

describe('answers of the file', () => {
  test.each([
    ['Contract', [{ side: null, status: 'declared', says: 'Contract' }]],
    ['n/a: no persons', [{ side: null, status: 'not-applicable', says: 'n/a: no persons' }]],
    ['open: ask Dr. Weber', [open(null, 'open: ask Dr. Weber', `Ask Dr. Weber. ${NEXT}`)]],
    ['open: nobody knows', [open(null, 'open: nobody knows', NEXT)]],
    [' ', [open(null, 'nobody answered', NEXT)]],
    [
      { shop: 'open: ask Anna', books: 'yes' },
      [open('a', 'open: ask Anna', `Ask Anna. ${NEXT}`), declared('b', 'yes')],
    ],
  ])('%j', (given, answers) => {
    expect(fromFile(integrationWith({ privacy: given }), 'privacy')).toEqual(answers);
  });
});

describe('what the file calls open', () => {
  const answersTo = (given: unknown, otherwise: Parameters<typeof fromFileOr>[2]) =>
    fromFileOr(integrationWith({ it: given }), 'it', otherwise);

  test('is answered by what usually gives the answer', () => {
    expect(answersTo('open: ask Anna', () => [declared(null, 'every hour')])).toEqual([declared(null, 'every hour')]);
  });

  test('says how the answer would be given, where that gives none', () => {
    expect(answersTo('open: ask Anna', () => [open(null, 'on request', 'Set schedule.every')])).toEqual([
      open(null, 'open: ask Anna', 'Ask Anna. Set schedule.every'),
    ]);
  });

  test('counts for each system by itself', () => {
    const named = () =>
      ofEachSystem(integrationWith({}), (side) =>
        side === 'a' ? declared(side, 'Sales') : open(side, 'nobody is named', 'Add contact'),
      );
    expect(answersTo({ shop: 'Anna', books: 'open: ask Ben' }, named)).toEqual([
      declared('a', 'Anna'),
      open('b', 'open: ask Ben', 'Ask Ben. Add contact'),
    ]);
    expect(answersTo('open: ask Ben', named)).toEqual([
      declared('a', 'Sales'),
      open('b', 'open: ask Ben', 'Ask Ben. Add contact'),
    ]);
  });
});
