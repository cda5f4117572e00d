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
, set_no INTEGER NOT NULL DEFAULT 99, filled_to INTEGER) STRICT;

CREATE TABLE account_name (
  name TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
  account_id INTEGER NOT NULL,
  key BLOB NOT NULL,
  digest BLOB NOT NULL,
  rid INTEGER,
  answered_at INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX answer_age ON answer (account_id, answered_at);

CREATE INDEX answer_rid ON answer (account_id, rid);

CREATE TABLE attribute (
  account_id INTEGER NOT NULL,
  rid INTEGER NOT NULL,
  def_no INTEGER NOT NULL,
  value BLOB NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, rid, def_no)
) STRICT, WITHOUT ROWID;

CREATE INDEX attribute_changed ON attribute (account_id, def_no, updated_at, rid);

CREATE TABLE attribute_term (
  account_id INTEGER NOT NULL,
  def_no INTEGER NOT NULL,
  term TEXT NOT NULL,
  rid INTEGER NOT NULL,
  PRIMARY KEY (account_id, def_no, term, rid)
) STRICT, WITHOUT ROWID;

CREATE INDEX attribute_term_rid ON attribute_term (account_id, rid, def_no);

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
  
, version INTEGER NOT NULL DEFAULT 0, came_by INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX customer_created ON customer (account_id, loc_no, created_at, id) WHERE listed = 1;

CREATE UNIQUE INDEX customer_id ON customer (account_id, id);

CREATE UNIQUE INDEX customer_key ON customer (account_id, loc_no, source_id, ref);

CREATE INDEX customer_name ON customer (account_id, loc_no, sort_key, created_at, id) WHERE listed = 1;

CREATE UNIQUE INDEX customer_ref ON customer (account_id, loc_no, pos_ref);

CREATE TABLE customer_set (
  account_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  set_no INTEGER NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  filter BLOB,
  state INTEGER NOT NULL DEFAULT 0,
  filled_to INTEGER,
  PRIMARY KEY (account_id, kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX customer_set_deleted ON customer_set (account_id, set_no) WHERE state = 1;

CREATE UNIQUE INDEX customer_set_no ON customer_set (account_id, kind, set_no) WHERE state = 0;

CREATE INDEX customer_set_own ON customer_set (account_id, set_no) WHERE filter IS NOT NULL;

CREATE UNIQUE INDEX customer_updated ON customer (account_id, loc_no, updated_at, pos);

CREATE TABLE definition (
  account_id INTEGER NOT NULL,
  def_no INTEGER NOT NULL,
  key TEXT NOT NULL,
  schema BLOB NOT NULL,
  name TEXT,
  description TEXT,
  visibility TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, def_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE definition_counter (
  account_id INTEGER PRIMARY KEY,
  def_no INTEGER NOT NULL
) STRICT;

CREATE TABLE definition_gone (
  account_id INTEGER NOT NULL,
  def_no INTEGER NOT NULL,
  PRIMARY KEY (account_id, def_no)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX definition_key ON definition (account_id, key);

CREATE TABLE doc (
  rid INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  shift4 BLOB NOT NULL,
  square BLOB NOT NULL
  
) STRICT;

CREATE TABLE edited (
  rid INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  state BLOB NOT NULL
  
) STRICT;

CREATE TABLE event (
  account_id INTEGER NOT NULL,
  event_no INTEGER NOT NULL,
  event_id BLOB NOT NULL,
  type TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  rid INTEGER,
  object_id TEXT NOT NULL,
  PRIMARY KEY (account_id, event_no)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_age ON event (account_id, created_at);

CREATE TABLE event_counter (
  account_id INTEGER PRIMARY KEY,
  event_no INTEGER NOT NULL DEFAULT 0,
  last_at INTEGER NOT NULL DEFAULT 0,
  subscription_no INTEGER NOT NULL DEFAULT 0,
  asked INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE event_object (
  account_id INTEGER NOT NULL,
  event_no INTEGER NOT NULL,
  square BLOB NOT NULL,
  shift4 BLOB,
  PRIMARY KEY (account_id, event_no)
) STRICT;

CREATE INDEX event_rid ON event (account_id, rid) WHERE rid IS NOT NULL;

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

CREATE TABLE heard (
  account_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  digest BLOB NOT NULL,
  heard_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, source_id, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX heard_age ON heard (account_id, heard_at);

CREATE TABLE hook (
  digest BLOB PRIMARY KEY,
  account_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX hook_source ON hook (account_id, source_id);

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

CREATE TABLE member (
  account_id INTEGER NOT NULL,
  set_no INTEGER NOT NULL,
  rid INTEGER NOT NULL,
  PRIMARY KEY (account_id, set_no, rid)
) STRICT, WITHOUT ROWID;

CREATE TABLE merged (
  account_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  survivor_id TEXT NOT NULL,
  into_id TEXT NOT NULL,
  merge_id TEXT NOT NULL,
  rid INTEGER NOT NULL,
  loc_no INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  ref TEXT NOT NULL,
  pos_ref TEXT NOT NULL,
  hash BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  creation_source TEXT NOT NULL,
  state BLOB,
  group_ids BLOB,
  segment_ids BLOB,
  cards BLOB,
  seen_at INTEGER NOT NULL,
  format TEXT NOT NULL,
  place TEXT NOT NULL,
  columns TEXT,
  raw BLOB NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT;

CREATE INDEX merged_into ON merged (account_id, into_id);

CREATE UNIQUE INDEX merged_key ON merged (account_id, loc_no, source_id, ref);

CREATE INDEX merged_merge ON merged (account_id, merge_id);

CREATE UNIQUE INDEX merged_ref ON merged (account_id, loc_no, pos_ref);

CREATE INDEX merged_survivor ON merged (account_id, survivor_id);

CREATE TABLE merger (
  account_id INTEGER NOT NULL,
  merge_id TEXT NOT NULL,
  survivor_id TEXT NOT NULL,
  merged_at INTEGER NOT NULL,
  undone_at INTEGER,
  before BLOB,
  after BLOB,
  PRIMARY KEY (account_id, merge_id)
) STRICT;

CREATE INDEX merger_survivor ON merger (account_id, survivor_id);

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE migration (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;

CREATE VIRTUAL TABLE part USING fts5 (
  t, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1'
);

CREATE VIRTUAL TABLE part_term USING fts5vocab (part, row);

CREATE TABLE pinned (
  account_id INTEGER NOT NULL,
  rid INTEGER NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (account_id, rid, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE pull (
  account_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  location_id INTEGER NOT NULL,
  url TEXT,
  options TEXT NOT NULL,
  secret BLOB,
  hook_secret BLOB,
  every_seconds INTEGER NOT NULL,
  full_every_seconds INTEGER NOT NULL,
  budget_requests INTEGER,
  budget_milliseconds INTEGER,
  fail_percent INTEGER NOT NULL,
  vanish_percent INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  message TEXT,
  bookmark BLOB,
  walk BLOB,
  run_no INTEGER NOT NULL DEFAULT 0,
  held_run INTEGER,
  full_at INTEGER,
  fresh_at INTEGER,
  next_at INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  spent BLOB,
  lease_owner TEXT,
  lease_until INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, source_id)
) STRICT;

CREATE TABLE pull_run (
  account_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  run_no INTEGER NOT NULL,
  mode TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT,
  message TEXT,
  counts TEXT NOT NULL,
  PRIMARY KEY (account_id, source_id, run_no)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE sighting (
  rid INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  run_no INTEGER NOT NULL
  
) STRICT;

CREATE TABLE source (
  account_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (account_id, source_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX source_name ON source (account_id, name);

CREATE TABLE subscription (
  account_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  subscription_id TEXT NOT NULL,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  event_types TEXT NOT NULL,
  notification_url TEXT NOT NULL,
  api_version TEXT NOT NULL,
  location_ids TEXT,
  signature_key BLOB NOT NULL,
  old_key BLOB,
  old_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  event_no INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  last_failure TEXT,
  next_try_at INTEGER NOT NULL DEFAULT 0,
  lease_owner TEXT,
  lease_until INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX subscription_id ON subscription (account_id, subscription_id);

CREATE TABLE suppressed (
  account_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  digest BLOB NOT NULL,
  erased_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, source_id, digest)
) STRICT, WITHOUT ROWID;

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
  pos_ref TEXT NOT NULL, seq INTEGER,
  PRIMARY KEY (account_id, loc_no, updated_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE wanted (
  account_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  ref TEXT NOT NULL,
  wanted_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, source_id, ref)
) STRICT, WITHOUT ROWID;

CREATE INDEX wanted_age ON wanted (account_id, source_id, wanted_at, ref);
