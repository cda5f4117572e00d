-- name: customers_by_id
SELECT rid, id, loc_no, source_id, ref, pos_ref, pos, listed FROM customer
WHERE account_id = :account_id AND id = :id;

-- name: put_customer
INSERT INTO customer (rid, account_id, loc_no, source_id, ref, pos_ref, id, hash, change_no, pos, created_at, updated_at,
  listed, sort_key, problems)
VALUES (:rid, :account_id, :loc_no, :source_id, :ref, :pos_ref, :id, :hash, :change_no, :pos, :created_at, :updated_at,
  :listed, :sort_key, :problems);

-- name: change_customer
UPDATE customer SET hash = :hash, change_no = :change_no, pos = :pos, created_at = :created_at,
  updated_at = :updated_at, listed = :listed, sort_key = :sort_key, problems = :problems
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
INSERT INTO tombstone (account_id, loc_no, updated_at, pos, change_no, id, pos_ref)
VALUES (:account_id, :loc_no, :updated_at, :pos, :change_no, :id, :pos_ref);

-- name: shown
SELECT c.id, c.pos_ref, c.loc_no, c.source_id, c.ref, c.change_no, c.created_at, c.updated_at, c.problems,
  d.shift4, d.square, e.group_ids, e.segment_ids, e.cards, r.seen_at, r.format, r.place, r.columns, r.raw
FROM customer c
  JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid
  JOIN record r ON r.account_id = c.account_id AND r.rid = c.rid
  LEFT JOIN extra e ON e.account_id = c.account_id AND e.rid = c.rid
WHERE c.account_id = :account_id AND d.account_id = :account_id AND r.account_id = :account_id AND c.rid = :rid;

-- name: rid_of_id
SELECT rid FROM customer WHERE account_id = :account_id AND id = :id;

-- name: count_problems
-- For `stats`, not for a request: reads the location's customers.
SELECT count(*) FROM customer WHERE account_id = :account_id AND loc_no = :loc_no AND problems IS NOT NULL;
