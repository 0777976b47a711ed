-- Namespaces that were seen: what is kept of one that went, or was made again under its name, is nothing of its next owner.
CREATE TABLE kept_namespaces (
  name TEXT PRIMARY KEY,
  uid TEXT NOT NULL
) WITHOUT ROWID;
