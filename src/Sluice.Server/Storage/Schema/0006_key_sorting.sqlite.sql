-- Lists of keys in the order in which they expire, and in which they were used.
create index keys_by_expiry on keys (organisation_id, expires_at_ms, id);
-- With a condition that always holds, so that it is used for that order and never instead of the primary key.
create index key_uses_by_time on key_uses (organisation_id, last_used_at_ms, key_id) where last_used_at_ms > 0;
