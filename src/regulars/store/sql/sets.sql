-- name: take_set_numbers
UPDATE account SET set_no = set_no + :n WHERE account_id = :account_id RETURNING set_no;

-- name: add_set
INSERT INTO customer_set (account_id, kind, id, set_no, name, created_at, updated_at, filter, filled_to)
VALUES (:account_id, :kind, :id, :set_no, :name, :created_at, :updated_at, :filter, :filled_to);

-- name: set_by_id
SELECT id, set_no, name, created_at, updated_at, filter, filled_to FROM customer_set
WHERE account_id = :account_id AND kind = :kind AND id = :id AND state = 0;

-- name: sets_page
-- In the order of making.
SELECT id, set_no, name, created_at, updated_at, filter, filled_to FROM customer_set
WHERE account_id = :account_id AND kind = :kind AND state = 0 AND set_no > :after ORDER BY set_no LIMIT :limit;

-- name: own_segments
-- Those that customers are judged by; few.
SELECT id, set_no, name, created_at, updated_at, filter, filled_to FROM customer_set
WHERE account_id = :account_id AND filter IS NOT NULL AND state = 0 ORDER BY set_no;

-- name: rename_set
UPDATE customer_set SET name = :name, updated_at = :updated_at
WHERE account_id = :account_id AND kind = :kind AND id = :id AND state = 0;

-- name: delete_set
-- From now on it is hidden; of what it was, only that it was stays.
UPDATE customer_set SET state = 1, updated_at = :updated_at, name = '', filter = NULL, filled_to = NULL
WHERE account_id = :account_id AND kind = :kind AND id = :id AND state = 0;

-- name: deleted_sets
-- Those whose members are not all let go yet.
SELECT kind, id, set_no FROM customer_set WHERE account_id = :account_id AND state = 1 ORDER BY set_no;

-- name: bury_set
UPDATE customer_set SET state = 2 WHERE account_id = :account_id AND kind = :kind AND id = :id AND state = 1;

-- name: filled_set
UPDATE customer_set SET filled_to = :filled_to WHERE account_id = :account_id AND kind = 'segment' AND id = :id;

-- name: account_filled_to
SELECT filled_to FROM account WHERE account_id = :account_id;

-- name: filled_account
UPDATE account SET filled_to = :filled_to WHERE account_id = :account_id;

-- name: members
SELECT rid FROM member WHERE account_id = :account_id AND set_no = :set_no AND rid >= :first AND rid < :end
ORDER BY rid LIMIT :limit;

-- name: delete_member
DELETE FROM member WHERE account_id = :account_id AND set_no = :set_no AND rid = :rid;

-- name: came_by
SELECT came_by FROM customer WHERE account_id = :account_id AND rid = :rid;

-- name: keep_came_by
UPDATE customer SET came_by = :came_by WHERE account_id = :account_id AND rid = :rid;

-- name: change_square_doc
UPDATE doc SET square = :square WHERE account_id = :account_id AND rid = :rid;

-- name: change_extra
UPDATE extra SET group_ids = :group_ids, segment_ids = :segment_ids, cards = :cards
WHERE account_id = :account_id AND rid = :rid;

-- name: sets_by_id
SELECT id, set_no, state, filter IS NOT NULL FROM customer_set
WHERE account_id = :account_id AND kind = :kind AND id IN ($each_text(:ids));

-- name: put_members
-- WHERE true: else SQLite takes ON for that of a join.
INSERT INTO member (account_id, set_no, rid) SELECT :account_id, :set_no, asked.value
FROM ($each_integer(:rids)) asked WHERE true
ON CONFLICT (account_id, set_no, rid) DO NOTHING;

-- name: delete_members
DELETE FROM member WHERE account_id = :account_id AND set_no = :set_no
  AND rid IN ($each_integer(:rids));

-- name: members_among
SELECT rid FROM member WHERE account_id = :account_id AND set_no = :set_no
  AND rid IN ($each_integer(:rids));

-- name: customers_to_judge
-- $by_rid: as in rid_after.
SELECT c.rid, c.change_no, c.came_by, c.pos_ref, c.created_at, c.updated_at, d.square, e.group_ids, e.segment_ids,
  e.cards
FROM customer c $by_rid JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid
  LEFT JOIN extra e ON e.account_id = :account_id AND e.rid = c.rid
WHERE c.account_id = :account_id AND d.account_id = :account_id AND c.rid >= :low AND c.rid < :high
ORDER BY c.rid LIMIT :limit;

-- name: change_numbers
SELECT rid, change_no FROM customer WHERE account_id = :account_id AND rid IN ($each_integer(:rids));

-- name: extras
SELECT rid, group_ids, segment_ids, cards FROM extra
WHERE account_id = :account_id AND rid IN ($each_integer(:rids));
