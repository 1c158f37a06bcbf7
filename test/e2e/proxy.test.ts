import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { httpProxy, type ProxyRules, socksProxy, sshProxy, type TestProxy } from '../proxies.ts';
import { type CliWorld, openCliWorld } from './cli-world.ts';

/** The ERP stands in a network that only a proxy reaches: every command goes that way, and says where it ends. */

const INSIDE = 'erp.inside.test';
const MUSTER = { name: 'Muster GmbH', country: 'DE', email: 'info@muster.example', postal_code: '10115' };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function edit(world: CliWorld, name: string, change: (text: string) => string): void {
  const file = join(world.folder, name);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

async function behind(open: (rules: ProxyRules) => Promise<TestProxy>) {
  const world = await openCliWorld();
  closing.push(() => world.close());
  const port = /ERP_URL=http:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(join(world.folder, '.env'), 'utf8'))?.[1];
  const proxy = await open({ hosts: { [INSIDE]: Number(port) } });
  closing.push(() => proxy.close());
  const { kind, host, port: at, user, key, hostKey } = proxy.settings;
  edit(world, '.env', (text) => {
    const pem = key === null ? '' : `JUMP_KEY="${key.trim().replaceAll('\n', '\\n')}"\n`;
    return `${text.replace(/ERP_URL=.*/, `ERP_URL=http://${INSIDE}`)}${pem}`;
  });
  const address = `${kind}://${user === null ? '' : `${user}@`}${host}:${at}`;
  const keys = key === null ? '' : `, key: "\${JUMP_KEY}", host_key: "${hostKey}"`;
  edit(world, 'integration.yaml', (text) =>
    text.replace('    connector: sandbox-erp\n', (line) => {
      return `${line}    connections:\n      staging: { proxy: "${address}"${keys} }\n`;
    }),
  );
  return { world, proxy };
}

test.each([
  ['http', httpProxy],
  ['socks5', socksProxy],
  ['ssh', sshProxy],
] as const)('check, plan, sync and doctor go through %s', async (kind, open) => {
  const { world, proxy } = await behind(open);
  world.crm.userCreate('companies', MUSTER, Date.now());
  for (const command of ['check', 'plan', 'sync', 'doctor']) {
    const before = proxy.asked.length;
    const ran = await world.run(command);
    expect(ran.exit, `${command}: ${ran.out}${ran.err}`).toBe(0);
    expect(proxy.asked.slice(before), command).toContain(`${INSIDE}:80`);
  }
  expect([...world.erp.records('customers')].map(({ name_1 }) => name_1)).toEqual(['Muster GmbH']);
  const line = (await world.run('check', '--question', 'vpn', '--details')).out;
  expect(line).toContain(`It answers through ${kind}://127.0.0.1:${proxy.settings.port}`);
});

test('a proxy that is not there ends a sync with its reason, and with nothing written', async () => {
  const { world, proxy } = await behind(httpProxy);
  await proxy.close();
  closing.pop();
  const ran = await world.run('sync');
  expect(ran.exit).not.toBe(0);
  expect(ran.out + ran.err).toContain('The proxy can not be reached');
});
