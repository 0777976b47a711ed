-- What is remembered of conversations, as OpenAI messages. A message goes with its query and with its Memory.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: journals name messages by it
  memory TEXT NOT NULL,          -- UID of the Memory
  conversation TEXT NOT NULL,
  query TEXT NOT NULL,           -- UID of the Query that it was said in
  target INTEGER NOT NULL,       -- index of the target that said it; -1 for the question
  place INTEGER NOT NULL,        -- place in the question or in what the target said
  spoken INTEGER NOT NULL,       -- 1: question or answer, which stand without calls of tools
  tokens INTEGER NOT NULL,       -- an estimate
  bytes INTEGER NOT NULL,
  message TEXT NOT NULL,         -- JSON
  UNIQUE (query, target, place)
);
CREATE INDEX messages_by_conversation ON messages (memory, conversation, id);

-- Namespaces (by UID) that have had a Memory named default: it is made once, and stays away when somebody deletes it.
CREATE TABLE memories_provided (
  namespace TEXT PRIMARY KEY
) WITHOUT ROWID;
