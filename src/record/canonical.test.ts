import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText, isEmpty, sameValue } from './canonical.ts';
import type { Value } from './value.ts';

const anyValue: fc.Arbitrary<Value> = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }).map((json) => json as Value);

test('the canonical text of an object or list is its JSON with sorted keys', () => {
  const sorted = (value: Value): Value => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(sorted);
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((key) => [key, sorted(value[key] ?? null)]),
    );
  };
  const collection = anyValue.filter((value) => value !== null && typeof value === 'object' && !hasIntegerKey(value));
  fc.assert(fc.property(collection, (value) => canonicalText(value) === JSON.stringify(sorted(value))));
});

/** JavaScript puts integer-like keys first whatever the order, so that the simple model above can't be used. */
function hasIntegerKey(value: Value): boolean {
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(
    ([key, item]) => (!Array.isArray(value) && /^\d+$|^__proto__$/.test(key)) || hasIntegerKey(item),
  );
}

test('equal texts mean equal values', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      expect(sameValue(a, JSON.parse(JSON.stringify(a)))).toBe(true);
      expect(sameValue(a, b)).toBe(canonicalText(a) === canonicalText(b));
    }),
  );
});

test.each<[Value | undefined, string]>([
  [undefined, ''],
  [null, 'null'],
  ['', '"'],
  ['a"b', '"a"b'],
  [1, '1'],
  [true, 'true'],
  [{ currency: 'EUR', amount: '1.5' }, '{"amount":"1.5","currency":"EUR"}'],
  [{ currency: 'EU"R', amount: '1.5' }, '{"amount":"1.5","currency":"EU\\"R"}'],
  [{ currency: 'EUR', amount: '1.5', net: true }, '{"amount":"1.5","currency":"EUR","net":true}'],
  [{ b: ['ü', { z: 1, y: null }], a: 1 }, '{"a":1,"b":["ü",{"y":null,"z":1}]}'],
  [{ 2: 'two', 10: 'ten', '': 0 }, '{"":0,"10":"ten","2":"two"}'],
])('canonicalText of %j', (value, expected) => {
  expect(canonicalText(value)).toBe(expected);
});

test.each<[Value | undefined, boolean]>([
  [undefined, true],
  [null, true],
  [' \t', true],
  ['a', false],
  [0, false],
  [false, false],
  [[], false],
])('isEmpty(%j) is %j', (value, expected) => {
  expect(isEmpty(value)).toBe(expected);
});
