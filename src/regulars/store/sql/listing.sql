-- name: list_page
SELECT shift4 FROM doc WHERE account_id = :account_id AND rid >= :low AND rid < :high ORDER BY rid LIMIT :limit;

-- name: documents_shift4
SELECT rid, shift4 FROM doc WHERE account_id = :account_id AND rid >= :low AND rid < :high ORDER BY rid LIMIT :limit;

-- name: documents_square
SELECT d.rid, d.square, e.group_ids, e.segment_ids, e.cards FROM doc d
  LEFT JOIN extra e ON e.account_id = :account_id AND e.rid = d.rid
WHERE d.account_id = :account_id AND d.rid >= :low AND d.rid < :high ORDER BY d.rid LIMIT :limit;

-- name: documents_of
SELECT rid, shift4 FROM doc WHERE account_id = :account_id AND rid IN ($each_integer(:rids));

-- name: answers_of
SELECT rid, shift4, square FROM doc WHERE account_id = :account_id AND rid IN ($each_integer(:rids));

-- name: document
SELECT shift4 FROM doc WHERE account_id = :account_id AND rid = :rid;

-- name: rid_of_pos_ref
SELECT rid FROM customer WHERE account_id = :account_id AND loc_no = :loc_no AND pos_ref = :pos_ref;

-- name: changed_start
SELECT pos, updated_at FROM customer WHERE account_id = :account_id AND loc_no = :loc_no AND updated_at > :after
ORDER BY updated_at LIMIT 1;

-- name: deleted_start
SELECT pos, updated_at FROM tombstone WHERE account_id = :account_id AND loc_no = :loc_no AND updated_at > :after
ORDER BY updated_at LIMIT 1;

-- name: changed_count
-- Within one bucket: at most 256 rows.
SELECT count(*) FROM customer WHERE account_id = :account_id AND loc_no = :loc_no
  AND updated_at > :after AND updated_at < :before;

-- name: deleted_count
SELECT count(*) FROM tombstone WHERE account_id = :account_id AND loc_no = :loc_no
  AND updated_at > :after AND updated_at < :before;

-- name: changed_page
SELECT c.updated_at, d.shift4 FROM customer c JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid
WHERE c.account_id = :account_id AND d.account_id = :account_id AND c.loc_no = :loc_no AND c.updated_at > :after
ORDER BY c.updated_at LIMIT :limit;

-- name: deleted_page
SELECT updated_at, pos_ref FROM tombstone
WHERE account_id = :account_id AND loc_no = :loc_no AND updated_at > :after ORDER BY updated_at LIMIT :limit;

-- name: changed_rids
SELECT rid, updated_at FROM customer
WHERE account_id = :account_id AND loc_no = :loc_no AND updated_at > :after ORDER BY updated_at LIMIT :limit;

-- name: deleted_seqs
-- Whose places were given up. NULL where a tombstone is older than that column.
SELECT seq FROM tombstone WHERE account_id = :account_id AND loc_no = :loc_no AND updated_at > :after LIMIT :limit;

-- name: updated_at
SELECT updated_at FROM customer WHERE account_id = :account_id AND rid = :rid;

-- name: rids
-- The documents are the one table that is walked by rid alone.
SELECT rid FROM doc WHERE account_id = :account_id AND rid >= :low AND rid < :high ORDER BY rid LIMIT :limit;

-- name: deleted_ids
SELECT updated_at, id, pos_ref FROM tombstone
WHERE account_id = :account_id AND loc_no = :loc_no AND updated_at > :after ORDER BY updated_at LIMIT :limit;

-- name: rid_after
-- The rid `skip` places on, in a bucket of at most 256 places: the one OFFSET there is, and bounded. $by_rid: else
-- SQLite takes an index that begins with account_id, and sorts the account.
SELECT rid FROM customer $by_rid WHERE account_id = :account_id AND rid >= :low AND rid < :high
ORDER BY rid LIMIT 1 OFFSET :skip;

-- name: served_as
-- As `rid_after`: not the index that begins with account_id.
SELECT rid, pos_ref, id FROM customer $by_rid
WHERE account_id = :account_id AND rid >= :low AND rid < :high ORDER BY rid LIMIT :limit;
