import { describe, expect, it, test } from 'vitest';
import { compileCodec } from '../connector/codec.ts';
import { checkConnector } from '../connector/conformance/conformance.ts';
import type { ConnectorDefinition } from '../connector/definition.ts';
import { loadConnector } from '../connector/load.ts';
import type { Connection, WriteOutcome } from '../connector/port.ts';
import { catalogue, findConnector } from '../integration/files.ts';
import type { Fields } from '../record/value.ts';
import { connectDeclared } from './declared-connection.ts';
import { DeclaredSystem } from './declared-system.ts';

const START = Date.UTC(2026, 2, 2, 9);

/** A connector with one object `things`, of what these lines of YAML say. */
function connectorOf(lines: string): ConnectorDefinition {
  const text = `connector: small\ntitle: Small\nprotocol: rest\nbase_url: https://small.example\nobjects:\n  things:\n${lines
    .trim()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')}\n`;
  const loaded = loadConnector(text, 'small.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

function open(connector: ConnectorDefinition) {
  const world = { now: START };
  const system = new DeclaredSystem({ connector, now: () => world.now });
  return { world, system, connection: connectDeclared(system) };
}

const WRITES = `
id: { path: id }
list: { path: /things, records: data, pagination: { style: none } }
get: { path: '/things/{id}' }
create: { method: POST, path: /things }
update: { method: PATCH, path: '/things/{id}' }
delete: { method: DELETE, path: '/things/{id}' }
`;

async function create(connection: Connection, fields: Fields, object = 'things'): Promise<WriteOutcome | undefined> {
  const wire = compileCodec(connection.connector.objects[object] ?? { fields: {} }).encode(fields);
  if (!wire.ok) throw new Error(JSON.stringify(wire.error));
  const [outcome] = await connection.create(object, [{ wire: wire.value, idempotencyKey: JSON.stringify(fields) }]);
  return outcome;
}

/** What a new record holds, or why it is refused. */
async function held(fields: string, given: Fields): Promise<Fields | string> {
  const { connection } = open(connectorOf(`${WRITES.trim()}\nfields:\n${fields.replace(/^/gm, '  ')}`));
  const outcome = await create(connection, given);
  if (outcome?.kind !== 'done') return outcome?.diagnostic.summary ?? 'no outcome';
  const definition = connection.connector.objects.things;
  return compileCodec(definition ?? { fields: {} }).decode(outcome.record?.wire ?? {}, Object.keys(given)).fields;
}

describe('what a declared system makes of values', () => {
  it.each([
    ['a text that fits', 'name: { type: string, max_length: 5 }', 'Abcde', 'Abcde'],
    ['one too long', 'name: { type: string, max_length: 5 }', 'Abcdef', 'refused: name has 6 characters'],
    ['one that is cut', 'name: { type: string, max_length: 5, on_violation: truncate }', 'Abcd ef', 'Abcd'],
    ['letters it lacks', 'name: { type: string, characters: latin1, on_violation: truncate }', 'Łódź', '?ód?'],
    ['a pattern that is not met', "name: { type: string, pattern: '^[A-Z]{2}$' }", 'de', 'refused: name does not have'],
    ['a required field left empty', 'name: { type: string, required: true }', null, 'refused: name must not be empty'],
    ['a number out of range', 'name: { type: integer, maximum: 9 }', 10, 'refused: name is more than 9'],
    ['digits beyond its scale', 'name: { type: decimal, number: { scale: 2 } }', '1.005', '1.01'],
    ['what only the system sets', 'name: { type: string, read_only: true }', 'x', null],
    [
      'seconds, where stamps have minutes',
      "name: { type: timestamp, time: { pattern: 'DD.MM.YYYY HH:mm', zone: Europe/Berlin } }",
      '2026-03-02T09:00:59.000Z',
      '2026-03-02T09:00:00.000Z',
    ],
  ])('%s', async (_, field, given, expected) => {
    const refused = typeof expected === 'string' && expected.startsWith('refused: ');
    const found = await held(field, { name: given });
    if (refused) expect(found).toContain(expected.slice('refused: '.length));
    else expect(found).toEqual({ name: expected });
  });

  it.each([
    ['blanks around a text: are cut at both ends: name, by PATCH /things/1: 200', '  Nord  ', 'Nord'],
    ['capitals: become small: name', 'Nord', 'nord'],
    ['capitals: become small: other, name2', 'Nord', 'Nord'],
    ['blanks around a text: are kept: name; capitals: and small letters become capitals: name', 'Nord ', 'NORD '],
  ])('as was learnt: %s', async (because, given, expected) => {
    const grounds = [{ at: 'objects.things.fields', ground: 'learnt' as const, because }];
    const connector = { ...connectorOf(`${WRITES.trim()}\nfields: { name: { type: string } }`), grounds };
    const outcome = await create(open(connector).connection, { name: given });
    expect(outcome).toMatchObject({ kind: 'done', record: { wire: { name: expected } } });
  });
});

describe('a declared system', () => {
  const stamped = connectorOf(`
id: { path: key, type: integer }
version: rev
modified: changed
archived: { path: gone, equals: true }
unique: [code]
list:
  path: /things
  records: data
  pagination: { style: none }
  since: { param: since, precision: 1m, lag: 5s }
  archived: { all: 'true' }
get: { path: '/things/{id}' }
create: { method: POST, path: /things, returns: id, idempotency: { header: K, lives: 24h } }
update: { method: PATCH, path: '/things/{id}', if_match: '{version}' }
archive: { method: DELETE, path: '/things/{id}', returns: nothing }
fields:
  name: { type: string, path: of.name }
  code: { type: string }
  changed: { type: timestamp, read_only: true, time: { pattern: 'DD.MM.YYYY HH:mm', zone: Europe/Berlin } }
`);

  it('numbers, stamps and counts versions as declared, and tells no more than its answer holds', async () => {
    const { connection, world } = open(stamped);
    world.now = START + 59_000;
    expect(await create(connection, { name: 'One' })).toEqual({ kind: 'done', id: '1', record: null });
    const [seen] = await connection.get('things', ['1']);
    expect(seen).toMatchObject({ kind: 'present', record: { version: '1', modified: START } });
    expect(seen).toMatchObject({ record: { wire: { key: 1, of: { name: 'One' }, changed: '02.03.2026 10:00' } } });
  });

  it('answers a create that is sent again, refuses a taken value and an old version', async () => {
    const { connection, system } = open(stamped);
    await create(connection, { code: 'a' });
    await create(connection, { code: 'a' });
    expect(system.all('things')).toHaveLength(1);
    expect(await create(connection, { code: 'a', name: 'Two' })).toMatchObject({ kind: 'failed', class: 'invalid' });
    const wire = { of: { name: 'New' } };
    const [old] = await connection.update('things', [{ id: '1', wire, version: '7' }]);
    expect(old).toMatchObject({ kind: 'failed', class: 'conflict' });
    const [now] = await connection.update('things', [{ id: '1', wire, version: '1' }]);
    expect(now).toMatchObject({ kind: 'done', record: { version: '2', wire: { code: 'a', of: { name: 'New' } } } });
  });

  it('lists a change only after its lag, and archived records among the changes', async () => {
    const { connection, world } = open(stamped);
    const listed = async (since: number | null) => {
      const names: unknown[] = [];
      for await (const step of connection.read({ object: 'things', since }))
        if (step.kind === 'page') names.push(...step.records.map(({ wire, archived }) => [wire.of, archived]));
      return names;
    };
    await create(connection, { name: 'One' });
    expect(await listed(null)).toEqual([]);
    world.now += 5000;
    expect(await listed(null)).toEqual([[{ name: 'One' }, false]]);
    await connection.update('things', [{ id: '1', wire: { of: { name: 'Two' } }, version: null }]);
    expect(await listed(null)).toEqual([[{ name: 'One' }, false]]);
    await connection.remove('things', [{ id: '1', version: null }], true);
    world.now += 3_600_000;
    expect(await listed(null)).toEqual([[{ name: 'Two' }, true]]);
    expect(await listed(world.now)).toEqual([]);
  });

  it('says where a list of the past can no longer be had: deleted records are gone without a trace', async () => {
    const { connection, system } = open(connectorOf(`${WRITES.trim()}\nfields: { name: { type: string } }`));
    await create(connection, { name: 'One' });
    await connection.remove('things', [{ id: 'new-1', version: null }], false);
    expect(system.all('things')).toEqual([]);
    expect(await connection.get('things', ['new-1'])).toEqual([{ kind: 'gone' }]);
  });
});

/** Every connector of the catalogue that can be written to, played and held against its own declaration. */
describe('the conformance suite finds a declared system as its connector says', () => {
  test.each(catalogue())('%s', async (name) => {
    const found = findConnector(name, 'integration.yaml');
    if (!found.ok) throw new Error(JSON.stringify(found.error));
    const connector = found.value.definition;
    const { connection, system, world } = open(connector);
    for (const [object, definition] of Object.entries(connector.objects)) {
      if (definition.part_of || definition.lines_of) continue;
      const required = Object.entries(definition.fields).filter(([, field]) => field.required);
      const sample = Object.fromEntries(
        required.flatMap(([field, { type }]) => (type === 'string' ? [[field, 'Dovetail test']] : [])),
      );
      const wire = system.object(object).holding(sample);
      if (wire.ok) system.put(object, '1', wire.value);
    }
    world.now += 3_600_000;
    const report = await checkConnector(connection, { write: { token: 'a1' } });
    expect(report.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(report.passed).toBeGreaterThan(5);
  });
});
