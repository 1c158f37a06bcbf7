import type { ObjectDefinition } from './definition.ts';
import type { OptionDefinition } from './field.ts';

/** The names of the lists that the fields of an object take their options from. */
export const listsOf = ({ fields }: Pick<ObjectDefinition, 'fields'>): string[] => [
  ...new Set(Object.values(fields).flatMap((field) => field.options_from ?? [])),
];

/** What a connection knows of its lists of options: as it read them, or as an earlier run did. */
export class KnownLists {
  readonly #lists = new Map<string, readonly OptionDefinition[]>();
  readonly #read = new Set<string>();

  options(name: string): readonly OptionDefinition[] {
    return this.#lists.get(name) ?? NONE;
  }

  /** What was read from the system stands. */
  recall(lists: Readonly<Record<string, readonly OptionDefinition[]>>): void {
    for (const [name, options] of Object.entries(lists)) if (!this.#read.has(name)) this.#lists.set(name, options);
  }

  keep(name: string, options: readonly OptionDefinition[]): void {
    this.#lists.set(name, options);
    this.#read.add(name);
  }

  /** The lists of an object that are still to be read; with `anew` those as well that were only recalled. */
  missing(definition: Pick<ObjectDefinition, 'fields'>, anew: boolean): string[] {
    const known = anew ? this.#read : this.#lists;
    return listsOf(definition).filter((name) => !known.has(name));
  }
}

const NONE: readonly OptionDefinition[] = [];
