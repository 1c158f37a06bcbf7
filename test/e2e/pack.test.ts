import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servicesRequired } from '../services.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const UNREACHABLE =
  /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;

/** The environment of a person at a shell: none of what `npm test` has added, so `node` is the machine's own. */
function shellEnvironment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_|^VITEST|^INIT_CWD$/i.test(name));
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}

function run(command: string, args: string[], folder: string) {
  const result = spawnSync(command, args, {
    cwd: folder,
    env: shellEnvironment(),
    encoding: 'utf8',
    timeout: 300_000,
    shell: process.platform === 'win32',
  });
  return { status: result.status, stdout: result.stdout, text: `${result.stdout}\n${result.stderr}` };
}

describe('the packed package', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dovetail-pack-')));
  let unreachable = false;

  beforeAll(() => {
    const build = run(join(ROOT, 'node_modules', '.bin', 'node'), ['scripts/build.ts'], ROOT);
    expect(build.status, build.text).toBe(0);
    const pack = run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], ROOT);
    expect(pack.status, pack.text).toBe(0);
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    const install = run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], folder);
    unreachable = install.status !== 0 && UNREACHABLE.test(install.text);
    if (!unreachable || servicesRequired) expect(install.status, install.text).toBe(0);
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('npx dovetail --help works in an empty folder, with the Node of the machine', (context) => {
    if (unreachable) context.skip('needs the package registry: connect to the network, then npm test');
    const help = run('npx', ['--no-install', 'dovetail', '--help'], folder);
    expect(help.text).toContain('Usage: dovetail');
    expect(help.status).toBe(0);
  });

  test('the launcher starts the pinned Node from the Node of the machine, and hands its exit code on', (context) => {
    if (unreachable) context.skip('needs the package registry: connect to the network, then npm test');
    const launcher = join('node_modules', 'dovetail', 'bin', 'dovetail.js');
    const help = run('node', [launcher, '--help'], folder);
    expect(help.text).toContain('Usage: dovetail');
    expect(help.status).toBe(0);
    expect(run('node', [launcher, '--no-such-option'], folder).status).not.toBe(0);
  });

  test('the installed command line finds what it reads at run time: migrations, connectors, examples, schemas', (context) => {
    if (unreachable) context.skip('needs the package registry: connect to the network, then npm test');
    const made = run('npx', ['--no-install', 'dovetail', 'init', 'trial', '--example', 'crm-erp'], folder);
    expect(made.status, made.text).toBe(0);
    const played = run('npx', ['--no-install', 'dovetail', 'test', '--integration', 'trial/integration.yaml'], folder);
    expect(played.text).toMatch(/\d+ scenarios: \d+ as expected/);
    expect(played.status).toBe(0);
  });

  test('holds what it needs and nothing else', (context) => {
    if (unreachable) context.skip('needs the package registry: connect to the network, then npm test');
    const installed = join(folder, 'node_modules', 'dovetail');
    const paths = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', join('dist', 'cli', 'bin.js')]));
    expect(paths.filter((path) => /\.test\.|(?<!\.d)\.ts$|\.env$/.test(path))).toEqual([]);
  });
});
