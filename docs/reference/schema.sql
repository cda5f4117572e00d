CREATE TABLE account (
  account_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  merchant_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  change_no INTEGER NOT NULL DEFAULT 0,
  last_at INTEGER NOT NULL DEFAULT 0,
  listed INTEGER NOT NULL DEFAULT 0,
  source_no INTEGER NOT NULL DEFAULT 0,
  quarantine_no INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE account_name (
  name TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE bucket (
  account_id INTEGER NOT NULL,
  loc_no INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  no INTEGER NOT NULL,
  n INTEGER NOT NULL,
  first_at INTEGER,
  PRIMARY KEY (account_id, loc_no, kind, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE customer (
  rid INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  loc_no INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  ref TEXT NOT NULL,
  pos_ref TEXT NOT NULL,
  id TEXT NOT NULL,
  hash BLOB NOT NULL,
  change_no INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  listed INTEGER NOT NULL,
  sort_key TEXT NOT NULL,
  problems TEXT
  
) STRICT;

CREATE INDEX customer_created ON customer (account_id, loc_no, created_at, id) WHERE listed = 1;

CREATE UNIQUE INDEX customer_id ON customer (account_id, id);

CREATE UNIQUE INDEX customer_key ON customer (account_id, loc_no, source_id, ref);

CREATE INDEX customer_name ON customer (account_id, loc_no, sort_key, created_at, id) WHERE listed = 1;

CREATE UNIQUE INDEX customer_ref ON customer (account_id, loc_no, pos_ref);

CREATE UNIQUE INDEX customer_updated ON customer (account_id, loc_no, updated_at, pos);

CREATE TABLE doc (
  rid INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  shift4 BLOB NOT NULL,
  square BLOB NOT NULL
  
) STRICT;

CREATE TABLE extra (
  rid INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  group_ids BLOB,
  segment_ids BLOB,
  cards BLOB
  
) STRICT;

CREATE VIRTUAL TABLE find USING fts5 (
  t, content='', contentless_delete=1, detail=none, prefix='1 2 3 4 5 6',
  tokenize="ascii tokenchars '!#$%&()*+,-./:;<=>?@[\]^_`{|}~'"
);

CREATE TABLE location (
  account_id INTEGER NOT NULL,
  location_id INTEGER NOT NULL,
  loc_no INTEGER NOT NULL,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  currency TEXT,
  language TEXT,
  is_main INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,
  pos INTEGER NOT NULL DEFAULT 0,
  listed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, location_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE migration (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;

CREATE TABLE quarantine (
  account_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  loc_no INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  format TEXT NOT NULL,
  place TEXT NOT NULL,
  columns TEXT,
  reason TEXT NOT NULL,
  digest BLOB NOT NULL,
  raw BLOB NOT NULL,
  PRIMARY KEY (account_id, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX quarantine_digest ON quarantine (account_id, loc_no, source_id, digest);

CREATE TABLE record (
  rid INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  format TEXT NOT NULL,
  place TEXT NOT NULL,
  columns TEXT,
  raw BLOB NOT NULL
  
) STRICT;

CREATE TABLE source (
  account_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (account_id, source_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX source_name ON source (account_id, name);

CREATE TABLE token (
  hash BLOB PRIMARY KEY,
  account_id INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  location_ids TEXT,
  scopes TEXT NOT NULL,
  rate INTEGER,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX token_account ON token (account_id, created_at, prefix);

CREATE TABLE tombstone (
  account_id INTEGER NOT NULL,
  loc_no INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  change_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  pos_ref TEXT NOT NULL,
  PRIMARY KEY (account_id, loc_no, updated_at)
) STRICT, WITHOUT ROWID;
