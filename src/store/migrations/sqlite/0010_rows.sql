-- Objects and entries are larger than what a page of an index holds, and spilled to pages of their own. As rows they stand in
-- the order of their coming: those of one commit share a page, and only the index is touched in as many places as there are runs.
CREATE TABLE object_rows (
  key TEXT NOT NULL PRIMARY KEY, -- group/resource/namespace/name
  revision INTEGER NOT NULL,     -- metadata.resourceVersion
  body BLOB NOT NULL
);
INSERT INTO object_rows (key, revision, body) SELECT key, revision, body FROM objects ORDER BY revision;
DROP TABLE objects;
ALTER TABLE object_rows RENAME TO objects;

CREATE TABLE journal_rows (
  run TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  entry TEXT NOT NULL,           -- JSON of engine::journal::Entry
  payload TEXT,
  PRIMARY KEY (run, seq)
);
INSERT INTO journal_rows (run, seq, at_ms, entry, payload)
  SELECT run, seq, at_ms, entry, payload FROM journal ORDER BY at_ms, run, seq;
DROP TABLE journal;
ALTER TABLE journal_rows RENAME TO journal;
