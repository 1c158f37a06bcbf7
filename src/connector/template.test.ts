import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillVariables, pathWithId, withQuery } from './template.ts';
import { contains, merged, wireReader, without } from './wire-path.ts';

const BASE_URL = '$' + '{base_url}';
const TOKEN = '$' + '{token}';

describe('fillVariables', () => {
  it('fills in what there is, once', () => {
    expect(fillVariables(`${BASE_URL}/x?t=${TOKEN}`, { base_url: 'http://a', token: BASE_URL })).toEqual({
      ok: true,
      value: `http://a/x?t=${BASE_URL}`,
    });
  });

  it('names what is missing, and nothing else', () => {
    const filled = fillVariables(`${BASE_URL}${TOKEN}`, { token: 's3cret' });
    expect(filled).toMatchObject({
      ok: false,
      error: { code: 'variable-missing', summary: 'The connection has no value for base_url' },
    });
    expect(JSON.stringify(filled)).not.toContain('s3cret');
    expect(fillVariables('$' + '{constructor}', {}).ok).toBe(false);
  });
});

describe('pathWithId', () => {
  const path = pathWithId('/things/{id}/parts');

  it.each(['', '.', '..', '\ud800'])('refuses %j', (id) => expect(path(id).ok).toBe(false));

  it('keeps any other id in its segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (id) => {
        const filled = path(id);
        fc.pre(filled.ok);
        const url = new URL(`http://host${filled.ok ? filled.value : ''}`);
        expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'things', id, 'parts']);
        expect([url.search, url.hash]).toEqual(['', '']);
      }),
    );
  });
});

it('withQuery encodes what could end a parameter', () => {
  expect(withQuery('/a', {})).toBe('/a');
  expect(withQuery('/a?x=1', { 'b c': '2&d=3#', ids: 'a,b', at: '31.12.2026 14:05' })).toBe(
    '/a?x=1&b%20c=2%26d%3D3%23&ids=a,b&at=31.12.2026%2014:05',
  );
});

describe('wire paths', () => {
  const wire = { a: { b: 1, c: [{ d: 2 }] }, e: null };
  it.each([
    ['', wire],
    ['a.b', 1],
    ['a.c.0.d', 2],
    ['e.f', undefined],
    ['a.constructor', undefined],
    ['constructor', undefined],
  ])('reads %j', (path, expected) => expect(wireReader(path)(wire)).toEqual(expected));

  it('merges key by key, replacing arrays', () => {
    const base = { a: { b: 1, c: [1, 2] }, x: 1 };
    expect(merged(base, { a: { c: [3] }, y: null })).toEqual({ a: { b: 1, c: [3] }, x: 1, y: null });
    expect(base).toEqual({ a: { b: 1, c: [1, 2] }, x: 1 });
    const hostile = merged({}, JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(Object.hasOwn(hostile, '__proto__') && !('polluted' in {})).toBe(true);
  });

  it('leaves out what stands at a path', () => {
    expect(without({ a: { b: 1, c: 2 }, d: 3 }, 'a.b')).toEqual({ a: { c: 2 }, d: 3 });
    expect(without({ a: 1 }, 'a.b')).toEqual({ a: 1 });
    expect(without({ a: 1 }, 'b')).toEqual({ a: 1 });
  });

  it.each([
    [{ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }, true],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: [1, 2] }, { a: [1] }, false],
    [{}, { a: null }, true],
  ])('%j contains %j: %s', (whole, part, expected) => expect(contains(whole, part)).toBe(expected));
});
