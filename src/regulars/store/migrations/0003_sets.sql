-- Sets of customers: groups, segments, and all who came in one way (docs/decisions/0020).

-- Groups and segments; set_no: given one after the other from account.set_no, never reused. filter: what a segment of
-- ours asks of a customer, else NULL. state 0: there; 1: deleted, hidden from every answer while its members are let go;
-- 2: deleted, and kept so that no source brings it back. filled_to: of a new segment, the last rid that was judged by
-- it; NULL: all were.
CREATE TABLE customer_set (
  account_id $integer NOT NULL,
  kind $text NOT NULL,
  id $text NOT NULL,
  set_no $integer NOT NULL,
  name $text NOT NULL,
  created_at $integer NOT NULL,
  updated_at $integer NOT NULL,
  filter $bytes,
  state $integer NOT NULL DEFAULT 0,
  filled_to $integer,
  PRIMARY KEY (account_id, kind, id)
) $keyed;

CREATE UNIQUE INDEX customer_set_no ON customer_set (account_id, kind, set_no) WHERE state = 0;
CREATE INDEX customer_set_own ON customer_set (account_id, set_no) WHERE filter IS NOT NULL;
CREATE INDEX customer_set_deleted ON customer_set (account_id, set_no) WHERE state = 1;

-- Who is in a set: what a search by sets reads.
CREATE TABLE member (
  account_id $integer NOT NULL,
  set_no $integer NOT NULL,
  rid $integer NOT NULL,
  PRIMARY KEY (account_id, set_no, rid)
) $keyed;

-- set_no: the last number given; those up to 99 are the same everywhere (model/sets.py). filled_to: the last rid whose
-- sets are known, NULL: all are.
ALTER TABLE account ADD COLUMN set_no $integer NOT NULL DEFAULT 99;
ALTER TABLE account ADD COLUMN filled_to $integer;
UPDATE account SET filled_to = 0 WHERE change_no > 0;

-- The set of those who came in the same way; 0: its sets are not known yet.
ALTER TABLE customer ADD COLUMN came_by $integer NOT NULL DEFAULT 0;
