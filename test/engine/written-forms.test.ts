import { afterEach, describe, expect, it } from 'vitest';
import { type Asked, type Hostile, names, openHostile, stubConnector, wrote } from '../hostile/world.ts';

let world: Hostile;
afterEach(() => world.close());

const LONG = 'Gesellschaft für lange Bezeichnungen';
const list = { path: '/things', records: 'items', pagination: { style: 'none' }, equals: { token: 'token' } };
const tokens = stubConnector('right', {}, { link_field: 'token', list }, { token: { type: 'string' } });

/** The right system cuts names, which its connector doesn't say; where both changed, and at first contact, it wins. */
async function openCutting(): Promise<void> {
  world = await openHostile({
    right: tokens,
    mapping: { match: [], conflict: 'right', first_contact: { prefer: 'right' } },
  });
  answerRight(() => undefined);
}

const cut = (asked: Asked): Asked =>
  typeof asked.body.name === 'string'
    ? { ...asked, body: { ...asked.body, name: asked.body.name.slice(0, 12) } }
    : asked;

/** `spoil`: what becomes of the answer to a write that took effect. */
function answerRight(spoil: (asked: Asked) => 'lost' | undefined): void {
  world.right.answer = (asked) => {
    const reply = world.right.right(cut(asked));
    return spoil(asked) === 'lost' ? { drop: true } : reply;
  };
}

/** From now on the `nth` direct read of a thing is refused. */
function refuseRead(stub: Hostile['left'], nth: number): void {
  const { answer } = stub;
  let reads = 0;
  stub.answer = (asked) => {
    const isDirect = asked.method === 'GET' && asked.path !== '/things';
    if (isDirect) reads += 1;
    return isDirect && reads === nth ? { status: 403, json: {} } : answer(asked);
  };
}

describe('a text that the target cuts without saying so never comes back', () => {
  // Simulation seed 7926.
  it('where the answer to an update was lost', async () => {
    await openCutting();
    world.left.put('p1', { name: 'Nord', email: 'p1@x.example' });
    await world.sync();
    world.left.put('p1', { name: LONG });
    answerRight((asked) => (asked.method === 'PATCH' ? 'lost' : undefined));
    await world.sync();
    answerRight(() => undefined);
    world.skip(60_000);
    await world.sync();
    expect([names(world.left), names(world.right)]).toEqual([[LONG], [LONG.slice(0, 12)]]);
    world.skip(60_000);
    expect(wrote(await world.sync({ full: true }))).toBe(0);
  });

  const unread: [string, 'left' | 'right', number][] = [
    // Simulation seeds 5732, 5761 and 19647.
    ['its source could not be read', 'left', 2],
    // Simulation seeds 3066, 8418 and 10292.
    ['it could not be read again', 'right', 1],
  ];
  it.each(unread)('where a create was found again while %s', async (_, side, nth) => {
    await openCutting();
    world.left.put('p1', { name: LONG, email: 'p1@x.example' });
    answerRight((asked) => (asked.method === 'POST' ? 'lost' : undefined));
    await world.sync();
    answerRight(() => undefined);
    refuseRead(world[side], nth);
    world.skip(60_000);
    await world.sync();
    world.skip(3_600_000);
    await world.sync({ full: true });
    expect([names(world.left), names(world.right)]).toEqual([[LONG], [LONG.slice(0, 12)]]);
    world.skip(60_000);
    expect(wrote(await world.sync({ full: true }))).toBe(0);
  });

  it('and an update that was surely refused leaves later edits their rules', async () => {
    await openCutting();
    world.left.put('p1', { name: 'Nord', email: 'p1@x.example' });
    await world.sync();
    const [id = ''] = world.right.records.keys();
    world.left.put('p1', { name: 'Ost' });
    world.right.answer = (asked) => (asked.method === 'PATCH' ? { status: 422, json: {} } : undefined);
    await world.sync();
    world.right.answer = () => undefined;
    world.right.put(id, { name: 'West' });
    await world.sync();
    expect([names(world.left), names(world.right)]).toEqual([['West'], ['West']]);
  });
});
