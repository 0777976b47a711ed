-- Experiments: each time that an Evaluation asked a data set. They are kept when the Evaluation is gone.
CREATE TABLE experiments (
  id TEXT PRIMARY KEY,           -- by the Evaluation's UID and what made it run
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,            -- of the Evaluation
  number INTEGER NOT NULL,       -- from 1, for each namespace and name
  evaluation TEXT NOT NULL,      -- UID of the Evaluation
  run TEXT NOT NULL,             -- what made it run: the generation, and the wish to run again
  data_set TEXT NOT NULL,
  data_set_version INTEGER NOT NULL,
  item_set TEXT NOT NULL,        -- hash of the items that are asked
  items INTEGER NOT NULL,        -- how many
  total INTEGER NOT NULL,        -- trials in all
  snapshot TEXT NOT NULL,        -- JSON
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  state TEXT NOT NULL,           -- running, done, canceled, failed
  message TEXT NOT NULL,
  outcome TEXT                   -- JSON
) WITHOUT ROWID;
CREATE UNIQUE INDEX experiments_by_name ON experiments (namespace, name, number);
CREATE INDEX experiments_by_data_set ON experiments (namespace, data_set);

-- What was asked: once for all experiments that asked the same.
CREATE TABLE experiment_items (
  item_set TEXT NOT NULL,
  id TEXT NOT NULL,
  place INTEGER NOT NULL,        -- in the data set
  head TEXT NOT NULL,            -- JSON, as tables show it
  body TEXT NOT NULL,            -- JSON of the item
  PRIMARY KEY (item_set, id)
) WITHOUT ROWID;

-- What became of an item, asked once of a target.
CREATE TABLE trials (
  experiment TEXT NOT NULL,
  item TEXT NOT NULL,
  target INTEGER NOT NULL,       -- place in the targets of the experiment
  repeat INTEGER NOT NULL,
  scores TEXT NOT NULL,          -- JSON: what is compared
  PRIMARY KEY (experiment, item, target, repeat)
) WITHOUT ROWID;

-- What is only read when one looks at the item: answers and reasons are long.
CREATE TABLE trial_details (
  experiment TEXT NOT NULL,
  item TEXT NOT NULL,
  target INTEGER NOT NULL,
  repeat INTEGER NOT NULL,
  detail TEXT NOT NULL,          -- JSON
  PRIMARY KEY (experiment, item, target, repeat)
) WITHOUT ROWID;
