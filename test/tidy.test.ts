import { readdirSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  cycleBreaches,
  defaultExportBreaches,
  isTypeScript,
  layerBreaches,
  lengthBreaches,
  machinePathBreaches,
  nameBreaches,
  platformBreaches,
  type SourceFile,
} from './tidy-rules.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WATCHED = ['src', 'sandbox', 'test', 'bench', 'scripts', 'bin', 'docs', 'examples', '.ci'];
/** Files whose names and texts come from elsewhere. */
const FOREIGN = ['test/golden/', 'test/corpus/'];
const SCRIPT = /\.(ts|tsx|js|mjs|sh)$|^\.ci\//;
const TEXT = /\.(ts|tsx|js|mjs|sh|md|yaml|json|sql)$|^\.ci\//;

const paths = WATCHED.flatMap(filesUnder).filter((path) => !FOREIGN.some((folder) => path.startsWith(folder)));
const texts = paths.filter((path) => TEXT.test(path)).map(read);
const scripts = texts.filter((file) => SCRIPT.test(file.path));
const sources = scripts.filter((file) => isTypeScript(file.path));

function filesUnder(folder: string): string[] {
  try {
    return readdirSync(ROOT + folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, `${entry.parentPath}/${entry.name}`).split(sep).join('/'))
      .filter((path) => !path.includes('node_modules/') && !/\.db(-wal|-shm)?$/.test(path));
  } catch {
    return [];
  }
}

function read(path: string): SourceFile {
  return { path, text: readFileSync(ROOT + path, 'utf8') };
}

describe('the tree keeps the house rules', () => {
  test('there is something to look at', () => {
    expect(sources.length).toBeGreaterThan(15);
  });
  test('imports follow the order of the house', () => expect(sources.flatMap(layerBreaches)).toEqual([]));
  test('there are no import cycles', () => expect(cycleBreaches(sources)).toEqual([]));
  test('only src/platform/ touches time, randomness, timers, network and environment', () =>
    expect(sources.flatMap(platformBreaches)).toEqual([]));
  test('functions have up to 70 lines, files up to 500', () => expect(scripts.flatMap(lengthBreaches)).toEqual([]));
  test('there are no default exports', () => expect(sources.flatMap(defaultExportBreaches)).toEqual([]));
  test('names are kebab-case and say something', () => expect(paths.flatMap(nameBreaches)).toEqual([]));
  test('no file holds a path of somebody’s machine', () => expect(texts.flatMap(machinePathBreaches)).toEqual([]));
});

const file = (path: string, text: string): SourceFile => ({ path, text });

describe('the rules can fail', () => {
  test.each([
    ['src/record/a.ts', "import { x } from '../platform/clock.ts';", 1],
    ['src/record/a.ts', "import { z } from 'zod';", 1],
    ['src/record/a.ts', "import { createHash } from 'node:crypto';", 0],
    ['src/planning/a.ts', "import { readFile } from 'node:fs/promises';", 1],
    ['src/engine/a.ts', "import type { Store } from '../store/port.ts';", 0],
    ['src/store/a.ts', "import type { Run } from '../engine/run.ts';", 1],
    ['src/store/a.ts', "export { run } from '../engine/run.ts';", 1],
    ['src/store/a.ts', "const run = await import('../engine/run.ts');", 1],
    ['src/store/a.test.ts', "import type { Run } from '../engine/run.ts';", 0],
    ['src/protocols/sql/a.ts', "import { x } from '../rest/x.ts';", 1],
    ['src/protocols/sql/a.ts', "import { x } from './x.ts';", 0],
    ['src/protocols/open.ts', "import { x } from './rest/x.ts';", 0],
    ['src/engine/a.ts', "import { crm } from '../../sandbox/crm.ts';", 1],
    ['src/cli/a.ts', "import { crm } from '../../sandbox/crm.ts';", 0],
    ['src/cli/a.ts', "import { x } from '../../test/x.ts';", 1],
    ['src/engine/a.ts', "import { Agent } from 'undici';", 1],
    ['src/tricks/a.ts', "import { x } from '../record/value.ts';", 1],
    ['sandbox/crm.ts', "import { plan } from '../src/planning/plan.ts';", 1],
    ['sandbox/crm.ts', "import type { Clock } from '../src/platform/clock.ts';", 0],
  ])('layers: %s with %s', (path, text, count) => {
    expect(layerBreaches(file(path, text))).toHaveLength(count);
  });

  test('cycles, types included', () => {
    const cycle = [
      file('src/a.ts', "import { b } from './b.ts';"),
      file('src/b.ts', "import type { C } from './c/d.ts';"),
      file('src/c/d.ts', "export * from '../a.ts';"),
      file('src/e.ts', "import { b } from './b.ts';"),
    ];
    expect(cycleBreaches(cycle)).toEqual(['src/a.ts → src/b.ts → src/c/d.ts → src/a.ts']);
    expect(cycleBreaches(cycle.slice(1))).toEqual([]);
  });

  test.each([
    ['process.env.HOME', 1],
    ['const t = Date.now()', 1],
    ['const t = new Date()', 1],
    ['const t = new Date(5)', 0],
    ['Math.random()', 1],
    ['Math.round(5)', 0],
    ['setTimeout(() => 1, 5)', 1],
    ['await fetch("x")', 1],
    ['await client.fetch("x")', 0],
    ['AbortSignal.timeout(5)', 1],
    ['// Date.now() in a comment, "Math.random()" in a text', 0],
    ['const s = "process.env.HOME"', 0],
  ])('platform: %s', (text, count) => {
    expect(platformBreaches(file('src/engine/a.ts', text))).toHaveLength(count);
    expect(platformBreaches(file('src/platform/a.ts', text))).toEqual([]);
    expect(platformBreaches(file('src/engine/a.test.ts', text))).toEqual([]);
  });

  test('platform: the command line may read its process, but not the clock', () => {
    expect(platformBreaches(file('src/cli/a.ts', 'process.argv; Date.now()'))).toHaveLength(1);
    expect(platformBreaches(file('sandbox/crm.ts', 'Math.random()'))).toHaveLength(1);
    expect(platformBreaches(file('sandbox/http.ts', 'Date.now()'))).toEqual([]);
  });

  test('lengths', () => {
    const lines = (count: number) => '  x();\n'.repeat(count);
    expect(lengthBreaches(file('src/a.ts', `function f() {\n${lines(68)}}`))).toEqual([]);
    expect(lengthBreaches(file('src/a.ts', `function f() {\n${lines(69)}}`))).toHaveLength(1);
    expect(lengthBreaches(file('src/a.ts', `const f = () => {\n${lines(69)}};`))).toHaveLength(1);
    expect(lengthBreaches(file('src/a.ts', `class A {\n m() {\n${lines(69)}}\n}`))).toHaveLength(1);
    expect(lengthBreaches(file('src/a.test.ts', `describe('x', () => {\n${lines(69)}});`))).toEqual([]);
    expect(lengthBreaches(file('src/a.test.ts', `describe.each([])('x', () => {\n${lines(69)}});`))).toEqual([]);
    expect(lengthBreaches(file('src/a.test.ts', `test('x', () => {\n${lines(69)}});`))).toHaveLength(1);
    expect(lengthBreaches(file('src/a.ts', lines(500)))).toEqual([]);
    expect(lengthBreaches(file('src/a.ts', lines(501)))).toHaveLength(1);
    expect(lengthBreaches(file('scripts/a.sh', lines(501)))).toHaveLength(1);
  });

  test.each([
    ['export default 5', 1],
    ['export default function f() {}', 1],
    ['const a = 1; export { a as default }', 1],
    ['export const a = 1', 0],
  ])('default exports: %s', (text, count) => {
    expect(defaultExportBreaches(file('src/a.ts', text))).toHaveLength(count);
  });

  test.each([
    ['src/engine/run-counts.ts', 0],
    ['src/engine/runCounts.ts', 1],
    ['src/engine/run_counts.ts', 1],
    ['src/engine/README.md', 0],
    ['src/utils/run.ts', 1],
    ['src/Engine/run.ts', 1],
    ['docs/decisions/0001-sqlite-first.md', 0],
    ['.ci/run', 0],
  ])('names: %s', (path, count) => {
    expect(nameBreaches(path)).toHaveLength(count);
  });

  test.each([
    [`cd ${'/'}home/anna/x`, 1],
    [`"${'/'}Users/anna/x"`, 1],
    ['https://example.com/home/page', 0],
    ['node_modules/.bin', 0],
  ])('machine paths: %s', (text, count) => {
    expect(machinePathBreaches(file('docs/a.md', text))).toHaveLength(count);
  });
});
