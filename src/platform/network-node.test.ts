import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { httpProxy } from '../../test/proxies.ts';
import { addressIn, isWithin } from './address-guard.ts';
import { nodeNetwork } from './network-node.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that takes connections and says nothing. */
async function silent(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const target = (port: number, more = {}) => ({ host: '127.0.0.1', port, proxy: null, timeout: 2000, ...more });

describe('the network of this machine', () => {
  it('resolves names, and says which are not known', async () => {
    const known = await nodeNetwork.resolve('localhost');
    expect(known.ok && known.value.some((one) => one === '127.0.0.1' || one === '::1')).toBe(true);
    expect(await nodeNetwork.resolve('no-such-host.invalid')).toMatchObject({ ok: false, error: { code: 'http-dns' } });
  });

  it('connects, directly and through a proxy', async () => {
    const port = await silent();
    expect(await nodeNetwork.connect(target(port))).toEqual({ ok: true, value: expect.any(Number) });
    const proxy = await httpProxy({ hosts: { 'inside.test': port } });
    closing.push(() => proxy.close());
    const inside = { host: 'inside.test', proxy: proxy.settings };
    expect(await nodeNetwork.connect(target(80, inside))).toMatchObject({ ok: true });
    expect(await nodeNetwork.connect(target(9, { ...inside, host: '127.0.0.1' }))).toMatchObject({
      ok: false,
      error: { code: 'proxy-no-way' },
    });
  });

  it.each([
    [{ port: 9 }, 'http-refused'],
    [{ host: 'no-such-host.invalid' }, 'http-dns'],
    // Of the documentation's network (RFC 5737): nobody answers, or the machine has no way there at all.
    [{ host: '192.0.2.1', timeout: 50 }, /http-(timeout|refused)/],
  ])('%o fails as %s', async (more, code) => {
    const reached = await nodeNetwork.connect(target(80, more));
    expect(!reached.ok && reached.error.code).toMatch(code);
    expect(!reached.ok && reached.error.next).toEqual(expect.any(String));
  });

  it('takes a server that never speaks TLS for silent', async () => {
    const shown = await nodeNetwork.certificate({ ...target(await silent()), timeout: 60 });
    expect(shown).toMatchObject({ ok: false, error: { code: 'http-timeout' } });
  });
});

it.each([
  ['203.0.113.7', ['203.0.113.7'], true],
  ['203.0.113.7', ['203.0.113.0/29'], true],
  ['203.0.113.9', ['203.0.113.0/29', '10.0.0.0/8'], false],
  ['2001:db8::17', ['203.0.113.7', '2001:db8::/64'], true],
  ['2001:db8:1::17', ['2001:db8::/64'], false],
])('%s is within %j: %s', (address, given, expected) => expect(isWithin(address, given)).toBe(expected));

it.each([
  ['203.0.113.7\n', '203.0.113.7'],
  ['{"ip":"2001:db8::17"}', '2001:db8::17'],
  ['{"origin": "203.0.113.7, 10.0.0.1"}', '203.0.113.7'],
  ['Your address: 203.0.113.7.', '203.0.113.7'],
  ['version 1.2.3, none', null],
])('%j holds %s', (text, address) => expect(addressIn(text)).toBe(address));
