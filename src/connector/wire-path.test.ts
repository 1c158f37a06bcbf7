import { describe, expect, it } from 'vitest';
import { compileReader, compileWriter, pathSteps } from './codec/path.ts';
import { wireReader, without } from './wire-path.ts';

describe('dotted paths', () => {
  const wire = { '@odata.nextLink': 'u', a: { 'b.c': 1, d: 2 } };
  it.each<[string, string[], unknown]>([
    ['a.d', ['a', 'd'], 2],
    ['@odata\\.nextLink', ['@odata.nextLink'], 'u'],
    ['a.b\\.c', ['a', 'b.c'], 1],
    ['@odata.nextLink', ['@odata', 'nextLink'], undefined],
  ])('%s', (path, steps, value) => {
    expect(pathSteps(path)).toEqual(steps);
    expect(wireReader(path)(wire)).toBe(value);
    expect(compileReader(path)(wire)).toBe(value);
  });

  it('are written and left out likewise', () => {
    const written = {};
    compileWriter('a.b\\.c')(written, 1);
    expect(written).toEqual({ a: { 'b.c': 1 } });
    expect(without(wire, 'a.b\\.c')).toEqual({ '@odata.nextLink': 'u', a: { d: 2 } });
  });
});
