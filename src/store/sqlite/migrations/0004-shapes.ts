/** The fields and options of an object as they were accepted, and the fields beside the mapping that hold values; no values. */
export const shapes = `
CREATE TABLE shape (
  mapping INTEGER NOT NULL REFERENCES mapping (id),
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  read INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (mapping, side)
) STRICT, WITHOUT ROWID;
`;
