/** The check list: checks with the status of each answer, what their probes found, and what people let through. */
export const evidence = `
CREATE TABLE check_run (
  id INTEGER PRIMARY KEY,
  integration TEXT NOT NULL,
  at INTEGER NOT NULL,
  version TEXT NOT NULL,
  answers TEXT NOT NULL
) STRICT;
CREATE INDEX check_run_by_time ON check_run (integration, at);

CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  check_run INTEGER NOT NULL REFERENCES check_run (id),
  integration TEXT NOT NULL,
  question TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  probe TEXT NOT NULL,
  at INTEGER NOT NULL,
  took INTEGER NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('holds', 'contradicts', 'unknown')),
  asked TEXT NOT NULL,
  found TEXT NOT NULL,
  facts TEXT NOT NULL,
  next TEXT,
  basis TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_by_probe ON evidence (integration, question, side, probe, at);
CREATE INDEX evidence_by_check ON evidence (check_run);

CREATE TABLE override (
  id INTEGER PRIMARY KEY,
  integration TEXT NOT NULL,
  question TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
`;
