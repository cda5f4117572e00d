-- name: next_quarantine_number
UPDATE account SET quarantine_no = quarantine_no + 1 WHERE account_id = :account_id RETURNING quarantine_no;

-- name: quarantine_number
SELECT number FROM quarantine
WHERE account_id = :account_id AND loc_no = :loc_no AND source_id = :source_id AND digest = :digest;

-- name: put_quarantine
INSERT INTO quarantine (account_id, number, loc_no, source_id, seen_at, format, place, columns, reason, digest, raw)
VALUES (:account_id, :number, :loc_no, :source_id, :seen_at, :format, :place, :columns, :reason, :digest, :raw);

-- name: see_quarantine_again
UPDATE quarantine SET seen_at = :seen_at, place = :place, reason = :reason
WHERE account_id = :account_id AND number = :number;

-- name: quarantine_page
SELECT number, loc_no, source_id, seen_at, format, place, columns, reason, raw FROM quarantine
WHERE account_id = :account_id AND number > :after ORDER BY number LIMIT :limit;

-- name: quarantine_of_source
SELECT number, loc_no, source_id, seen_at, format, place, columns, reason, raw FROM quarantine
WHERE account_id = :account_id AND loc_no = :loc_no AND source_id = :source_id;

-- name: quarantine_one
SELECT number, loc_no, source_id, seen_at, format, place, columns, reason, raw FROM quarantine
WHERE account_id = :account_id AND number = :number;

-- name: drop_quarantine
DELETE FROM quarantine WHERE account_id = :account_id AND number = :number;

-- name: count_quarantine
SELECT count(*) FROM quarantine WHERE account_id = :account_id AND loc_no = :loc_no;
