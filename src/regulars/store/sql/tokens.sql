-- name: token
SELECT account_id, prefix, name, location_ids, scopes, rate, created_at, expires_at, revoked_at
  FROM token WHERE hash = :hash;

-- name: add_token
INSERT INTO token (hash, account_id, prefix, name, location_ids, scopes, rate, created_at, expires_at)
VALUES (:hash, :account_id, :prefix, :name, :location_ids, :scopes, :rate, :created_at, :expires_at);

-- name: tokens
SELECT account_id, prefix, name, location_ids, scopes, rate, created_at, expires_at, revoked_at
  FROM token WHERE account_id = :account_id ORDER BY created_at, prefix;

-- name: revoke_token
UPDATE token SET revoked_at = :revoked_at WHERE account_id = :account_id AND prefix = :prefix AND revoked_at IS NULL;
