create table idempotency_keys (
  organisation_id text collate "C" not null,
  key text collate "C" not null,
  fingerprint bytea not null check (length(fingerprint) = 32),
  status integer not null,
  location text,
  sealed_body bytea not null,
  created_at_ms bigint not null,
  primary key (organisation_id, key)
);
create index idempotency_keys_by_time on idempotency_keys (created_at_ms);
