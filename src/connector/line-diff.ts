/** A run of lines: in both texts, only in the old one, or only in the new one. */
export interface Run {
  kind: 'same' | 'gone' | 'new';
  lines: string[];
}

/** The fewest lines that must go and come to turn one text into another (Myers). `same` tells lines that count as equal. */
export function diffLines(
  before: readonly string[],
  after: readonly string[],
  same: (a: string, b: string) => boolean = (a, b) => a === b,
): Run[] {
  const trail = furthest(before, after, same);
  const steps: { kind: Run['kind']; line: string }[] = [];
  let [x, y] = [before.length, after.length];
  for (let depth = trail.length - 1; depth >= 0; depth--) {
    const reach = trail[depth] ?? new Reach(0);
    const diagonal = x - y;
    const down = cameDown(reach, diagonal, depth);
    const from = diagonal + (down ? 1 : -1);
    const [x0, y0] = depth === 0 ? [0, 0] : [reach.get(from) ?? 0, (reach.get(from) ?? 0) - from];
    while (
      x > x0 &&
      y > y0 &&
      x > 0 &&
      y > 0 &&
      !(depth > 0 && x === x0 + (down ? 0 : 1) && y === y0 + (down ? 1 : 0))
    ) {
      x -= 1;
      y -= 1;
      steps.push({ kind: 'same', line: before[x] ?? '' });
    }
    if (depth === 0) break;
    if (down) steps.push({ kind: 'new', line: after[y - 1] ?? '' });
    else steps.push({ kind: 'gone', line: before[x - 1] ?? '' });
    [x, y] = [x0, y0];
  }
  return runsOf(steps.reverse());
}

/** How far each diagonal reached, from `-most` to `most`. */
class Reach {
  readonly #most: number;
  readonly #reached: Int32Array;

  constructor(most: number, reached = new Int32Array(2 * most + 1).fill(-1)) {
    this.#most = most;
    this.#reached = reached;
  }

  get(diagonal: number): number | undefined {
    const reached = this.#reached[diagonal + this.#most] ?? -1;
    return reached < 0 ? undefined : reached;
  }

  set(diagonal: number, reached: number): void {
    this.#reached[diagonal + this.#most] = reached;
  }

  /** A copy of the diagonals from `-most` to `most`. */
  upTo(most: number): Reach {
    const less = Math.min(most, this.#most);
    return new Reach(less, this.#reached.slice(this.#most - less, this.#most + less + 1));
  }
}

/** By the number of edits, how far each diagonal reached before that edit. */
function furthest(
  before: readonly string[],
  after: readonly string[],
  same: (a: string, b: string) => boolean,
): Reach[] {
  const reach = new Reach(before.length + after.length + 1);
  reach.set(1, 0);
  const trail: Reach[] = [];
  for (let depth = 0; depth <= before.length + after.length; depth++) {
    trail.push(reach.upTo(depth + 1));
    for (let diagonal = -depth; diagonal <= depth; diagonal += 2) {
      const down = cameDown(reach, diagonal, depth);
      let x = down ? (reach.get(diagonal + 1) ?? 0) : (reach.get(diagonal - 1) ?? 0) + 1;
      while (x < before.length && x - diagonal < after.length && same(before[x] ?? '', after[x - diagonal] ?? ''))
        x += 1;
      reach.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return trail;
    }
  }
  return trail;
}

function cameDown(reach: Reach, diagonal: number, depth: number): boolean {
  if (diagonal === -depth) return true;
  if (diagonal === depth) return false;
  return (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1);
}

function runsOf(steps: readonly { kind: Run['kind']; line: string }[]): Run[] {
  const runs: Run[] = [];
  for (const { kind, line } of steps) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else runs.push({ kind, lines: [line] });
  }
  return runs;
}

export interface DiffLine {
  /** `gap` stands for lines that are left out. */
  kind: Run['kind'] | 'gap';
  line: string;
}

/** What changes between two texts, with three lines around each change; empty where nothing does. */
export function diffText(before: string, after: string): DiffLine[] {
  const AROUND = 3;
  const runs = diffLines(before.split('\n'), after.split('\n'));
  const shown: DiffLine[] = [];
  for (const [i, { kind, lines }] of runs.entries()) {
    if (kind !== 'same') {
      shown.push(...lines.map((line) => ({ kind, line })));
      continue;
    }
    const head = i === 0 ? [] : lines.slice(0, AROUND);
    const tail = i === runs.length - 1 ? [] : lines.slice(Math.max(head.length, lines.length - AROUND));
    shown.push(...head.map((line) => ({ kind, line })));
    if (head.length + tail.length < lines.length) shown.push({ kind: 'gap', line: '' });
    shown.push(...tail.map((line) => ({ kind, line })));
  }
  return runs.some(({ kind }) => kind !== 'same') ? shown : [];
}
