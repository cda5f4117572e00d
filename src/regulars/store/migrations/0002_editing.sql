-- Customers that are created, edited and deleted here (directory/editing.py).

-- Square's version: how many updates were committed, the source's own count where that is higher.
ALTER TABLE customer ADD COLUMN version $integer NOT NULL DEFAULT 0;

-- What a customer of a source looks like since it was edited here: the whole customer as JSON. Without a row, the
-- record is the truth (docs/decisions/0017).
CREATE TABLE edited (
  $rid,
  account_id $integer NOT NULL,
  state $bytes NOT NULL
  $rid_key
) $strict;

-- Answers given under an idempotency key, for a day. key: hash of the key and of who uses it for what; digest: of what
-- was asked. rid: whom the answer shows; it is forgotten with them.
CREATE TABLE answer (
  account_id $integer NOT NULL,
  key $bytes NOT NULL,
  digest $bytes NOT NULL,
  rid $integer,
  answered_at $integer NOT NULL,
  body $bytes NOT NULL,
  PRIMARY KEY (account_id, key)
) $keyed;

CREATE INDEX answer_rid ON answer (account_id, rid);
CREATE INDEX answer_age ON answer (account_id, answered_at);
