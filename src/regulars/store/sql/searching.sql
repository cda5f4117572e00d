-- name: created_rids
-- A page of a range of creation times: the last (created_at, id) seen, and the end of the range.
SELECT created_at, id, rid FROM customer
WHERE account_id = :account_id AND loc_no = :loc_no AND listed = 1
  AND (created_at, id) > (:after, :id) AND created_at < :before
ORDER BY created_at, id LIMIT :limit;

-- name: updated_rids
-- The same of change times, which are all distinct.
SELECT updated_at, rid FROM customer
WHERE account_id = :account_id AND loc_no = :loc_no AND updated_at > :after AND updated_at < :before
ORDER BY updated_at LIMIT :limit;
