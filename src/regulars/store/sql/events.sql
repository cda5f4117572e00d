-- name: events_wanted
-- Asked by every transaction that changes customers. `shift4`: whether anybody wants that dialect too.
SELECT max(CASE WHEN s.number IS NULL THEN 0 ELSE 1 END), max(CASE WHEN s.format = 'conecto' THEN 1 ELSE 0 END),
  max(c.asked) FROM event_counter c
  LEFT JOIN subscription s ON s.account_id = :account_id
WHERE c.account_id = :account_id;

-- name: events_asked
SELECT asked FROM event_counter WHERE account_id = :account_id;

-- name: ask_for_events
INSERT INTO event_counter (account_id, asked) VALUES (:account_id, :asked)
ON CONFLICT (account_id) DO UPDATE SET asked = excluded.asked;

-- name: take_event_numbers
-- The row's lock makes the numbers come out in commit order; no event is older than the one before it.
UPDATE event_counter SET event_no = event_no + :n,
  last_at = (CASE WHEN last_at > :now THEN last_at ELSE :now END)
WHERE account_id = :account_id RETURNING event_no, last_at;

-- name: take_subscription_number
INSERT INTO event_counter (account_id, subscription_no) VALUES (:account_id, 1)
ON CONFLICT (account_id) DO UPDATE SET subscription_no = event_counter.subscription_no + 1
RETURNING subscription_no, event_no;

-- name: put_event
INSERT INTO event (account_id, event_no, event_id, type, created_at, rid, object_id)
VALUES (:account_id, :event_no, :event_id, :type, :created_at, :rid, :object_id);

-- name: put_event_object
INSERT INTO event_object (account_id, event_no, square, shift4) VALUES (:account_id, :event_no, :square, :shift4);

-- name: events_after
SELECT event_no, type, rid FROM event WHERE account_id = :account_id AND event_no > :event_no
ORDER BY event_no LIMIT :limit;

-- name: event
SELECT e.event_no, e.event_id, e.type, e.created_at, e.rid, e.object_id, o.square, o.shift4 FROM event e
  JOIN event_object o ON o.account_id = e.account_id AND o.event_no = e.event_no
WHERE e.account_id = :account_id AND o.account_id = :account_id AND e.event_no = :event_no;

-- name: event_no_of
-- For a replay by hand: walks the account's events.
SELECT event_no FROM event WHERE account_id = :account_id AND event_id = :event_id;

-- name: event_no_since
SELECT event_no FROM event WHERE account_id = :account_id AND created_at >= :at ORDER BY created_at, event_no LIMIT 1;

-- name: last_event_no
SELECT event_no FROM event_counter WHERE account_id = :account_id;

-- name: old_events
-- The next few events that are older than a time.
SELECT event_no FROM event WHERE account_id = :account_id AND created_at < :before
ORDER BY created_at, event_no LIMIT :limit;

-- name: delete_event_objects_to
DELETE FROM event_object WHERE account_id = :account_id AND event_no <= :event_no;

-- name: delete_events_to
DELETE FROM event WHERE account_id = :account_id AND event_no <= :event_no;

-- name: delete_event_objects_of
DELETE FROM event_object WHERE account_id = :account_id
  AND event_no IN (SELECT event_no FROM event WHERE account_id = :account_id AND rid = :rid);

-- name: delete_events_of
DELETE FROM event WHERE account_id = :account_id AND rid = :rid;

-- name: subscriptions
SELECT number, subscription_id, name, format, enabled, event_types, notification_url, api_version, location_ids,
  created_at, updated_at, event_no, attempts, failing_since, last_failure, next_try_at FROM subscription
WHERE account_id = :account_id ORDER BY number;

-- name: subscription
SELECT number, subscription_id, name, format, enabled, event_types, notification_url, api_version, location_ids,
  created_at, updated_at, event_no, attempts, failing_since, last_failure, next_try_at FROM subscription
WHERE account_id = :account_id AND subscription_id = :subscription_id;

-- name: count_subscriptions
SELECT count(*) FROM subscription WHERE account_id = :account_id;

-- name: put_subscription
INSERT INTO subscription (account_id, number, subscription_id, name, format, enabled, event_types, notification_url,
  api_version, location_ids, signature_key, created_at, updated_at, event_no)
VALUES (:account_id, :number, :subscription_id, :name, :format, :enabled, :event_types, :notification_url,
  :api_version, :location_ids, :signature_key, :created_at, :updated_at, :event_no);

-- name: change_subscription
-- Whoever changes it has mended it: what failed before is tried again at once.
UPDATE subscription SET name = :name, enabled = :enabled, event_types = :event_types,
  notification_url = :notification_url, api_version = :api_version, updated_at = :updated_at,
  attempts = 0, failing_since = NULL, last_failure = NULL, next_try_at = 0
WHERE account_id = :account_id AND number = :number;

-- name: delete_subscription
DELETE FROM subscription WHERE account_id = :account_id AND number = :number;

-- name: subscription_keys
SELECT signature_key, old_key, old_until FROM subscription WHERE account_id = :account_id AND number = :number;

-- name: rotate_key
UPDATE subscription SET old_key = signature_key, old_until = :old_until, signature_key = :signature_key,
  updated_at = :updated_at
WHERE account_id = :account_id AND number = :number;

-- name: rewind_subscription
-- The lease goes too: whoever delivers now must not move the place again.
UPDATE subscription SET event_no = :event_no, enabled = 1, attempts = 0, failing_since = NULL, last_failure = NULL,
  next_try_at = 0, lease_owner = NULL, lease_until = 0, updated_at = :updated_at
WHERE account_id = :account_id AND number = :number;

-- name: due_subscriptions
SELECT s.number FROM subscription s JOIN event_counter c ON c.account_id = s.account_id
WHERE s.account_id = :account_id AND c.account_id = :account_id AND s.enabled = 1 AND s.event_no < c.event_no
  AND s.next_try_at <= :now AND s.lease_until <= :now
ORDER BY s.number;

-- name: lease_subscription
UPDATE subscription SET lease_owner = :owner, lease_until = :until
WHERE account_id = :account_id AND number = :number AND enabled = 1 AND next_try_at <= :now AND lease_until <= :now
RETURNING subscription_id;

-- name: move_subscription
-- A delivery went well, or events that are not for it were passed over. Only the holder of the lease moves it.
UPDATE subscription SET event_no = :event_no, attempts = 0, failing_since = NULL, last_failure = NULL, next_try_at = 0,
  lease_until = :until
WHERE account_id = :account_id AND number = :number AND lease_owner = :owner AND enabled = 1;

-- name: fail_subscription
UPDATE subscription SET attempts = attempts + 1, failing_since = :failing_since, last_failure = :last_failure,
  next_try_at = :next_try_at, enabled = :enabled, lease_owner = NULL, lease_until = 0
WHERE account_id = :account_id AND number = :number AND lease_owner = :owner;

-- name: release_subscription
UPDATE subscription SET lease_owner = NULL, lease_until = 0
WHERE account_id = :account_id AND number = :number AND lease_owner = :owner;

-- name: search_events
-- Newest first; `before` and `after` are event numbers. The walk is over narrow rows and ends after 28 days of them.
SELECT event_no FROM event WHERE account_id = :account_id AND event_no > :after AND event_no < :before
  AND (CAST(:types AS TEXT) IS NULL OR type IN ($each_text(:types)))
  AND (CAST(:loc_nos AS TEXT) IS NULL OR rid IS NULL OR rid >> 32 IN ($each_integer(:loc_nos)))
  AND (CAST(:located AS BIGINT) IS NULL OR rid IS NOT NULL)
ORDER BY event_no DESC LIMIT :limit;

-- name: search_events_up
-- The same, oldest first.
SELECT event_no FROM event WHERE account_id = :account_id AND event_no > :after AND event_no < :before
  AND (CAST(:types AS TEXT) IS NULL OR type IN ($each_text(:types)))
  AND (CAST(:loc_nos AS TEXT) IS NULL OR rid IS NULL OR rid >> 32 IN ($each_integer(:loc_nos)))
  AND (CAST(:located AS BIGINT) IS NULL OR rid IS NOT NULL)
ORDER BY event_no LIMIT :limit;
