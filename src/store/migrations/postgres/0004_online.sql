-- What an Evaluator with a selector did with live queries, by hour: what its share and its budget are measured by.
CREATE TABLE online_counts (
  evaluator TEXT NOT NULL,       -- UID
  hour BIGINT NOT NULL,         -- since 1970
  sampled BIGINT NOT NULL DEFAULT 0,
  by_share BIGINT NOT NULL DEFAULT 0,
  by_budget BIGINT NOT NULL DEFAULT 0,
  unpriced BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (evaluator, hour)
);
CREATE TABLE online_costs (
  evaluator TEXT NOT NULL,
  hour BIGINT NOT NULL,
  currency TEXT NOT NULL,
  nanos BIGINT NOT NULL,        -- thousand-millionths
  PRIMARY KEY (evaluator, hour, currency)
);
