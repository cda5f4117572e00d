-- name: take_changes
-- The first statement of a write and its lock: change_no and updated_at come out in commit order, both dense
-- enough to be distinct even when the clock stands still or goes back.
UPDATE account SET change_no = change_no + :n, listed = listed + :listed,
  last_at = (CASE WHEN last_at + 1 > :now THEN last_at + 1 ELSE :now END) + :n - 1
WHERE account_id = :account_id RETURNING change_no, last_at;

-- name: take_places
UPDATE location SET seq = seq + :seqs, pos = pos + :poss, listed = listed + :listed
WHERE account_id = :account_id AND location_id = :location_id RETURNING seq, pos;

-- name: add_to_bucket
INSERT INTO bucket (account_id, loc_no, kind, no, n, first_at) VALUES (:account_id, :loc_no, :kind, :no, :n, :first_at)
ON CONFLICT (account_id, loc_no, kind, no) DO UPDATE SET n = bucket.n + excluded.n;

-- name: drop_empty_bucket
-- Places are given in order: a bucket with a later one beside it never fills again. The newest stays, it can.
DELETE FROM bucket WHERE account_id = :account_id AND loc_no = :loc_no AND kind = :kind AND no = :no AND n = 0
  AND EXISTS (SELECT 1 FROM bucket later WHERE later.account_id = :account_id AND later.loc_no = :loc_no
    AND later.kind = :kind AND later.no > :no);

-- name: buckets
-- In order; at most 16 rows of a lower level, and one row for 65,536 places of the uppermost.
SELECT no, n, first_at FROM bucket WHERE account_id = :account_id AND loc_no = :loc_no AND kind = :kind
  AND no >= :low AND no < :high ORDER BY no;

-- name: count_buckets
SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM bucket WHERE account_id = :account_id AND loc_no = :loc_no AND kind = :kind
  AND no >= :low AND no < :high;

-- name: bucket_at
-- When the first change from this bucket on was made.
SELECT first_at FROM bucket WHERE account_id = :account_id AND loc_no = :loc_no AND kind = :kind AND no >= :no
ORDER BY no LIMIT 1;
