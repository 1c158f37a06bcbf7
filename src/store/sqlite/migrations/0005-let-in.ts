/** Records that are synced although a filter leaves them out: see `StateChange.letIn`. */
export const letIn = `
CREATE TABLE let_in (
  mapping INTEGER NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  id TEXT NOT NULL,
  PRIMARY KEY (mapping, side, id)
) STRICT, WITHOUT ROWID;
`;
