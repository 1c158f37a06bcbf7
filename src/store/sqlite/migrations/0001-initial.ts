/**
 * Links live in a table with a rowid and two unique indexes: appending is cheap whatever the order of ids, and a look-up
 * from either side is one index seek. (With `WITHOUT ROWID` on (mapping, a) some look-ups by `b` scan the whole mapping.)
 * `bases` is the base of side a, `a_size` bytes long, followed by that of side b: one blob is read sooner than two.
 */
export const initial = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
CREATE TABLE mapping (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE layout (id INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE link (
  id INTEGER PRIMARY KEY,
  mapping INTEGER NOT NULL,
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  a_version TEXT,
  b_version TEXT,
  bases BLOB NOT NULL,
  a_size INTEGER NOT NULL,
  layout INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'silent')),
  touched INTEGER NOT NULL,
  run TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX link_a ON link (mapping, a);
CREATE UNIQUE INDEX link_b ON link (mapping, b);
CREATE INDEX link_silent ON link (mapping) WHERE state = 'silent';

CREATE TABLE closed_link (
  id INTEGER PRIMARY KEY,
  mapping INTEGER NOT NULL,
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  a_version TEXT,
  b_version TEXT,
  bases BLOB NOT NULL,
  a_size INTEGER NOT NULL,
  layout INTEGER NOT NULL,
  touched INTEGER NOT NULL,
  run TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX closed_link_a ON closed_link (mapping, a, b);
CREATE INDEX closed_link_b ON closed_link (mapping, b);

CREATE TABLE cursor (
  mapping INTEGER NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  mark INTEGER,
  scanned INTEGER,
  swept INTEGER,
  seen INTEGER,
  rules TEXT NOT NULL,
  PRIMARY KEY (mapping, side)
) STRICT;

CREATE TABLE intent (
  id TEXT PRIMARY KEY,
  mapping INTEGER NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  created INTEGER NOT NULL,
  items TEXT NOT NULL
) STRICT;
CREATE INDEX intent_mapping ON intent (mapping);

CREATE TABLE parked (
  mapping INTEGER NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  id TEXT NOT NULL,
  reason TEXT NOT NULL,
  diagnostic TEXT NOT NULL,
  seen TEXT NOT NULL,
  rules TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next INTEGER,
  partner TEXT,
  waits_mapping INTEGER,
  waits_side TEXT CHECK (waits_side IN ('a', 'b')),
  waits_id TEXT,
  dismissed_reason TEXT,
  dismissed_at INTEGER,
  approved TEXT,
  PRIMARY KEY (mapping, side, id)
) STRICT;
CREATE INDEX parked_next ON parked (next) WHERE next IS NOT NULL;
CREATE INDEX parked_waits ON parked (waits_mapping, waits_side, waits_id) WHERE waits_id IS NOT NULL;

CREATE TABLE record_keys (
  number INTEGER PRIMARY KEY,
  mapping INTEGER NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  id TEXT NOT NULL,
  keys TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_keys_id ON record_keys (mapping, side, id);
CREATE TABLE record_key (
  mapping INTEGER NOT NULL,
  side TEXT NOT NULL,
  rule INTEGER NOT NULL,
  digest TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (mapping, side, rule, digest, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  mapping INTEGER NOT NULL,
  a TEXT,
  b TEXT,
  run TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  rule TEXT NOT NULL,
  fields TEXT NOT NULL,
  digests TEXT
) STRICT;
CREATE INDEX history_a ON history (mapping, a, at);
CREATE INDEX history_b ON history (mapping, b, at);

CREATE TABLE run (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  integration TEXT NOT NULL,
  environment TEXT NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER,
  outcome TEXT NOT NULL,
  counts TEXT NOT NULL,
  calls TEXT NOT NULL,
  diagnostics TEXT NOT NULL
) STRICT;
CREATE INDEX run_integration ON run (integration, started);

CREATE TABLE lease (
  key TEXT PRIMARY KEY,
  token INTEGER NOT NULL,
  holder TEXT,
  expires INTEGER NOT NULL
) STRICT;

CREATE TABLE secret (name TEXT PRIMARY KEY, nonce BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;

INSERT INTO meta (name, value) VALUES ('generation', 0);
`;
