-- name: customers_by_id
SELECT rid, id, loc_no, source_id, ref, pos_ref, pos, listed FROM customer
WHERE account_id = :account_id AND id = :id;

-- name: put_customer
INSERT INTO customer (rid, account_id, loc_no, source_id, ref, pos_ref, id, hash, change_no, pos, created_at, updated_at,
  listed, sort_key, problems, version, came_by)
VALUES (:rid, :account_id, :loc_no, :source_id, :ref, :pos_ref, :id, :hash, :change_no, :pos, :created_at, :updated_at,
  :listed, :sort_key, :problems, :version, :came_by);

-- name: change_customer
UPDATE customer SET hash = :hash, change_no = :change_no, pos = :pos, created_at = :created_at,
  updated_at = :updated_at, listed = :listed, sort_key = :sort_key, problems = :problems,
  version = :version, came_by = :came_by
WHERE account_id = :account_id AND rid = :rid;

-- name: put_doc
INSERT INTO doc (rid, account_id, shift4, square) VALUES (:rid, :account_id, :shift4, :square);

-- name: change_doc
UPDATE doc SET shift4 = :shift4, square = :square WHERE account_id = :account_id AND rid = :rid;

-- name: put_extra
INSERT INTO extra (rid, account_id, group_ids, segment_ids, cards)
VALUES (:rid, :account_id, :group_ids, :segment_ids, :cards);

-- name: put_record
INSERT INTO record (rid, account_id, seen_at, format, place, columns, raw)
VALUES (:rid, :account_id, :seen_at, :format, :place, :columns, :raw);

-- name: change_record
UPDATE record SET seen_at = :seen_at, format = :format, place = :place, columns = :columns, raw = :raw
WHERE account_id = :account_id AND rid = :rid;

-- name: record_raw
SELECT raw FROM record WHERE account_id = :account_id AND rid = :rid;

-- name: delete_customer
DELETE FROM customer WHERE account_id = :account_id AND rid = :rid;

-- name: delete_doc
DELETE FROM doc WHERE account_id = :account_id AND rid = :rid;

-- name: delete_extra
DELETE FROM extra WHERE account_id = :account_id AND rid = :rid;

-- name: delete_record
DELETE FROM record WHERE account_id = :account_id AND rid = :rid;

-- name: put_tombstone
INSERT INTO tombstone (account_id, loc_no, updated_at, pos, change_no, id, pos_ref, seq)
VALUES (:account_id, :loc_no, :updated_at, :pos, :change_no, :id, :pos_ref, :seq);

-- name: shown
SELECT c.id, c.pos_ref, c.loc_no, c.source_id, c.ref, c.change_no, c.created_at, c.updated_at, c.problems,
  d.shift4, d.square, e.group_ids, e.segment_ids, e.cards, r.seen_at, r.format, r.place, r.columns, r.raw,
  c.version, s.state
FROM customer c
  JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid
  JOIN record r ON r.account_id = c.account_id AND r.rid = c.rid
  LEFT JOIN extra e ON e.account_id = :account_id AND e.rid = c.rid
  LEFT JOIN edited s ON s.account_id = :account_id AND s.rid = c.rid
WHERE c.account_id = :account_id AND d.account_id = :account_id AND r.account_id = :account_id AND c.rid = :rid;

-- name: rid_of_id
SELECT rid FROM customer WHERE account_id = :account_id AND id = :id;

-- name: count_problems
-- For `stats`, not for a request: reads the location's customers.
SELECT count(*) FROM customer WHERE account_id = :account_id AND loc_no = :loc_no AND problems IS NOT NULL;

-- name: customers_by_ref
-- Many at once: the refs as one JSON array.
SELECT ref, rid, pos_ref, id, hash, pos, created_at, listed, version, came_by FROM customer
WHERE account_id = :account_id AND loc_no = :loc_no AND source_id = :source_id
  AND ref IN ($each_text(:refs));

-- name: taken_pos_refs
-- Who was merged away keeps its names: it may come back.
SELECT pos_ref FROM customer WHERE account_id = :account_id AND loc_no = :loc_no
  AND pos_ref IN ($each_text(:pos_refs))
UNION ALL
SELECT pos_ref FROM merged WHERE account_id = :account_id AND loc_no = :loc_no
  AND pos_ref IN ($each_text(:pos_refs));

-- name: taken_ids
SELECT id FROM customer WHERE account_id = :account_id AND id IN ($each_text(:ids))
UNION ALL
SELECT id FROM merged WHERE account_id = :account_id AND id IN ($each_text(:ids));

-- name: newer_records
SELECT rid FROM record
WHERE account_id = :account_id AND rid IN ($each_integer(:rids)) AND seen_at > :than;
