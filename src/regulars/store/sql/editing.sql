-- name: customer_by_id
SELECT c.ref, c.rid, c.pos_ref, c.id, c.hash, c.pos, c.created_at, c.listed, c.version, c.came_by,
  c.loc_no, c.source_id, d.square
FROM customer c JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid
WHERE c.account_id = :account_id AND d.account_id = :account_id AND c.id = :id;

-- name: record
SELECT format, place, columns, raw FROM record WHERE account_id = :account_id AND rid = :rid;

-- name: edited_state
SELECT state FROM edited WHERE account_id = :account_id AND rid = :rid;

-- name: put_edited
INSERT INTO edited (rid, account_id, state) VALUES (:rid, :account_id, :state);

-- name: delete_edited
DELETE FROM edited WHERE account_id = :account_id AND rid = :rid;

-- name: extra
SELECT group_ids, segment_ids, cards FROM extra WHERE account_id = :account_id AND rid = :rid;

-- name: keep_hash
UPDATE customer SET hash = :hash WHERE account_id = :account_id AND rid = :rid;

-- name: answer
SELECT digest, body, answered_at FROM answer WHERE account_id = :account_id AND key = :key;

-- name: put_answer
INSERT INTO answer (account_id, key, digest, rid, answered_at, body)
VALUES (:account_id, :key, :digest, :rid, :answered_at, :body);

-- name: delete_answer
DELETE FROM answer WHERE account_id = :account_id AND key = :key;

-- name: delete_answers_of
DELETE FROM answer WHERE account_id = :account_id AND rid = :rid;

-- name: old_answers
SELECT key FROM answer WHERE account_id = :account_id AND answered_at < :before ORDER BY answered_at LIMIT :limit;

-- name: any_pinned
SELECT 1 FROM pinned WHERE account_id = :account_id LIMIT 1;

-- name: pinned_of
SELECT field FROM pinned WHERE account_id = :account_id AND rid = :rid ORDER BY field;

-- name: put_pinned
INSERT INTO pinned (account_id, rid, field) VALUES (:account_id, :rid, :field);

-- name: delete_pinned_of
DELETE FROM pinned WHERE account_id = :account_id AND rid = :rid;

-- name: kept_here
-- What of some customers is held beside their records; most have nothing.
SELECT asked.value, ed.state, e.group_ids, e.segment_ids, e.cards FROM ($each_integer(:rids)) asked
  LEFT JOIN edited ed ON ed.account_id = :account_id AND ed.rid = asked.value
  LEFT JOIN extra e ON e.account_id = :account_id AND e.rid = asked.value
WHERE ed.rid IS NOT NULL OR e.rid IS NOT NULL;

-- name: pinned_of_many
SELECT rid, field FROM pinned WHERE account_id = :account_id AND rid IN ($each_integer(:rids));

-- name: kept_after
-- Customers with their records and answers, as a rebuild compares them. $by_rid: as in rid_after.
SELECT c.ref, c.rid, c.pos_ref, c.id, c.hash, c.pos, c.created_at, c.listed, c.version, c.came_by, c.source_id,
  c.change_no, c.updated_at, c.sort_key, c.problems, d.shift4, d.square, r.format, r.place, r.columns, r.raw
FROM customer c $by_rid JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid
  JOIN record r ON r.account_id = c.account_id AND r.rid = c.rid
WHERE c.account_id = :account_id AND d.account_id = :account_id AND r.account_id = :account_id AND c.rid >= :low
  AND c.rid < :high
ORDER BY c.rid LIMIT :limit;
