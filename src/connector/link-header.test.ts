import { describe, expect, it } from 'vitest';
import { linkTo } from './link-header.ts';

describe('the next page in a Link header', () => {
  it.each([
    ['<https://a.example/x?page=2>; rel="next"', 'https://a.example/x?page=2'],
    [
      '<https://a.example/x?page=1>; rel="prev", <https://a.example/x?page=3>; rel="next"',
      'https://a.example/x?page=3',
    ],
    ['<?page=2>;rel=next', '?page=2'],
    ['<?cursor=b>; rel="next"; results="true"; cursor="b"', '?cursor=b'],
    ['<?cursor=b>; rel="next"; results="false"; cursor="b"', undefined],
    ['<a,b?c=d,e>; title="x, <y>; rel=\\"no\\""; rel="first next"', 'a,b?c=d,e'],
    ['<x>; REL="NEXT"', 'x'],
    ['<x>; rel="nextish"', undefined],
    ['<x>; rev="next"', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (header, next) => {
    expect(linkTo('next', header)).toBe(next);
  });

  it('is looked for in a long header quickly', () => {
    const begin = performance.now();
    expect(linkTo('next', `<x>${'; a="b"'.repeat(20_000)}${'<'.repeat(20_000)}`)).toBeUndefined();
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});
