-- Events: what happened to customers, for those who want to hear of it (directory/events.py, docs/decisions/0018).

-- One row for each account that ever had a use for events. event_no: last number given, in commit order; last_at: last
-- created_at given, never falling. asked: events are recorded even while nobody subscribes.
CREATE TABLE event_counter (
  account_id $integer PRIMARY KEY,
  event_no $integer NOT NULL DEFAULT 0,
  last_at $integer NOT NULL DEFAULT 0,
  subscription_no $integer NOT NULL DEFAULT 0,
  asked $integer NOT NULL DEFAULT 0
) $strict;

-- Narrow, so that a search may walk it. rid: the customer it tells of, NULL when it tells of none; such an event goes
-- when the customer is erased, and is shown to whoever sees the customer's location.
CREATE TABLE event (
  account_id $integer NOT NULL,
  event_no $integer NOT NULL,
  event_id $bytes NOT NULL,
  type $text NOT NULL,
  created_at $integer NOT NULL,
  rid $integer,
  object_id $text NOT NULL,
  PRIMARY KEY (account_id, event_no)
) $keyed;

CREATE INDEX event_rid ON event (account_id, rid) WHERE rid IS NOT NULL;
CREATE INDEX event_age ON event (account_id, created_at);

-- What an event shows: `data.object` in Square's dialect, and the customer in Shift4's for those who asked for that.
CREATE TABLE event_object (
  account_id $integer NOT NULL,
  event_no $integer NOT NULL,
  square $bytes NOT NULL,
  shift4 $bytes,
  PRIMARY KEY (account_id, event_no)
) $strict;

-- location_ids: what its maker saw, NULL for everything. signature_key and old_key are sealed; old_key signs beside it
-- until old_until. event_no: the last event that was delivered or passed over. lease_*: the worker that delivers now.
CREATE TABLE subscription (
  account_id $integer NOT NULL,
  number $integer NOT NULL,
  subscription_id $text NOT NULL,
  name $text NOT NULL,
  format $text NOT NULL,
  enabled $integer NOT NULL,
  event_types $text NOT NULL,
  notification_url $text NOT NULL,
  api_version $text NOT NULL,
  location_ids $text,
  signature_key $bytes NOT NULL,
  old_key $bytes,
  old_until $integer,
  created_at $integer NOT NULL,
  updated_at $integer NOT NULL,
  event_no $integer NOT NULL,
  attempts $integer NOT NULL DEFAULT 0,
  failing_since $integer,
  last_failure $text,
  next_try_at $integer NOT NULL DEFAULT 0,
  lease_owner $text,
  lease_until $integer NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, number)
) $keyed;

CREATE UNIQUE INDEX subscription_id ON subscription (account_id, subscription_id);
