-- Customers that were merged into another, and what it takes to undo that (docs/concepts/merging.md).

-- One merge: what was done to the survivor. before, after: how it looked, whole, as JSON; NULL once undone_at.
CREATE TABLE merger (
  account_id $integer NOT NULL,
  merge_id $text NOT NULL,
  survivor_id $text NOT NULL,
  merged_at $integer NOT NULL,
  undone_at $integer,
  before $bytes,
  after $bytes,
  PRIMARY KEY (account_id, merge_id)
) $strict;

CREATE INDEX merger_survivor ON merger (account_id, survivor_id);

-- A customer that was merged away. into_id: the survivor of its merge; survivor_id: who answers for it now, another one
-- when that survivor was merged away itself. rid: the one it had; what still stands under it (events, answers,
-- custom attributes) comes back with it. The rest as in customer, edited, extra and record.
CREATE TABLE merged (
  account_id $integer NOT NULL,
  id $text NOT NULL,
  survivor_id $text NOT NULL,
  into_id $text NOT NULL,
  merge_id $text NOT NULL,
  rid $integer NOT NULL,
  loc_no $integer NOT NULL,
  source_id $integer NOT NULL,
  ref $text NOT NULL,
  pos_ref $text NOT NULL,
  hash $bytes NOT NULL,
  created_at $integer NOT NULL,
  version $integer NOT NULL,
  creation_source $text NOT NULL,
  state $bytes,
  group_ids $bytes,
  segment_ids $bytes,
  cards $bytes,
  seen_at $integer NOT NULL,
  format $text NOT NULL,
  place $text NOT NULL,
  columns $text,
  raw $bytes NOT NULL,
  PRIMARY KEY (account_id, id)
) $strict;

CREATE UNIQUE INDEX merged_key ON merged (account_id, loc_no, source_id, ref);
CREATE UNIQUE INDEX merged_ref ON merged (account_id, loc_no, pos_ref);
CREATE INDEX merged_merge ON merged (account_id, merge_id);
CREATE INDEX merged_survivor ON merged (account_id, survivor_id);
CREATE INDEX merged_into ON merged (account_id, into_id);
