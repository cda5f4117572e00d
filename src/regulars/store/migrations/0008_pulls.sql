-- Connected sources: how each is pulled, where it stands, what became of its runs (docs/concepts/pulling.md).

-- One connected source; its name stands in `source`. options: JSON, as it was added. secret, hook_secret: encrypted.
-- bookmark: where the next walk begins; walk: where the one under way goes on, committed with the page it follows.
-- full_at: when the last full walk began that came to its end; fresh_at: whatever the source held then is here.
-- next_at: not to be pulled before. spent: when the latest requests of its budget were made. state: `active`, `paused`
-- (by a person), `stopped` (only a person can mend it; message says what), `held` (active, but what vanished at the
-- source in run held_run is not deleted until a person has said so).
CREATE TABLE pull (
  account_id $integer NOT NULL,
  source_id $integer NOT NULL,
  kind $text NOT NULL,
  location_id $integer NOT NULL,
  url $text,
  options $text NOT NULL,
  secret $bytes,
  hook_secret $bytes,
  every_seconds $integer NOT NULL,
  full_every_seconds $integer NOT NULL,
  budget_requests $integer,
  budget_milliseconds $integer,
  fail_percent $integer NOT NULL,
  vanish_percent $integer NOT NULL,
  created_at $integer NOT NULL,
  updated_at $integer NOT NULL,
  state $text NOT NULL,
  message $text,
  bookmark $bytes,
  walk $bytes,
  run_no $integer NOT NULL DEFAULT 0,
  held_run $integer,
  full_at $integer,
  fresh_at $integer,
  next_at $integer NOT NULL DEFAULT 0,
  failures $integer NOT NULL DEFAULT 0,
  spent $bytes,
  lease_owner $text,
  lease_until $integer NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, source_id)
) $strict;

-- One walk, or the customers fetched because of webhooks. outcome: NULL while it goes on. counts: JSON.
CREATE TABLE pull_run (
  account_id $integer NOT NULL,
  source_id $integer NOT NULL,
  run_no $integer NOT NULL,
  mode $text NOT NULL,
  began_at $integer NOT NULL,
  ended_at $integer,
  outcome $text,
  message $text,
  counts $text NOT NULL,
  PRIMARY KEY (account_id, source_id, run_no)
) $keyed;

-- The latest full walk that met a customer without changing it; who is in none, and unchanged since, has vanished.
CREATE TABLE sighting (
  $rid,
  account_id $integer NOT NULL,
  run_no $integer NOT NULL
  $rid_key
) $strict;

-- Whom a source may not bring back: keyed hashes of their refs, of customers that were erased here.
CREATE TABLE suppressed (
  account_id $integer NOT NULL,
  source_id $integer NOT NULL,
  digest $bytes NOT NULL,
  erased_at $integer NOT NULL,
  PRIMARY KEY (account_id, source_id, digest)
) $keyed;

-- Fields of a customer that stay as they are, whatever its source says.
CREATE TABLE pinned (
  account_id $integer NOT NULL,
  rid $integer NOT NULL,
  field $text NOT NULL,
  PRIMARY KEY (account_id, rid, field)
) $keyed;

-- Where webhooks come in; looked up by the SHA-256 of the unguessable id before any account is known, like a token.
CREATE TABLE hook (
  digest $bytes PRIMARY KEY,
  account_id $integer NOT NULL,
  source_id $integer NOT NULL
) $keyed;

CREATE INDEX hook_source ON hook (account_id, source_id);

-- Webhooks that were heard: a repetition is told by its digest.
CREATE TABLE heard (
  account_id $integer NOT NULL,
  source_id $integer NOT NULL,
  digest $bytes NOT NULL,
  heard_at $integer NOT NULL,
  PRIMARY KEY (account_id, source_id, digest)
) $keyed;

CREATE INDEX heard_age ON heard (account_id, heard_at);

-- Customers to be fetched because of webhooks; `wanted_at` is when one last asked.
CREATE TABLE wanted (
  account_id $integer NOT NULL,
  source_id $integer NOT NULL,
  ref $text NOT NULL,
  wanted_at $integer NOT NULL,
  PRIMARY KEY (account_id, source_id, ref)
) $keyed;

CREATE INDEX wanted_age ON wanted (account_id, source_id, wanted_at, ref);
