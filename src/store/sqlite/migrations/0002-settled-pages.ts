/** By mapping and side, the pages of a read of everything that held no change: see `StateChange.pages`. */
export const settledPages = `
CREATE TABLE settled_page (
  mapping INTEGER NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  digest BLOB NOT NULL,
  PRIMARY KEY (mapping, side, digest)
) STRICT, WITHOUT ROWID;
`;
