/** Records that Dovetail made to try something and has not removed yet: see `MarkLog`. */
export const marked = `
CREATE TABLE marked (
  number INTEGER PRIMARY KEY,
  integration TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  object TEXT NOT NULL,
  mark TEXT NOT NULL,
  field TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('check', 'testdata')),
  id TEXT,
  at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX marked_name ON marked (integration, side, object, mark);
`;
