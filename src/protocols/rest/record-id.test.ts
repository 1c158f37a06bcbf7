import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinId } from '../../connector/composite-id.ts';
import { createIdScheme } from './record-id.ts';

const part = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('/', '%', '%2F', 'a/b', '%252F'));

it('an id of several parts has one reading', () => {
  fc.assert(
    fc.property(part, part, part, part, (customer, order, warehouse, line) => {
      const orders = createIdScheme(1, createIdScheme(1, null));
      const lines = createIdScheme(2, orders);
      const orderId = orders.below(customer, order);
      const lineId = lines.below(orderId, joinId([warehouse, line]));
      expect(orders.split(orderId)).toEqual({ parentId: customer, own: [order] });
      expect(lines.split(lineId)).toEqual({ parentId: orderId, own: [warehouse, line] });
    }),
  );
});

it('plain ids stay as they are', () => {
  const plain = createIdScheme(1, null);
  expect([plain.below(undefined, 'a/b%'), plain.split('a/b%')]).toEqual([
    'a/b%',
    { parentId: undefined, own: ['a/b%'] },
  ]);
  expect(createIdScheme(1, plain).split('a')).toBeNull();
});
