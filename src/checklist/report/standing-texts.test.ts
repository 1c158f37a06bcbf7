import { expect, test } from 'vitest';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { fromFile } from '../answers.ts';
import { inGerman } from './standing-texts.ts';

const answersOf = (answers: LoadedIntegration['answers']) =>
  fromFile({ answers } as LoadedIntegration, 'privacy').flatMap(({ says, next }) => [
    inGerman(says),
    inGerman(next ?? ''),
  ]);

test('what is open is said in German', () => {
  expect(answersOf({})).toEqual([
    'noch nicht beantwortet',
    'In der Integrationsdatei beantworten: answers: { privacy: … }',
  ]);
  expect(answersOf({ privacy: 'open: ask Dr. Weber' })).toEqual([
    'offen: Dr. Weber fragen',
    'Dr. Weber fragen und in der Integrationsdatei beantworten: answers: { privacy: … }',
  ]);
});

test.each([
  ['Run `dovetail check --write` again', '`dovetail check --write` erneut ausführen'],
  ['The system answers 401', 'The system answers 401'],
])('%s', (text, expected) => expect(inGerman(text)).toBe(expected));
