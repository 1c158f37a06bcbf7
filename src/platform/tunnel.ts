import type { ProxySettings, Tunnel } from './proxy.ts';

/** A way through a proxy; connects with the first stream that is opened. What it takes is loaded then: most runs need none. */
export function openTunnel(settings: ProxySettings): Tunnel {
  let tunnel: Promise<Tunnel> | null = null;
  return {
    async open(host, port, timeout) {
      tunnel ??= load(settings);
      return (await tunnel).open(host, port, timeout);
    },
    async close() {
      await (await tunnel)?.close();
    },
  };
}

async function load(settings: ProxySettings): Promise<Tunnel> {
  switch (settings.kind) {
    case 'http':
    case 'https':
      return (await import('./tunnel-http.ts')).httpTunnel(settings);
    case 'socks5':
      return (await import('./tunnel-socks.ts')).socksTunnel(settings);
    case 'ssh':
      return (await import('./tunnel-ssh.ts')).sshTunnel(settings);
  }
}
