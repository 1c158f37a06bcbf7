import { createHash } from 'node:crypto';
import {
  type KeyPair,
  NodeStream,
  type PublicKeyAlgorithm,
  SshAuthenticationType,
  SshChannelError,
  SshChannelOpenFailureReason,
  SshClientSession,
  SshSessionConfiguration,
} from '@microsoft/dev-tunnels-ssh';
import { importKey } from '@microsoft/dev-tunnels-ssh-keys';
import { PortForwardingService } from '@microsoft/dev-tunnels-ssh-tcp';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { connectTo } from './connect.ts';
import { LateSocket } from './late-socket.ts';
import { type ProxySettings, proxyAddress, type Tunnel } from './proxy.ts';
import { proxyFailure } from './proxy-failure.ts';

/** Seconds without a word after which the jump host is asked whether it is still there. */
const KEEP_ALIVE_S = 30;

/**
 * Through an SSH jump host: one session, a channel for each stream. The key of the server must be the one that the
 * settings name; nothing is trusted at first sight. A session that broke is opened anew by the next stream.
 */
export function sshTunnel(settings: ProxySettings): Tunnel {
  let session: Promise<Result<SshClientSession>> | null = null;
  let closed = false;
  const current = async (timeout: number): Promise<Result<SshClientSession>> => {
    const known = await session;
    if (known?.ok && !known.value.isClosed) return known;
    // Of all who found it broken, the first opens a new one.
    if (session === null || (await session) === known) session = openSession(settings, timeout);
    return session;
  };
  return {
    async open(host, port, timeout) {
      const opened = await current(timeout);
      if (!opened.ok) return opened;
      const service = opened.value.activateService(PortForwardingService);
      try {
        const stream = await within(timeout, service.streamToRemotePort(host, port));
        // The library takes the end of the session for the end of the stream: what was cut off would look complete.
        opened.value.onClosed(() => stream.destroy(closed ? undefined : new Error('the SSH session broke')));
        return ok(LateSocket.over(stream));
      } catch (error) {
        return fail(proxyFailure(refusalOf(error), settings, seenOf(error)));
      }
    },
    async close() {
      closed = true;
      const known = await session;
      if (known?.ok) known.value.dispose();
    },
  };
}

/** A server has a key of each kind and shows the one that it is asked for first; the settings name any of them. */
type HostKeyKind = 'ecdsa' | 'rsa';

async function openSession(settings: ProxySettings, timeout: number): Promise<Result<SshClientSession>> {
  const key = settings.key === null ? ok(null) : await readKey(settings.key, settings);
  if (!key.ok) return key;
  const first = await tryHost(settings, key.value, 'ecdsa', timeout);
  if (first.ok || first.error.code !== 'proxy-host-key') return first;
  const second = await tryHost(settings, key.value, 'rsa', timeout);
  return second.ok || second.error.code !== 'proxy-host-key' ? second : first;
}

async function tryHost(
  settings: ProxySettings,
  key: KeyPair | null,
  kind: HostKeyKind,
  timeout: number,
): Promise<Result<SshClientSession>> {
  const reached = await connectTo(settings.host, settings.port, timeout);
  if (!reached.ok) return fail(proxyFailure('unreachable', settings, reached.error));
  // The session tells of its errors.
  const stream = new NodeStream(reached.value.on('error', () => undefined));
  const session = new SshClientSession(configurationFor(kind));
  let shown: string | null = null;
  session.onAuthenticating((asked) => {
    if (asked.authenticationType !== SshAuthenticationType.serverPublicKey) return;
    asked.authenticationPromise = fingerprint(asked.publicKey).then((seen) => {
      shown = seen;
      return seen !== null && seen === settings.hostKey ? {} : null;
    });
  });
  try {
    const accepted = await within(timeout, logIn(session, stream, settings, key));
    if (accepted) return ok(closedToIncoming(session));
    session.dispose();
    return fail(proxyFailure('login', settings));
  } catch (error) {
    session.dispose();
    if (shown !== null && shown !== settings.hostKey) return fail(proxyFailure('host-key', settings, shown));
    return fail(proxyFailure('failed', settings, seenOf(error)));
  }
}

/** The host is asked for a key of this kind first; ours may be of any. */
function configurationFor(kind: HostKeyKind): SshSessionConfiguration {
  const configuration = new SshSessionConfiguration();
  configuration.addService(PortForwardingService);
  configuration.keepAliveTimeoutInSeconds = KEEP_ALIVE_S;
  configuration.publicKeyAlgorithms.sort((one, other) => rank(one, kind) - rank(other, kind));
  return configuration;
}

const rank = (algorithm: PublicKeyAlgorithm | null, kind: string): number => (algorithm?.name.includes(kind) ? 0 : 1);

/** False where the server does not accept us; throws where it is not the one that is meant, or breaks off. */
async function logIn(
  session: SshClientSession,
  stream: NodeStream,
  { user, password }: ProxySettings,
  key: KeyPair | null,
): Promise<boolean> {
  await session.connect(stream);
  const ours = { username: user ?? '', ...(password === null ? {} : { password }), publicKeys: key ? [key] : [] };
  if (!(await session.authenticateServer())) throw new Error('server');
  return session.authenticateClient(ours);
}

/** What the server would open towards us is refused: the way is ours alone. */
function closedToIncoming(session: SshClientSession): SshClientSession {
  const service = session.activateService(PortForwardingService);
  service.acceptLocalConnectionsForForwardedPorts = false;
  service.forwardConnectionsToLocalPorts = false;
  service.acceptRemoteConnectionsForNonForwardedPorts = false;
  return session;
}

/** As OpenSSH shows it: the SHA-256 of the key, in base64 without padding. */
async function fingerprint(key: KeyPair | null): Promise<string | null> {
  const bytes = await key?.getPublicKeyBytes();
  return bytes ? `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}` : null;
}

/** In variables of the environment, line ends of PEM texts are often written as \n. */
async function readKey(pem: string, settings: ProxySettings): Promise<Result<KeyPair>> {
  const text = pem.replaceAll('\\n', '\n').trim();
  if (text.includes('BEGIN OPENSSH PRIVATE KEY')) return fail(keyUnusable(settings, "It is in OpenSSH's own format."));
  try {
    return ok(await importKey(text));
  } catch {
    return fail(keyUnusable(settings, 'It is no PEM text of an RSA or ECDSA key without a passphrase.'));
  }
}

const keyUnusable = (settings: ProxySettings, detail: string): Diagnostic =>
  problem('proxy-key-unusable', 'The private key for the jump host can not be used', {
    detail: `${proxyAddress(settings)}: ${detail}`,
    next: 'Make one by `ssh-keygen -t ecdsa -b 384 -m PKCS8 -N ""` and have its public half allowed on the jump host',
  });

function refusalOf(error: unknown) {
  const reason = error instanceof SshChannelError ? error.reason : undefined;
  if (reason === SshChannelOpenFailureReason.administrativelyProhibited) return 'forbidden';
  if (reason === SshChannelOpenFailureReason.connectFailed || error instanceof TimedOut) return 'no-way';
  return 'failed';
}

/** The name of the reason alone: texts of the server are not repeated. */
function seenOf(error: unknown): string {
  if (error instanceof TimedOut) return 'no reply';
  const reason = error instanceof SshChannelError ? error.reason : undefined;
  return reason === undefined ? 'SSH' : SshChannelOpenFailureReason[reason];
}

class TimedOut extends Error {}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut()), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
