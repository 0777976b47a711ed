-- Data sets: those that are kept here, and what ConfigMaps said when they were looked at. One that was deleted keeps its row, so that
-- no number of a version is given twice.
CREATE TABLE data_sets (
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  home TEXT NOT NULL,            -- 'store', 'configmap' or, when it was deleted, 'none'
  newest INTEGER NOT NULL,       -- number of the newest version; 0 before the first
  seen TEXT NOT NULL,            -- UID and resourceVersion of the ConfigMap that was read last
  PRIMARY KEY (namespace, name)
);

CREATE TABLE data_set_versions (
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,            -- of all items in their order
  note TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  items INTEGER NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  tags TEXT NOT NULL,            -- the most used ones, as JSON
  PRIMARY KEY (namespace, name, number)
);

-- An item as it is from version `since` until before version `ends`: a version that changes one item costs one row.
CREATE TABLE data_set_items (
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  item TEXT NOT NULL,
  since INTEGER NOT NULL,
  ends INTEGER NOT NULL,         -- the greatest number while it is in the newest version
  place INTEGER NOT NULL,        -- order; with gaps, so that one item can come between two
  hash TEXT NOT NULL,
  content TEXT NOT NULL,         -- JSON
  UNIQUE (namespace, name, item, since)
);
CREATE INDEX data_set_items_in_order ON data_set_items (namespace, name, place);
