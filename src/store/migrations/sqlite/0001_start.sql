-- Facts about the store itself: the last resourceVersion handed out, what was seeded, keys.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Objects of the embedded Kubernetes API, as the JSON that is served.
CREATE TABLE objects (
  key TEXT PRIMARY KEY,          -- group/resource/namespace/name
  revision INTEGER NOT NULL,     -- metadata.resourceVersion
  body BLOB NOT NULL
) WITHOUT ROWID;

-- One row for each run of a query: who it belongs to and where it stands.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,           -- UID of the Query
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  finished_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX runs_by_name ON runs (namespace, name);
CREATE INDEX runs_unfinished ON runs (created_ms) WHERE finished_ms IS NULL;

-- The journal: append only, numbered for each run.
CREATE TABLE journal (
  run TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  entry TEXT NOT NULL,           -- JSON of engine::journal::Entry
  PRIMARY KEY (run, seq)
) WITHOUT ROWID;

-- Sessions of browsers.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  expires_ms INTEGER NOT NULL,
  record TEXT NOT NULL
) WITHOUT ROWID;
