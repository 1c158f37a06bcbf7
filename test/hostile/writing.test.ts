import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Asked, codes, type Hostile, names, openHostile, type Reply, stubConnector, wrote } from './world.ts';

let world: Hostile;
const open = async (options?: Parameters<typeof openHostile>[0]) => {
  await world.close();
  world = await openHostile(options);
};
beforeEach(async () => {
  world = await openHostile();
});
afterEach(() => world.close());

const creates = () => world.right.asked.filter((asked) => asked.method === 'POST');
const person = (id: string, name = `Person ${id}`) => world.left.put(id, { name, email: `${id}@x.example` });
/** Only creates on the right are answered otherwise. */
const onCreate = (reply: (asked: Asked) => Reply | undefined) => {
  world.right.answer = (asked) => (asked.method === 'POST' ? reply(asked) : undefined);
};
const onUpdate = (reply: (asked: Asked) => Reply | undefined) => {
  world.right.answer = (asked) => (asked.method === 'PATCH' ? reply(asked) : undefined);
};

describe('creates whose answer says little', () => {
  it.each<[string, Reply]>([
    ['200 with an error body', { json: { error: 'quota' } }],
    ['200 with an empty body', { raw: '' }],
    ['200 with HTML', { raw: '<html>Service unavailable</html>' }],
    ['200 with null', { raw: 'null' }],
    ['201 without an id', { status: 201, json: { name: 'Person p1' } }],
    ['201 with an id of null', { status: 201, json: { id: null } }],
    ['202 accepted', { status: 202, raw: '' }],
    ['204', { status: 204, raw: '' }],
  ])('%s: nobody knows, so it is not sent again', async (_, reply) => {
    person('p1');
    onCreate(() => reply);
    const first = await world.sync();
    expect(first.outcome).toBe('partial');
    expect((await world.parked()).map((one) => one.reason)).toEqual(['uncertain']);
    world.right.answer = () => undefined;
    world.skip(86_400_000);
    await world.sync();
    await world.sync({ full: true });
    expect(creates()).toHaveLength(1);
  });

  it.each<[string, (made: Reply) => Reply]>([
    ['an error after it took effect', () => ({ status: 500, raw: 'x' })],
    ['a broken connection after it took effect', () => ({ drop: true })],
    ['an answer after the time-out', (made) => ({ ...made, after: 700 })],
    ['an answer without the id', () => ({ status: 201, json: {} })],
  ])('%s is found again by its link token, not made twice', async (_, spoil) => {
    const list = {
      path: '/things',
      records: 'items',
      pagination: { style: 'none' },
      equals: { token: 'token' },
    };
    const connector = stubConnector(
      'right',
      { timeout: '500ms' },
      { link_field: 'token', list },
      { token: { type: 'string' } },
    );
    await open({ right: connector, mapping: { match: [] } });
    person('p1');
    onCreate((asked) => spoil(world.right.right(asked)));
    expect((await world.sync()).outcome).toBe('partial');
    world.right.answer = () => undefined;
    world.skip(60_000);
    const second = await world.sync();
    expect([second.outcome, creates().length, names(world.right)]).toEqual(['done', 1, ['Person p1']]);
    person('p1', 'Renamed');
    await world.sync();
    expect(names(world.right)).toEqual(['Renamed']);
    expect(wrote(await world.sync({ full: true }))).toBe(0);
  });

  it('an id that is linked already links no record twice', async () => {
    person('p1');
    await world.sync();
    person('p2');
    const [id] = [...world.right.records.keys()];
    onCreate(() => ({ status: 201, json: world.right.records.get(id ?? '') }));
    const run = await world.sync();
    expect(run.outcome).not.toBe('done');
    expect(codes(run)).not.toContain('run-broken');
    world.right.answer = () => undefined;
    world.skip(86_400_000);
    person('p3');
    const next = await world.sync();
    expect(codes(next)).not.toContain('run-broken');
    expect(names(world.right)).toContain('Person p3');
    expect(names(world.right)).toContain('Person p1');
    expect((await world.parked()).map((one) => one.id)).toEqual(['p2']);
  });

  it('two creates of one run that get the same id are not one record', async () => {
    person('p1');
    person('p2');
    onCreate(() => ({ status: 201, json: { id: 'R1', name: 'x', email: 'x' } }));
    const run = await world.sync();
    expect(run.outcome).not.toBe('done');
    expect(codes(run)).not.toContain('run-broken');
    person('p3');
    world.right.answer = () => undefined;
    world.right.put('R1', { name: 'Person p1', email: 'p1@x.example' });
    expect(codes(await world.sync())).toEqual([]);
    expect(names(world.right)).toContain('Person p3');
  });
});

describe('an intent that a crash left behind', () => {
  const intent = (source: string) => ({
    id: `intent-${source}`,
    mapping: 'left-right/things',
    side: 'b' as const,
    created: world.platform.clock.now(),
    items: [{ source, sourceVersion: null, idempotencyKey: 'k', linkToken: `things:${source}`, seen: '', body: '' }],
  });
  const crash = async (source: string) => {
    const fence = await world.store.acquire('left-right', 'crashed', 1000, world.platform.clock.now());
    if (!fence.ok) throw new Error('no lease');
    await world.store.commit(fence.value, { intents: [intent(source)] });
    await world.store.release(fence.value);
  };

  it('shows as uncertain where the system can not tell, and blocks nobody else', async () => {
    person('p1');
    person('p2');
    await crash('p1');
    const run = await world.sync();
    expect([run.outcome, names(world.right)]).toEqual(['partial', ['Person p2']]);
    expect((await world.parked()).map(({ id, reason }) => [id, reason])).toEqual([['p1', 'uncertain']]);
    expect((await world.sync()).outcome).toBe('partial');
  });

  it('does not take a record that is linked to another one', async () => {
    const list = { path: '/things', records: 'items', pagination: { style: 'none' }, equals: { email: 'email' } };
    await open({ right: stubConnector('right', {}, { unique: ['email'], list }), mapping: { match: [] } });
    person('p1');
    await world.sync();
    world.left.put('p2', { name: 'Twin', email: 'p1@x.example' });
    await crash('p2');
    world.skip(60_000);
    const run = await world.sync();
    expect(codes(run)).toEqual([]);
    expect(run.outcome).toBe('partial');
    expect(names(world.right)).toEqual(['Person p1']);
  });
});

describe('updates whose answer is wrong', () => {
  it.each<[string, Reply]>([
    ['another record', { json: { id: 'R999', name: 'Somebody', email: 'e@x.example', updated: 1 } }],
    ['an error body', { json: { error: 'quota' } }],
    ['nothing', { raw: '' }],
    ['a list', { json: [] }],
  ])('an update that answers with %s moves no wrong value', async (_, reply) => {
    person('p1');
    await world.sync();
    person('p1', 'Renamed');
    onUpdate((asked) => {
      world.right.right(asked);
      return reply;
    });
    await world.sync();
    world.right.answer = () => undefined;
    const after = await world.sync({ full: true });
    expect([names(world.left), names(world.right), wrote(after)]).toEqual([['Renamed'], ['Renamed'], 0]);
  });

  it('an update that says yes and does nothing is not taken for done', async () => {
    person('p1');
    await world.sync();
    person('p1', 'Renamed');
    onUpdate(() => ({ raw: '' }));
    await world.sync();
    world.right.answer = () => undefined;
    await world.sync({ full: true });
    expect(names(world.left)).toEqual(['Renamed']);
  });

  it.each<[string, Reply]>([
    ['404', { status: 404, json: {} }],
    ['410', { status: 410, json: {} }],
    ['403', { status: 403, json: {} }],
    ['409', { status: 409, json: {} }],
    ['422', { status: 422, json: { errors: [] } }],
    ['400 with HTML', { status: 400, raw: '<html>' }],
    ['418', { status: 418, raw: '' }],
  ])('an update that is refused with %s is parked, and blocks nobody else', async (_, reply) => {
    person('p1');
    person('p2');
    await world.sync();
    person('p1', 'One');
    person('p2', 'Two');
    const id = [...world.right.records.values()].find((one) => one.name === 'Person p1')?.id;
    onUpdate((asked) => (asked.path === `/things/${id}` ? reply : undefined));
    const run = await world.sync();
    expect([run.outcome, names(world.right).sort()]).toEqual(['partial', ['Person p1', 'Two']]);
    world.right.answer = () => undefined;
    world.skip(86_400_000);
    person('p1', 'One again');
    const next = await world.sync();
    expect([next.outcome, names(world.right).sort(), await world.parked()]).toEqual(['done', ['One again', 'Two'], []]);
  });
});

describe('conditions', () => {
  it.each([['$&'], ['$`x'], ['"quoted"'], ['W/"a"'], ['a b'], ['7']])(
    'a version such as %s is sent as it is',
    async (version) => {
      const update = { method: 'PATCH', path: '/things/{id}', if_match: '<{version}>' };
      await open({ right: stubConnector('right', {}, { version: 'version', update }) });
      person('p1');
      await world.sync();
      const [id] = [...world.right.records.keys()];
      world.right.put(id ?? '', { version });
      await world.sync({ full: true });
      person('p1', 'Renamed');
      const run = await world.sync({ full: true });
      const sent = world.right.asked.filter((asked) => asked.method === 'PATCH').at(-1);
      expect([run.outcome, sent?.headers['if-match']]).toEqual(['done', `<${version}>`]);
    },
  );

  it.each([['a\r\nx-evil: 1'], ['a\nb'], ['\0'], ['€']])(
    'a version that can not stand in a header is parked: %j',
    async (version) => {
      const update = { method: 'PATCH', path: '/things/{id}', if_match: '<{version}>' };
      await open({ right: stubConnector('right', {}, { version: 'version', update }) });
      person('p1');
      person('p2');
      await world.sync();
      const id = [...world.right.records.values()].find((one) => one.name === 'Person p1')?.id;
      world.right.put(String(id), { version });
      await world.sync({ full: true });
      person('p1', 'One');
      person('p2', 'Two');
      const run = await world.sync({ full: true });
      expect(world.right.asked.every((asked) => asked.headers['x-evil'] === undefined)).toBe(true);
      expect(names(world.right)).toContain('Two');
      expect(run.outcome).not.toBe('failed');
    },
  );
});
