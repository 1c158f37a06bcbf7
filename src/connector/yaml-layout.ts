import { isDeepStrictEqual } from 'node:util';
import { type Document, parseDocument, type ToStringOptions } from 'yaml';
import { diffLines } from './line-diff.ts';

/** How people indent. */
const LAYOUTS = [
  { lineWidth: 0, indent: 2, indentSeq: true },
  { lineWidth: 0, indent: 2, indentSeq: false },
  { lineWidth: 0, indent: 4, indentSeq: true },
  { lineWidth: 0, indent: 4, indentSeq: false },
] satisfies ToStringOptions[];

/**
 * The text of a document that was parsed from `text` and then changed: the lines that did not change stay as they were
 * laid out there. All lines are laid out anew where they would mean something else among those of a mixed layout.
 */
export function withLayout(text: string, changed: Document): string {
  const layout = layoutOf(text);
  const next = changed.toString(layout);
  const laid = merged(text, parseDocument(text).toString(layout), next);
  return isDeepStrictEqual(dataOf(laid), dataOf(next)) ? laid : next;
}

/** The one in which most lines are as they stand in the text. */
function layoutOf(text: string): ToStringOptions {
  const lines = new Set(text.split('\n'));
  const document = parseDocument(text);
  const kept = LAYOUTS.map(
    (layout) =>
      document
        .toString(layout)
        .split('\n')
        .filter((line) => lines.has(line)).length,
  );
  return LAYOUTS[kept.indexOf(Math.max(...kept))] ?? {};
}

/** Undefined where it is no YAML. */
function dataOf(text: string): unknown {
  const document = parseDocument(text, { merge: true });
  return document.errors.length > 0 ? undefined : document.toJS();
}

/** The lines of `next`; where they do not differ from `before`, those of `text`, which says the same as `before`. */
function merged(text: string, before: string, next: string): string {
  const [old, plain] = [text.split('\n'), before.split('\n')];
  const edits = editsOf(plain, next.split('\n'));
  const lines: string[] = [];
  let at = 0;
  for (const part of partsOf(old, plain)) {
    const end = at + part.plain.length;
    const touched = part.plain.some((_, i) => edits.gone.has(at + i) || (i > 0 && edits.inserted.has(at + i)));
    if (touched) {
      for (const [i, line] of part.plain.entries()) {
        lines.push(...(edits.inserted.get(at + i) ?? []));
        if (!edits.gone.has(at + i)) lines.push(line);
      }
    } else {
      if (part.plain.length > 0) lines.push(...(edits.inserted.get(at) ?? []));
      lines.push(...part.old);
    }
    at = end;
  }
  return [...lines, ...(edits.inserted.get(at) ?? [])].join('\n');
}

/** Lines of `plain` that go, and lines that come before one of them, by its number. */
function editsOf(plain: readonly string[], next: readonly string[]) {
  const gone = new Set<number>();
  const inserted = new Map<number, string[]>();
  let at = 0;
  for (const { kind, lines } of diffLines(plain, next)) {
    if (kind === 'new') inserted.set(at, [...(inserted.get(at) ?? []), ...lines]);
    else {
      if (kind === 'gone') for (const i of lines.keys()) gone.add(at + i);
      at += lines.length;
    }
  }
  return { gone, inserted };
}

interface Part {
  old: string[];
  plain: string[];
}

/** The two texts side by side: single lines that mean the same, and passages that are laid out in different lines. */
function partsOf(old: readonly string[], plain: readonly string[]): Part[] {
  const bare = (line: string) => line.replace(/\s+/g, '');
  const parts: Part[] = [];
  let [x, y] = [0, 0];
  let passage: Part | null = null;
  for (const { kind, lines } of diffLines(old, plain, (a, b) => bare(a) === bare(b))) {
    if (kind === 'same') {
      passage = null;
      for (const i of lines.keys()) parts.push({ old: [old[x + i] ?? ''], plain: [plain[y + i] ?? ''] });
    } else {
      if (!passage) {
        passage = { old: [], plain: [] };
        parts.push(passage);
      }
      passage[kind === 'gone' ? 'old' : 'plain'].push(...lines);
    }
    if (kind !== 'new') x += lines.length;
    if (kind !== 'gone') y += lines.length;
  }
  return parts;
}
