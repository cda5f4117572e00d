-- The search index of PostgreSQL: words and numbers, with a blank before and behind each (trigrams.py).
CREATE TABLE find (
  account_id BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  t TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (account_id, rid)
);
