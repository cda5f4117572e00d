-- Queries whose shape is SQLite's own; PostgreSQL will have queries of the same names.

-- name: customers_by_ref
-- Many at once: the refs as one JSON array.
SELECT ref, rid, pos_ref, id, hash, pos, created_at, listed FROM customer
WHERE account_id = :account_id AND loc_no = :loc_no AND source_id = :source_id
  AND ref IN (SELECT value FROM json_each(:refs));

-- name: taken_pos_refs
SELECT pos_ref FROM customer WHERE account_id = :account_id AND loc_no = :loc_no
  AND pos_ref IN (SELECT value FROM json_each(:pos_refs));

-- name: taken_ids
SELECT id FROM customer WHERE account_id = :account_id AND id IN (SELECT value FROM json_each(:ids));

-- name: put_words
INSERT INTO find (rowid, t) VALUES (:rid, :words);

-- name: delete_words
DELETE FROM find WHERE rowid = :rid;

-- name: find_rids
SELECT rowid FROM find WHERE find MATCH :match AND rowid BETWEEN :low AND :high
ORDER BY rowid LIMIT :limit OFFSET :skip;

-- name: find_count
SELECT count(*) FROM find WHERE find MATCH :match AND rowid BETWEEN :low AND :high;

-- name: find_one
SELECT 1 FROM find WHERE find MATCH :match AND rowid = :rid;

-- name: find_every_rid
SELECT rowid FROM find WHERE find MATCH :match AND rowid BETWEEN :low AND :high;

-- name: merge_words
INSERT INTO find (find, rank) VALUES ('merge', :pages);
