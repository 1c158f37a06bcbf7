import { type Document, parseDocument } from 'yaml';
import { diffLines } from './line-diff.ts';

const LAYOUT = { lineWidth: 0 } as const;

/**
 * The text of a document that was parsed from `text` and then changed: the lines that did not change stay as they were
 * laid out there.
 */
export function withLayout(text: string, changed: Document): string {
  const before = parseDocument(text).toString(LAYOUT);
  const after = changed.toString(LAYOUT);
  const [old, plain, next] = [text.split('\n'), before.split('\n'), after.split('\n')];
  const bare = (line: string) => line.replace(/\s+/g, '');
  const places = alignment(old, plain, (a, b) => bare(a) === bare(b));
  const lines: string[] = [];
  let at = 0;
  for (const run of diffLines(plain, next)) {
    if (run.kind === 'new') lines.push(...run.lines);
    else {
      if (run.kind === 'same') {
        const own = run.lines.map((_, i) => places[at + i]);
        if (own.some((place) => place === undefined)) return after;
        lines.push(...own.map((place) => old[place ?? 0] ?? ''));
      }
      at += run.lines.length;
    }
  }
  return lines.join('\n');
}

/** For each line of `plain` the line of `old` that it stands for. */
function alignment(
  old: readonly string[],
  plain: readonly string[],
  same: (a: string, b: string) => boolean,
): (number | undefined)[] {
  const places: (number | undefined)[] = [];
  let at = 0;
  for (const run of diffLines(old, plain, same)) {
    if (run.kind === 'same') for (const _ of run.lines) places.push(at++);
    else if (run.kind === 'gone') at += run.lines.length;
    else for (const _ of run.lines) places.push(undefined);
  }
  return places;
}
