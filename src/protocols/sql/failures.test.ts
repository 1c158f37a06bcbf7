import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describePostgres } from '../../../test/services.ts';
import {
  all,
  connect,
  postgresDatabase,
  readConnector,
  sqliteDatabase,
  stillPlatform,
  type TestDatabase,
} from '../../../test/sql/world.ts';
import { openSqlConnection } from './connection.ts';

const CONNECTOR = readConnector(`
connector: shop
title: A shop
protocol: sql
database: \${database_url}
timeout: 2s
objects:
  notes:
    table: notes
    id: { type: integer }
    link_field: token
    unique: [token]
    fields: { body: { type: string }, token: { type: string } }
`);

const items = (...bodies: string[]) => bodies.map((body) => ({ wire: { body }, idempotencyKey: body }));

/** A wire between client and server that can be cut. */
interface Wire {
  url: string;
  /** Cuts the connection once the server has answered a message that holds this text, before the answer passes. */
  cutAfter(text: string): void;
  close(): Promise<void>;
}

async function wireTo(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target);
  const url = new URL(target);
  const sockets = new Set<Socket>();
  let trigger: string | null = null;
  const server: Server = createServer((client) => {
    const upstream = connectSocket(Number(port), hostname);
    let armed = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('data', (data) => {
      armed ||= trigger !== null && data.includes(trigger);
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (!armed) return client.write(data);
      trigger = null;
      upstream.destroy();
      return client.destroy();
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    cutAfter(text) {
      trigger = text;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describePostgres('a PostgreSQL server that fails', (serverUrl) => {
  let database: TestDatabase;
  let wire: Wire;

  beforeAll(async () => {
    database = await postgresDatabase(serverUrl);
    await database.run('CREATE TABLE notes (id serial PRIMARY KEY, body text, token text UNIQUE)');
    wire = await wireTo(database.url);
  });
  afterAll(async () => {
    await wire.close();
    await database.drop();
  });

  test('a connection that breaks before the answer leaves a create uncertain, and it is not sent again', async () => {
    const connection = connect(CONNECTOR, wire.url);
    wire.cutAfter('INSERT INTO');
    const [outcome] = await connection.create('notes', items('lost-answer'));
    await connection.close();
    expect(outcome).toMatchObject({ kind: 'uncertain', diagnostic: { code: 'database-unreachable' } });
    expect((await database.rows(`SELECT id FROM notes WHERE body = 'lost-answer'`)).length).toBeLessThan(2);
  });

  test('a read goes on over a new connection', async () => {
    await database.run(`INSERT INTO notes (body) VALUES ('a'), ('b')`);
    const connection = connect(CONNECTOR, wire.url);
    wire.cutAfter('ORDER BY');
    const { records, end } = await all(connection.read({ object: 'notes', since: null }));
    await connection.close();
    expect(end?.complete).toBe(true);
    expect(records.length).toBeGreaterThan(1);
  });

  test('a backend that is ended in the middle of a write leaves it uncertain', async () => {
    await database.run(`CREATE FUNCTION end_backend() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.body = 'end' THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); END IF; RETURN NEW; END $$;
      CREATE TRIGGER end_backend BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION end_backend()`);
    const connection = connect(CONNECTOR, database.url);
    const outcomes = await connection.create('notes', items('end'));
    const next = await connection.create('notes', items('goes on'));
    await connection.close();
    expect(outcomes).toMatchObject([{ kind: 'uncertain' }]);
    expect(next).toMatchObject([{ kind: 'done' }]);
  });

  test('a statement that the server gives up is certain: not done', async () => {
    await database.run(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.body = 'slow' THEN PERFORM pg_sleep(20); END IF; RETURN NEW; END $$;
      CREATE TRIGGER dawdle BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION dawdle()`);
    const hasty = { ...CONNECTOR, timeout: '200ms' };
    const connection = connect(hasty, database.url);
    const outcomes = await connection.create('notes', items('slow'));
    await connection.close();
    expect(outcomes).toMatchObject([{ kind: 'failed', class: 'transient' }]);
    expect(await database.rows(`SELECT id FROM notes WHERE body = 'slow'`)).toEqual([]);
  });

  test('a wrong password is a matter of credentials; the diagnostic does not hold it', async () => {
    const url = new URL(database.url);
    url.password = 'wrong-secret';
    const connection = connect(CONNECTOR, url.href);
    const outcomes = await connection.create('notes', items('x'));
    await connection.close();
    expect(outcomes).toMatchObject([{ kind: 'failed', class: 'auth', diagnostic: { code: 'auth-failed' } }]);
    expect(JSON.stringify(outcomes)).not.toContain('wrong-secret');
  });

  test('no server: nothing was sent', async () => {
    const connection = connect(CONNECTOR, 'postgres://nobody:secret@127.0.0.1:1/none');
    const outcomes = await connection.create('notes', items('x'));
    const { end } = await all(connection.read({ object: 'notes', since: null }));
    await connection.close();
    expect(outcomes).toMatchObject([{ kind: 'failed', class: 'transient' }]);
    expect(end).toMatchObject({ complete: false, diagnostic: { code: 'database-unreachable' } });
  });
});

describe('an SQLite file that fails', () => {
  const open = async () => {
    const database = await sqliteDatabase();
    await database.run('CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, token TEXT UNIQUE)');
    return database;
  };

  test('a file that another process holds is waited for; readers go on meanwhile', async () => {
    const database = await open();
    const connection = connect(CONNECTOR, database.url);
    await database.run('BEGIN IMMEDIATE; INSERT INTO notes (body) VALUES (1)');
    const { end } = await all(connection.read({ object: 'notes', since: null }));
    const outcomes = await connection.create('notes', items('x'));
    await database.run('ROLLBACK');
    const later = await connection.create('notes', items('x'));
    await connection.close();
    await database.drop();
    expect(end?.complete).toBe(true);
    expect(outcomes).toMatchObject([{ kind: 'failed', class: 'transient', diagnostic: { code: 'database-busy' } }]);
    expect(later).toMatchObject([{ kind: 'done' }]);
  });

  test('a constraint checked at the commit fails its own item only', async () => {
    const database = await open();
    await database.run(`CREATE TABLE parents (id INTEGER PRIMARY KEY); DROP TABLE notes; CREATE TABLE notes (
      id INTEGER PRIMARY KEY, body TEXT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED, token TEXT UNIQUE)`);
    await database.run('INSERT INTO parents VALUES (1)');
    const connection = connect(CONNECTOR, database.url);
    const outcomes = await connection.create('notes', items('1', '2', '1'));
    await connection.close();
    await database.drop();
    expect(outcomes).toMatchObject([{ kind: 'done' }, { kind: 'failed', class: 'missing' }, { kind: 'done' }]);
  });

  test('a missing file is not made', async () => {
    const missing = openSqlConnection({
      definition: CONNECTOR,
      variables: { database_url: 'sqlite:/nowhere/none.db' },
      platform: stillPlatform,
    });
    expect(missing).toMatchObject({ ok: false, error: { code: 'database-missing' } });
  });

  test('keeps the file in WAL mode', async () => {
    const database = await open();
    const connection = connect(CONNECTOR, database.url);
    // A connection sees the mode when it reads.
    expect(await database.rows('SELECT id FROM notes')).toEqual([]);
    expect(await database.rows('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    await connection.close();
    await database.drop();
  });

  test.each([
    ['mysql://x', 'database-unknown'],
    ['', 'database-unknown'],
  ])('a database that is none: %s', (url, code) => {
    const opened = openSqlConnection({
      definition: CONNECTOR,
      variables: { database_url: url },
      platform: stillPlatform,
    });
    expect(opened).toMatchObject({ ok: false, error: { code } });
  });
});
