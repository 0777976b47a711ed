-- Long texts of entries, apart and once for each run: an answer stands in the entries of its call, its turn and its target.
CREATE TABLE payloads (
  run TEXT NOT NULL,
  hash TEXT NOT NULL,            -- SHA-256, in hex
  body TEXT NOT NULL,            -- as JSON
  PRIMARY KEY (run, hash)
);
ALTER TABLE journal ADD COLUMN payload TEXT;
