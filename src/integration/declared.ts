import type { Side } from '../record/side.ts';
import type { Declared, LookupTable, MappingFunction } from './expression.ts';

/** What expressions of one file may use besides the record: its tables, its functions, a mapping's lookups. */
export class FileDeclared {
  readonly #tables: ReadonlyMap<string, LookupTable>;
  readonly #functions: ReadonlyMap<string, MappingFunction>;
  /** Digests of what is not written in the mapping itself, by the name that an expression says. */
  readonly #versions: ReadonlyMap<string, string>;
  readonly #lookups: Readonly<Record<Side, readonly string[]>>;

  constructor(
    tables: ReadonlyMap<string, LookupTable>,
    functions: ReadonlyMap<string, MappingFunction>,
    versions: ReadonlyMap<string, string>,
    lookups: Readonly<Record<Side, readonly string[]>> = { a: [], b: [] },
  ) {
    this.#tables = tables;
    this.#functions = functions;
    this.#versions = versions;
    this.#lookups = lookups;
  }

  /** For expressions that write to a side, which see what was looked up for it; null for those that write nothing. */
  towards(target: Side | null): Declared {
    return { tables: this.#tables, functions: this.#functions, lookups: target ? this.#lookups[target] : [] };
  }

  /** The same with the lookups of a mapping, by the side that expressions may write with them. */
  withLookups(lookups: Readonly<Record<Side, readonly string[]>>): FileDeclared {
    return new FileDeclared(this.#tables, this.#functions, this.#versions, lookups);
  }

  /** Digests of all that the text of a mapping may use: when one changes, what was decided by it may be stale. */
  versionsIn(text: string): [string, string][] {
    return [...this.#versions].filter(([name]) => text.includes(name)).sort();
  }
}
