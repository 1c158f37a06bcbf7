import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ERP_KEY } from '../../sandbox/erp/erp.ts';
import type { Run } from '../../src/store/port.ts';
import { type CliWorld, openCliWorld, type Ran } from './cli-world.ts';

let world: CliWorld;
beforeEach(async () => {
  world = await openCliWorld();
});
afterEach(() => world.close());

const now = () => Date.now();

function company(name: string, more: Record<string, string> = {}): string {
  const made = world.crm.userCreate('companies', { name, country: 'DE', status: 'lead', ...more }, now());
  if (!('record' in made)) throw new Error(JSON.stringify(made));
  return made.record.id;
}

const companyNamed = (name: string) => [...world.crm.records('companies')].find((one) => one.name === name);
const customers = () => [...world.erp.records('customers')];
/** As an import would, past the checks of the ERP's user interface. */
function importedCustomer(fields: Record<string, string | number>) {
  const headers = { 'x-api-key': ERP_KEY, 'content-type': 'application/json' };
  world.erp.handle({ method: 'POST', path: '/api/customers', headers, body: JSON.stringify(fields) }, now());
  return customers().at(-1);
}

const NORD = { city: 'Kiel', street: 'Hafenstraße 17', vat_id: 'DE136695976', email: 'info@nordwerft.example' };

const runOf = (ran: Ran): Run => ran.last().run as Run;
const written = (run: Run) =>
  Object.values(run.counts).flatMap(({ wrote }) => [...Object.values(wrote.a), ...Object.values(wrote.b)]);
const writes = (ran: Ran) => written(runOf(ran)).reduce((sum, count) => sum + count, 0);

describe('plan and sync', () => {
  it('plans without writing, does what was planned, and is quiet afterwards', async () => {
    company('Nordwerft GmbH', NORD);
    company('Südwerft GmbH');
    const before = [world.crm.digest(), world.erp.digest()];
    const plan = await world.run('plan', '--out', 'first.plan');
    expect(plan).toMatchObject({ exit: 0, err: expect.stringContaining('companies') });
    expect(plan.out).toContain('+ erp customers (new) ← crm co_');
    expect(plan.out).toContain('      city: Kiel\n');
    expect(plan.out).toContain('Plan: 2 to create, 0 to update, 0 to delete, 0 to link.');
    expect(plan.out).toMatch(/\nNext: dovetail sync --plan first\.plan\n$/);
    expect([world.crm.digest(), world.erp.digest()]).toEqual(before);

    const first = await world.run('sync', '--plan', 'first.plan', '--json');
    expect(first.exit).toBe(0);
    expect(first.last()).toMatchObject({ type: 'summary', plan: { planned: 2, asPlanned: 2, skipped: 0 } });
    expect(customers().map((one) => one.name_1)).toEqual(['Nordwerft GmbH', 'Südwerft GmbH']);

    const second = await world.run('sync', '--json');
    expect(second.exit).toBe(0);
    expect(writes(second)).toBe(0);
    expect((await world.run('plan')).out).toContain('Nothing to do: both systems say the same.');
  });

  it('moves exactly the fields that were edited, each its way, and tells old, new and why', async () => {
    const id = company('Nordwerft GmbH', NORD);
    await world.run('sync');
    world.crm.userUpdate('companies', id, { street: 'Hafenstraße 18' }, now());
    world.erp.userUpdate('customers', customers()[0]?.id ?? 0, { city: 'Flensburg' }, now());
    const plan = await world.run('plan');
    expect(plan.out).toContain('city: Kiel → Flensburg  (changed in erp)');
    expect(plan.out).toContain('street: Hafenstraße 17 → Hafenstraße 18  (changed in crm)');
    expect(plan.out).toContain('Plan: 0 to create, 2 to update');
    const sync = await world.run('sync');
    expect(sync.exit).toBe(0);
    expect(sync.out).toMatch(/\nDone, nothing is left\.\n$/);
    expect(customers()[0]).toMatchObject({ street: 'Hafenstraße 18', city: 'Flensburg' });
    expect(companyNamed('Nordwerft GmbH')).toMatchObject({ street: 'Hafenstraße 18', city: 'Flensburg' });
  });

  it('shows old values of a side that was not read', async () => {
    const id = company('Nordwerft GmbH', NORD);
    await world.run('sync');
    world.crm.userUpdate('companies', id, { street: 'Hafenstraße 18' }, now());
    expect((await world.run('plan')).out).toContain('street: Hafenstraße 17 → Hafenstraße 18  (changed in crm)');
  });

  it('skips what changed since the plan was saved, and leaves it for the next sync', async () => {
    company('Nordwerft GmbH', NORD);
    const south = company('Südwerft GmbH');
    await world.run('plan', '--out', 'old.plan');
    world.crm.userUpdate('companies', south, { city: 'Ulm' }, now());
    const sync = await world.run('sync', '--plan', 'old.plan', '--json');
    expect(sync.exit).toBe(4);
    expect(sync.last()).toMatchObject({ plan: { planned: 2, asPlanned: 1, skipped: 1 }, parkedTotal: 1 });
    expect(customers().map((one) => one.name_1)).toEqual(['Nordwerft GmbH']);
    const next = await world.run('sync');
    expect(next.exit).toBe(0);
    expect(customers()).toHaveLength(2);
  });

  it('stops cleanly on Ctrl-C, and the next sync goes on', async () => {
    for (let i = 0; i < 40; i += 1) company(`Werft ${i} GmbH`);
    const stopped = await world.runUntil((request) => request.method === 'POST', 'sync');
    expect(stopped.exit).toBe(1);
    expect(stopped.out).toContain('the next sync goes on from there: dovetail sync');
    const next = await world.run('sync');
    expect(next.exit).toBe(0);
    expect(customers()).toHaveLength(40);
  });

  it('does the same as a process of its own, on SIGINT', async () => {
    for (let i = 0; i < 20; i += 1) company(`Werft ${i} GmbH`);
    const stopped = await world.spawnUntil((request) => request.method === 'POST', 'sync');
    expect(stopped).toMatchObject({ exit: 1, out: expect.stringContaining('Stopped.') });
    expect((await world.run('sync')).exit).toBe(0);
    expect(customers()).toHaveLength(20);
  });

  it('refuses a second run of the same integration meanwhile', async () => {
    company('Nordwerft GmbH');
    let second: Promise<Ran> | null = null;
    const first = await world.runUntil((request) => {
      if (request.method === 'POST') second ??= world.run('sync');
      return false;
    }, 'sync');
    expect(first.exit).toBe(0);
    expect(await second).toMatchObject({ exit: 1, err: expect.stringContaining('lease-held') });
    expect(customers()).toHaveLength(1);
  });

  it('leaves no values behind: not in the store, not in a saved plan', async () => {
    company('Nordwerft GmbH', NORD);
    await world.run('plan', '--out', 'first.plan');
    await world.run('sync');
    await world.run('check');
    const state = join(world.folder, '.dovetail', 'staging');
    const files = [join(world.folder, 'first.plan'), ...readdirSync(state).map((name) => join(state, name))];
    for (const file of files) {
      const bytes = readFileSync(file);
      for (const value of ['Nordwerft', 'Hafenstra', 'DE136695976', 'info@nordwerft']) {
        for (const encoding of ['utf8', 'utf16le'] as const) {
          expect(bytes.includes(Buffer.from(value, encoding)), `${file} ${value} ${encoding}`).toBe(false);
        }
      }
    }
    expect(files.length).toBeGreaterThan(2);
    const json = await world.run('explain', 'companies', customers()[0]?.id.toString() ?? '', '--json');
    expect(json.out).not.toContain('Kiel');
  });
});

describe('refusals', () => {
  it('refuses a saved plan for something else', async () => {
    company('Nordwerft GmbH');
    await world.run('plan', '--out', 'p.plan');
    const text = readFileSync(join(world.folder, 'p.plan'), 'utf8');
    const [header = '', ...rest] = text.split('\n');
    const write = (name: string, change: Record<string, unknown>) => {
      const changed = JSON.stringify({ ...JSON.parse(header), ...change });
      writeFileSync(join(world.folder, name), [changed, ...rest].join('\n'));
    };
    write('env.plan', { environment: 'production' });
    write('old.plan', { created: now() - 25 * 3_600_000 });
    write('rules.plan', { rules: 'x' });
    writeFileSync(join(world.folder, 'cut.plan'), text.slice(0, -20));
    for (const [file, code] of [
      ['env.plan', 'plan-foreign'],
      ['old.plan', 'plan-old'],
      ['rules.plan', 'plan-rules'],
      ['cut.plan', 'plan-invalid'],
      ['none.plan', 'plan-unreadable'],
    ] as const) {
      const refused = await world.run('sync', '--plan', file);
      expect(refused, file).toMatchObject({ exit: 2, err: expect.stringContaining(code) });
    }
    expect(customers()).toEqual([]);
  });

  it('refuses an older copy of the store until a person accepts it', async () => {
    const store = join(world.folder, '.dovetail', 'staging', 'store.db');
    await world.run('status');
    copyFileSync(store, `${store}.copy`);
    company('Nordwerft GmbH');
    await world.run('sync');
    copyFileSync(`${store}.copy`, store);
    const refused = await world.run('sync');
    expect(refused).toMatchObject({ exit: 1, err: expect.stringContaining('store-older-than-installation') });
    expect((await world.run('doctor')).exit).toBe(1);
    expect((await world.run('doctor', '--accept-store')).exit).toBe(0);
    expect((await world.run('plan')).exit).toBe(0);
  });

  const wrong: [string, string[], (folder: string) => void][] = [
    ['unknown-mapping', ['plan', '--mapping', 'compnies'], () => undefined],
    ['missing-file', ['plan', '--integration', 'none.yaml'], () => undefined],
    ['no-file', ['sync'], (folder) => rmSync(join(folder, 'integration.yaml'))],
    [
      'bad-yaml',
      ['status'],
      (folder) => writeFileSync(join(folder, 'integration.yaml'), 'integration: x\nsystems: [\n'),
    ],
    [
      'several-faults',
      ['sync'],
      (folder) => {
        const file = join(folder, 'integration.yaml');
        const text = readFileSync(file, 'utf8');
        writeFileSync(file, text.replace('crm: vat_id', 'crm: vat_di').replace('match:', 'mach:'));
      },
    ],
    ['unknown-environment', ['sync', '--env', 'prodution'], () => undefined],
    ['unknown-command', ['snyc'], () => undefined],
    ['unknown-option', ['sync', '--ful'], () => undefined],
    ['missing-argument', ['explain', 'companies'], () => undefined],
    ['unknown-record', ['explain', 'companies', 'co_0'], () => undefined],
    ['unknown-run', ['runs', 'show', 'abc'], () => undefined],
    ['no-filter', ['parked', 'retry'], () => undefined],
    ['not-a-number', ['plan', '--most', 'x'], () => undefined],
    ['init-again', ['init', '.', '--example', 'crm-erp', '--yes'], () => undefined],
  ];
  it.each(wrong)('%s ends with exit code 2 and says what to do', async (name, args, prepare) => {
    prepare(world.folder);
    const ran = await world.run(...args);
    expect(ran).toMatchObject({ exit: 2, out: '' });
    const text = ran.err.replaceAll(world.folder, '<folder>');
    await expect(text).toMatchFileSnapshot(`../golden/cli/errors/${name}.txt`);
  });

  it('says the same as data with --json', async () => {
    const ran = await world.run('plan', '--mapping', 'compnies', '--json');
    expect(ran.err).toBe('');
    expect(ran.last()).toMatchObject({ type: 'summary', exit: 2, diagnostics: [{ code: 'mapping-unknown' }] });
  });
});

describe('looking around', () => {
  it('tells status, runs and one record', async () => {
    const id = company('Nordwerft GmbH', NORD);
    expect((await world.run('status')).out).toContain('There was no run yet.');
    await world.run('sync');
    expect((await world.run('status', '--json')).last()).toMatchObject({
      mappings: [{ name: 'companies', links: { active: 1 } }, {}, {}],
      lastRun: { outcome: 'done' },
    });
    const [run] = (await world.run('runs', '--json')).last().runs as Run[];
    const shown = await world.run('runs', 'show', run?.id.slice(0, 6) ?? '');
    expect(shown.out).toContain(`Run ${run?.id} of crm-erp (staging)`);
    world.crm.userUpdate('companies', id, { city: 'Lübeck' }, now());
    const explained = await world.run('explain', 'companies', customers()[0]?.id.toString() ?? '');
    expect(explained.out).toMatch(/city +Lübeck \* +↔ +city +Kiel +erp gets it: changed in crm/);
    expect(explained.out).toContain('A sync now would update the record of erp (update).');
    expect((await world.run('doctor')).exit).toBe(0);
  });

  it('lists what is parked, tries it again, and leaves alone what is dismissed', async () => {
    const customer = importedCustomer({ name_1: 'Ost', country: 'DE', group: 1, email: 'none yet' });
    const sync = await world.run('sync');
    expect(sync.exit).toBe(4);
    expect(sync.out).toContain(`! companies erp ${customer?.id}`);
    expect((await world.run('parked')).out).toMatch(/1 record is parked/);
    expect((await world.run('parked', 'approve', '--all')).exit).toBe(2);
    expect((await world.run('parked', 'retry', '--mapping', 'companies')).out).toContain(
      '1 record will be tried again',
    );
    expect((await world.run('sync')).exit).toBe(4);
    const dismissed = await world.run('parked', 'dismiss', '--all', '--reason-text', 'a test record');
    expect(dismissed.out).toBe('1 record dismissed.\n');
    expect((await world.run('parked')).out).toBe('Nothing is parked.\n');
    expect((await world.run('parked', 'show', 'companies', String(customer?.id))).out).toContain('a test record');
    expect((await world.run('sync')).exit).toBe(0);
  });

  it('holds a delete until it is approved', async () => {
    const id = company('Nordwerft GmbH', NORD);
    await world.run('sync');
    world.crm.userDelete('companies', id, now());
    const held = await world.run('sync');
    expect(held.exit).toBe(4);
    expect(customers()).toHaveLength(1);
    const approved = await world.run('parked', 'approve', '--reason', 'held-delete');
    expect(approved.out).toContain('1 record approved. Next: dovetail sync');
    expect((await world.run('sync')).exit).toBe(0);
    expect(customers()).toHaveLength(0);
  });

  it('shows help with examples for every command', async () => {
    const help = await world.run('--help');
    expect(help).toMatchObject({ exit: 0, out: expect.stringContaining('Exit codes: 0 done') });
    const commands = [...help.out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '');
    expect(commands).toEqual(expect.arrayContaining(['init', 'plan', 'sync', 'status', 'runs', 'parked', 'explain']));
    for (const command of commands.filter((name) => name !== 'dovetail')) {
      const one = await world.run(command, '--help');
      expect(one, command).toMatchObject({ exit: 0, out: expect.stringContaining(`Examples:\n  dovetail ${command}`) });
    }
  });
});
