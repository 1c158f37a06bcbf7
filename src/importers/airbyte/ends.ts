import { evaluate } from './evaluate.ts';
import { type Expression, parseTemplate } from './jinja.ts';
import type { Meaning, Scope } from './meaning.ts';
import { dotted } from './node.ts';

/** By what a paginator's stop condition ends the list; paths in the answer. */
export interface Ends {
  /** The list goes on as long as this is true. */
  falseAt: string[];
  /** It ends where this is true. */
  trueAt: string[];
  /** It ends where there is nothing. */
  absentAt: string[];
  totalAt?: string;
  pagesAt?: string;
  unclear: string[];
}

/** Reads a stop condition; none of it is evaluated. */
export function endsOf(condition: string | undefined): Ends {
  const ends: Ends = { falseAt: [], trueAt: [], absentAt: [], unclear: [] };
  if (condition === undefined || condition.trim() === '') return ends;
  const template = parseTemplate(condition.trim());
  const [piece] = (template ?? []).filter((each) => each.kind !== 'text' || each.text.trim() !== '');
  if (piece?.kind === 'value') collect(piece.value, ends);
  else ends.unclear.push('a condition that can not be read');
  return ends;
}

const SCOPE: Scope = { parameters: {}, names: new Map() };

function collect(condition: Expression, ends: Ends): void {
  if (condition.kind === 'binary' && condition.operator === 'or') {
    collect(condition.left, ends);
    collect(condition.right, ends);
    return;
  }
  // Of two conditions that must both hold, each alone may say too early that the list ends; the first counts.
  if (condition.kind === 'binary' && condition.operator === 'and') {
    collect(condition.left, ends);
    return;
  }
  if (!collectSimple(condition, ends)) ends.unclear.push('a condition of its own');
}

function collectSimple(condition: Expression, ends: Ends): boolean {
  switch (condition.kind) {
    case 'unary':
      return condition.operator === 'not' && collectNegated(condition.argument, ends);
    case 'test':
      return collectTest(condition, ends);
    case 'binary':
      return collectComparison(condition, ends);
    case 'literal':
      return condition.value === false;
    default: {
      const meaning = evaluate(condition, SCOPE);
      return place(meaning, ends.trueAt) || isLink(meaning);
    }
  }
}

function collectNegated(argument: Expression, ends: Ends): boolean {
  const meaning = evaluate(argument, SCOPE);
  if (isLink(meaning)) return true;
  if (meaning.is !== 'slot') {
    // `not a and not b`, `not (a or b)`: what is missing ends it.
    return JSON.stringify(argument).toLowerCase().includes('link');
  }
  if (meaning.of === 'last_record') return true;
  return place(meaning, ends.falseAt);
}

function collectTest(test: Extract<Expression, { kind: 'test' }>, ends: Ends): boolean {
  const meaning = evaluate(test.operand, SCOPE);
  if (isLink(meaning)) return true;
  if (test.test === 'false' && !test.negate) return place(meaning, ends.falseAt);
  if (test.test === 'true' && !test.negate) return place(meaning, ends.trueAt);
  if ((test.test === 'none' && !test.negate) || (test.test === 'defined' && test.negate) || test.test === 'undefined') {
    return place(meaning, ends.absentAt);
  }
  return false;
}

function collectComparison(condition: Extract<Expression, { kind: 'binary' }>, ends: Ends): boolean {
  const left = evaluate(condition.left, SCOPE);
  const right = evaluate(condition.right, SCOPE);
  switch (condition.operator) {
    case '==':
      return collectEqual(left, right, ends);
    case '>=': {
      const total = pathOf(right);
      if (total === null) return false;
      ends.totalAt = total;
      return true;
    }
    case 'not in':
      return isLink(right) || (right.is === 'slot' && right.of !== 'other');
    default:
      return false;
  }
}

function collectEqual(left: Meaning, right: Meaning, ends: Ends): boolean {
  if (isLink(left)) return true;
  if (right.is === 'known') {
    if (right.value === false) return place(left, ends.falseAt);
    if (right.value === true) return place(left, ends.trueAt);
    return (right.value === '' || right.value === null || right.value === 0) && place(left, ends.absentAt);
  }
  const pages = pathOf(left);
  if (pages === null || right.is !== 'slot') return false;
  ends.pagesAt = pages;
  return true;
}

function pathOf(meaning: Meaning): string | null {
  return meaning.is === 'slot' && meaning.of === 'response' ? dotted(meaning.path) : null;
}

function place(meaning: Meaning, into: string[]): boolean {
  const path = pathOf(meaning);
  if (path === null) return meaning.is === 'slot' && meaning.of === 'last_record';
  into.push(path);
  return true;
}

const isLink = (meaning: Meaning) => meaning.is === 'slot' && meaning.of === 'headers';
