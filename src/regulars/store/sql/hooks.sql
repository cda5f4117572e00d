-- name: hook
-- Before any account is known, like a token.
SELECT h.account_id, h.source_id FROM hook h WHERE h.digest = :digest;

-- name: put_hook
INSERT INTO hook (digest, account_id, source_id) VALUES (:digest, :account_id, :source_id);

-- name: has_heard
SELECT 1 FROM heard WHERE account_id = :account_id AND source_id = :source_id AND digest = :digest;

-- name: put_heard
INSERT INTO heard (account_id, source_id, digest, heard_at) VALUES (:account_id, :source_id, :digest, :now)
ON CONFLICT (account_id, source_id, digest) DO NOTHING;

-- name: old_heard
SELECT source_id, digest FROM heard WHERE account_id = :account_id AND heard_at < :before
ORDER BY heard_at LIMIT :limit;

-- name: delete_heard
DELETE FROM heard WHERE account_id = :account_id AND source_id = :source_id AND digest = :digest;

-- name: put_wanted
INSERT INTO wanted (account_id, source_id, ref, wanted_at) VALUES (:account_id, :source_id, :ref, :now)
ON CONFLICT (account_id, source_id, ref) DO UPDATE SET wanted_at = excluded.wanted_at;

-- name: count_wanted
-- Up to its bound.
SELECT COUNT(*) FROM (
  SELECT 1 FROM wanted WHERE account_id = :account_id AND source_id = :source_id LIMIT :limit) AS counted;
