import { load, YAMLException } from 'js-yaml';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { isTree, type Tree } from './tree.ts';

/** What is read of one document; each limit is far above what real documents need. */
export const LIMITS = {
  bytes: 20 * 1024 * 1024,
  /** Objects and lists within each other. */
  depth: 200,
  aliases: 10_000,
  /** Lines and commas of YAML, brackets and commas of JSON: a bound of its values, known before it is parsed. */
  parts: 900_000,
  paths: 10_000,
};

/** A document as plain data: JSON or YAML, by what it begins with. Values that occur twice by an alias are one object. */
export function readDescription(text: string, file: string): Result<Tree> {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.bytes) return fail(tooLarge(file, bytes));
  const body = text.startsWith('\u{FEFF}') ? text.slice(1) : text;
  if (body.trim() === '') return fail(noDescription(file));
  const parsed = /^\s*[{[]/.test(body) ? parseJson(body, file) : parseYaml(body, file);
  if (!parsed.ok) return parsed;
  if (!isTree(parsed.value)) return fail(noDescription(file));
  return ok(parsed.value);
}

function parseJson(text: string, file: string): Result<unknown> {
  const { depth, parts } = measured(text);
  if (depth > LIMITS.depth) return fail(nestedTooDeeply(file));
  if (parts > LIMITS.parts) return fail(tooManyParts(file));
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

/** How deep the brackets of a JSON text go, and how many brackets and commas it has, without those in its strings. */
function measured(text: string): { depth: number; parts: number } {
  let depth = 0;
  let deepest = 0;
  let parts = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inText) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x7b || code === 0x5b) {
      deepest = Math.max(deepest, ++depth);
      parts++;
    } else if (code === 0x7d || code === 0x5d) depth--;
    else if (code === 0x2c) parts++;
  }
  return { depth: deepest, parts };
}

function partsOf(text: string): number {
  let parts = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x0a || code === 0x2c) parts++;
  }
  return parts;
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
    detail: `It has more than ${LIMITS.parts} values.`,
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
