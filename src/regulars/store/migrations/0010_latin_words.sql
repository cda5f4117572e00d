-- Search words are in Latin letters, also those of names in Cyrillic and Greek (docs/decisions/0029). Whoever may have
-- others gets them when the store is next opened (directory/filling.py), in small steps; this says that there are some.
INSERT INTO meta (name, value)
SELECT 'words to fill', $zero WHERE EXISTS (SELECT 1 FROM account WHERE change_no > 0);
