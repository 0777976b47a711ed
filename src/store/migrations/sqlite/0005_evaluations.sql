-- What evaluations have paid for: calls of judges and of evaluators' services, and what a batch or a query has made. A step that
-- has its answer is never done again; one without was cut.
CREATE TABLE evaluation_steps (
  owner TEXT NOT NULL,           -- UID of the Evaluation, or of the Query that evaluations are made for
  step TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  answer TEXT,                   -- JSON
  PRIMARY KEY (owner, step)
) WITHOUT ROWID;
