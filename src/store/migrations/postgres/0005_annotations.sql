-- What people said of answers; of one answer, each person one thing.
CREATE TABLE annotations (
  namespace TEXT NOT NULL,
  evaluation TEXT NOT NULL,      -- name of the Evaluation
  number BIGINT NOT NULL,       -- of the experiment
  target_kind TEXT NOT NULL,
  target TEXT NOT NULL,
  item TEXT NOT NULL,
  person TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  said TEXT NOT NULL,            -- JSON
  PRIMARY KEY (namespace, evaluation, number, target_kind, target, item, person)
);
