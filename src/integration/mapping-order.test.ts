import { expect, test } from 'vitest';
import { type OrderNode, orderMappings } from './mapping-order.ts';

/** `orders: customers!, articles` says that orders refers to both, and requires the first. */
function nodes(text: string): OrderNode[] {
  return text.split(';').map((part) => {
    const [name = '', list = ''] = part.split(':').map((piece) => piece.trim());
    const references = list.split(',').flatMap((piece) => {
      const mapping = piece.trim().replace('!', '');
      return mapping === '' ? [] : [{ mapping, field: `${name}.${mapping}`, required: piece.includes('!') }];
    });
    return { name, references };
  });
}

test.each([
  ['a; b; c', 'a b c'],
  ['a: b; b: c; c', 'c b a'],
  ['orders: customers!; customers', 'customers orders'],
  ['a: a', 'a(a.a)'],
  ['a: a!', 'a(a.a)!'],
  ['a: b; b: a', 'a(a.b) b'],
  ['a: b!; b: a', 'b(b.a) a'],
  ['a: b!; b: a!', 'a(a.b)! b'],
  ['a: b!; b: c!; c: a', 'c(c.a) b a'],
  ['a: elsewhere', 'a'],
])('%s: in the order %s', (given, expected) => {
  const shown = orderMappings(nodes(given)).map(
    ({ name, cycleBreakers, stuck }) =>
      `${name}${cycleBreakers.length > 0 ? `(${cycleBreakers.join(',')})` : ''}${stuck ? '!' : ''}`,
  );
  expect(shown.join(' ')).toBe(expected);
});
