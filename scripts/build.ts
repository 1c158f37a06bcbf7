import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Builds dist/: the compiled src/ and sandbox/ side by side, as in the tree, so that relative imports between them hold,
 * with declarations, and beside them the files that are read at run time (connectors, migrations, documents).
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMPILED = ['src', 'sandbox'];

function compile(): void {
  const tsc = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

function copyAssets(folder: string): void {
  for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.tsx?$/.test(entry.name)) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(ROOT, 'dist', source.slice(ROOT.length));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target);
  }
}

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
compile();
COMPILED.forEach(copyAssets);
