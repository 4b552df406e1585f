create table idempotency_keys (
  organisation_id text not null,
  key text not null,
  fingerprint blob not null check (length(fingerprint) = 32),
  status integer not null,
  location text,
  sealed_body blob not null,
  created_at_ms integer not null,
  primary key (organisation_id, key)
) strict, without rowid;
create index idempotency_keys_by_time on idempotency_keys (created_at_ms);
