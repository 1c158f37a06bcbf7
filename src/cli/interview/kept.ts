import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseBody } from '../../connector/response.ts';
import { type Answers, isCredential, type Kept, keptSchema } from './answers.ts';

/** Where an interview that is not finished is kept, from the folder of the integration. */
const fileIn = (folder: string): string => join(folder, '.dovetail', 'init.json');

/** What an interview that was left has answered so far; null where there is none, or none that can be read. */
export function loadKept(folder: string): Kept | null {
  const file = fileIn(folder);
  if (!existsSync(file)) return null;
  const parsed = keptSchema.safeParse(parseBody(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : null;
}

/** Keeps the answers, without credentials: those are kept encrypted in the store. */
export function keepAnswers(folder: string, answers: Answers, asked: ReadonlySet<string>): void {
  const plain = [...answers].filter(([id, given]) => !isCredential(id) || typeof given !== 'string');
  const kept: Kept = { version: 1, answers: Object.fromEntries(plain), asked: [...asked] };
  const file = fileIn(folder);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export const forgetKept = (folder: string): void => rmSync(fileIn(folder), { force: true });
