import { writeFileSync } from 'node:fs';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { confirmWrite } from './confirm-write.ts';
import type { Terminal } from './terminal.ts';

export interface WriteOptions {
  write?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** Writes the changed text of an integration file: only when it was asked for, and somebody agreed. */
export async function writeMapping(
  terminal: Terminal,
  { file, name }: { file: string; name: string },
  { before, text }: { before: string; text: string },
  options: WriteOptions,
): Promise<Result<'unchanged' | 'shown' | 'written'>> {
  if (text === before) return ok('unchanged');
  if (!options.write) return ok('shown');
  const agreed = options.yes || (terminal.interactive && !options.json && (await confirmWrite(name)));
  if (!agreed) return ok('shown');
  try {
    writeFileSync(file, text);
    return ok('written');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    return fail(problem('file-unwritable', "The file can't be written", { detail: `${code}.`, where: { file } }));
  }
}
