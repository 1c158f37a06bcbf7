import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { runIn } from './cli-world.ts';

const run = (...args: string[]) => runIn(tmpdir(), ['connectors', ...args]);

test('dovetail connectors lists the catalogue and says what is unverified', async () => {
  const ran = await run();
  expect(ran.exit).toBe(0);
  expect(ran.out).toMatch(/^stripe +Stripe +customers, .* verified$/m);
  expect(ran.out).toMatch(/^hubspot +HubSpot +contacts, .* unverified$/m);
});

test('one of them with what it needs and can do', async () => {
  const ran = await run('redmine', '--json');
  expect(ran.last()).toMatchObject({
    connector: {
      name: 'redmine',
      verified: expect.stringContaining('Redmine 5'),
      variables: expect.arrayContaining([expect.objectContaining({ name: 'api_key', secret: true, needed: true })]),
      objects: expect.arrayContaining([
        { name: 'issues', can: ['list', 'changes', 'get', 'create', 'update', 'delete'] },
        { name: 'users', can: ['list', 'get'] },
      ]),
    },
  });
});

test('a name that is none ends with 2 and what was meant', async () => {
  const ran = await run('strip');
  expect(ran.exit).toBe(2);
  expect(ran.err).toContain('Did you mean "stripe"?');
});
