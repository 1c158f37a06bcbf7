import { escapedPart, joinId, splitId } from '../../connector/composite-id.ts';

/** How the ids of an object are made of those of its parents and its own. */
export interface IdScheme {
  /** Number of parts, those of the parents included. */
  count: number;
  /** The id of the record with this own id, below the parent where there is one. */
  below(parentId: string | undefined, own: string): string;
  /** The id of the parent, and the parts of the record's own; null where it can't be an id of the object. */
  split(id: string): { parentId: string | undefined; own: string[] } | null;
}

export function createIdScheme(ownCount: number, parent: IdScheme | null): IdScheme {
  const above = parent?.count ?? 0;
  const count = above + ownCount;
  const part = (id: string, parts: number) => (parts === 1 ? escapedPart(id) : id);
  return {
    count,
    below: (parentId, own) =>
      parentId === undefined || above === 0 ? own : `${part(parentId, above)}/${part(own, ownCount)}`,
    split(id) {
      if (count === 1) return { parentId: undefined, own: [id] };
      const parts = splitId(id, count);
      if (!parts) return null;
      const own = parts.slice(above);
      if (above === 0) return { parentId: undefined, own };
      return { parentId: above === 1 ? parts[0] : joinId(parts.slice(0, above)), own };
    },
  };
}
