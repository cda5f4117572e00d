-- Queries whose shape is SQLite's own; engine.postgres.sql has queries of the same names.

-- name: search_rows
-- Where some customers stand in Square's orders, those without public information left out.
SELECT c.sort_key, c.created_at, c.id, c.rid FROM json_each(:rids) asked
  CROSS JOIN customer c ON c.rid = asked.value
WHERE c.account_id = :account_id AND c.listed = 1;

-- name: search_fields
-- The same with what a filter may ask of them; only what it does ask is read.
SELECT c.sort_key, c.created_at, c.id, c.rid, c.updated_at, CASE WHEN :texts THEN d.square END, CASE WHEN :phones THEN d.shift4 END
FROM json_each(:rids) asked
  CROSS JOIN customer c ON c.rid = asked.value
  CROSS JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid
WHERE c.account_id = :account_id AND d.account_id = :account_id AND c.listed = 1;

-- name: put_words
INSERT INTO find (rowid, t) VALUES (:rid, :words);

-- name: delete_words
DELETE FROM find WHERE rowid = :rid;

-- name: find_rids
SELECT rowid FROM find WHERE find MATCH :match AND rowid BETWEEN :low AND :high ORDER BY rowid LIMIT :limit;

-- name: find_page
-- The cost of a page deep in a search grows with its hits.
SELECT d.shift4 FROM find f CROSS JOIN doc d ON d.rid = f.rowid
WHERE f.find MATCH :match AND f.rowid BETWEEN :low AND :high AND d.account_id = :account_id
ORDER BY f.rowid LIMIT :limit OFFSET :skip;

-- name: find_count
SELECT count(*) FROM find WHERE find MATCH :match AND rowid BETWEEN :low AND :high;

-- name: find_seqs
-- As one JSON array: a tenth of a million rows cost more in Python than in the index.
SELECT json_group_array(seq) FROM (
  SELECT rowid - :first AS seq FROM find WHERE find MATCH :match AND rowid BETWEEN :low AND :high
  ORDER BY rowid LIMIT :limit) counted;

-- name: find_some
-- Counts no further than the limit.
SELECT count(*) FROM (SELECT 1 FROM find WHERE find MATCH :match AND rowid BETWEEN :low AND :high LIMIT :limit) counted;

-- name: find_one
SELECT 1 FROM find WHERE find MATCH :match AND rowid = :rid;

-- name: find_every_rid
SELECT rowid FROM find WHERE find MATCH :match AND rowid BETWEEN :low AND :high;

-- name: put_parts
INSERT INTO part (rowid, t) VALUES (:rid, :text);

-- name: part_terms
SELECT term FROM part_term WHERE term >= :first AND term < :end;

-- name: delete_parts
DELETE FROM part WHERE rowid = :rid;

-- name: part_rids
SELECT rowid FROM part WHERE part MATCH :match AND rowid BETWEEN :low AND :high ORDER BY rowid LIMIT :limit;

-- name: merge_parts
INSERT INTO part (part, rank) VALUES ('merge', :pages);

-- name: merge_words
INSERT INTO find (find, rank) VALUES ('merge', :pages);

-- name: list_joined
-- As `list_page`, in one row.
SELECT CAST(group_concat(shift4, ',') AS BLOB), count(*) FROM (
  SELECT shift4 FROM doc WHERE account_id = :account_id AND rid >= :low AND rid < :high ORDER BY rid LIMIT :limit
) counted;

-- name: data_version
-- Changes when somebody else has written.
PRAGMA data_version;
