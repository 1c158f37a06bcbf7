import { hkdfSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { Platform } from '../platform/platform.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { deriveKeys, type Installation, openInstallation } from '../store/installation.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/store.ts';
import type { Terminal } from './terminal.ts';

/** What an installation knows about one environment, and the keys it is kept under. */
export interface State {
  /** The folder of the store and of the installation file. */
  folder: string;
  installation: Installation;
  store: Store;
  /** See `RunOptions.keys`. */
  keys: { fields: Uint8Array; strong: Uint8Array };
}

const MASTER_KEY = 'DOVETAIL_MASTER_KEY';
const KEY_BYTES = 32;
const STORE_FILE = 'store.db';

/**
 * `.dovetail/<environment>` beside the integration file, or in the folder that `--state` names. Every environment has a
 * store and a key of its own: a link made in staging means nothing in production.
 */
export function stateFolder(
  terminal: Terminal,
  integration: Pick<LoadedIntegration, 'file' | 'environment'>,
  state: string | undefined,
): string {
  const base = state === undefined ? join(dirname(integration.file), '.dovetail') : resolve(terminal.folder, state);
  return join(
    base,
    encodeURIComponent(integration.environment).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length)),
  );
}

/** Whether there is a store in the folder yet. */
export const hasState = (folder: string): boolean => existsSync(join(folder, STORE_FILE));

/** Opens the store of an installation; makes both on first use. */
export function openState(terminal: Terminal, folder: string, platform: Platform): Result<State> {
  const installation = openInstallation(folder, platform.random);
  if (!installation.ok) return installation;
  const master = masterKey(terminal, installation.value);
  if (!master.ok) return master;
  const { storeKey, digestKey } = deriveKeys(master.value);
  const store = openSqliteStore(join(folder, STORE_FILE), {
    key: storeKey,
    random: platform.random,
    clock: platform.clock,
    log: platform.log,
  });
  if (!store.ok) return store;
  const keys = { fields: derive(digestKey, 'fields', 16), strong: derive(digestKey, 'match keys', KEY_BYTES) };
  return ok({ folder, installation: installation.value, store: store.value, keys });
}

/** From the environment where it is given there, so that it need not lie beside the store. */
function masterKey(terminal: Terminal, installation: Installation): Result<Uint8Array> {
  const given = terminal.variables[MASTER_KEY];
  if (given === undefined || given === '') return ok(installation.masterKey);
  const bytes = Buffer.from(given, 'base64');
  if (bytes.length === KEY_BYTES) return ok(new Uint8Array(bytes));
  return fail(
    problem('master-key-invalid', `${MASTER_KEY} is not a key`, {
      detail: `It must be ${KEY_BYTES} bytes in base64.`,
      next: 'Set it right, or unset it to use the key of the installation file.',
    }),
  );
}

const derive = (key: Uint8Array, purpose: string, length: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `dovetail ${purpose}`, length));
