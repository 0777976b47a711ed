-- What an Evaluator with a selector did with live queries, by hour: what its share and its budget are measured by.
CREATE TABLE online_counts (
  evaluator TEXT NOT NULL,       -- UID
  hour INTEGER NOT NULL,         -- since 1970
  sampled INTEGER NOT NULL DEFAULT 0,
  by_share INTEGER NOT NULL DEFAULT 0,
  by_budget INTEGER NOT NULL DEFAULT 0,
  unpriced INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (evaluator, hour)
) WITHOUT ROWID;
CREATE TABLE online_costs (
  evaluator TEXT NOT NULL,
  hour INTEGER NOT NULL,
  currency TEXT NOT NULL,
  nanos INTEGER NOT NULL,        -- thousand-millionths
  PRIMARY KEY (evaluator, hour, currency)
) WITHOUT ROWID;
