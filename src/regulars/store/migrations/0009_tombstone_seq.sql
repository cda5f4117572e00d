-- The place in the list that a deleted customer gave up: bitmaps of common words take it out (store/heavy.py). NULL in
-- tombstones older than this, which no bitmap looks back to.
ALTER TABLE tombstone ADD COLUMN seq $integer;
