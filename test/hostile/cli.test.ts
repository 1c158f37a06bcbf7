import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { Draw } from '../../sandbox/draw.ts';
import { ERP_KEY } from '../../sandbox/erp/erp.ts';
import { type CliWorld, openCliWorld, type Ran } from '../e2e/cli-world.ts';

let world: CliWorld;
beforeEach(async () => {
  world = await openCliWorld();
});
afterEach(() => world.close());

const LAUNCHER = fileURLToPath(new URL('../../bin/dovetail.js', import.meta.url));
const SEED = Number(process.env.DOVETAIL_TEST_SEED ?? 1);
const now = () => Date.now();

function company(name: string, more: Record<string, string> = {}): string {
  const made = world.crm.userCreate('companies', { name, country: 'DE', status: 'lead', ...more }, now());
  if (!('record' in made)) throw new Error(JSON.stringify(made));
  return made.record.id;
}

const companies = () => [...world.crm.records('companies')].filter((one) => one.archived !== true);
const customers = () => [...world.erp.records('customers')];
const imported = (fields: Record<string, string | number>) => {
  const headers = { 'x-api-key': ERP_KEY, 'content-type': 'application/json' };
  world.erp.handle({ method: 'POST', path: '/api/customers', headers, body: JSON.stringify(fields) }, now());
};

interface Child {
  exit: number | null;
  out: string;
  err: string;
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: world.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    said.err += String(chunk);
  });
  const over = once(child, 'close').then(
    ([exit]): Child => ({ exit: typeof exit === 'number' ? exit : null, ...said }),
  );
  return { child, over };
}

/** Counts the requests of a sync to both systems, and tells of the one with this number. */
function atRequest(count: number, tell: () => void): () => void {
  let left = count;
  const undo = [world.crm, world.erp].map((system) => {
    const handle = system.handle;
    system.handle = (request: Parameters<typeof handle>[0], at: number) => {
      left -= 1;
      if (left === 0) tell();
      return handle.call(system, request, at);
    };
    return () => {
      system.handle = handle;
    };
  });
  return () => {
    for (const one of undo) one();
  };
}

/** As if some minutes had passed: a dead process has lost its lease, and what it created is in the index. */
function letTimePass(): void {
  const db = new DatabaseSync(join(world.folder, '.dovetail', 'staging', 'store.db'));
  db.exec('UPDATE lease SET expires = 0; UPDATE intent SET created = created - 600000');
  db.close();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
}

describe('two processes', () => {
  it('at once on one store: one is refused, and nothing is there twice', async () => {
    for (let i = 0; i < 12; i += 1) company(`Werft ${i} GmbH`);
    await world.run('status');
    world.erp.setFaults({ ...world.erp.faults, rules: [{ kind: 'latency', method: 'POST', latencyMs: 200 }] });
    const children = [start('sync'), start('sync')];
    const ended = await Promise.all(children.map((one) => one.over));
    expect(ended.map((one) => one.exit).sort()).toEqual([0, 1]);
    expect(ended.find((one) => one.exit === 1)?.err).toContain('lease-held');
    expect(customers()).toHaveLength(12);
    expect((await world.run('sync')).exit).toBe(0);
    expect(customers()).toHaveLength(12);
  });

  it(`kill -9 at ten random points (seed ${SEED}): no duplicates, nothing lost`, { timeout: 120_000 }, async () => {
    const draw = new Draw(SEED, 1);
    let killed = 0;
    for (let round = 0; killed < 10 && round < 30; round += 1) {
      for (let i = 0; i < 4; i += 1) company(`Werft ${round}-${i} GmbH`, { city: `Ort ${round}` });
      imported({ name_1: `Kunde ${round}`, group: 1, country: 'DE' });
      const [edited] = companies();
      if (edited) world.crm.userUpdate('companies', edited.id, { street: `Weg ${round}` }, now());
      const { child, over } = start('sync');
      const undo = atRequest(1 + Math.floor(draw.next() * 18), () => child.kill('SIGKILL'));
      const { exit } = await over;
      undo();
      if (exit === null) killed += 1;
      letTimePass();
    }
    expect(killed).toBe(10);
    const after = await world.run('sync', '--sweep');
    expect(after.exit, after.out).toBe(0);
    const inCrm = companies().map((one) => String(one.name));
    const inErp = customers().map((one) => String(one.name_1));
    expect(new Set(inCrm).size).toBe(inCrm.length);
    expect(inErp.sort()).toEqual(inCrm.sort());
    const quiet = await world.run('plan');
    expect(quiet.out).toContain('Nothing to do: both systems say the same.');
    const doctor = await world.run('doctor');
    expect(doctor.exit, doctor.out).toBe(0);
  });
});

describe('a state folder that can not be used', () => {
  const store = () => join(world.folder, '.dovetail', 'staging', 'store.db');
  const expectRefused = (ran: Ran, code: string) => {
    expect(ran).toMatchObject({ exit: 1, err: expect.stringContaining(code) });
    expect(ran.err).not.toMatch(/^ {4}at /m);
  };

  it('made by a newer version', async () => {
    await world.run('status');
    const db = new DatabaseSync(store());
    db.exec('PRAGMA user_version = 999');
    db.close();
    expectRefused(await world.run('sync'), 'store-newer');
    expectRefused(await world.run('plan'), 'store-newer');
  });

  it('a file that is no store, an empty one, a damaged one', async () => {
    await world.run('sync');
    const good = readFileSync(store());
    writeFileSync(store(), 'hello');
    expectRefused(await world.run('sync'), 'store-');
    writeFileSync(store(), Buffer.concat([good.subarray(0, 100), Buffer.alloc(good.length - 100, 7)]));
    expectRefused(await world.run('sync'), 'store-');
    writeFileSync(store(), '');
    expectRefused(await world.run('sync'), 'store-older-than-installation');
  });

  it('not a folder, and an installation file that is nonsense', async () => {
    writeFileSync(join(world.folder, 'plain'), '');
    expectRefused(await world.run('sync', '--state', 'plain'), 'installation-');
    mkdirSync(join(world.folder, 'odd', 'staging'), { recursive: true });
    writeFileSync(
      join(world.folder, 'odd', 'staging', 'installation.json'),
      '{"version":1,"masterKey":"secret-of-mine"}',
    );
    const ran = await world.run('sync', '--state', 'odd');
    expectRefused(ran, 'installation-invalid');
    expect(ran.err).not.toContain('secret-of-mine');
  });

  it('another master key than the one that the store was made with', async () => {
    company('Nordwerft GmbH');
    await world.run('sync');
    const child = spawn(process.execPath, [LAUNCHER, 'sync'], {
      cwd: world.folder,
      env: { ...process.env, DOVETAIL_MASTER_KEY: Buffer.alloc(32, 5).toString('base64') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += String(chunk);
      });
    }
    const [exit] = await once(child, 'close');
    expect([exit, customers().length, companies().length], said).toEqual([1, 1, 1]);
  });
});

describe('secrets and values', () => {
  const VALUES = ['Nordwerft', 'Hafenstra', 'DE136695976', 'info@nordwerft', 'kein Telefon', 'not-an-address'];
  const SECRETS = [CRM_CLIENT_SECRET, ERP_KEY, 'wrong-secret-4711'];
  const env = (change: Record<string, string>) => {
    const file = join(world.folder, '.env');
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      Object.entries(change).reduce(
        (all, [name, value]) => all.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`),
        text,
      ),
    );
  };
  const clean = (what: string, text: string | Buffer, words: readonly string[]) => {
    const bytes = Buffer.from(text);
    for (const word of words) {
      expect(bytes.includes(word), `${word} in ${what}`).toBe(false);
      expect(bytes.includes(Buffer.from(word, 'utf16le')), `${word} (UTF-16) in ${what}`).toBe(false);
      expect(
        bytes.includes(Buffer.from(word).toString('base64').replace(/.?=*$/, '')),
        `${word} (base64) in ${what}`,
      ).toBe(false);
    }
  };

  const situations: [string, number, () => void][] = [
    ['all is well', 4, () => undefined],
    ['a wrong client secret', 1, () => env({ CRM_CLIENT_SECRET: 'wrong-secret-4711' })],
    ['a wrong key', 1, () => env({ ERP_API_KEY: 'wrong-secret-4711' })],
    ['a refused connection', 1, () => env({ ERP_URL: 'http://127.0.0.1:1' })],
    ['a host that is not there', 1, () => env({ CRM_URL: 'http://wrong-secret-4711@nowhere.invalid' })],
    ['a broken address', 1, () => env({ CRM_URL: 'http://[wrong-secret-4711' })],
    ['a key that can not stand in a header', 1, () => env({ ERP_API_KEY: '"wrong-secret-4711\\nx: y"' })],
    [
      'errors of the server',
      4,
      () => world.erp.setFaults({ ...world.erp.faults, rules: [{ kind: 'error-after', method: 'POST' }] }),
    ],
    [
      'an expression that fails on every record',
      4,
      () => {
        const file = join(world.folder, 'integration.yaml');
        const text = readFileSync(file, 'utf8');
        writeFileSync(
          file,
          text.replace(
            /\{ crm: name, erp: name_1[^}]*\}/,
            '{ crm: name, erp: name_1, to_erp: "{{ value.nothing.more }}", to_crm: "{{ value }}" }',
          ),
        );
      },
    ],
  ];

  it.each(situations)('never leave the terminal, in all commands, when there is: %s', async (_, exit, prepare) => {
    company('Nordwerft GmbH', {
      city: 'Kiel',
      street: 'Hafenstraße 17',
      vat_id: 'DE136695976',
      email: 'info@nordwerft.example',
    });
    company('Nordwerft Zwei');
    imported({ name_1: 'Nordwerft Ost', country: 'DE', group: 1, email: 'not-an-address', phone: 'kein Telefon' });
    prepare();
    const ran: [string, Ran][] = [];
    const run = async (...args: string[]) => {
      const one = await world.run(...args);
      ran.push([args.join(' '), one]);
      return one;
    };
    await run('plan', '--out', 'p.plan', '--json');
    expect((await run('sync')).exit).toBe(exit);
    for (const command of ['status', 'runs', 'parked', 'doctor']) {
      await run(command);
      await run(command, '--json');
    }
    await run('check');
    for (const [command, { out, err }] of ran) {
      clean(`${command}: stdout`, out, SECRETS);
      clean(`${command}: stderr`, err, [...SECRETS, ...VALUES]);
      // A plan shows values on the terminal, and there only.
      if (!command.startsWith('plan')) clean(`${command}: stdout`, out, VALUES);
      expect(`${out}${err}`, command).not.toContain('This is a fault of Dovetail');
    }
    for (const path of filesBelow(world.folder)) {
      if (/\.(env|env\.example|yaml)$/.test(path)) continue;
      clean(path, readFileSync(path), [...SECRETS, ...VALUES]);
    }
  });

  it('are not in the operator’s log either', async () => {
    company('Nordwerft GmbH', { vat_id: 'DE136695976', email: 'info@nordwerft.example' });
    imported({ name_1: 'Nordwerft Ost', country: 'DE', group: 1, email: 'not-an-address' });
    const child = spawn(process.execPath, [LAUNCHER, 'sync', '--json'], {
      cwd: world.folder,
      env: { ...process.env, DOVETAIL_LOG: 'trace' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += String(chunk);
      });
    }
    await once(child, 'close');
    expect(said).toContain('"type":"summary"');
    clean('log', said, [...SECRETS, ...VALUES]);
  });
});
