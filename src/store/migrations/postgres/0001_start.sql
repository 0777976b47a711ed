-- The tables of migrations/sqlite, but for objects: the embedded Kubernetes API keeps those in its file always.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE runs (
  id TEXT PRIMARY KEY,           -- UID of the Query
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  finished_ms BIGINT,
  owner TEXT                     -- id of the replica that runs it; null when it was given back
);
CREATE INDEX runs_by_name ON runs (namespace, name);
CREATE INDEX runs_unfinished ON runs (created_ms) WHERE finished_ms IS NULL;

CREATE TABLE journal (
  run TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  entry TEXT NOT NULL,           -- JSON of engine::journal::Entry; TEXT, as JSONB cannot hold every string that JSON can
  payload TEXT,                  -- hash of the text that was taken out of the entry
  PRIMARY KEY (run, seq)
);

-- Long texts of entries, apart and once for each run: an answer stands in the entries of its call, its turn and its target.
CREATE TABLE payloads (
  run TEXT NOT NULL,
  hash TEXT NOT NULL,            -- SHA-256, in hex
  body TEXT NOT NULL,            -- as JSON
  PRIMARY KEY (run, hash)
);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  expires_ms BIGINT NOT NULL,
  record TEXT NOT NULL
);

CREATE TABLE messages (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- never given twice: journals name messages by it
  memory TEXT NOT NULL,          -- UID of the Memory
  conversation TEXT NOT NULL,
  query TEXT NOT NULL,           -- UID of the Query that it was said in
  target BIGINT NOT NULL,        -- index of the target that said it; -1 for the question
  place BIGINT NOT NULL,         -- place in the question or in what the target said
  spoken BIGINT NOT NULL,        -- 1: question or answer, which stand without calls of tools
  tokens BIGINT NOT NULL,        -- an estimate
  bytes BIGINT NOT NULL,
  message TEXT NOT NULL,         -- JSON
  UNIQUE (query, target, place)
);
CREATE INDEX messages_by_conversation ON messages (memory, conversation, id);

CREATE TABLE memories_provided (
  namespace TEXT PRIMARY KEY
);

-- The processes that share this database. Times are the database's, so that clocks of machines do not matter.
CREATE TABLE replicas (
  id TEXT PRIMARY KEY,           -- made anew at each start
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  beat_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
