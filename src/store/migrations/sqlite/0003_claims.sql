-- Who runs a run, where several processes share a database; a file has one process, and this stays empty.
ALTER TABLE runs ADD COLUMN owner TEXT;
