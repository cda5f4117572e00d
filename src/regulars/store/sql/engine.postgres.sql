-- Queries whose shape is PostgreSQL's own; engine.sqlite.sql has queries of the same names. {match}: a condition on the
-- texts of a customer, made by trigrams.py.

-- name: search_rows
-- Where some customers stand in Square's orders, those without public information left out.
SELECT c.sort_key, c.created_at, c.id, c.rid FROM customer c
WHERE c.account_id = :account_id AND c.listed = 1 AND c.rid IN ($each_integer(:rids));

-- name: search_fields
-- The same with what a filter may ask of them; only what it does ask is read.
SELECT c.sort_key, c.created_at, c.id, c.rid, c.updated_at,
  CASE WHEN :texts = 1 THEN d.square END, CASE WHEN :phones = 1 THEN d.shift4 END
FROM customer c JOIN doc d ON d.account_id = c.account_id AND d.rid = c.rid
WHERE c.account_id = :account_id AND d.account_id = :account_id AND c.listed = 1 AND c.rid IN ($each_integer(:rids));

-- name: put_words
INSERT INTO find (account_id, rid, t) VALUES (:account_id, :rid, :words);

-- name: delete_words
DELETE FROM find WHERE account_id = :account_id AND rid = :rid;

-- name: find_rids
SELECT rid FROM find WHERE account_id = :account_id AND rid BETWEEN :low AND :high AND {match} ORDER BY rid LIMIT :limit;

-- name: find_page
-- The cost of a page deep in a search grows with its hits.
SELECT d.shift4 FROM doc d WHERE d.account_id = :account_id AND d.rid IN (
  SELECT rid FROM find WHERE account_id = :account_id AND rid BETWEEN :low AND :high AND {match}
  ORDER BY rid LIMIT :limit OFFSET :skip)
ORDER BY d.rid;

-- name: find_count
SELECT count(*) FROM find WHERE account_id = :account_id AND rid BETWEEN :low AND :high AND {match};

-- name: find_seqs
SELECT coalesce(CAST(json_agg(seq) AS text), '[]') FROM (
  SELECT rid - :first AS seq FROM find WHERE account_id = :account_id AND rid BETWEEN :low AND :high AND {match}
  ORDER BY rid LIMIT :limit) counted;

-- name: find_some
-- Counts no further than the limit.
SELECT count(*) FROM (
  SELECT 1 FROM find WHERE account_id = :account_id AND rid BETWEEN :low AND :high AND {match} LIMIT :limit) counted;

-- name: find_one
SELECT 1 FROM find WHERE account_id = :account_id AND rid = :rid AND {match};

-- name: find_every_rid
SELECT rid FROM find WHERE account_id = :account_id AND rid BETWEEN :low AND :high AND {match};

-- name: put_parts
INSERT INTO part (account_id, rid, t) VALUES (:account_id, :rid, :text);

-- name: delete_parts
DELETE FROM part WHERE account_id = :account_id AND rid = :rid;

-- name: part_rids
SELECT rid FROM part WHERE account_id = :account_id AND rid BETWEEN :low AND :high AND {match} ORDER BY rid LIMIT :limit;

-- name: list_joined
-- As `list_page`, in one row.
SELECT string_agg(shift4, CAST(',' AS bytea) ORDER BY rid), count(*) FROM (
  SELECT rid, shift4 FROM doc WHERE account_id = :account_id AND rid >= :low AND rid < :high ORDER BY rid LIMIT :limit
) counted;

-- name: data_version
-- The next transaction number there is to give: changes when anybody has written.
SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint);

-- name: lock_account
-- One writer an account at a time, from the first statement on that names it (postgres.py).
SELECT 1 FROM account WHERE account_id = :account_id FOR UPDATE;

-- name: lock_store
-- The same of what belongs to no account.
INSERT INTO counter (name, last) VALUES ('writer', 1) ON CONFLICT (name) DO UPDATE SET last = counter.last;
