-- Custom attributes: what an account has defined, the values of its customers, and what they are found by.

-- Numbers of definitions, given in order and never again.
CREATE TABLE definition_counter (
  account_id $integer PRIMARY KEY,
  def_no $integer NOT NULL
) $strict;

-- schema: model.attribute.Schema as JSON.
CREATE TABLE definition (
  account_id $integer NOT NULL,
  def_no $integer NOT NULL,
  key $text NOT NULL,
  schema $bytes NOT NULL,
  name $text,
  description $text,
  visibility $text NOT NULL,
  version $integer NOT NULL,
  created_at $integer NOT NULL,
  updated_at $integer NOT NULL,
  PRIMARY KEY (account_id, def_no)
) $keyed;

CREATE UNIQUE INDEX definition_key ON definition (account_id, key);

-- Definitions that were deleted and may have left values: nobody sees them, the background process takes them away.
CREATE TABLE definition_gone (
  account_id $integer NOT NULL,
  def_no $integer NOT NULL,
  PRIMARY KEY (account_id, def_no)
) $keyed;

-- value: JSON, as it came.
CREATE TABLE attribute (
  account_id $integer NOT NULL,
  rid $integer NOT NULL,
  def_no $integer NOT NULL,
  value $bytes NOT NULL,
  version $integer NOT NULL,
  created_at $integer NOT NULL,
  updated_at $integer NOT NULL,
  PRIMARY KEY (account_id, rid, def_no)
) $keyed;

CREATE INDEX attribute_changed ON attribute (account_id, def_no, updated_at, rid);

-- What values are found by: a sign of the kind, then a text whose order is that of the values (normalise/attributes.py).
CREATE TABLE attribute_term (
  account_id $integer NOT NULL,
  def_no $integer NOT NULL,
  term $text NOT NULL,
  rid $integer NOT NULL,
  PRIMARY KEY (account_id, def_no, term, rid)
) $keyed;

CREATE INDEX attribute_term_rid ON attribute_term (account_id, rid, def_no);
