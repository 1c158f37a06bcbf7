/** Most ids of a list's first pages that are remembered. */
const REMEMBERED = 4096;
/** Looking again may take so many times the pages that it should, and so many more. */
const PAGES_FOR_ONE = 2;
const MORE_PAGES = 2;

/** What must be seen of the beginning of a list when it is read again. */
interface SecondLook {
  /** Records that the list began with, and have not been seen again. */
  awaited: Set<string>;
  /** So many of them may have gone on, or away. */
  spare: number;
  /** As many places as that takes. */
  places: number;
}

/** Of records by their ids: what changes with each. Empty where the system doesn't say it. */
type Versions = ReadonlyMap<string, string | number>;

/**
 * The beginning of a list that is read page by page. Where the pages have moved on, records came before those that were
 * read; and not only new ones: where the last changed come first, an edit moves a record there from the pages still to
 * come, so that it is on none that is read. Then the list is read from its beginning again, until half of the records
 * that it began with are seen, and a page half of which has not changed: what came stands before those that stayed. Pages
 * that move on meanwhile are looked at again in turn.
 */
export class ListBeginning {
  /** Records that were read, with what changes with them; null where nothing says it. */
  readonly #known = new Map<string, string | number | null>();
  /** Whether at least half of the last page was known and has not changed; null where nothing says it. */
  #isUnchanged: boolean | null = null;
  #first: readonly string[] = [];
  #shift = 0;
  #again: SecondLook | null = null;
  #pagesLeft = Number.POSITIVE_INFINITY;

  /** Whether records have come before those that were read. */
  get isMoved(): boolean {
    return this.#shift > 0;
  }

  /** Whether it is, or was, read again. */
  get isReadAgain(): boolean {
    return this.#again !== null;
  }

  /** The place up to which it is read again; infinite before. */
  get end(): number {
    return this.#again?.places ?? Number.POSITIVE_INFINITY;
  }

  /** Counts an answer; false when reading again takes too many. */
  takesAnswer(): boolean {
    this.#pagesLeft--;
    return this.#pagesLeft >= 0;
  }

  /** The list as it begins now: from here on it is read whole, or again. */
  startsWith(ids: readonly string[]): void {
    if (!this.#again) this.#known.clear();
    this.#first = ids;
    this.#shift = 0;
  }

  /** So many places of a page hold what was read on pages before, besides those that it was asked to share with them. */
  movesOn(places: number): void {
    this.#shift += places;
  }

  /** Remembers the records of a page; tells which of them were remembered. */
  meets(ids: readonly string[], versions: Versions): Set<string> {
    const known = new Set(ids.filter((id) => this.#known.has(id)));
    const unchanged = ids.filter((id) => versions.has(id) && this.#known.get(id) === versions.get(id));
    this.#isUnchanged = versions.size === 0 ? null : unchanged.length * 2 >= ids.length;
    for (const id of ids) {
      if (known.has(id) || this.#known.size < REMEMBERED) this.#known.set(id, versions.get(id) ?? null);
      this.#again?.awaited.delete(id);
    }
    return known;
  }

  /** From now on the list is read again, in pages of `size`. */
  readAgain(size: number): void {
    const spare = Math.floor(this.#first.length / 2);
    const places = this.#shift + this.#first.length - spare;
    if (!this.#again) this.#pagesLeft = MORE_PAGES + PAGES_FOR_ONE * Math.ceil(places / size);
    this.#again = { awaited: new Set(this.#first), spare, places };
    this.#shift = 0;
  }

  /** Whether what was read again, up to the place `covered`, is enough. */
  isSeen(covered: number): boolean {
    const again = this.#again;
    if (again === null || covered < again.places || again.awaited.size > again.spare) return false;
    return this.#isUnchanged ?? true;
  }
}
