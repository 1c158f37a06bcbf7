/**
 * The word a person most likely meant: the candidate with the fewest edits (insert, delete, replace, swap of
 * neighbours), compared without case; null when none is near (more than a third of the word would have to change).
 */
export function closestWord(word: string, candidates: Iterable<string>): string | null {
  if (word.length > 100) return null;
  const bound = Math.max(1, Math.floor(word.length / 3));
  let best: string | null = null;
  let bestDistance = bound + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Did you mean "x"?`, the list of what is allowed where it is short, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const near = closestWord(word, candidates);
  if (near !== null) return `Did you mean "${near}"?`;
  if (candidates.length === 0 || candidates.length > 30) return undefined;
  return `Known here: ${[...candidates].sort().join(', ')}`;
}

/** Optimal string alignment distance, three rows at a time. */
function edits(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replace, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
