import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';

const MOST_BYTES = 5_000_000;

interface Kind {
  /** What the file is, as in "the path of the connector". */
  what: string;
  ending: RegExp;
  /** The endings for people. */
  endings: string;
}

/**
 * The path of a file that another one names. It is relative to that file, and without `..` it stays in its folder, also
 * through symbolic links.
 */
export function pathBeside(reference: string, fromFile: string, { what, ending, endings }: Kind): Result<string> {
  const refused = (detail: string) => fail(problem(`${what}-path`, `The path of the ${what} is refused`, { detail }));
  if (isAbsolute(reference) || /^[a-z]:/i.test(reference)) return refused('It must be relative to this file.');
  if (!ending.test(reference)) return refused(`It must name a ${endings} file.`);
  const folder = dirname(resolve(fromFile));
  const path = resolve(folder, reference);
  if (reference.split(/[/\\]/).includes('..')) return ok(path);
  try {
    const inside = relative(realpathSync(folder), realpathSync(path));
    if (inside.split(sep)[0] === '..' || isAbsolute(inside))
      return refused('A link leads out of the folder of this file.');
    return ok(path);
  } catch {
    return ok(path);
  }
}

/** A file of at most 5 MB as a text, without a mark of its byte order; `what` it is, for the message. */
export function readText(path: string, what: string): Result<string> {
  const bytes = readBytes(path, what);
  return bytes.ok ? ok(bytes.value.toString('utf8').replace(/^\uFEFF/, '')) : bytes;
}

export function readBytes(path: string, what: string): Result<Buffer> {
  const unreadable = (detail: string) =>
    fail(problem('file-unreadable', `The ${what} can't be read`, { detail, where: { file: path } }));
  try {
    const found = statSync(path);
    if (!found.isFile()) return unreadable('It is not a file.');
    if (found.size > MOST_BYTES) return unreadable(`It has ${found.size} bytes; at most ${MOST_BYTES} are read.`);
    return ok(readFileSync(path));
  } catch (error) {
    return unreadable(isMissing(error) ? `There is no file ${path}.` : `${codeOf(error)} while reading ${path}.`);
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'An error';
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';
