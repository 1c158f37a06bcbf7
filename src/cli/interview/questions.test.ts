import { describe, expect, test } from 'vitest';
import { QUESTIONS } from '../../checklist/registry.ts';
import { findConnector } from '../../integration/files.ts';
import { type Given, givenAs } from './answers.ts';
import type { Known, KnownSystem } from './known.ts';
import { chosenPairs, MOST_QUESTIONS, nextQuestion, questionsNow } from './questions.ts';
import { systemNames } from './system-names.ts';

function system(name: string, credentials: string[]): KnownSystem {
  const found = findConnector(`sandbox-${name}`, '');
  if (!found.ok) throw new Error(name);
  const { definition } = found.value;
  return {
    name,
    title: definition.title,
    connector: `sandbox-${name}`,
    definition,
    connectorFile: found.value.file,
    variables: {},
    credentials: credentials.map((one) => ({ name: one, label: one, hint: null, secret: true, fallback: null })),
    found: '',
    imported: false,
  };
}

/** Everything is found out. */
const known = (more: Partial<Known> = {}, credentials = ['client_id', 'client_secret']): Known => ({
  systems: { first: system('crm', credentials), second: system('erp', ['api_key']) },
  unrecognised: {},
  pairs: [
    { a: 'companies', b: 'customers', grounds: [], sure: true },
    { a: 'deals', b: 'orders', grounds: [], sure: false },
  ],
  losses: [],
  ...more,
});

/** What is asked, one after the other, until there is nothing more. */
function asked(of: Known): string[] {
  const answers = new Map<string, Given>();
  for (;;) {
    const next = nextQuestion(of, answers, new Set(answers.keys()));
    if (!next) return [...answers.keys()];
    answers.set(next.id, 'an answer');
  }
}

const NEEDED = ['first.address', 'second.address'];
const CREDENTIALS = ['first.credentials.client_id', 'first.credentials.client_secret', 'second.credentials.api_key'];
const WISHES = ['objects', 'wins', 'deletes', 'schedule', 'errors', 'privacy'];
const loss = { mapping: 'companies', a: 'name', b: 'name_1', from: 'a', says: 'less', cut: false } as const;

describe('what is asked', () => {
  test.each<[string, Known, string[]]>([
    ['only the addresses, before anything is known', known({ systems: {}, pairs: null, losses: null }), NEEDED],
    [
      'which system, where the address does not tell',
      known({ systems: {}, unrecognised: { second: 'No.' } }),
      [...NEEDED, 'second.connector'],
    ],
    ['credentials, before the systems are looked into', known({ pairs: null }), [...NEEDED, ...CREDENTIALS]],
    ['objects, before the fields are paired', known({ losses: null }), [...NEEDED, ...CREDENTIALS, 'objects']],
    ['the rest, then', known(), [...NEEDED, ...CREDENTIALS, ...WISHES, 'first.contact']],
    [
      'losses, where there are some, in place of what is needed least',
      known({ losses: [loss] }),
      [...NEEDED, ...CREDENTIALS, 'objects', 'losses', ...WISHES.slice(1)],
    ],
  ])('%s', (_, of, ids) => {
    expect(asked(of)).toEqual(ids);
    expect(ids.length).toBeLessThanOrEqual(MOST_QUESTIONS);
  });

  test('never more than twelve, but what the systems need', () => {
    const many = Array.from({ length: 6 }, (_, index) => `part_${index}`);
    expect(asked(known({ losses: [loss] }, many))).toHaveLength(13);
    expect(asked(known({}, many.slice(0, 3)))).toHaveLength(MOST_QUESTIONS);
  });

  test('each with why, and for a line of the check list', () => {
    const ids = QUESTIONS.map(({ id }) => id);
    for (const { settles, why } of questionsNow(known({ losses: [loss] }))) {
      expect(ids).toContain(settles);
      expect(why.length).toBeGreaterThan(20);
    }
  });
});

test.each<[string, string, string | null]>([
  ['first.address', 'https://crm.example', null],
  ['first.address', 'crm.example/api', null],
  ['first.address', 'ftp://crm.example', 'Expected an address such as https://crm-test.example.com'],
  ['first.address', 'https://me:pw@crm.example', 'Leave user name and password out: they are asked for next'],
  ['objects', 'companies = customers, deals=orders', null],
  ['objects', 'companies', 'Sandbox ERP has no object ""'],
  ['objects', 'contacts = main_contacts', 'main_contacts stand within customers'],
  ['wins', 'erp', null],
  ['wins', 'me', 'Expected one of hold, newest, first, second'],
  ['deletes', 'keep', 'Expected one of hold, archive, unlink, ignore, delete'],
  ['schedule', '15m', null],
  ['schedule', 'often', 'Expected 5m, 1h, 24h or the like, or request'],
  ['errors', 'a@b.example, c@d.example', null],
  ['errors', 'nobody', 'Expected e-mail addresses'],
])('%s: %s', (id, text, wrong) => {
  const question = questionsNow(known()).find((one) => one.id === id);
  const said = question?.wrong(text);
  if (wrong === null) expect(said).toBeNull();
  else expect(said).toContain(wrong);
});

test.each<[Given | undefined, string[]]>([
  [undefined, ['companies = customers']],
  ['suggested', ['companies = customers']],
  [{ ask: 'Anna' }, ['companies = customers']],
  [
    ['deals = orders', 'products=articles , companies = customers'],
    ['deals = orders', 'products = articles', 'companies = customers'],
  ],
])('objects chosen by %j', (given, pairs) => {
  const answers = new Map(given === undefined ? [] : [['objects', given] as const]);
  expect(chosenPairs(known(), answers).map(({ a, b }) => `${a} = ${b}`)).toEqual(pairs);
});

test.each<[string, Given]>([
  ['? Anna Meier', { ask: 'Anna Meier' }],
  ['?Anna', { ask: 'Anna' }],
  ['?', { ask: 'somebody who knows' }],
  [' https://crm.example ', 'https://crm.example'],
  ['what?', 'what?'],
])('typed: %j', (typed, given) => {
  expect(givenAs(typed)).toEqual(given);
});

test.each([
  ['sandbox-crm', 'sandbox-erp', ['crm', 'erp']],
  ['hubspot', 'weclapp', ['hubspot', 'weclapp']],
  ['hubspot', 'hubspot', ['hubspot_1', 'hubspot_2']],
  ['acme', 'acme-books', ['acme', 'acme_books']],
  ['acme-2', 'acme-3', ['system_2', 'system_3']],
])('names of %s and %s', (first, second, names) => {
  expect(systemNames(first, second)).toEqual(names);
});
