import type { Value } from '../../record/value.ts';

/** Most values tried on the way to a smaller one. */
const MOST_TRIES = 2000;

/**
 * The smallest value that can be reached from this one by small steps and of which the same still holds: a long text with
 * much in it becomes a short one with the one letter that matters.
 */
export function shrink(value: Value, holds: (smaller: Value) => boolean): Value {
  let current = value;
  let tries = 0;
  for (let found = true; found; ) {
    found = false;
    for (const smaller of smallerThan(current)) {
      if (++tries > MOST_TRIES) return current;
      if (!holds(smaller)) continue;
      current = smaller;
      found = true;
      break;
    }
  }
  return current;
}

/** Values a step smaller, the largest steps first. */
function* smallerThan(value: Value): Generator<Value> {
  if (typeof value === 'string') yield* smallerTexts(value);
  else if (typeof value === 'number') yield* smallerIntegers(value);
  else if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) yield value.toSpliced(at, 1);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      for (const smaller of smallerThan(item)) yield { ...value, [key]: smaller };
    }
  }
}

function* smallerIntegers(value: number): Generator<number> {
  if (value === 0) return;
  yield 0;
  if (value < 0) yield -value;
  if (Math.abs(value) >= 10) yield Math.trunc(value / 10);
  if (Math.abs(value) > 1) yield Math.sign(value);
}

function* smallerTexts(text: string): Generator<string> {
  const letters = [...text];
  const uniform = 'a'.repeat(letters.length);
  if (text !== uniform) yield uniform;
  for (let size = Math.ceil(letters.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < letters.length; at += size) yield letters.toSpliced(at, size).join('');
  }
  for (const [at, letter] of letters.entries()) {
    const plain = /\d/.test(letter) ? '0' : 'a';
    if (letter !== plain && letter !== 'a') yield letters.with(at, plain).join('');
  }
}
