-- name: place_of_customer
SELECT loc_no, rid FROM customer WHERE account_id = :account_id AND id = :id;

-- name: take_definition_number
INSERT INTO definition_counter (account_id, def_no) VALUES (:account_id, 1)
ON CONFLICT (account_id) DO UPDATE SET def_no = definition_counter.def_no + 1
RETURNING def_no;

-- name: definitions
SELECT def_no, key, schema, name, description, visibility, version, created_at, updated_at FROM definition
WHERE account_id = :account_id ORDER BY def_no;

-- name: definition
SELECT def_no, key, schema, name, description, visibility, version, created_at, updated_at FROM definition
WHERE account_id = :account_id AND key = :key;

-- name: put_definition
INSERT INTO definition (account_id, def_no, key, schema, name, description, visibility, version, created_at, updated_at)
VALUES (:account_id, :def_no, :key, :schema, :name, :description, :visibility, :version, :created_at, :updated_at)
ON CONFLICT (account_id, def_no) DO UPDATE SET schema = excluded.schema, name = excluded.name,
  description = excluded.description, visibility = excluded.visibility, version = excluded.version,
  updated_at = excluded.updated_at;

-- name: delete_definition
DELETE FROM definition WHERE account_id = :account_id AND def_no = :def_no;

-- name: put_definition_gone
INSERT INTO definition_gone (account_id, def_no) VALUES (:account_id, :def_no);

-- name: definition_gone
SELECT def_no FROM definition_gone WHERE account_id = :account_id ORDER BY def_no LIMIT 1;

-- name: delete_definition_gone
DELETE FROM definition_gone WHERE account_id = :account_id AND def_no = :def_no;

-- name: attribute
SELECT value, version, created_at, updated_at FROM attribute
WHERE account_id = :account_id AND rid = :rid AND def_no = :def_no;

-- name: attributes_of
-- A customer's, in the order of their definitions; those of definitions that are gone are nobody's.
SELECT a.def_no, a.value, a.version, a.created_at, a.updated_at FROM attribute a
  JOIN definition d ON d.account_id = a.account_id AND d.def_no = a.def_no
WHERE a.account_id = :account_id AND d.account_id = :account_id AND a.rid = :rid AND a.def_no > :after
ORDER BY a.def_no LIMIT :limit;

-- name: put_attribute
INSERT INTO attribute (account_id, rid, def_no, value, version, created_at, updated_at)
VALUES (:account_id, :rid, :def_no, :value, :version, :created_at, :updated_at)
ON CONFLICT (account_id, rid, def_no) DO UPDATE SET value = excluded.value, version = excluded.version,
  updated_at = excluded.updated_at;

-- name: delete_attribute
DELETE FROM attribute WHERE account_id = :account_id AND rid = :rid AND def_no = :def_no;

-- name: put_attribute_term
INSERT INTO attribute_term (account_id, def_no, term, rid) VALUES (:account_id, :def_no, :term, :rid);

-- name: delete_attribute_terms
DELETE FROM attribute_term WHERE account_id = :account_id AND rid = :rid AND def_no = :def_no;

-- name: delete_attributes_of
DELETE FROM attribute WHERE account_id = :account_id AND rid = :rid;

-- name: delete_attribute_terms_of
DELETE FROM attribute_term WHERE account_id = :account_id AND rid = :rid;

-- name: attribute_holders
-- Whoever has a value that was changed in a range of times: a page behind the last (updated_at, rid) seen.
SELECT updated_at, rid FROM attribute
WHERE account_id = :account_id AND def_no = :def_no AND (updated_at, rid) > (:after, :rid) AND updated_at < :before
ORDER BY updated_at, rid LIMIT :limit;

-- name: attribute_term_rids
-- Whoever has a term, at one location.
SELECT rid FROM attribute_term
WHERE account_id = :account_id AND def_no = :def_no AND term = :term AND rid > :after AND rid <= :high
ORDER BY rid LIMIT :limit;

-- name: attribute_rids
-- Whoever has any value, at one location: a page behind the last (rid, def_no) seen.
SELECT rid, def_no FROM attribute
WHERE account_id = :account_id AND (rid, def_no) > (:after, :def_no) AND rid <= :high
ORDER BY rid, def_no LIMIT :limit;

-- name: attribute_range_rids
-- Whoever has a term of a range, wherever: a page behind the last (term, rid) seen.
SELECT term, rid FROM attribute_term
WHERE account_id = :account_id AND def_no = :def_no AND (term, rid) > (:term, :rid) AND term < :end
ORDER BY term, rid LIMIT :limit;

-- name: some_with_attribute_term
-- Whoever has a term, as many as it takes to know that they are many.
SELECT rid FROM attribute_term WHERE account_id = :account_id AND def_no = :def_no AND term = :term LIMIT :limit;

-- name: attribute_values
-- The values of some definitions that some customers have.
SELECT rid, def_no, value, updated_at FROM attribute
WHERE account_id = :account_id AND rid IN ($each_integer(:rids))
  AND def_no IN ($each_integer(:def_nos));
