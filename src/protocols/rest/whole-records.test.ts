import { expect, it } from 'vitest';
import { connect, type Reply } from '../../../test/toy-system.ts';

it('whole records are read anew before they are sent once more', async () => {
  const things = { get: { path: '/things/{id}' }, update: { method: 'PUT', path: '/things/{id}', whole: true } };
  const current = { id: 1, name: 'old', tag: 'old', note: 'old', code: 'old', group: '' };
  const run = async (first: Reply, now: object, makes = false) => {
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
      makes,
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
  // In a form of its own, or edited by somebody.
  const inForm = { name: 'OURS', note: 'ours', code: 'ours', group: '', tag: 'theirs' };
  expect(await run('dropped', inForm)).toMatchObject({ outcomes: [{ kind: 'uncertain' }], sent: 1 });
  // What it makes within the record could not be told from what others enter there; mostly as sent, it is that (seed 2383).
  const again = { outcomes: [{ kind: 'done' }], last: { name: 'ours', tag: 'theirs' }, sent: 2 };
  expect(await run('dropped', inForm, true)).toMatchObject(again);
  for (const edited of [{ note: 'NOTE', code: 'theirs' }, { group: 'theirs' }]) {
    const now = { ...inForm, ...edited };
    expect(await run('dropped', now, true)).toMatchObject({ outcomes: [{ kind: 'uncertain' }], sent: 1 });
  }
  // What was to be written has been changed by somebody else.
  const theirs = { ...current, name: 'theirs' };
  expect(await run('dropped', theirs)).toMatchObject({ outcomes: [{ kind: 'uncertain' }], sent: 1 });
  expect(await run(busy, theirs)).toMatchObject({
    outcomes: [{ kind: 'failed', class: 'conflict' }],
    sent: 1,
  });
});
