import { needsKeptTokens } from '../connector/auth/authenticator.ts';
import { type Authorization, startAuthorization } from '../connector/auth/authorization-code.ts';
import { replaceTokens } from '../connector/auth/tokens.ts';
import type { LoadedSystem } from '../integration/loaded.ts';
import type { Platform } from '../platform/platform.ts';
import { throughProxy } from '../platform/through-proxy.ts';
import { tokenParts } from '../protocols/rest/connection.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { Store } from '../store/port.ts';
import { storedTokens } from '../store/tokens.ts';
import { openLoopback } from './loopback.ts';
import { openConnection } from './open.ts';

/** A system to be connected, with the variables it has by now. */
export interface ConnectParts {
  system: LoadedSystem;
  platform: Platform;
  store: Store;
  /** Aborts when the user wants to stop. */
  signal: AbortSignal;
}

export interface AskInBrowser {
  /** Of this machine, for the browser to come back to; 0: any. */
  port: number;
  /** The name of this machine in the address that is registered with the system. */
  host: '127.0.0.1' | 'localhost';
  /** How long the person has, ms. */
  patience: number;
  /** Shows the address, and opens it where that is wanted. */
  show(url: string, redirectUri: string): void;
}

/** Whether a person must say yes in the browser. */
export const asksInBrowser = ({ connector }: LoadedSystem): boolean =>
  connector.auth.type === 'oauth2' && connector.auth.grant === 'authorization_code';

/** Asks a person for permission in the browser, and keeps the tokens that come of it. */
export async function authorize(parts: ConnectParts, browser: AskInBrowser): Promise<Result<void>> {
  const { system, platform, store } = parts;
  const { connector, variables, name } = system;
  if (connector.auth.type !== 'oauth2') return ok(undefined);
  const tokens = storedTokens(store, name, platform.clock, platform.random);
  const http = throughProxy(platform.http, system.proxy);
  const sending = tokenParts({ definition: connector, variables, platform: { ...platform, http }, tokens });
  if (!sending.ok) return sending;
  const loopback = await openLoopback(browser.port);
  if (!loopback.ok) return loopback;
  try {
    const redirectUri = loopback.value.redirectUri.replace('127.0.0.1', browser.host);
    const { baseUrl } = sending.value;
    const started = await startAuthorization(sending.value, connector.auth, { baseUrl, redirectUri });
    if (!started.ok) return started;
    browser.show(started.value.url, redirectUri);
    const callback = await answerTo(started.value, loopback.value.wait, parts, browser.patience);
    if (!callback.ok) return callback;
    const obtained = await started.value.finish(callback.value);
    return obtained.ok ? await replaceTokens(tokens, obtained.value, platform.clock) : obtained;
  } finally {
    await loopback.value.close();
  }
}

async function answerTo(
  { isAnswer }: Authorization,
  wait: (fits: (callback: URL) => boolean, signal: AbortSignal) => Promise<URL | null>,
  { platform, signal }: ConnectParts,
  patience: number,
): Promise<Result<URL>> {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  void platform.clock.sleep(patience, ended).then(() => over.abort());
  const callback = await wait(isAnswer, ended);
  over.abort();
  if (callback) return ok(callback);
  return fail(
    problem('auth-not-answered', 'Nobody said yes in the browser', {
      detail: signal.aborted ? 'Stopped.' : `${Math.round(patience / 1000)} s have passed.`,
      next: 'Run `dovetail connect` again',
    }),
  );
}

/** Tokens that other credentials may have got are forgotten, where new ones cost nothing. */
export async function forgetTokens({ system, store }: ConnectParts): Promise<void> {
  if (!needsKeptTokens(system.connector.auth)) await store.putSecret(`tokens/${system.name}`, null);
}

export interface Checked {
  object: string;
  /** How many the first page held. */
  records: number;
}

/** Reads the first page of one object, a mapped one first, which changes nothing; null where the connector lists none. */
export async function checkByRead(
  { system, platform, store, signal }: ConnectParts,
  mapped: readonly string[],
): Promise<Result<Checked | null>> {
  const object = listedObject(system, mapped);
  if (object === null) return ok(null);
  const opened = openConnection(system, platform, store, false);
  if (!opened.ok) return opened;
  const enough = new AbortController();
  try {
    const reading = opened.value.read({ object, since: null, signal: AbortSignal.any([signal, enough.signal]) });
    for await (const step of reading) {
      if (step.kind === 'page') return ok({ object, records: step.records.length });
      return step.complete || !step.diagnostic ? ok({ object, records: 0 }) : fail(step.diagnostic);
    }
    return ok({ object, records: 0 });
  } finally {
    enough.abort();
    await opened.value.close();
  }
}

/** One that the integration works with, or any: those below a parent need more than one request. */
function listedObject(system: LoadedSystem, mapped: readonly string[]): string | null {
  const { objects } = system.connector;
  const names = [...mapped, ...Object.keys(objects)].filter((name) => objects[name]?.list || objects[name]?.table);
  return names.find((name) => !objects[name]?.parent) ?? names[0] ?? null;
}
