import { parseSync } from 'vite';

/** A file of the tree: its path from the root with `/`, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** A breach of a house rule, told as `path:line what`. */
export type Breach = string;

/** The folders of src/ in their order: a folder may import only itself and folders above it. */
export const LAYERS = [
  'record',
  'platform',
  'connector',
  'protocols',
  'connectors',
  'importers',
  'integration',
  'mapping',
  'matching',
  'validation',
  'planning',
  'store',
  'applying',
  'engine',
  'checklist',
  'privacy',
  'alerts',
  'server',
  'testing',
  'cli',
  'index.ts',
];

/** Folders whose subfolders stand side by side and know nothing of each other. */
const SIDE_BY_SIDE = ['protocols', 'connectors', 'importers'];

/** What the sandbox may use of the product: enough to speak its types, nothing that would make it agree by design. */
const SANDBOX_USES = ['record', 'platform'];

/** The folders of src/ that may use the sandbox. */
const USES_SANDBOX = ['cli'];

const PURE_FOLDERS = ['record', 'mapping', 'matching', 'validation', 'planning'];
const PURE_MODULES = ['node:crypto', 'node:buffer'];

/** Modules that reach time, network or environment: for src/platform/ alone. */
const PLATFORM_MODULES = [
  'undici',
  'pino',
  'nodemailer',
  'nodemailer/lib/smtp-connection',
  'node:http',
  'node:https',
  'node:http2',
  'node:net',
  'node:tls',
  'node:dns',
  'node:dgram',
  'node:timers',
  'node:timers/promises',
  'node:process',
  'node:perf_hooks',
];
const BANNED_FOLDERS = ['shared', 'common', 'lib', 'libs', 'util', 'utils', 'helper', 'helpers', 'misc'];
const FUNCTION_LINES = 70;
const FILE_LINES = 500;

const MEMBERS_OF_PLATFORM = new Map([
  [
    'process',
    ['env', 'argv', 'exit', 'cwd', 'pid', 'hrtime', 'uptime', 'memoryUsage', 'nextTick', 'on', 'once', 'kill'],
  ],
  ['Date', ['now']],
  ['Math', ['random']],
  ['performance', ['now', 'timeOrigin']],
  ['AbortSignal', ['timeout']],
  ['Temporal', ['Now']],
  ['crypto', ['randomUUID', 'getRandomValues', 'randomBytes']],
  ['globalThis', ['fetch', 'process', 'setTimeout', 'setInterval']],
]);
const CALLS_OF_PLATFORM = [
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'randomBytes',
  'randomUUID',
  'randomInt',
];

export const isTest = (path: string): boolean => path.endsWith('.test.ts');
export const isTypeScript = (path: string): boolean => /\.tsx?$/.test(path);

/** The layer of a path: `connector` for src/connector/x.ts, `index.ts` for src/index.ts, null outside src/. */
function layerOf(path: string): string | null {
  const [top, layer] = path.split('/');
  return top === 'src' && layer !== undefined ? layer : null;
}

export interface Import {
  specifier: string;
  line: number;
}

/** All modules a file names: imports, re-exports, types included, and dynamic imports of a literal. */
export function importsOf(file: SourceFile): Import[] {
  const { module } = parse(file);
  const found: Import[] = module.staticImports.map((entry) => ({
    specifier: entry.moduleRequest.value,
    line: lineAt(file.text, entry.start),
  }));
  for (const entry of module.staticExports.flatMap((statement) => statement.entries)) {
    if (entry.moduleRequest) {
      found.push({ specifier: entry.moduleRequest.value, line: lineAt(file.text, entry.start) });
    }
  }
  for (const entry of module.dynamicImports) {
    const literal = /^['"](.+)['"]$/.exec(file.text.slice(entry.moduleRequest.start, entry.moduleRequest.end));
    if (literal?.[1]) found.push({ specifier: literal[1], line: lineAt(file.text, entry.start) });
  }
  return found;
}

/** The path a relative import leads to; null for packages. */
export function resolveImport(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Imports against the order of the house, and modules that are another folder's business. */
export function layerBreaches(file: SourceFile): Breach[] {
  if (isTest(file.path)) return [];
  const found: Breach[] = [];
  for (const { specifier, line } of importsOf(file)) {
    const target = resolveImport(file.path, specifier);
    const reason = target === null ? moduleReason(file.path, specifier) : importReason(file.path, target);
    if (reason) found.push(`${file.path}:${line} imports ${specifier}: ${reason}`);
  }
  return found;
}

function moduleReason(path: string, specifier: string): string | null {
  const layer = layerOf(path);
  if (layer === null) return null;
  if (PURE_FOLDERS.includes(layer)) {
    if (specifier.startsWith('node:') && !PURE_MODULES.includes(specifier)) return `${layer}/ is pure`;
    if (layer === 'record' && !specifier.startsWith('node:')) return 'record/ imports no package';
  }
  const exempt = layer === 'platform' || layer === 'cli' || layer === 'server';
  return PLATFORM_MODULES.includes(specifier) && !exempt ? 'only platform/ touches time, network, environment' : null;
}

function importReason(path: string, target: string): string | null {
  const [from, to] = [layerOf(path), layerOf(target)];
  const top = target.split('/')[0];
  if (from === null) {
    const sandboxOutside =
      path.startsWith('sandbox/') && (to === null ? top !== 'sandbox' : !SANDBOX_USES.includes(to));
    return sandboxOutside ? `the sandbox uses only ${SANDBOX_USES.join(', ')}` : null;
  }
  if (to === null) {
    if (top === 'sandbox') return USES_SANDBOX.includes(from) ? null : `${from} may not use the sandbox`;
    return target === 'package.json' ? null : 'outside src/';
  }
  if (!LAYERS.includes(from)) return `${from} is not in the layer table`;
  if (!LAYERS.includes(to)) return `${to} is not in the layer table`;
  if (LAYERS.indexOf(to) > LAYERS.indexOf(from)) return `${to} stands below ${from}`;
  if (from !== to || !SIDE_BY_SIDE.includes(from)) return null;
  const [mine, theirs] = [path.split('/'), target.split('/')];
  const bothInSubfolders = mine.length > 3 && theirs.length > 3;
  return bothInSubfolders && mine[2] !== theirs[2] ? `${mine[2]} and ${theirs[2]} stand side by side` : null;
}

/** One breach per file that lies on a cycle of imports, each told as the cycle itself. */
export function cycleBreaches(files: readonly SourceFile[]): Breach[] {
  const known = new Set(files.map((file) => file.path));
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .map(({ specifier }) => resolveImport(file.path, specifier))
        .filter((target): target is string => target !== null && known.has(target)),
    ]),
  );
  const found: Breach[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push([...trail.slice(at), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of edges.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of [...known].sort()) visit(path);
  return found;
}

/** Time, randomness, timers, network and environment outside their folder. */
export function platformBreaches(file: SourceFile): Breach[] {
  const layer = layerOf(file.path);
  const watched = layer !== null ? layer !== 'platform' : file.path.startsWith('sandbox/');
  const entryPoint = ['sandbox/http.ts', 'sandbox/start.ts'].includes(file.path);
  if (!watched || entryPoint || isTest(file.path)) return [];
  const processAllowed = layer === null || layer === 'cli';
  const found: Breach[] = [];
  walk(parse(file).program, (node) => {
    const name = platformUse(node, processAllowed);
    if (name) found.push(`${file.path}:${lineAt(file.text, node.start)} uses ${name}`);
  });
  return found;
}

function platformUse(node: Node, processAllowed: boolean): string | null {
  if (node.type === 'MemberExpression') {
    const [object, property] = [nameOf(node.object), nameOf(node.property)];
    if (object === null || property === null) return null;
    if (object === 'process' && processAllowed) return null;
    return MEMBERS_OF_PLATFORM.get(object)?.includes(property) ? `${object}.${property}` : null;
  }
  const noArguments = Array.isArray(node.arguments) && node.arguments.length === 0;
  if (node.type === 'NewExpression') return nameOf(node.callee) === 'Date' && noArguments ? 'new Date()' : null;
  if (node.type !== 'CallExpression') return null;
  const callee = nameOf(node.callee);
  if (callee === 'Date') return 'Date()';
  return callee !== null && CALLS_OF_PLATFORM.includes(callee) ? `${callee}()` : null;
}

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];

/** Functions and files that are too long. The function given to `describe` is a list, not a function. */
export function lengthBreaches(file: SourceFile): Breach[] {
  const found: Breach[] = [];
  const lines = file.text.split('\n').length - (file.text.endsWith('\n') ? 1 : 0);
  if (lines > FILE_LINES) found.push(`${file.path} has ${lines} lines, the most is ${FILE_LINES}`);
  if (!isTypeScript(file.path)) return found;
  const lists = new Set<unknown>();
  walk(parse(file).program, (node) => {
    if (node.type === 'CallExpression' && isTest(file.path) && mentionsDescribe(node.callee)) {
      for (const argument of Array.isArray(node.arguments) ? node.arguments : []) lists.add(argument);
    }
    if (!FUNCTIONS.includes(node.type) || lists.has(node)) return;
    const [first, last] = [lineAt(file.text, node.start), lineAt(file.text, node.end)];
    const length = last - first + 1;
    if (length > FUNCTION_LINES) {
      found.push(`${file.path}:${first} a function of ${length} lines, the most is ${FUNCTION_LINES}`);
    }
  });
  return found;
}

/** `describe`, `describe.each`, `describe.each(table)`, `describe.skipIf(…)`, `describePostgres`. */
function mentionsDescribe(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  return nameOf(callee)?.startsWith('describe') || mentionsDescribe(callee.object) || mentionsDescribe(callee.callee);
}

/** Default exports; configuration files of tools that demand one are not given to this rule. */
export function defaultExportBreaches(file: SourceFile): Breach[] {
  const entries = parse(file).module.staticExports.flatMap((statement) => statement.entries);
  return entries
    .filter((entry) => entry.exportName.kind === 'Default' || entry.exportName.name === 'default')
    .map((entry) => `${file.path}:${lineAt(file.text, entry.start)} exports a default`);
}

const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
const CAPITAL_DOCUMENTS = ['README.md', 'LICENSE', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];

/** Names that are not kebab-case, and folders that say nothing about what is in them. */
export function nameBreaches(path: string): Breach[] {
  const parts = path.split('/');
  const found: Breach[] = [];
  const name = parts.pop() ?? '';
  if (!KEBAB.test(name) && !CAPITAL_DOCUMENTS.includes(name)) found.push(`${path} is not named in kebab-case`);
  for (const folder of parts) {
    if (!KEBAB.test(folder)) found.push(`${path}: folder ${folder} is not named in kebab-case`);
    if (BANNED_FOLDERS.includes(folder)) found.push(`${path}: a folder named ${folder} says nothing`);
  }
  return found;
}

const MACHINE_PATH = /(?<![\w.:/-])\/(?:home|Users|root|work)\/\w|\b[A-Z]:\\\\?Users\b/;

/** Paths of the machine somebody wrote this on. */
export function machinePathBreaches(file: SourceFile): Breach[] {
  return file.text
    .split('\n')
    .flatMap((line, index) => (MACHINE_PATH.test(line) ? [`${file.path}:${index + 1} holds a machine's path`] : []));
}

type Node = Record<string, unknown> & { type: string; start: number; end: number };

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
  } else if (isNode(value)) {
    visit(value);
    for (const child of Object.values(value)) if (typeof child === 'object') walk(child, visit);
  }
}

function nameOf(value: unknown): string | null {
  return isNode(value) && value.type === 'Identifier' && typeof value.name === 'string' ? value.name : null;
}

const parsed = new Map<string, { text: string; result: ReturnType<typeof parseSync> }>();

function parse(file: SourceFile): ReturnType<typeof parseSync> {
  const known = parsed.get(file.path);
  if (known?.text === file.text) return known.result;
  const result = parseSync(file.path, file.text);
  if (result.errors.length > 0) throw new Error(`${file.path} can't be parsed: ${result.errors[0]?.message}`);
  parsed.set(file.path, { text: file.text, result });
  return result;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
