import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CliWorld, openCliWorld, runIn } from './cli-world.ts';

let world: CliWorld;
beforeEach(async () => {
  world = await openCliWorld();
});
afterEach(() => world.close());

function setVariable(name: string, value: string): void {
  const file = join(world.folder, '.env');
  writeFileSync(file, readFileSync(file, 'utf8').replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`));
}

describe('dovetail check', () => {
  test('ends with 0 where nothing is in the way, and names the next command', async () => {
    const ran = await world.run('check');
    expect(ran.err).toBe('');
    expect(ran.exit).toBe(0);
    expect(ran.out).toContain('Ready for runs in staging.');
    expect(ran.out).toContain('Next: dovetail plan');
  });

  test('ends with 3 where the credentials are wrong, whatever token a run has kept', async () => {
    expect((await world.run('sync')).exit).toBe(0);
    setVariable('CRM_CLIENT_SECRET', 'wrong');
    const ran = await world.run('check');
    expect(ran.exit).toBe(3);
    expect(ran.out).toMatch(/In the way of a run\n {2}✗ credentials +crm/);
    expect(ran.out).not.toContain('Next:');
  });

  test('ends with 3 where a system can not be reached', async () => {
    setVariable('ERP_URL', 'http://127.0.0.1:9');
    const ran = await world.run('check', '--json');
    expect(ran.exit).toBe(3);
    expect(ran.last()).toMatchObject({ ready: false, integration: 'crm-erp', production: false });
  });

  test('whoever looks on at a terminal sees which question is asked', async () => {
    const ran = await runIn(world.folder, ['check', '--question', 'duplicates'], { interactive: true });
    expect(ran.err).toMatch(/Asking 1 of 3: reachability …/);
    expect(ran.err).toMatch(/\r\u001b\[2K$/);
  });

  test('asks only what is named', async () => {
    const ran = await world.run('check', '--question', 'propagation', 'validation', '--json');
    const lines = ran.last().lines as { question: string }[];
    expect([...new Set(lines.map((line) => line.question))]).toEqual(['validation', 'propagation']);
  });

  test('answers of the file are taken up', async () => {
    appendFileSync(
      join(world.folder, 'integration.yaml'),
      '\nanswers: { privacy: signed by legal, vpn: "n/a: one network" }\n',
    );
    const ran = await world.run('check', '--question', 'privacy', 'vpn', '--json');
    const lines = ran.last().lines as { status: string; says: string }[];
    expect(lines.map((line) => [line.status, line.says])).toEqual([
      ['not-applicable', 'n/a: one network'],
      ['declared', 'signed by legal'],
    ]);
  });

  test('an answer to no question of the list is told of', async () => {
    appendFileSync(join(world.folder, 'integration.yaml'), '\nanswers: { privcy: signed by legal }\n');
    const ran = await world.run('check');
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain('answer-unknown: The check list has no question "privcy"');
    expect(ran.err).toContain('Did you mean "privacy"?');
  });

  test('all evidence that is on record can be taken out, without a value of any record', async () => {
    const values = { name: 'Zwiebelfisch GmbH', email: 'kontor@zwiebelfisch.example' };
    world.crm.userCreate('companies', values, Date.now());
    await world.run('check', '--question', 'credentials');
    await world.run('check', '--question', 'duplicates');
    const ran = await world.run('check', '--export', 'evidence.jsonl');
    expect(ran.exit).toBe(0);
    expect(ran.out).toMatch(/^evidence\.jsonl: 2 checks, \d+ pieces of evidence, 0 overrides\.\n$/);
    const text = readFileSync(join(world.folder, 'evidence.jsonl'), 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line): { type: string; question?: string } => JSON.parse(line));
    expect(lines[0]).toMatchObject({ type: 'check', at: expect.stringMatching(/Z$/), integration: 'crm-erp' });
    expect(lines.flatMap(({ question }) => question ?? [])).toContain('duplicates');
    for (const value of Object.values(values)) expect(text).not.toContain(value);
  });

  test.each([
    [['--question', 'credential'], 'Did you mean "credentials"?'],
    [['--sample', '0'], 'Expected a number'],
  ])('%j ends with 2', async (args, told) => {
    const ran = await world.run('check', ...args);
    expect(ran.exit).toBe(2);
    expect(ran.err).toContain(told);
  });
});
