import type { Matcher, RE2JS } from 're2js';
import { re2 } from '../../../connector/late-packages.ts';
import { type Filter, flagArgument, textArgument, textFilter, Unfit, wholeArgument } from '../filter.ts';
import { type Item, isNothing } from '../items.ts';
import { MOST_SIZE, type Work } from '../work.ts';

/*
 * Regular expressions of RE2 (https://github.com/google/re2/wiki/Syntax): they take time in proportion to the text,
 * whatever the pattern, and therefore know no look-around and no references back.
 */

const LONGEST_PATTERN = 500;
/** Compiled patterns that are kept: those of the templates are few, but a pattern may be a value. */
const MOST_KEPT = 200;

const kept = new Map<string, RE2JS>();

function compiled(pattern: Item, ignoreCase: Item): RE2JS {
  const source = textArgument(pattern, 'pattern');
  const flags = flagArgument(ignoreCase, 'ignorecase', false) ? re2().RE2JS.CASE_INSENSITIVE : 0;
  const key = `${flags} ${source}`;
  const known = kept.get(key);
  if (known) return known;
  if (source.length > LONGEST_PATTERN) throw new Unfit(`takes patterns of at most ${LONGEST_PATTERN} characters`);
  let made: RE2JS;
  try {
    made = re2().RE2JS.compile(source, flags);
  } catch {
    throw new Unfit('has a pattern that is no regular expression of RE2');
  }
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, made);
  return made;
}

/**
 * The next match. What follows it may have been read to the end of the text, and more than once over a text of many
 * matches, so each step is charged for all of that, by the size of the pattern's program.
 */
function findNext(pattern: RE2JS, matcher: Matcher, text: string, from: number, work: Work): boolean {
  work.spend(20 + Math.ceil((text.length - from) * Math.max(1.5, pattern.programSize() / 12)));
  return matcher.find();
}

export const PATTERN_FILTERS: Readonly<Record<string, Filter>> = {
  regex_findall: textFilter('pattern ignorecase?', (text, [pattern, ignoreCase], { work }) => {
    const used = compiled(pattern, ignoreCase);
    const matcher = used.matcher(text);
    const found: string[] = [];
    for (let from = 0; findNext(used, matcher, text, from, work); from = matcher.end()) {
      found.push(matcher.group(matcher.groupCount() > 0 ? 1 : 0) ?? '');
    }
    return found;
  }),
  regex_replace: textFilter('pattern new ignorecase?', (text, [pattern, fresh, ignoreCase], { work }) =>
    replaceAll(compiled(pattern, ignoreCase), text, textArgument(fresh, 'new'), work),
  ),
  regex_search: textFilter('pattern group? ignorecase?', (text, [pattern, group, ignoreCase], { work }) => {
    const used = compiled(pattern, ignoreCase);
    const matcher = used.matcher(text);
    if (!findNext(used, matcher, text, 0, work)) return null;
    const at = wholeArgument(group, 'group', isNothing(group) && matcher.groupCount() > 0 ? 1 : 0);
    if (at < 0 || at > matcher.groupCount()) throw new Unfit('has a pattern without that group');
    return matcher.group(at);
  }),
  regex_test: textFilter('pattern ignorecase?', (text, [pattern, ignoreCase], { work }) => {
    const used = compiled(pattern, ignoreCase);
    return findNext(used, used.matcher(text), text, 0, work);
  }),
};

/** `$1` in the new text stands for the first group, `$0` for all that was found, `$$` for a dollar. */
function replaceAll(pattern: RE2JS, text: string, fresh: string, work: Work): string {
  const matcher = pattern.matcher(text);
  const pieces = fresh.split(/(\$[\d$])/);
  let made = '';
  let last = 0;
  while (findNext(pattern, matcher, text, last, work)) {
    made += text.slice(last, matcher.start());
    last = matcher.end();
    for (const piece of pieces) made += pieceText(piece, (group) => matcher.group(group), matcher.groupCount());
    if (made.length > MOST_SIZE) work.room(made.length);
  }
  return made + text.slice(last);
}

function pieceText(piece: string, groupOf: (group: number) => string | null, groups: number): string {
  if (!/^\$[\d$]$/.test(piece)) return piece;
  if (piece === '$$') return '$';
  const group = Number(piece.slice(1));
  if (group > groups) throw new Unfit('names a group that its pattern has not');
  return groupOf(group) ?? '';
}
