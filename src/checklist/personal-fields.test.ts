import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CheckWorld, lineOf, openCheckWorld } from '../../test/check-world.ts';
import { looksPersonal } from './personal-fields.ts';

let world: CheckWorld;
beforeAll(async () => {
  world = await openCheckWorld();
});
afterAll(() => world.close());

describe('what looks personal', () => {
  test('mapped fields that look personal are flagged, and nothing is proved by that', async () => {
    const report = await world.check({
      options: { only: ['privacy'] },
      change: (integration) => {
        integration.answers.privacy = 'agreed';
      },
    });
    const line = lineOf(report, 'privacy');
    expect(line.status).toBe('declared');
    expect(line.evidence[0]).toMatchObject({ verdict: 'unknown', facts: { sensitive: 0 } });
    expect(line.evidence[0]?.found).toMatch(/fields may be personal: companies\.email/);
  });

  test.each([
    ['vorname', 'string', 'personal'],
    ['contact', 'email', 'personal'],
    ['iban', 'string', 'sensitive'],
    ['health_insurance', 'string', 'sensitive'],
    ['sku', 'string', null],
    ['name', 'string', null],
    ['unit_price', 'money', null],
  ] as const)('%s, a %s: %s', (name, type, expected) => {
    expect(looksPersonal(name, { type } as Parameters<typeof looksPersonal>[1])).toBe(expected);
  });
});
