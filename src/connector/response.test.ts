import { describe, expect, it } from 'vitest';
import { connectorSchema } from './definition.ts';
import { compileJudge, parseBody, retryAfter } from './response.ts';

const { responses } = connectorSchema.parse({
  connector: 'toy',
  title: 'Toy',
  protocol: 'rest',
  responses: [
    { status: 200, body: { path: 'error.code', equals: 'expired' }, action: 'refresh' },
    { status: 422, body: { path: 'error', equals: 'busy' }, action: 'wait', after: '3s' },
    { status: 422, action: 'invalid', messages: { list: 'errors', field: 'path.field', code: 'code' } },
    { status: '4xx', body: { path: 'kind', equals: 'gone' }, action: 'missing' },
  ],
  objects: {},
});
const judge = compileJudge(responses);

describe('compileJudge', () => {
  it.each([
    [200, { id: 1 }, 'good', undefined],
    [204, undefined, 'good', undefined],
    [200, { error: { code: 'expired' } }, 'refresh', 'auth'],
    [422, { error: 'busy' }, 'wait', 'rate'],
    [400, { kind: 'gone' }, 'missing', 'missing'],
    [400, 'text', 'invalid', 'invalid'],
    [401, null, 'refresh', 'auth'],
    [403, null, 'forbidden', 'invalid'],
    [404, null, 'missing', 'missing'],
    [410, null, 'missing', 'missing'],
    [409, null, 'conflict', 'conflict'],
    [412, null, 'conflict', 'conflict'],
    [429, null, 'wait', 'rate'],
    [408, null, 'retry', 'transient'],
    [500, undefined, 'retry', 'transient'],
    [302, undefined, 'fatal', 'fatal'],
  ])('%i %j means %s', (status, body, action, failureClass) => {
    const verdict = judge(status, body);
    expect(verdict.kind === 'good' ? ['good', undefined] : [verdict.action, verdict.class]).toEqual([
      action,
      failureClass,
    ]);
  });

  it('names fields and codes of a refusal, and nothing that may be a value', () => {
    const errors = [
      { path: { field: 'email' }, code: 'invalid_email', message: 'ada@example.org is no address' },
      { path: { field: 'lines[2].price' }, code: '1.234,56 € is too much' },
      { path: { field: 'Ada Lovelace is no field' }, code: 'unknown' },
    ];
    const verdict = judge(422, { errors });
    expect(verdict.kind === 'bad' && verdict.diagnostic).toEqual({
      severity: 'error',
      code: 'refused',
      summary: 'The system refuses what was sent',
      detail: 'HTTP 422. email: invalid_email; lines[2].price: refused; a field: unknown.',
    });
  });

  it('tells how long a rule waits', () => {
    expect(judge(422, { error: 'busy' })).toMatchObject({ after: 3000 });
  });
});

describe('retryAfter', () => {
  const now = Date.parse('2026-05-01T12:00:00.400Z');
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Fri, 01 May 2026 12:00:10 GMT' }, 9600],
    [{ 'retry-after': 'Fri, 01 May 2026 13:00:10 GMT', date: 'Fri, 01 May 2026 13:00:00 GMT' }, 10_000],
    [{ 'retry-after': 'Fri, 01 May 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('%j', (headers, expected) => {
    expect(retryAfter({ status: 429, headers: headers as Record<string, string>, body: '' }, now)).toBe(expected);
  });
});

it.each([
  ['null', null],
  ['', undefined],
  ['<html>', undefined],
  ['{"a":', undefined],
])('parseBody(%j)', (text, expected) => expect(parseBody(text)).toBe(expected));
