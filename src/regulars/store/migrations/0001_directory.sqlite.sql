-- The search index of SQLite: tokens made by find.py, rowid = rid, one location is one range of rowids.
-- contentless_delete: an update is a delete and an insert; detail=none: words, not places (docs/decisions/0004).
CREATE VIRTUAL TABLE find USING fts5 (
  t, content='', contentless_delete=1, detail=none, prefix='1 2 3 4 5 6',
  tokenize="ascii tokenchars '!#$%&()*+,-./:;<=>?@[\]^_`{|}~'"
);

-- Merging happens in small steps in transactions of its own (upkeep.py), never inside a customer's write:
-- with the defaults one write in a hundred pays 40 ms.
INSERT INTO find (find, rank) VALUES ('automerge', 0), ('crisismerge', 1000), ('usermerge', 16);
