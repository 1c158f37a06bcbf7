import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wire } from '../../src/connector/port.ts';
import { codes, type Hostile, MAPPING, names, openHostile, stubConnector, wrote } from './world.ts';

let world: Hostile;
const open = async (options?: Parameters<typeof openHostile>[0]) => {
  await world.close();
  world = await openHostile(options);
};
beforeEach(async () => {
  world = await openHostile();
});
afterEach(() => world.close());

const person = (id: string, more: Wire = {}) =>
  world.left.put(id, { name: `Person ${id}`, email: `${id}@x.example`, ...more });
const rightOf = (id: string) => [...world.right.records.values()].find((one) => one.email === `${id}@x.example`);
const FIELDS = MAPPING.fields;

describe('filters', () => {
  const filtered = (on_leave: string, more: Wire = {}) => ({
    mapping: { filter: { left: "{{ record.name != 'out' }}" }, on_leave, ...more },
  });

  it.each(['keep', 'archive', 'delete', 'unlink'])(
    'a record that enters, leaves and enters again: %s',
    async (policy) => {
      const archive = { method: 'PATCH', path: '/things/{id}' };
      const archiving = { archive, archived: { path: 'archived', equals: true } };
      const [left, right] = [stubConnector('left', {}, archiving), stubConnector('right', {}, archiving)];
      await open({ ...filtered(policy), left, right });
      person('p1', { name: 'out' });
      person('p2');
      person('p3');
      await world.sync();
      expect(names(world.right)).toEqual(['Person p2', 'Person p3']);
      person('p1', { name: 'in' });
      await world.sync();
      expect(rightOf('p1')?.name).toBe('in');
      person('p1', { name: 'out' });
      const away = await world.sync();
      const gone = { keep: 'in', archive: 'in', delete: undefined, unlink: 'in' }[policy];
      expect(rightOf('p1')?.name).toBe(gone);
      expect(rightOf('p1')?.archived).toBe(policy === 'archive' ? true : undefined);
      expect(away.outcome).toBe('done');
      expect(wrote(await world.sync({ full: true }))).toBe(0);
      person('p1', { name: 'in again' });
      await world.sync();
      const living = [...world.right.records.values()].filter((one) => one.archived !== true);
      expect(living.map((one) => one.name).sort()).toEqual(['Person p2', 'Person p3', 'in again']);
      expect(wrote(await world.sync({ full: true }))).toBe(0);
    },
  );

  it.each(['keep', 'unlink'])(
    'what is left of a record that left (%s) never comes back as a new one',
    async (policy) => {
      await open(filtered(policy, { match: [] }));
      person('p1');
      await world.sync();
      person('p1', { name: 'out' });
      await world.sync();
      world.right.put(String(rightOf('p1')?.id), { name: 'Edited on the right' });
      await world.sync();
      await world.sync({ full: true });
      expect(names(world.left)).toEqual(['out']);
      person('p1', { name: 'in' });
      await world.sync();
      expect([names(world.left), names(world.right)]).toEqual([['in'], ['in']]);
      expect(wrote(await world.sync({ full: true }))).toBe(0);
    },
  );

  it('an edit of the target holds the delete of a record that left', async () => {
    await open(filtered('delete'));
    person('p1');
    person('p2');
    person('p3');
    await world.sync();
    person('p1', { name: 'out' });
    world.right.put(String(rightOf('p1')?.id), { name: 'Edited on the right' });
    await world.sync();
    expect(rightOf('p1')?.name).toBe('Edited on the right');
  });

  it('a filter that is changed lets records in and out with the next run', async () => {
    person('p1');
    person('p2');
    await open({ mapping: { filter: { left: "{{ record.name == 'Person p1' }}" } } });
    person('p1');
    person('p2');
    person('p3');
    await world.sync();
    expect(names(world.right)).toEqual(['Person p1']);
    world.agree({ mapping: { filter: { left: "{{ record.name == 'Person p2' }}" }, on_leave: 'keep' } });
    const run = await world.sync();
    expect([run.outcome, names(world.right)]).toEqual(['done', ['Person p1', 'Person p2']]);
    person('p1', { name: 'Renamed outside' });
    await world.sync();
    expect(names(world.right)).toEqual(['Person p1', 'Person p2']);
    world.agree({ mapping: {} });
    await world.sync();
    expect(names(world.right).sort()).toEqual(['Person p2', 'Person p3', 'Renamed outside']);
    expect(wrote(await world.sync({ full: true }))).toBe(0);
  });

  it('a filter that fails on a record lets it show as parked, not vanish', async () => {
    await open({
      left: stubConnector('left', {}, {}, { amount: { type: 'decimal' } }),
      mapping: { filter: { left: '{{ record.amount / 2 > 1 }}' } },
    });
    person('p1', { amount: 10 });
    person('p2', { amount: null });
    const run = await world.sync();
    expect(names(world.right).length + (await world.parked()).length).toBe(2);
    expect(codes(run)).not.toContain('run-broken');
  });
});

describe('fields', () => {
  it('a field mapping added after the first sync is settled like a first contact, and then quiet', async () => {
    await open({ mapping: { fields: [FIELDS[0], FIELDS[1]] } });
    const phone = { phone: { type: 'string' } };
    const [left, right] = [stubConnector('left', {}, {}, phone), stubConnector('right', {}, {}, phone)];
    person('p1', { phone: '1' });
    person('p2');
    person('p3', { phone: '3' });
    await world.sync();
    world.right.put(String(rightOf('p2')?.id), { phone: '2' });
    world.right.put(String(rightOf('p3')?.id), { phone: 'three' });
    await world.sync();
    world.agree({ left, right, mapping: { fields: [...FIELDS, { left: 'phone', right: 'phone' }] } });
    const run = await world.sync();
    expect(run.outcome).toBe('done');
    expect(rightOf('p1')?.phone).toBe('1');
    expect(world.left.records.get('p2')?.phone).toBe('2');
    expect([world.left.records.get('p3')?.phone, rightOf('p3')?.phone]).toEqual(['3', '3']);
    expect(wrote(await world.sync({ full: true }))).toBe(0);
  });

  it('an edit made before a mapping is changed is not lost with the change', async () => {
    person('p1');
    await world.sync();
    person('p1', { name: 'Renamed' });
    const phone = { phone: { type: 'string' } };
    const [left, right] = [stubConnector('left', {}, {}, phone), stubConnector('right', {}, {}, phone)];
    world.agree({ left, right, mapping: { fields: [{ left: 'phone', right: 'phone' }, ...FIELDS] } });
    await world.sync();
    expect(rightOf('p1')?.name).toBe('Renamed');
  });

  it('one field that is made of two stays quiet, and its edits go where the rule says', async () => {
    const two = { first: { type: 'string' }, last: { type: 'string' } };
    await open({
      left: stubConnector('left', {}, {}, two),
      mapping: {
        fields: [
          {
            left: 'first',
            right: 'name',
            direction: 'left -> right',
            to_right: '{{ record.first }} {{ record.last }}',
          },
          { left: 'email', right: 'email' },
        ],
      },
    });
    person('p1', { first: 'Ada', last: 'Byron' });
    await world.sync();
    expect(names(world.right)).toEqual(['Ada Byron']);
    person('p1', { last: 'Lovelace' });
    await world.sync();
    expect(names(world.right)).toEqual(['Ada Lovelace']);
    world.right.put(String(rightOf('p1')?.id), { name: 'Ada King' });
    expect(wrote(await world.sync())).toBe(0);
    person('p1', { last: 'Gordon' });
    await world.sync();
    expect(names(world.right)).toEqual(['Ada Gordon']);
    expect(wrote(await world.sync({ full: true }))).toBe(0);
  });

  it('an expression that fails on some records parks these, names no value, and the rest goes on', async () => {
    await open({
      mapping: {
        fields: [
          {
            left: 'name',
            right: 'name',
            direction: 'left -> right',
            to_right: "{{ record.name.split('-')[1] | upper }}",
          },
          { left: 'email', right: 'email' },
        ],
      },
    });
    person('p1', { name: 'a-b' });
    person('p2', { name: 'Secretname' });
    person('p3', { name: null });
    person('p4', { name: '{{ 7 * 7 }}-${KEY}' });
    const run = await world.sync();
    expect(codes(run)).not.toContain('run-broken');
    expect(names(world.right)).toEqual(expect.arrayContaining(['B', '${KEY}'.toUpperCase()]));
    const parked = await world.parked();
    expect(parked.length + world.right.records.size).toBe(4);
    expect(JSON.stringify([parked, run])).not.toContain('Secretname');
  });

  const option = (...keys: string[]) => ({
    kind: { type: 'option', options: keys.map((key) => ({ value: key, key })) },
  });

  it.each([
    ['park', undefined, undefined],
    ['ignore', 'ignore', undefined],
    ['default', 'default', 'x'],
  ])('an option that the target does not know: %s', async (_, policy, written) => {
    const row = {
      left: 'kind',
      right: 'kind',
      options: { x: 'x', y: 'y' },
      ...(policy ? { otherwise: { policy, ...(written ? { right: 'x', left: 'x' } : {}) } } : {}),
    };
    await open({
      left: stubConnector('left', {}, {}, option('x', 'y', 'z')),
      right: stubConnector('right', {}, {}, option('x', 'y')),
      mapping: { fields: [...FIELDS, row] },
    });
    person('p1', { kind: 'y' });
    person('p2', { kind: 'z' });
    person('p3', { kind: 'never declared' });
    const run = await world.sync();
    expect(rightOf('p1')?.kind).toBe('y');
    const parked = (await world.parked()).map((one) => one.id).sort();
    expect(parked).toEqual(policy ? ['p3'] : ['p2', 'p3']);
    if (policy) expect(rightOf('p2')?.kind).toBe(written);
    expect(run.outcome).toBe('partial');
    expect(world.left.records.get('p2')?.kind).toBe('z');
    const again = await world.sync({ full: true });
    expect([wrote(again), world.left.records.get('p2')?.kind]).toEqual([0, 'z']);
  });

  it('an empty value is parked where the target requires one, on create and on update', async () => {
    const right = stubConnector('right', {}, {}, { name: { type: 'string', required: true } });
    await open({ right });
    person('p1', { name: '' });
    person('p2');
    const run = await world.sync();
    expect([run.outcome, names(world.right)]).toEqual(['partial', ['Person p2']]);
    person('p2', { name: null });
    await world.sync();
    expect(names(world.right)).toEqual(['Person p2']);
    expect((await world.parked()).map((one) => one.id).sort()).toEqual(['p1', 'p2']);
    person('p1', { name: 'One' });
    person('p2', { name: 'Two' });
    await world.sync();
    expect([names(world.right).sort(), await world.parked()]).toEqual([['One', 'Two'], []]);
  });

  it('two fields that are written into one are refused when the file is read', async () => {
    const fields = [...FIELDS, { left: 'email', right: 'name', direction: 'left -> right' }];
    await expect(openHostile({ mapping: { fields } })).rejects.toThrow(/target-duplicated/);
  });
});
