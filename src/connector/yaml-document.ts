import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import type { z } from 'zod';
import { type Diagnostic, fail, ok, type Place, problem, type Result } from '../record/diagnostic.ts';
import { didYouMean } from './closest-word.ts';
import { keysAt } from './schema-keys.ts';

const MAX_CHARACTERS = 5_000_000;
const MAX_ALIASES = 100;

export type DataPath = readonly PropertyKey[];

/** A YAML file as plain data that still knows where each part stands. */
export interface YamlDocument {
  data: unknown;
  /**
   * Where the value at `path` stands: the line of its key (or list item); for a path that is not in the file, the
   * nearest parent that is.
   */
  place(path: DataPath): Place;
}

/**
 * Reads one YAML document of at most 5 million characters. Duplicate keys, unknown tags, several documents and aliases
 * that multiply are errors. Each diagnostic has file, line and column.
 */
export function readYaml(text: string, file: string): Result<YamlDocument, Diagnostic[]> {
  if (text.length > MAX_CHARACTERS) {
    return fail([
      problem('file-too-large', 'The file is too large', {
        detail: `It has ${text.length} characters; at most ${MAX_CHARACTERS} are read.`,
        where: { file },
      }),
    ]);
  }
  try {
    return parse(text, file);
  } catch (error) {
    return fail([unreadable(error, file)]);
  }
}

function parse(text: string, file: string): Result<YamlDocument, Diagnostic[]> {
  const lines = new LineCounter();
  // The parser's own search for repeated keys takes quadratic time.
  const options = { merge: true, lineCounter: lines, prettyErrors: false, uniqueKeys: false };
  const document = parseDocument(text, options);
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const faults: Fault[] = [...document.errors, ...document.warnings, ...repeatedKeys(document)];
  if (faults.length > 0) {
    return fail(
      faults.slice(0, 20).map((fault) =>
        problem('yaml-invalid', 'The file is not valid YAML', {
          detail: `${fault.message}.`.replace(/\.\.$/, '.'),
          where: at(fault.pos[0]),
        }),
      ),
    );
  }
  const data: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  const root = document.contents;
  return ok({ data, place: (path) => at(offsetOf(root, path, (alias) => alias.resolve(document))) });
}

interface Fault {
  message: string;
  pos: readonly [number, ...unknown[]];
}

function repeatedKeys(document: Document): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Map(_, map) {
      const known = new Set<unknown>();
      for (const { key } of map.items) {
        const value = scalar(key);
        if (known.has(value) && value !== '<<')
          faults.push({ message: 'Map keys must be unique', pos: [startOf(key) ?? 0] });
        known.add(value);
      }
    },
  });
  return faults;
}

/** The parser and the alias guard throw; a file nested too deeply overflows the stack. */
function unreadable(error: unknown, file: string): Diagnostic {
  const aliases = error instanceof ReferenceError;
  return problem('yaml-refused', aliases ? 'The file uses too many aliases' : 'The file is nested too deeply', {
    where: { file },
    next: aliases ? 'Write the repeated parts out' : 'Flatten it',
  });
}

type Resolve = (alias: { resolve: import('yaml').Alias['resolve'] }) => Node | undefined;

function offsetOf(root: Node | null, path: DataPath, resolve: Resolve): number {
  let node: Node | null | undefined = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = resolve(node);
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((item) => String(scalar(item.key)) === String(step));
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = asNode(pair.value);
    } else if (isSeq(node)) {
      const item = asNode(node.items[Number(step)]);
      if (!item) break;
      offset = startOf(item) ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

const scalar = (key: unknown): unknown => (isScalar(key) ? key.value : key);

function asNode(value: unknown): Node | null {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : null;
}

const startOf = (value: unknown): number | undefined => asNode(value)?.range?.[0];

/**
 * What a schema found wrong in a document, in words a person can act on: where, what was expected, and what was
 * probably meant. `schema` is the one that gave the issues; what is allowed at a place comes from it. Values of the
 * document are never repeated: one of them may be a secret.
 */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  document: YamlDocument,
  schema: z.core.$ZodType,
): Diagnostic[] {
  return issues.flatMap((issue) => explainIssue(issue, issue.path, document, schema));
}

function explainIssue(
  issue: z.core.$ZodIssue,
  path: DataPath,
  document: YamlDocument,
  schema: z.core.$ZodType,
): Diagnostic[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path, document.data);
    return issue.keys.map((key) => unknownKey(key, path, known, document));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return closestBranch(issue.errors).flatMap((inner) =>
      explainIssue(inner, [...path, ...inner.path], document, schema),
    );
  }
  const where = document.place(path);
  const name = nameOf(path);
  const value = valueAt(document.data, path);
  if (value === undefined && path.length > 0) {
    return [problem('key-missing', `${name} is missing`, { detail: expectation(issue), where })];
  }
  const next = hint(issue, value);
  return [
    problem('value-invalid', `${name} is not valid`, { detail: expectation(issue), where, ...(next ? { next } : {}) }),
  ];
}

function unknownKey(key: string, path: DataPath, known: readonly string[], document: YamlDocument): Diagnostic {
  const next = didYouMean(key, known);
  const place = path.length === 0 ? 'at the top of the file' : `under ${nameOf(path)}`;
  return problem('key-unknown', `"${key}" is not known ${place}`, {
    where: document.place([...path, key]),
    ...(next ? { next } : {}),
  });
}

/** Of the alternatives of a union, the one that fits best: it failed deepest, then with the fewest issues. */
function closestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const depth = (branch: readonly z.core.$ZodIssue[]) => Math.max(...branch.map((issue) => issue.path.length));
  const [best = []] = [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  return depth(best) > 0 || best.some((issue) => issue.code === 'unrecognized_keys')
    ? best
    : branches.flatMap((branch) => branch.slice(0, 1)).slice(0, 1);
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `Expected: ${issue.expected}.`;
    case 'invalid_value':
      return `Expected one of: ${issue.values.map(String).join(', ')}.`;
    default:
      return `${issue.message.replace(/\.$/, '')}.`;
  }
}

function hint(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return undefined;
  const next = didYouMean(value, issue.values.map(String));
  return next?.startsWith('Did') ? next : undefined;
}

function valueAt(data: unknown, path: DataPath): unknown {
  let value = data;
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = Object.entries(value).find(([key]) => key === String(step))?.[1];
  }
  return value;
}

/** `mappings[2].fields.name` */
function nameOf(path: DataPath): string {
  let name = '';
  for (const step of path) {
    if (typeof step === 'number') name += `[${step}]`;
    else name += name === '' ? String(step) : `.${String(step)}`;
  }
  return name === '' ? 'The file' : name;
}
