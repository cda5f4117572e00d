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

-- name: rid_after
-- The rid `skip` places on, in a bucket of at most 256 places: the one OFFSET there is, and bounded. NOT INDEXED: else
-- SQLite takes an index that begins with account_id, and sorts the account.
SELECT rid FROM customer NOT INDEXED WHERE account_id = :account_id AND rid >= :low AND rid < :high
ORDER BY rid LIMIT 1 OFFSET :skip;

-- name: square_documents
SELECT d.rid, d.square, e.group_ids, e.segment_ids, e.cards FROM doc d
  LEFT JOIN extra e ON e.account_id = d.account_id AND e.rid = d.rid
WHERE d.account_id = :account_id AND d.rid IN (SELECT value FROM json_each(:rids));

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

-- name: find_one
SELECT 1 FROM find WHERE find MATCH :match AND rowid = :rid;

-- name: find_every_rid
SELECT rowid FROM find WHERE find MATCH :match AND rowid BETWEEN :low AND :high;

-- name: merge_words
INSERT INTO find (find, rank) VALUES ('merge', :pages);
