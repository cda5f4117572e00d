-- name: survivor_of
SELECT survivor_id, loc_no FROM merged WHERE account_id = :account_id AND id = :id;

-- name: has_merged
SELECT 1 FROM merged WHERE account_id = :account_id LIMIT 1;

-- name: put_merger
INSERT INTO merger (account_id, merge_id, survivor_id, merged_at, before, after)
VALUES (:account_id, :merge_id, :survivor_id, :merged_at, :before, :after);

-- name: merger
SELECT survivor_id, undone_at, before, after FROM merger WHERE account_id = :account_id AND merge_id = :merge_id;

-- name: undo_merger
UPDATE merger SET undone_at = :undone_at, before = NULL, after = NULL
WHERE account_id = :account_id AND merge_id = :merge_id;

-- name: put_merged
-- What is kept of a customer, copied before its rows go.
INSERT INTO merged (account_id, id, survivor_id, into_id, merge_id, rid, loc_no, source_id, ref, pos_ref, hash, created_at,
  version, creation_source, state, group_ids, segment_ids, cards, seen_at, format, place, columns, raw)
SELECT c.account_id, c.id, :survivor_id, :survivor_id, :merge_id, c.rid, c.loc_no, c.source_id, c.ref, c.pos_ref, c.hash,
  c.created_at, c.version, :creation_source, ed.state, e.group_ids, e.segment_ids, e.cards,
  r.seen_at, r.format, r.place, r.columns, r.raw
FROM customer c
  JOIN record r ON r.account_id = c.account_id AND r.rid = c.rid
  LEFT JOIN edited ed ON ed.account_id = :account_id AND ed.rid = c.rid
  LEFT JOIN extra e ON e.account_id = :account_id AND e.rid = c.rid
WHERE c.account_id = :account_id AND r.account_id = :account_id AND c.rid = :rid;

-- name: follow_survivor
-- Who was merged into somebody that is merged away now.
UPDATE merged SET survivor_id = :survivor_id WHERE account_id = :account_id AND survivor_id = :id;

-- name: lead_back
-- Who was merged into somebody that is back, or into one of those.
UPDATE merged SET survivor_id = :survivor_id WHERE account_id = :account_id AND into_id = :into_id RETURNING id;

-- name: merged_of
SELECT id, rid, loc_no, source_id, ref, pos_ref, hash, created_at, version, creation_source,
  state, group_ids, segment_ids, cards, format, place, columns, raw
FROM merged WHERE account_id = :account_id AND merge_id = :merge_id;

-- name: merged_under
SELECT id, rid, loc_no, source_id, ref, pos_ref, hash, created_at, version, creation_source,
  state, group_ids, segment_ids, cards, format, place, columns, raw
FROM merged WHERE account_id = :account_id AND survivor_id = :id;

-- name: keep_merged
UPDATE merged SET hash = :hash, state = :state, group_ids = :group_ids, segment_ids = :segment_ids, cards = :cards,
  seen_at = :seen_at, format = :format, place = :place, columns = :columns, raw = :raw
WHERE account_id = :account_id AND id = :id;

-- name: delete_merged
DELETE FROM merged WHERE account_id = :account_id AND id = :id;

-- name: delete_mergers_of
DELETE FROM merger WHERE account_id = :account_id AND survivor_id = :id;

-- name: move_answers
UPDATE answer SET rid = :rid WHERE account_id = :account_id AND rid = :before;

-- name: move_attributes
UPDATE attribute SET rid = :rid WHERE account_id = :account_id AND rid = :before;

-- name: move_attribute_terms
UPDATE attribute_term SET rid = :rid WHERE account_id = :account_id AND rid = :before;

-- name: move_pinned
UPDATE pinned SET rid = :rid WHERE account_id = :account_id AND rid = :before;

-- name: move_events
UPDATE event SET rid = :rid WHERE account_id = :account_id AND rid = :before;

-- name: delete_merged_event_objects
-- That a customer is gone may still have to be told: this event holds ids only.
DELETE FROM event_object WHERE account_id = :account_id AND event_no IN (
  SELECT event_no FROM event WHERE account_id = :account_id AND rid = :rid AND type <> 'customer.deleted');

-- name: delete_merged_events
DELETE FROM event WHERE account_id = :account_id AND rid = :rid AND type <> 'customer.deleted';

-- name: merged_by_ref
-- Customers of a source by their refs, among those that were merged away.
SELECT id, rid, loc_no, source_id, ref, pos_ref, hash, created_at, version, creation_source,
  state, group_ids, segment_ids, cards, format, place, columns, raw
FROM merged WHERE account_id = :account_id AND loc_no = :loc_no AND source_id = :source_id
  AND ref IN ($each_text(:refs));
