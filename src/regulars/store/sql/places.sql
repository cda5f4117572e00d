-- name: meta
SELECT value FROM meta WHERE name = :name;

-- name: set_meta
INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: delete_meta
DELETE FROM meta WHERE name = :name AND value = :value;

-- name: next_number
-- A number of the whole file, given once: account ids and location numbers.
INSERT INTO counter (name, last) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET last = counter.last + 1
RETURNING last;

-- name: account_id
SELECT account_id FROM account_name WHERE name = :name;

-- name: add_account_name
INSERT INTO account_name (name, account_id) VALUES (:name, :account_id);

-- name: add_account
INSERT INTO account (account_id, name, merchant_id, created_at) VALUES (:account_id, :name, :merchant_id, :created_at);

-- name: account
SELECT account_id, name, merchant_id, created_at FROM account WHERE account_id = :account_id;

-- name: account_ids
SELECT account_id FROM account_name ORDER BY name;

-- name: account_last_at
SELECT last_at FROM account WHERE account_id = :account_id;

-- name: account_counts
SELECT change_no, last_at, listed FROM account WHERE account_id = :account_id;

-- name: location
SELECT account_id, location_id, loc_no, name, country, time_zone, currency, language, is_main, created_at
  FROM location WHERE account_id = :account_id AND location_id = :location_id;

-- name: locations
SELECT account_id, location_id, loc_no, name, country, time_zone, currency, language, is_main, created_at
  FROM location WHERE account_id = :account_id ORDER BY location_id;

-- name: main_location
SELECT account_id, location_id, loc_no, name, country, time_zone, currency, language, is_main, created_at
  FROM location WHERE account_id = :account_id AND is_main = 1;

-- name: highest_location_id
SELECT max(location_id) FROM location WHERE account_id = :account_id;

-- name: shelf
SELECT loc_no, seq FROM location WHERE account_id = :account_id AND location_id = :location_id;

-- name: location_numbers
SELECT location_id, loc_no FROM location WHERE account_id = :account_id ORDER BY location_id;

-- name: location_listed
SELECT listed FROM location WHERE account_id = :account_id AND location_id = :location_id;

-- name: add_location
INSERT INTO location (account_id, location_id, loc_no, name, country, time_zone, currency, language, is_main, created_at)
VALUES (:account_id, :location_id, :loc_no, :name, :country, :time_zone, :currency, :language, :is_main, :created_at);

-- name: update_location
UPDATE location SET name = :name, time_zone = :time_zone, language = :language
 WHERE account_id = :account_id AND location_id = :location_id;

-- name: unset_main_location
UPDATE location SET is_main = 0 WHERE account_id = :account_id AND is_main = 1;

-- name: source_id
SELECT source_id FROM source WHERE account_id = :account_id AND name = :name;

-- name: sources
SELECT account_id, source_id, name FROM source WHERE account_id = :account_id ORDER BY source_id;

-- name: next_source_id
UPDATE account SET source_no = source_no + 1 WHERE account_id = :account_id RETURNING source_no;

-- name: add_source
INSERT INTO source (account_id, source_id, name) VALUES (:account_id, :source_id, :name);
