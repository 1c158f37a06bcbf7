import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that only this machine or its own network can reach, or that stand for no host. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address (not a name) is none of the public network; IPv4 in IPv6 counts as what it holds. */
export function isPrivateAddress(address: string): boolean {
  const kind = isIP(address);
  if (kind === 0) return true;
  const mapped = /^(?:::ffff:|::)(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return PRIVATE.check(mapped, 'ipv4');
  return PRIVATE.check(address, kind === 4 ? 'ipv4' : 'ipv6');
}

/** Whether an address is one of those given, or within one of the networks (`203.0.113.0/24`). */
export function isWithin(address: string, given: readonly string[]): boolean {
  const list = new BlockList();
  for (const one of given) {
    const [network = '', prefix] = one.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  }
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The first address that stands in a text, such as the answer of a service that tells callers theirs. */
export const addressIn = (text: string): string | null =>
  text
    .split(/[^0-9a-fA-F.:]+/)
    .map((word) => word.replace(/\.$/, ''))
    .find((word) => isIP(word) !== 0) ?? null;

/** Whether a host name or address stands for a private one; a name that can't be resolved does not. */
export function isPrivateHost(host: string): Promise<boolean> {
  if (isIP(host) !== 0) return Promise.resolve(isPrivateAddress(host));
  return new Promise((resolve) => {
    lookup(host, { all: true }, (error, addresses) => {
      resolve(!error && addresses.some(({ address }) => isPrivateAddress(address)));
    });
  });
}

/** Resolves names for connections that may go to public addresses only: what was resolved is what is connected to. */
export const publicLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const bad =
      error ?? (addresses.some(({ address }) => isPrivateAddress(address)) ? new Error('private address') : null);
    const [first] = addresses ?? [];
    if (bad || !first) done(bad ?? new Error('no address'), '', 0);
    else if (options.all) done(null, addresses);
    else done(null, first.address, first.family);
  });
};
