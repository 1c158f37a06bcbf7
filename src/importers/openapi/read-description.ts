import { load, YAMLException } from 'js-yaml';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { isTree, type Tree } from './tree.ts';

/** What is read of one document; each limit is far above what real documents need. */
export const LIMITS = {
  bytes: 20 * 1024 * 1024,
  /** Objects and lists within each other. */
  depth: 200,
  aliases: 10_000,
  /** Lines and commas of a YAML document: an upper bound of its values, known before it is parsed. */
  parts: 900_000,
  paths: 10_000,
};

/** A document as plain data: JSON or YAML, by what it begins with. Values that occur twice by an alias are one object. */
export function readDescription(text: string, file: string): Result<Tree> {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.bytes) return fail(tooLarge(file, bytes));
  const body = text.startsWith('\u{FEFF}') ? text.slice(1) : text;
  const parsed = /^\s*[{[]/.test(body) ? parseJson(body, file) : parseYaml(body, file);
  if (!parsed.ok) return parsed;
  if (!isTree(parsed.value)) return fail(noDescription(file));
  const tooDeep = deeperThan(parsed.value, LIMITS.depth);
  return tooDeep ? fail(nestedTooDeeply(file)) : ok(parsed.value);
}

function parseJson(text: string, file: string): Result<unknown> {
  const nesting = nestingOf(text);
  if (nesting > LIMITS.depth) return fail(nestedTooDeeply(file));
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    // YAML written in flow style begins like JSON.
    const asYaml = text.length < 1_000_000 ? parseYaml(text, file) : null;
    if (asYaml?.ok) return asYaml;
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    return fail(
      problem('description-invalid', 'The document is not valid JSON', {
        where: { file, ...(at === undefined ? {} : lineOf(text, Number(at))) },
        next: 'Correct the document there, or get it from the vendor again',
      }),
    );
  }
}

function parseYaml(text: string, file: string): Result<unknown> {
  if (partsOf(text) > LIMITS.parts) return fail(tooManyParts(file));
  try {
    return ok(load(text, { json: true, maxDepth: LIMITS.depth, maxAliases: LIMITS.aliases }));
  } catch (error) {
    if (!(error instanceof YAMLException)) return fail(nestedTooDeeply(file));
    const { mark } = error;
    const where = mark ? { file, line: mark.line + 1, column: mark.column + 1 } : { file };
    if (/alias/i.test(error.reason) && /max|limit|exceed/i.test(error.reason)) {
      return fail(problem('description-refused', 'The document uses too many aliases', { where }));
    }
    if (/nesting|depth/i.test(error.reason)) return fail({ ...nestedTooDeeply(file), where });
    return fail(
      problem('description-invalid', 'The document is not valid YAML', {
        detail: `${error.reason.replace(/\.$/, '')}.`,
        where,
        next: 'Correct the document there, or get it from the vendor again',
      }),
    );
  }
}

/** How deep the brackets of a JSON text go, without those in its strings. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inText) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

function partsOf(text: string): number {
  let parts = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x0a || code === 0x2c) parts++;
  }
  return parts;
}

/** Each object is looked at once for each depth that it is reached at first, so aliases do not multiply the work. */
function deeperThan(root: Tree, limit: number): boolean {
  const seen = new Set<object>();
  let level: object[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: object[] = [];
    for (const value of level) {
      for (const inner of Object.values(value)) {
        if (inner === null || typeof inner !== 'object' || seen.has(inner)) continue;
        seen.add(inner);
        next.push(inner);
      }
    }
    level = next;
  }
  return false;
}

function lineOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

export const tooLarge = (file: string, bytes: number): Diagnostic =>
  problem('description-too-large', 'The document is too large', {
    detail: `It has ${megabytes(bytes)}; at most ${megabytes(LIMITS.bytes)} are read.`,
    where: { file },
  });

const tooManyParts = (file: string): Diagnostic =>
  problem('description-too-large', 'The document has too many parts', {
    detail: `It has more than ${LIMITS.parts} lines and commas.`,
    where: { file },
    next: 'Import a document with fewer paths',
  });

const nestedTooDeeply = (file: string): Diagnostic =>
  problem('description-refused', 'The document is nested too deeply', {
    detail: `At most ${LIMITS.depth} levels are read.`,
    where: { file },
  });

const noDescription = (file: string): Diagnostic =>
  problem('description-unknown', 'The file is no OpenAPI or Swagger document', {
    where: { file },
    next: 'Look for a file that begins with openapi: or swagger: in the documentation of the vendor',
  });
