-- name: pulls
-- An account's connected sources, by name.
SELECT p.source_id, s.name, p.kind, p.location_id, p.url, p.options, p.secret, p.hook_secret, p.every_seconds,
  p.full_every_seconds, p.budget_requests, p.budget_milliseconds, p.fail_percent, p.vanish_percent, p.created_at,
  p.updated_at, p.state, p.message, p.bookmark, p.walk, p.run_no, p.held_run, p.full_at, p.fresh_at, p.next_at,
  p.failures, p.spent, p.lease_owner, p.lease_until
FROM pull p JOIN source s ON s.account_id = p.account_id AND s.source_id = p.source_id
WHERE p.account_id = :account_id AND s.account_id = :account_id ORDER BY s.name;

-- name: pull
SELECT p.source_id, s.name, p.kind, p.location_id, p.url, p.options, p.secret, p.hook_secret, p.every_seconds,
  p.full_every_seconds, p.budget_requests, p.budget_milliseconds, p.fail_percent, p.vanish_percent, p.created_at,
  p.updated_at, p.state, p.message, p.bookmark, p.walk, p.run_no, p.held_run, p.full_at, p.fresh_at, p.next_at,
  p.failures, p.spent, p.lease_owner, p.lease_until
FROM pull p JOIN source s ON s.account_id = p.account_id AND s.source_id = p.source_id
WHERE p.account_id = :account_id AND s.account_id = :account_id AND p.source_id = :source_id;

-- name: put_pull
-- Its runs are numbered on from those before it was removed: a later run that met a customer has the higher number.
INSERT INTO pull (account_id, source_id, kind, location_id, url, options, secret, hook_secret, every_seconds,
  full_every_seconds, budget_requests, budget_milliseconds, fail_percent, vanish_percent, created_at, updated_at, state,
  run_no)
VALUES (:account_id, :source_id, :kind, :location_id, :url, :options, :secret, :hook_secret, :every_seconds,
  :full_every_seconds, :budget_requests, :budget_milliseconds, :fail_percent, :vanish_percent, :now, :now, 'active',
  COALESCE((SELECT max(s.run_no) FROM customer c JOIN sighting s ON s.account_id = c.account_id AND s.rid = c.rid
    WHERE c.account_id = :account_id AND s.account_id = :account_id AND c.source_id = :source_id), 0));

-- name: delete_pull
DELETE FROM pull WHERE account_id = :account_id AND source_id = :source_id;

-- name: delete_pull_runs
DELETE FROM pull_run WHERE account_id = :account_id AND source_id = :source_id;

-- name: delete_pull_hooks
DELETE FROM hook WHERE account_id = :account_id AND source_id = :source_id;

-- name: delete_pull_heard
DELETE FROM heard WHERE account_id = :account_id AND source_id = :source_id;

-- name: delete_pull_wanted
DELETE FROM wanted WHERE account_id = :account_id AND source_id = :source_id;

-- name: set_pull_state
-- By a person: what failed before is tried again at once.
UPDATE pull SET state = :state, message = :message, failures = 0, next_at = 0, updated_at = :now
WHERE account_id = :account_id AND source_id = :source_id;

-- name: let_go_pull
UPDATE pull SET held_run = NULL, message = NULL, updated_at = :now,
  state = (CASE WHEN state = 'held' THEN 'active' ELSE state END)
WHERE account_id = :account_id AND source_id = :source_id;

-- name: set_pull_secret
UPDATE pull SET secret = :secret, updated_at = :now WHERE account_id = :account_id AND source_id = :source_id;

-- name: set_pull_hook_secret
UPDATE pull SET hook_secret = :secret, updated_at = :now WHERE account_id = :account_id AND source_id = :source_id;

-- name: hurry_pull
-- One that has failed keeps its pause.
UPDATE pull SET next_at = :now
WHERE account_id = :account_id AND source_id = :source_id AND next_at > :now AND failures = 0;

-- name: due_pulls
SELECT source_id, next_at FROM pull
WHERE account_id = :account_id AND state IN ('active', 'held') AND next_at <= :now AND lease_until <= :now;

-- name: lease_pull
-- What is left of an owner who never gave it back tells that it was killed.
UPDATE pull SET lease_owner = :owner, lease_until = :until
WHERE account_id = :account_id AND source_id = :source_id AND (lease_until <= :now OR lease_owner = :owner)
RETURNING source_id;

-- name: renew_pull
UPDATE pull SET lease_until = :until
WHERE account_id = :account_id AND source_id = :source_id AND lease_owner = :owner;

-- name: release_pull
UPDATE pull SET lease_owner = NULL, lease_until = 0
WHERE account_id = :account_id AND source_id = :source_id AND lease_owner = :owner;

-- name: move_pull
-- A page is in: where its walk goes on, and what was spent. Only the holder of the lease moves it.
UPDATE pull SET walk = :walk, bookmark = :bookmark, spent = :spent, failures = 0, lease_until = :until
WHERE account_id = :account_id AND source_id = :source_id AND lease_owner = :owner;

-- name: spend_pull
UPDATE pull SET spent = :spent, lease_until = :until
WHERE account_id = :account_id AND source_id = :source_id AND lease_owner = :owner;

-- name: begin_pull_run
UPDATE pull SET walk = :walk, run_no = :run_no, spent = :spent
WHERE account_id = :account_id AND source_id = :source_id AND lease_owner = :owner;

-- name: end_pull_run
UPDATE pull SET walk = NULL, state = :state, message = :message, bookmark = :bookmark, full_at = :full_at,
  fresh_at = :fresh_at, held_run = :held_run, next_at = :next_at, failures = :failures, spent = :spent
WHERE account_id = :account_id AND source_id = :source_id AND lease_owner = :owner;

-- name: wait_pull
UPDATE pull SET next_at = :next_at, failures = :failures, message = :message, spent = :spent
WHERE account_id = :account_id AND source_id = :source_id AND lease_owner = :owner;

-- name: put_pull_run
INSERT INTO pull_run (account_id, source_id, run_no, mode, began_at, ended_at, outcome, message, counts)
VALUES (:account_id, :source_id, :run_no, :mode, :began_at, :ended_at, :outcome, :message, :counts)
ON CONFLICT (account_id, source_id, run_no) DO UPDATE SET mode = excluded.mode,
  began_at = excluded.began_at, ended_at = excluded.ended_at,
  outcome = excluded.outcome, message = excluded.message, counts = excluded.counts;

-- name: pull_runs
SELECT run_no, mode, began_at, ended_at, outcome, message, counts FROM pull_run
WHERE account_id = :account_id AND source_id = :source_id ORDER BY run_no DESC LIMIT :limit;

-- name: drop_old_pull_runs
DELETE FROM pull_run WHERE account_id = :account_id AND source_id = :source_id AND run_no <= :run_no;

-- name: next_vanished
-- Customers of a source in the order of their refs, whom a full walk has not met, nor any run since.
SELECT c.ref, c.id, CASE WHEN r.seen_at < :began_at AND (s.run_no IS NULL OR s.run_no < :run_no) THEN 1 ELSE 0 END
FROM customer c
  JOIN record r ON r.account_id = c.account_id AND r.rid = c.rid
  LEFT JOIN sighting s ON s.account_id = :account_id AND s.rid = c.rid
WHERE c.account_id = :account_id AND r.account_id = :account_id AND c.loc_no = :loc_no AND c.source_id = :source_id
  AND c.ref > :after
ORDER BY c.ref LIMIT :limit;

-- name: wanted
SELECT ref, wanted_at FROM wanted WHERE account_id = :account_id AND source_id = :source_id ORDER BY wanted_at, ref
LIMIT :limit;

-- name: delete_wanted
-- Unless a later webhook has spoken of it again.
DELETE FROM wanted
WHERE account_id = :account_id AND source_id = :source_id AND ref = :ref AND wanted_at <= :wanted_at;

-- name: delete_sighting
DELETE FROM sighting WHERE account_id = :account_id AND rid = :rid;

-- name: delete_wanted_of
DELETE FROM wanted WHERE account_id = :account_id AND source_id = :source_id AND ref = :ref;

-- name: put_suppressed
INSERT INTO suppressed (account_id, source_id, digest, erased_at)
SELECT account_id, source_id, :digest, :now FROM pull WHERE account_id = :account_id AND source_id = :source_id
ON CONFLICT (account_id, source_id, digest) DO UPDATE SET erased_at = excluded.erased_at;

-- name: any_suppressed
SELECT 1 FROM suppressed WHERE account_id = :account_id AND source_id = :source_id LIMIT 1;

-- name: delete_suppressed
DELETE FROM suppressed WHERE account_id = :account_id AND source_id = :source_id AND digest = :digest;

-- name: met_by_ref
-- Customers of a source by their refs, whom a run has met: changed since it began, or sighted as they were.
SELECT c.ref FROM customer c
  JOIN record r ON r.account_id = c.account_id AND r.rid = c.rid
  LEFT JOIN sighting s ON s.account_id = :account_id AND s.rid = c.rid
WHERE c.account_id = :account_id AND r.account_id = :account_id AND c.loc_no = :loc_no AND c.source_id = :source_id
  AND c.ref IN ($each_text(:refs)) AND (r.seen_at >= :began_at OR s.run_no = :run_no);

-- name: put_sighting
INSERT INTO sighting (rid, account_id, run_no) VALUES (:rid, :account_id, :run_no)
ON CONFLICT ($row) DO UPDATE SET run_no = excluded.run_no;

-- name: suppressed_of
SELECT digest FROM suppressed WHERE account_id = :account_id AND source_id = :source_id
  AND digest IN ($each_bytes(:digests));
