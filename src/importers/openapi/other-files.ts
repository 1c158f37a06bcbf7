import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { LIMITS, readDescription } from './read-description.ts';
import type { OtherFiles } from './references.ts';
import type { Tree } from './tree.ts';

const MOST_FILES = 5000;

/** Files of one folder, for references to them; all else stays shut, also behind links. Together as large as one document. */
export function filesOf(folder: string): OtherFiles {
  const root = real(folder);
  const known = new Map<string, { file: string; root: Tree } | null>();
  let bytes = 0;
  return (name, from) => {
    if (root === null || /^[a-z][a-z0-9+.-]*:|^\/\//i.test(name)) return null;
    const file = real(resolve(dirname(from), decoded(name)));
    if (file === null || !file.startsWith(root + sep)) return null;
    const there = known.get(file);
    if (there !== undefined) return there;
    bytes += statSync(file).size;
    const readable = bytes <= LIMITS.bytes && known.size < MOST_FILES && statSync(file).isFile();
    const read = readable ? readDescription(readFileSync(file, 'utf8'), file) : null;
    const found = read?.ok ? { file, root: read.value } : null;
    known.set(file, found);
    return found;
  };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function real(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
