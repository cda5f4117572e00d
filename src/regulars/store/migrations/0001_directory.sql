-- The first schema. Both engines read this text; the words with a dollar sign are the dialect's (schema.py).
-- Every tenant table starts its keys with account_id (docs/architecture.md).

CREATE TABLE meta (
  name $text PRIMARY KEY,
  value $bytes NOT NULL
) $keyed;

-- Account names and file-wide numbers are looked up before an account is known: tables of their own.
CREATE TABLE account_name (
  name $text PRIMARY KEY,
  account_id $integer NOT NULL
) $keyed;

CREATE TABLE counter (
  name $text PRIMARY KEY,
  last $integer NOT NULL
) $keyed;

-- change_no: last change number given, dense, in commit order. last_at: last updatedAt given.
-- listed: customers with public information (Square's count).
CREATE TABLE account (
  account_id $integer PRIMARY KEY,
  name $text NOT NULL,
  merchant_id $text NOT NULL,
  created_at $integer NOT NULL,
  change_no $integer NOT NULL DEFAULT 0,
  last_at $integer NOT NULL DEFAULT 0,
  listed $integer NOT NULL DEFAULT 0,
  source_no $integer NOT NULL DEFAULT 0,
  quarantine_no $integer NOT NULL DEFAULT 0
) $strict;

-- loc_no: 1…2^31-1, given once in the whole file and never reused; the upper half of every rid.
-- seq, pos: last list place and last change place given in this location; both dense.
CREATE TABLE location (
  account_id $integer NOT NULL,
  location_id $integer NOT NULL,
  loc_no $integer NOT NULL,
  name $text NOT NULL,
  country $text NOT NULL,
  time_zone $text NOT NULL,
  currency $text,
  language $text,
  is_main $integer NOT NULL,
  created_at $integer NOT NULL,
  seq $integer NOT NULL DEFAULT 0,
  pos $integer NOT NULL DEFAULT 0,
  listed $integer NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, location_id)
) $keyed;

CREATE TABLE source (
  account_id $integer NOT NULL,
  source_id $integer NOT NULL,
  name $text NOT NULL,
  PRIMARY KEY (account_id, source_id)
) $keyed;

CREATE UNIQUE INDEX source_name ON source (account_id, name);

-- rid = loc_no << 32 | seq. pos_ref is what both APIs show, ref what the source says (docs/decisions/0009).
-- hash: of the clean customer, for "the same record twice is no change".
CREATE TABLE customer (
  $rid,
  account_id $integer NOT NULL,
  loc_no $integer NOT NULL,
  source_id $integer NOT NULL,
  ref $text NOT NULL,
  pos_ref $text NOT NULL,
  id $text NOT NULL,
  hash $bytes NOT NULL,
  change_no $integer NOT NULL,
  pos $integer NOT NULL,
  created_at $integer NOT NULL,
  updated_at $integer NOT NULL,
  listed $integer NOT NULL,
  sort_key $text NOT NULL,
  problems $text
  $rid_key
) $strict;

CREATE UNIQUE INDEX customer_key ON customer (account_id, loc_no, source_id, ref);
CREATE UNIQUE INDEX customer_ref ON customer (account_id, loc_no, pos_ref);
CREATE UNIQUE INDEX customer_id ON customer (account_id, id);
CREATE UNIQUE INDEX customer_updated ON customer (account_id, loc_no, updated_at, pos);
-- Square's two orders, per location; a list over several is a merge of their walks (square.py). Indexes over the whole
-- account as well would cost every import a third more.
CREATE INDEX customer_name ON customer (account_id, loc_no, sort_key, created_at, id) WHERE listed = 1;
CREATE INDEX customer_created ON customer (account_id, loc_no, created_at, id) WHERE listed = 1;

-- The finished answers of both dialects.
CREATE TABLE doc (
  $rid,
  account_id $integer NOT NULL,
  shift4 $bytes NOT NULL,
  square $bytes NOT NULL
  $rid_key
) $strict;

-- What Square's dialect shows of a customer but others decide: JSON arrays, spliced in at read. Few have any.
CREATE TABLE extra (
  $rid,
  account_id $integer NOT NULL,
  group_ids $bytes,
  segment_ids $bytes,
  cards $bytes
  $rid_key
) $strict;

-- The latest record of each customer, compressed (records.py); everything else can be made from it again.
CREATE TABLE record (
  $rid,
  account_id $integer NOT NULL,
  seen_at $integer NOT NULL,
  format $text NOT NULL,
  place $text NOT NULL,
  columns $text,
  raw $bytes NOT NULL
  $rid_key
) $strict;

-- A deleted customer in the change order: ids and times, no personal data.
CREATE TABLE tombstone (
  account_id $integer NOT NULL,
  loc_no $integer NOT NULL,
  updated_at $integer NOT NULL,
  pos $integer NOT NULL,
  change_no $integer NOT NULL,
  id $text NOT NULL,
  pos_ref $text NOT NULL,
  PRIMARY KEY (account_id, loc_no, updated_at)
) $keyed;

-- Counted buckets (counters.py). kind 1, 2, 3: seq >> 8, >> 12, >> 16 (customers in list order); 11, 12, 13: the same
-- of pos (change order); 21, 22, 23: of pos, tombstones. n: how many are in it; first_at: updated_at of the first that
-- ever was (pos kinds).
CREATE TABLE bucket (
  account_id $integer NOT NULL,
  loc_no $integer NOT NULL,
  kind $integer NOT NULL,
  no $integer NOT NULL,
  n $integer NOT NULL,
  first_at $integer,
  PRIMARY KEY (account_id, loc_no, kind, no)
) $keyed;

-- Records that could not be read, with their bytes. digest: the same bytes come only once.
CREATE TABLE quarantine (
  account_id $integer NOT NULL,
  number $integer NOT NULL,
  loc_no $integer NOT NULL,
  source_id $integer NOT NULL,
  seen_at $integer NOT NULL,
  format $text NOT NULL,
  place $text NOT NULL,
  columns $text,
  reason $text NOT NULL,
  digest $bytes NOT NULL,
  raw $bytes NOT NULL,
  PRIMARY KEY (account_id, number)
) $keyed;

CREATE UNIQUE INDEX quarantine_digest ON quarantine (account_id, loc_no, source_id, digest);

-- Read before the account is known, by the SHA-256 of the token; never joined (docs/architecture.md).
CREATE TABLE token (
  hash $bytes PRIMARY KEY,
  account_id $integer NOT NULL,
  prefix $text NOT NULL,
  name $text NOT NULL,
  location_ids $text,
  scopes $text NOT NULL,
  rate $integer,
  created_at $integer NOT NULL,
  expires_at $integer,
  revoked_at $integer
) $keyed;

CREATE INDEX token_account ON token (account_id, created_at, prefix);
