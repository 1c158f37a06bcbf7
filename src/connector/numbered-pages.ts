import { problem } from '../record/diagnostic.ts';
import type { Pagination } from './definition.ts';
import { ListBeginning } from './list-beginning.ts';
import { createRepeats } from './page-repeats.ts';
import {
  type PageAnswer,
  type PageRequest,
  type PageStep,
  type PageWalk,
  type Parameters,
  pageRepeated,
  sentAs,
  totalDiffers,
} from './page-walk.ts';

type Numbered = Extract<Pagination, { style: 'page' | 'offset' }>;

/** How many answers a list that keeps moving is given, besides so many for each of its pages, before the read gives up. */
const MOST_ANSWERS = 100;
const ANSWERS_PER_PAGE = 6;
const CALM_PAGES = 8;
/** A list that is moving may fill a page or two with what was there before; one that goes on so repeats itself. */
const MOST_STALE_PAGES = 3;

/**
 * Pages by number or offset. Where pages shift while records are added or removed, each page is asked for so that it
 * begins within the one before: as long as it holds a record of that page, and the list keeps its order, nothing that
 * was there all the time lies between the two. Else the walk goes back until it does. A page asked for ahead may be
 * older than the one before: where the two don't join, it is asked for again. Where the pages have moved on, the
 * list's beginning is read again at the end.
 */
export function createNumberedWalk(pagination: Numbered): PageWalk {
  return pagination.shifts ? new ShiftingWalk(pagination) : new SteadyWalk(pagination);
}

/** A page as the declared parameters say it: by its number, or by the place of its first record. */
function pageRequest(pagination: Numbered, start: number, size: number): PageRequest {
  const number = pagination.style === 'page' ? pagination.first + Math.round(start / size) : start;
  const query: Parameters = { [pagination.param]: sentAs(pagination.sent_as, number, size) };
  if (pagination.size_param !== undefined) query[pagination.size_param] = size;
  return { query, start, size };
}

/** Whether this answer shows the end of the list; null where the system declares no way to tell. */
function isEnd(request: PageRequest, answer: PageAnswer): boolean | null {
  if (answer.more !== null) return !answer.more;
  if (answer.pages !== null) return request.start / request.size + 1 >= answer.pages;
  if (answer.total !== null) return request.start + placesOf(request, answer) >= answer.total;
  return null;
}

/** How many places of the list an answer covers: what it holds beyond its size is a record of another place once more. */
const placesOf = ({ size }: { size: number }, { ids }: PageAnswer): number => Math.min(ids.length, size);

/** Where the list ends as far as this answer tells, as a place; infinite where it doesn't tell. */
function knownEnd(request: PageRequest, answer: PageAnswer): number {
  if (answer.total !== null) return answer.total;
  return answer.pages === null ? Number.POSITIVE_INFINITY : answer.pages * request.size;
}

/** The size that the server gives; it may be smaller than asked for (clamped) although more follows, or its own one. */
function effectiveSize(request: PageRequest, answer: PageAnswer): number {
  const count = answer.ids.length;
  if (count > request.size) return count;
  return count > 0 && count < request.size && isEnd(request, answer) === false ? count : request.size;
}

/**
 * An answer whose records are each there once. A copy takes no place of its own: counted as one, it would let the next
 * page begin too far on, or the list seem to have ended.
 */
function withoutCopies(answer: PageAnswer): { answer: PageAnswer; copies: number } {
  const ids = new Set(answer.ids);
  const copies = answer.ids.length - ids.size;
  return { answer: copies === 0 ? answer : { ...answer, ids: [...ids] }, copies };
}

const all = () => true;
const none = () => false;

class SteadyWalk implements PageWalk {
  readonly #pagination: Numbered;
  readonly #repeats = createRepeats();
  #size: number;
  #asked = 0;
  #accepted = 0;
  #end = 0;
  #count = 0;
  /** Some systems count them in their total. */
  #copies = 0;
  #leastTotal = Number.POSITIVE_INFINITY;
  #mostTotal = Number.NEGATIVE_INFINITY;

  constructor(pagination: Numbered) {
    this.#pagination = pagination;
    this.#size = pagination.size;
  }

  ask(): PageRequest | null {
    const ahead = this.#asked > this.#accepted;
    const unknown = this.#accepted === 0 || this.#end === Number.POSITIVE_INFINITY;
    if (ahead && (unknown || this.#asked >= this.#end)) return null;
    const request = pageRequest(this.#pagination, this.#asked, this.#size);
    this.#asked += this.#size;
    return request;
  }

  accept(request: PageRequest, given: PageAnswer): PageStep {
    const { answer, copies } = withoutCopies(given);
    const { ids, total } = answer;
    this.#copies += copies;
    if (total !== null) {
      this.#leastTotal = Math.min(this.#leastTotal, total);
      this.#mostTotal = Math.max(this.#mostTotal, total);
    }
    if (this.#repeats.seen(ids)) return { kind: 'end', fresh: all, complete: false, diagnostic: pageRepeated() };
    const wasFirst = this.#accepted === 0;
    if (wasFirst) {
      this.#size = effectiveSize(request, answer);
      this.#asked = this.#size;
    }
    const byOffset = this.#pagination.style === 'offset';
    const places = placesOf({ size: this.#size }, answer);
    this.#count += places;
    this.#accepted = request.start + (byOffset ? places : this.#size);
    this.#end = knownEnd({ ...request, size: this.#size }, answer);
    if (isEnd(request, answer) ?? ids.length === 0) return this.#atEnd();
    if (ids.length === 0) return { kind: 'end', fresh: all, complete: false, diagnostic: totalDiffers() };
    if (!byOffset || places === this.#size) return { kind: 'page', fresh: all };
    // Shorter than asked for: what was asked for ahead begins too far on.
    this.#asked = this.#accepted;
    return { kind: 'page', fresh: all, discard: true };
  }

  #atEnd(): PageStep {
    const agrees =
      this.#mostTotal < 0 || (this.#count + this.#copies >= this.#leastTotal && this.#count <= this.#mostTotal);
    if (agrees) return { kind: 'end', fresh: all, complete: true };
    return { kind: 'end', fresh: all, complete: false, diagnostic: totalDiffers() };
  }
}

class ShiftingWalk implements PageWalk {
  readonly #pagination: Numbered;
  #size: number;
  /** By how many records a page begins before the end of the one before; less again after some calm pages. */
  #overlap = 1;
  #calm = 0;
  /** Ids of the last page that was accepted. */
  #tail = new Set<string>();
  /** The place after the last record accepted, and after the last asked for. */
  #covered = 0;
  #planned = 0;
  #end = 0;
  #farthest = 0;
  #started = false;
  #waiting = 0;
  /** Whether the next answer was asked for before the last page was here, so that it may be older than that. */
  #isAhead = false;
  #answers = 0;
  /** Pages in a row that reach beyond the last and yet hold nothing new. */
  #stale = 0;
  readonly #beginning = new ListBeginning();
  /** Records that were not on the page before theirs, nor on one that is remembered. */
  #count = 0;
  /** Records that were read once more. Some systems count them in their total. */
  #copies = 0;
  #leastTotal = Number.POSITIVE_INFINITY;

  constructor(pagination: Numbered) {
    this.#pagination = pagination;
    this.#size = pagination.size;
  }

  ask(): PageRequest | null {
    const end = Math.min(this.#end, this.#beginning.end);
    const unknown = !this.#started || end === Number.POSITIVE_INFINITY;
    if (this.#waiting > 0 && (unknown || this.#planned >= end)) return null;
    const request = this.#window(this.#planned);
    this.#planned = request.start + request.size;
    this.#waiting++;
    return request;
  }

  /** The page that begins before `place` by the overlap or more, and reaches farthest beyond. */
  #window(place: number): PageRequest {
    const latest = Math.max(0, place - this.#overlap);
    if (this.#pagination.style === 'offset') return pageRequest(this.#pagination, latest, this.#size);
    let best = { start: 0, size: this.#size };
    for (let size = this.#size; size > 0 && (size >= this.#size / 2 || best.start + best.size <= place); size--) {
      const start = Math.floor(latest / size) * size;
      if (start + size > best.start + best.size) best = { start, size };
    }
    return pageRequest(this.#pagination, best.start, best.size);
  }

  accept(request: PageRequest, given: PageAnswer): PageStep {
    const { answer, copies } = withoutCopies(given);
    const { ids } = answer;
    this.#waiting--;
    this.#answers++;
    const isAhead = this.#isAhead;
    this.#isAhead = this.#waiting > 0;
    if (!this.#beginning.takesAnswer()) return { kind: 'end', fresh: none, complete: false, diagnostic: moving() };
    if (!this.#started) this.#size = effectiveSize(request, answer);
    this.#end = knownEnd({ ...request, size: this.#size }, answer);
    const before = this.#tail;
    const fresh = (place: number) => !before.has(given.ids[place] ?? '');
    const news = ids.filter((id) => !before.has(id)).length;
    const overlaps = request.start === 0 || news < ids.length;
    const reached = request.start + placesOf({ size: this.#size }, answer);
    const beyond = reached > this.#covered;
    // Without a word from the system, only a page that is not full can be the last.
    const ended = isEnd(request, answer) ?? (news === 0 && !beyond && ids.length < request.size);
    if (!overlaps || (!beyond && !ended)) return this.#goBack();
    if (isAhead && !this.#joins(ids, ids.length - news)) return this.#askAgain();
    this.#stale = news === 0 && beyond ? this.#stale + 1 : 0;
    if (this.#stale > MOST_STALE_PAGES) return { kind: 'end', fresh, complete: false, diagnostic: pageRepeated() };
    this.#note(request, answer, copies);
    if (answer.total !== null) this.#leastTotal = Math.min(this.#leastTotal, answer.total);
    this.#tail = new Set(ids);
    this.#covered = reached;
    this.#farthest = Math.max(this.#farthest, reached);
    if (!this.#started || this.#waiting === 0) this.#planned = reached;
    this.#started = true;
    this.#calm++;
    if (this.#calm % CALM_PAGES === 0) this.#overlap = Math.max(1, Math.floor(this.#overlap / 2));
    if (!ended && !this.#beginning.isSeen(reached)) return { kind: 'page', fresh };
    return this.#beginning.isMoved ? this.#readAgain(fresh) : this.#atEnd(fresh);
  }

  /** Counts what the page brings, and by how many places it has moved on. */
  #note({ start, size }: PageRequest, { ids, total, versions = new Map() }: PageAnswer, copies: number): void {
    const before = start === 0 ? new Set<string>() : this.#tail;
    if (start === 0) {
      if (!this.#beginning.isReadAgain) [this.#count, this.#copies] = [0, 0];
      this.#beginning.startsWith(ids);
    }
    const known = this.#beginning.meets(ids, versions);
    if (start > 0) {
      // What its place does not hold is a record of another one once more.
      const strays = Math.max(0, ids.length - Math.min(size, this.#size, (total ?? Number.POSITIVE_INFINITY) - start));
      const readBefore = ids.filter((id) => before.has(id) || known.has(id)).length - strays;
      const overlap = ids.filter((id) => before.has(id)).length;
      const moved = overlap - Math.max(0, this.#covered - start);
      // Where the page before has moved as well, little is shared with it, and more with those before.
      const movedFar = this.#beginning.isReadAgain ? 0 : readBefore - Math.max(0, this.#farthest - start);
      this.#beginning.movesOn(Math.max(0, moved, movedFar));
    }
    for (const id of ids) {
      if (before.has(id)) continue;
      if (known.has(id)) this.#copies++;
      else this.#count++;
    }
    this.#copies += copies;
  }

  /** Records came before those that were read, which may have stood behind them: they are on the first pages now. */
  #readAgain(fresh: (place: number) => boolean): PageStep {
    this.#beginning.readAgain(this.#size);
    this.#tail = new Set();
    this.#overlap = 1;
    this.#waiting = 0;
    this.#isAhead = false;
    this.#covered = 0;
    this.#planned = 0;
    return { kind: 'page', fresh, discard: true };
  }

  #atEnd(fresh: (place: number) => boolean): PageStep {
    // Where records have moved, nothing makes up for one that was not read.
    const counted = this.#count + (this.#beginning.isReadAgain ? 0 : this.#copies);
    if (this.#leastTotal === Number.POSITIVE_INFINITY || counted >= this.#leastTotal)
      return { kind: 'end', fresh, complete: true };
    return { kind: 'end', fresh, complete: false, diagnostic: totalDiffers() };
  }

  /**
   * Whether the `shared` records that a page has with the last one are those which that ends with. Where the page is
   * older, one that moved in between is on both, and those that stood between its two places are on neither.
   */
  #joins(ids: readonly string[], shared: number): boolean {
    const page = new Set(ids);
    return [...this.#tail].slice(this.#tail.size - shared).every((id) => page.has(id));
  }

  /** The records have moved: begins earlier, first within the last page, then a page earlier with each doubt. */
  #goBack(): PageStep {
    this.#calm = 0;
    if (this.#overlap * 2 <= this.#size) this.#overlap *= 2;
    else this.#covered = Math.max(0, this.#covered - this.#size);
    return this.#askAgain();
  }

  /** Goes on behind what is covered, with answers that are all still to be made. */
  #askAgain(): PageStep {
    const most = MOST_ANSWERS + (ANSWERS_PER_PAGE * this.#farthest) / this.#size;
    if (this.#answers > most) return { kind: 'end', fresh: none, complete: false, diagnostic: moving() };
    this.#waiting = 0;
    this.#isAhead = false;
    this.#planned = this.#covered;
    return { kind: 'page', fresh: none, discard: true };
  }
}

const moving = () =>
  problem('pages-moving', 'The list changed faster than it could be read', {
    detail: 'Its pages kept shifting, so it is not known whether it is complete.',
    next: 'Run again when fewer records are added and removed',
  });
