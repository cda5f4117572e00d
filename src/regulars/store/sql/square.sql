-- name: square_customer
SELECT c.loc_no, d.square, e.group_ids, e.segment_ids, e.cards FROM customer c
  JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid
  LEFT JOIN extra e ON e.account_id = :account_id AND e.rid = c.rid
WHERE c.account_id = :account_id AND d.account_id = :account_id AND c.id = :id;

-- name: name_asc
SELECT sort_key, created_at, id, rid FROM customer
WHERE account_id = :account_id AND loc_no = :loc_no AND listed = 1
  AND (sort_key, created_at, id) > (:key, :created_at, :id)
ORDER BY sort_key, created_at, id LIMIT :limit;

-- name: name_desc
SELECT sort_key, created_at, id, rid FROM customer
WHERE account_id = :account_id AND loc_no = :loc_no AND listed = 1
  AND (sort_key, created_at, id) < (:key, :created_at, :id)
ORDER BY sort_key DESC, created_at DESC, id DESC LIMIT :limit;

-- name: created_asc
SELECT sort_key, created_at, id, rid FROM customer
WHERE account_id = :account_id AND loc_no = :loc_no AND listed = 1 AND (created_at, id) > (:created_at, :id)
ORDER BY created_at, id LIMIT :limit;

-- name: created_desc
SELECT sort_key, created_at, id, rid FROM customer
WHERE account_id = :account_id AND loc_no = :loc_no AND listed = 1 AND (created_at, id) < (:created_at, :id)
ORDER BY created_at DESC, id DESC LIMIT :limit;

-- name: square_documents
SELECT d.rid, d.square, e.group_ids, e.segment_ids, e.cards FROM doc d
  LEFT JOIN extra e ON e.account_id = :account_id AND e.rid = d.rid
WHERE d.account_id = :account_id AND d.rid IN ($each_integer(:rids));
