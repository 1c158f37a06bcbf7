import type { DataPath } from '../connector/yaml-document.ts';
import { PROXY_KINDS, type ProxyKind, type ProxySettings } from '../platform/proxy.ts';
import { fillIn } from './fill-in.ts';
import type { Findings } from './findings.ts';
import type { IntegrationFile } from './schema.ts';

const PORTS: Record<ProxyKind, number> = { http: 3128, https: 443, socks5: 1080, ssh: 22 };

/** The proxy of a system in the chosen environment; null where there is none, or none that can be used. */
export function loadProxy(
  name: string,
  system: IntegrationFile['systems'][string],
  settings: { environment: string; variables: Readonly<Record<string, string | undefined>> },
  findings: Findings,
): ProxySettings | null {
  const path = ['systems', name, 'connections'];
  const known = Object.keys(system.environments);
  for (const environment of Object.keys(system.connections)) {
    if (known.includes(environment)) continue;
    const summary = `${name} has no environment "${environment}"`;
    findings.unknown('environment-unknown', summary, [...path, environment], environment, known);
  }
  const chosen = Object.hasOwn(system.connections, settings.environment)
    ? system.connections[settings.environment]
    : undefined;
  if (!chosen) return null;
  const at = [...path, settings.environment];
  const fill = (key: 'proxy' | 'password' | 'key'): string | null => {
    const text = chosen[key];
    if (text === undefined) return null;
    const { text: filled, unset } = fillIn(text, settings.variables);
    for (const one of unset) reportUnset(one, [...at, key], findings);
    return unset.length === 0 ? filled : null;
  };
  const [address, password, key] = [fill('proxy'), fill('password'), fill('key')];
  if (address === null) return null;
  return settingsOf(address, { password, key, hostKey: chosen.host_key ?? null }, at, findings);
}

function settingsOf(
  address: string,
  given: Pick<ProxySettings, 'password' | 'key' | 'hostKey'>,
  at: DataPath,
  findings: Findings,
): ProxySettings | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  const kind = PROXY_KINDS.find((one) => url?.protocol === `${one}:`);
  if (!url || !kind || url.hostname === '' || /[?#]/.test(address) || !/^\/?$/.test(url.pathname)) {
    findings.error('proxy-address', 'The address of the proxy can not be used', [...at, 'proxy'], {
      next: 'Write it as http://host:port, https://host:port, socks5://host:port or ssh://user@host:port',
    });
    return null;
  }
  if (kind === 'ssh' && given.hostKey === null) {
    findings.error('proxy-host-key', 'A jump host needs host_key', at, {
      detail: 'Without it, whoever stands in between could be taken for the jump host.',
      next: 'Ask its administrator for the fingerprint (`ssh-keygen -lf`), and write it as host_key: SHA256:…',
    });
  }
  if (kind === 'ssh' && url.username === '') {
    findings.error('proxy-user', 'A jump host needs a user', [...at, 'proxy'], { next: 'Write ssh://user@host' });
  }
  for (const word of ['key', 'hostKey'] as const) {
    if (kind === 'ssh' || given[word] === null) continue;
    const shown = word === 'key' ? 'key' : 'host_key';
    findings.error('proxy-key', `${shown} is for jump hosts alone`, [...at, shown], {
      next: `Leave it out, or write the address as ssh://…`,
    });
  }
  const decoded = (text: string): string | null => (text === '' ? null : decodeURIComponent(text));
  return {
    kind,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? PORTS[kind] : Number(url.port),
    user: decoded(url.username),
    password: given.password ?? decoded(url.password),
    key: given.key,
    hostKey: given.hostKey,
  };
}

/** A variable of the environment that a text of the file names, and that has no value. */
export function reportUnset(name: string, path: DataPath, findings: Findings): void {
  findings.error('variable-unset', `The environment variable ${name} is not set`, path, {
    next: `Set it, or add ${name}=… to the .env file beside the integration file`,
  });
}
