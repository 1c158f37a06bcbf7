import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CliWorld, openCliWorld } from './cli-world.ts';

let world: CliWorld;
beforeEach(async () => {
  world = await openCliWorld();
  // The sandbox pair plays production, with all questions answered but those that a test opens.
  edit(
    'integration.yaml',
    (text) =>
      `${text
        .replace('https://crm.company.example', '${CRM_URL}')
        .replace('https://erp.company.example', '${ERP_URL}')
        .replaceAll('_PRODUCTION', '')}
answers:
  staging: "n/a: the sandbox pair plays both"
  test-data: made by its seeds
  least-privilege: "n/a: a sandbox"
  static-ip: "n/a: loopback"
  vpn: "n/a: loopback"
  privacy: agreed
  custom-fields: ignored
  frequency: every five minutes
`,
  );
});
afterEach(() => world.close());

function edit(name: string, change: (text: string) => string): void {
  const file = join(world.folder, name);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

const PRODUCTION = ['--env', 'production'];

describe('the gate', () => {
  test('production is not synced before it was checked, and then is', async () => {
    const refused = await world.run('sync', ...PRODUCTION);
    expect(refused.exit).toBe(3);
    expect(refused.err).toContain('credentials (crm) is declared');
    expect(refused.err).toContain('Nothing was written: the check list blocks runs in production');
    expect((await world.run('status', ...PRODUCTION)).out).toContain('There was no run yet.');

    expect((await world.run('check', ...PRODUCTION)).exit).toBe(0);
    const ran = await world.run('sync', ...PRODUCTION);
    expect([0, 4]).toContain(ran.exit);
  });

  test('a question that is let through stands in every report, until it is answered', async () => {
    edit('integration.yaml', (text) => text.replace('  privacy: agreed\n', ''));
    expect((await world.run('check', ...PRODUCTION)).exit).toBe(3);
    const refused = await world.run('sync', ...PRODUCTION);
    expect(refused.exit).toBe(3);
    expect(refused.err).toContain('In the way of this run: privacy is open');

    const override = ['--override', 'privacy', '--reason', 'signed, on its way'];
    const ran = await world.run('sync', ...PRODUCTION, ...override, '--json');
    expect([0, 4]).toContain(ran.exit);
    const overridden = [{ question: 'privacy', status: 'open', reason: 'signed, on its way' }];
    expect(ran.last()).toMatchObject({ overridden });
    expect((await world.run('status', ...PRODUCTION, '--json')).last()).toMatchObject({
      gate: { shut: [], overridden },
    });
    expect((await world.run('status', ...PRODUCTION)).out).toContain('Overridden: privacy is open');
    expect((await world.run('check', ...PRODUCTION)).out).toContain('Overridden: privacy is open');
    // On record: the next run needs no word.
    expect([0, 4]).toContain((await world.run('sync', ...PRODUCTION)).exit);

    edit('integration.yaml', (text) => text.replace('  vpn:', '  privacy: agreed\n  vpn:'));
    expect((await world.run('check', ...PRODUCTION)).out).not.toContain('Overridden');
    expect((await world.run('status', ...PRODUCTION, '--json')).last()).toMatchObject({
      gate: { shut: [], overridden: [] },
    });
  });

  test.each([
    [['--override', 'privacy'], 'An override needs its reason'],
    [['--reason', 'because'], 'nothing is overridden'],
    [['--override', 'privcy', '--reason', 'x'], 'Did you mean "privacy"?'],
    [['--override', 'sorting', '--reason', 'x'], 'The answer to sorting is not in the way of this run'],
  ])('%j ends with 2', async (args, told) => {
    const ran = await world.run('sync', ...PRODUCTION, ...args);
    expect(ran.exit).toBe(2);
    expect(ran.err).toContain(told);
  });

  test('what changed since the last check is told', async () => {
    const first = await world.run('check', '--since', 'last');
    expect(first.exit).toBe(1);
    expect(first.err).toContain('There is no check to compare with');
    expect((await world.run('check')).exit).toBe(0);
    expect((await world.run('check', '--since', 'last')).out).toContain('Nothing changed since the check of');
    edit('.env', (text) => text.replace(/^CRM_CLIENT_SECRET=.*$/m, 'CRM_CLIENT_SECRET=wrong'));
    const ran = await world.run('check', '--since', 'last', '--json');
    expect(ran.exit).toBe(3);
    expect(ran.last()).toMatchObject({
      changes: {
        answers: expect.arrayContaining([
          { question: 'credentials', system: 'crm', before: 'verified', now: 'contradicted' },
        ]),
      },
    });
  });
});
