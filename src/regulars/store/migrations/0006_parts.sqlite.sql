-- Every three characters in a row; rowid = rid, merged in steps of its own as `find` is (part.py).
CREATE VIRTUAL TABLE part USING fts5 (
  t, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1'
);

INSERT INTO part (part, rank) VALUES ('automerge', 0), ('crisismerge', 1000), ('usermerge', 16);

-- The three characters that are there, in order: what words of one or two characters may begin.
CREATE VIRTUAL TABLE part_term USING fts5vocab (part, row);
