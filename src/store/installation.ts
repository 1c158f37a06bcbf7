import { hkdfSync } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Random, randomToken } from '../platform/random.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { Store } from './port.ts';
import { makePrivateFolder } from './private-folder.ts';

/** The installation file as it stands on disk. */
const fileSchema = z.strictObject({
  version: z.literal(1),
  /** 32 hex digits. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** 32 bytes, base64. */
  masterKey: z.base64().length(44),
  generation: z.int().nonnegative(),
});

type InstallationFile = z.infer<typeof fileSchema>;

/** One installation of Dovetail: what stands beside its store and must not be restored together with it. */
export interface Installation {
  id: string;
  /** Path of the installation file. */
  file: string;
  /** 32 bytes. Nothing uses it but `deriveKeys`. */
  masterKey: Uint8Array;
  /** Generation of the store that was last known, as read when the file was opened. */
  generation: number;
}

export interface InstallationKeys {
  /** For digests of field values and match keys, 32 bytes. */
  digestKey: Uint8Array;
  /** For `openSqliteStore`, 32 bytes. */
  storeKey: Uint8Array;
}

/** The keys of an installation, by HKDF-SHA-256; another master key (from the environment) goes the same way. */
export function deriveKeys(masterKey: Uint8Array): InstallationKeys {
  const derive = (purpose: string) =>
    new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(), `dovetail ${purpose}`, 32));
  return { digestKey: derive('digest'), storeKey: derive('store') };
}

/**
 * Reads `installation.json` in the state directory; makes both on first use, the file with mode 0600. Of two processes
 * that make it at once, both get the one that came first. Fails with `installation-unreadable` or
 * `installation-invalid`.
 */
export function openInstallation(directory: string, random: Random): Result<Installation> {
  const file = join(directory, 'installation.json');
  return guarded(file, () => {
    const found = readIfThere(file);
    if (found === null) {
      makePrivateFolder(directory);
      const id = randomToken(random);
      const masterKey = Buffer.from(random.bytes(32)).toString('base64');
      writeDurably(file, { version: 1, id, masterKey, generation: 0 }, id, linkInPlace);
    }
    const read = parse(file, found ?? readFileSync(file, 'utf8'));
    return read.ok ? ok(toInstallation(file, read.value)) : read;
  });
}

/**
 * Refuses a store that is older than the installation knows it to be (`store-older-than-installation`): its links and
 * intents don't tell of creates that were sent since, so a run could make duplicates.
 */
export async function checkGeneration(store: Store, installation: Installation): Promise<Result<void>> {
  const generation = await store.generation();
  if (generation >= installation.generation) return ok(undefined);
  return fail(
    problem('store-older-than-installation', 'The store is an older copy of this installation', {
      detail:
        `It has seen ${generation} runs, the installation ${installation.generation}. ` +
        'It knows nothing of the records that the runs in between created.',
      next:
        'Put the newest store back. If it is lost, run `dovetail doctor --accept-store`, ' +
        'then `dovetail plan`, and look at every create before the next sync.',
    }),
  );
}

/**
 * Counts one more run, in the store first, then in the file: a crash in between leaves the store ahead, which is no
 * older copy. Returns the installation as it stands now.
 */
export async function advanceGeneration(store: Store, installation: Installation): Promise<Result<Installation>> {
  return writeGeneration(installation, await store.advanceGeneration(), 'advance');
}

/** Takes the store's generation for the newest, whatever the file says: a person said that this store is to be used. */
export async function acceptStore(store: Store, installation: Installation): Promise<Result<Installation>> {
  return writeGeneration(installation, await store.generation(), 'accept');
}

function writeGeneration(
  installation: Installation,
  generation: number,
  how: 'advance' | 'accept',
): Result<Installation> {
  const { file } = installation;
  return guarded(file, () => {
    const read = parse(file, readFileSync(file, 'utf8'));
    if (!read.ok) return read;
    // Another process may have counted further in the meantime.
    const newest = how === 'advance' ? Math.max(generation, read.value.generation) : generation;
    const next = { ...read.value, generation: newest };
    // The store gives every generation once, so no other process writes under this name.
    writeDurably(file, next, `${how}-${generation}`, renameSync);
    return ok(toInstallation(file, next));
  });
}

/** What the operating system refuses becomes a failing result. */
function guarded<T>(file: string, work: () => Result<T>): Result<T> {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    return fail(
      problem('installation-unreadable', 'The installation file cannot be read or written', {
        detail: `The operating system says ${code}.`,
        where: { file },
        next: 'Make sure that this user may read and write the state directory.',
      }),
    );
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function parse(file: string, text: string): Result<InstallationFile> {
  const checked = fileSchema.safeParse(parseJson(text));
  if (checked.success) return ok(checked.data);
  return fail(
    problem('installation-invalid', 'The installation file is damaged or from a newer version', {
      where: { file },
      next: 'Restore it from a copy. Without its key the store cannot be read, and the baselines are void.',
    }),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toInstallation(file: string, { id, masterKey, generation }: InstallationFile): Installation {
  return { id, file, masterKey: new Uint8Array(Buffer.from(masterKey, 'base64')), generation };
}

/** Writes under a name of its own, then puts it in its place whole. */
function writeDurably(
  file: string,
  content: InstallationFile,
  name: string,
  place: (from: string, to: string) => void,
): void {
  const temporary = `${file}.${name}.new`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(handle, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  place(temporary, file);
  syncDirectory(dirname(file));
}

/** Keeps the file of a process that came first: renaming would overwrite its key. */
function linkInPlace(temporary: string, file: string): void {
  try {
    linkSync(temporary, file);
    rmSync(temporary);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') rmSync(temporary);
    else renameSync(temporary, file);
  }
}

/** Makes the new name durable; Windows opens no directories and needs none of it. */
function syncDirectory(directory: string): void {
  let handle: number;
  try {
    handle = openSync(directory, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The operating system's code of an error; null for any other error. */
function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : null;
}
