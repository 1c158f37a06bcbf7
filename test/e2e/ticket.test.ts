import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TICKETS } from '../../src/checklist/ticket/texts.ts';
import { type CliWorld, openCliWorld } from './cli-world.ts';

let world: CliWorld;
beforeAll(async () => {
  world = await openCliWorld();
  // Nothing is known yet: not even where the systems are.
  rmSync(join(world.folder, '.env'));
});
afterAll(() => world.close());

const GOLDEN = '../golden/ticket';

describe('dovetail ticket', () => {
  test('does not write of addresses that nobody declared', async () => {
    const ran = await world.run('ticket', 'static-ip', 'erp');
    expect(ran.exit).toBe(2);
    expect(ran.err).toContain('network: { egress: [203.0.113.7] }');
    appendFileSync(join(world.folder, 'integration.yaml'), '\nnetwork: { egress: [203.0.113.7, 2001:db8::/48] }\n');
    expect((await world.run('ticket', 'static-ip', 'erp')).out).toContain('  - 203.0.113.7\n  - 2001:db8::/48\n');
  });

  test.each(TICKETS.flatMap((kind) => (['en', 'de'] as const).map((language) => [kind, language] as const)))(
    '%s in %s is a whole mail',
    async (kind, language) => {
      const ran = await world.run('ticket', kind, 'erp', '--env', 'production', '--language', language);
      expect(ran.err).toBe('');
      expect(ran.exit).toBe(0);
      expect(ran.out).not.toMatch(/undefined|null|\$\{|not known yet/);
      await expect(ran.out).toMatchFileSnapshot(`${GOLDEN}/${kind}.${language}.txt`);
    },
  );

  test('as JSON, and in help', async () => {
    const ran = await world.run('ticket', 'credentials', 'crm', '--json');
    expect(ran.last()).toMatchObject({ kind: 'credentials', to: 'crm@company.example' });
    expect((await world.run('ticket', '--help')).out).toContain('dovetail ticket static-ip erp --env production');
  });

  test.each([
    [['ticket', 'vnp', 'erp'], 'Expected one of static-ip, vpn'],
    [['ticket', 'vpn', 'erb'], 'Did you mean "erp"?'],
  ])('%j ends with 2', async (args, told) => {
    const ran = await world.run(...args);
    expect(ran.exit).toBe(2);
    expect(ran.err).toContain(told);
  });
});
