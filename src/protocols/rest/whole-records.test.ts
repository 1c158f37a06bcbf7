import { expect, it } from 'vitest';
import { connect, type Reply } from '../../../test/toy-system.ts';

it('whole records are read anew before they are sent once more', async () => {
  const things = { get: { path: '/things/{id}' }, update: { method: 'PUT', path: '/things/{id}', whole: true } };
  const current = { id: 1, name: 'old', tag: 'old', note: 'old', code: 'old', group: '' };
  const run = async (first: Reply, now: object) => {
    const replies: Reply[] = [first];
    const bodies: unknown[] = [];
    const connection = connect(things, ({ method, sent }) => {
      if (method === 'GET') return { json: { id: 1, ...now } };
      bodies.push(sent);
      return replies.shift() ?? { json: { id: 1 } };
    });
    const item = {
      id: '1',
      wire: { name: 'ours', note: 'ours', code: 'ours', group: null },
      version: null,
      current,
    };
    return { outcomes: await connection.update('things', [item]), last: bodies.at(-1), sent: bodies.length };
  };
  const busy = { status: 429, headers: { 'retry-after': '60' } };
  // What somebody else has changed meanwhile stays.
  for (const first of [busy, 'refused', 'dropped', { status: 500 }] satisfies Reply[]) {
    expect(await run(first, { ...current, tag: 'theirs' })).toMatchObject({
      outcomes: [{ kind: 'done' }],
      last: { name: 'ours', tag: 'theirs' },
      sent: 2,
    });
  }
  // It took effect: there is nothing to send.
  expect(await run('dropped', { name: 'ours', note: 'ours', code: 'ours', group: '', tag: 'theirs' })).toMatchObject({
    outcomes: [{ kind: 'done', record: { wire: { tag: 'theirs' } } }],
    sent: 1,
  });
  // It took effect, it seems, in a form of the system's own (seeds 2383, 3397): what is sent once more changes nothing else.
  const inForm = { name: 'OURS', note: 'ours', code: 'ou', group: '', tag: 'theirs' };
  const again = { outcomes: [{ kind: 'done' }], last: { name: 'ours', tag: 'theirs' }, sent: 2 };
  expect(await run('dropped', inForm)).toMatchObject(again);
  // What somebody has edited is no such form (seeds 15524, 15703), nor is what was not to be changed.
  const edits = [
    { note: 'NOTE' },
    { note: '' },
    { note: '株式会社' },
    { note: 'ours and theirs' },
    { group: 'theirs' },
  ];
  for (const edit of edits) {
    expect(await run('dropped', { ...inForm, ...edit })).toMatchObject({ outcomes: [{ kind: 'uncertain' }], sent: 1 });
  }
  // What was to be written has been changed by somebody else.
  const theirs = { ...current, name: 'theirs' };
  expect(await run('dropped', theirs)).toMatchObject({ outcomes: [{ kind: 'uncertain' }], sent: 1 });
  expect(await run(busy, theirs)).toMatchObject({
    outcomes: [{ kind: 'failed', class: 'conflict' }],
    sent: 1,
  });
});

it.each([
  [
    "is known in a form of its system's own",
    [
      { no: 1, text: 'old' },
      { no: 2, text: '?ód? 7', count: 0 },
    ],
    'done',
  ],
  [
    'is not taken for one that somebody has put in',
    [
      { no: 1, text: 'old' },
      { no: 2, text: 'theirs', count: 5 },
    ],
    'uncertain',
  ],
  [
    'is not known beside one that somebody has edited',
    [
      { no: 1, text: 'new' },
      { no: 2, text: 'Łódź 7', count: 0 },
    ],
    'uncertain',
  ],
])('a line of a list, put in by a write whose answer is lost, %s', async (_, lines, outcome) => {
  const things = { get: { path: '/things/{id}' }, update: { method: 'PUT', path: '/things/{id}', whole: true } };
  const bodies: unknown[] = [];
  const replies: Reply[] = ['dropped'];
  const connection = connect(things, ({ method, sent }) => {
    if (method === 'GET') return { json: { id: 1, lines } };
    bodies.push(sent);
    return replies.shift() ?? { json: { id: 1 } };
  });
  const first = { no: 1, text: 'old' };
  const wire = { lines: [first, { no: 2, text: 'Łódź 7' }] };
  const item = { id: '1', wire, version: null, current: { id: 1, lines: [first] } };
  expect(await connection.update('things', [item])).toMatchObject([{ kind: outcome }]);
  expect(bodies).toHaveLength(outcome === 'done' ? 2 : 1);
});
