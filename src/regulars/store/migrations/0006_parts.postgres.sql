-- Letters and digits of e-mails and references, for Square's search (trigrams.py).
CREATE TABLE part (
  account_id BIGINT NOT NULL,
  rid BIGINT NOT NULL,
  t TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (account_id, rid)
);
