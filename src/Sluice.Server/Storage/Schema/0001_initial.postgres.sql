-- Ids compare byte by byte ("C"), so that they sort by time in every locale, as they do on SQLite.

create table organisations (
  id text collate "C" not null primary key,
  name text not null,
  time_zone text not null,
  created_at_ms bigint not null
);

create table projects (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null references organisations (id),
  name text not null,
  created_at_ms bigint not null,
  updated_at_ms bigint not null,
  unique (id, organisation_id)
);
create index projects_by_organisation on projects (organisation_id, id);

create table keys (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null,
  project_id text collate "C" not null,
  name text not null,
  kind text not null check (kind in ('test', 'production')),
  enabled boolean not null,
  expires_at_ms bigint,
  revoked_at_ms bigint,
  scope_routes text not null,
  scope_models text not null,
  allowed_networks text not null,
  calls_per_day bigint check (calls_per_day >= 0),
  requests_per_minute bigint check (requests_per_minute >= 0),
  tokens_per_minute bigint check (tokens_per_minute >= 0),
  concurrency integer check (concurrency >= 0),
  created_at_ms bigint not null,
  updated_at_ms bigint not null,
  unique (id, organisation_id),
  foreign key (project_id, organisation_id) references projects (id, organisation_id)
);
create index keys_by_organisation on keys (organisation_id, id);
create index keys_by_project on keys (project_id, organisation_id);

create table key_credentials (
  public_id text collate "C" not null primary key,
  key_id text collate "C" not null,
  organisation_id text collate "C" not null,
  hash bytea not null check (length(hash) = 32),
  pepper_version integer not null,
  last_four text not null,
  created_at_ms bigint not null,
  expires_at_ms bigint,
  foreign key (key_id, organisation_id) references keys (id, organisation_id)
);
create index key_credentials_by_key on key_credentials (key_id, organisation_id);

create table upstreams (
  id text collate "C" not null primary key,
  name text collate "C" not null unique,
  kind text not null,
  base_url text not null,
  sealed_api_key bytea,
  models text not null,
  priority integer not null,
  weight integer not null check (weight between 1 and 1000),
  allow_private_address boolean not null,
  enabled boolean not null,
  connect_timeout_ms bigint not null check (connect_timeout_ms > 0),
  first_byte_timeout_ms bigint not null check (first_byte_timeout_ms > 0),
  idle_timeout_ms bigint not null check (idle_timeout_ms > 0),
  created_at_ms bigint not null,
  updated_at_ms bigint not null
);

create table management_tokens (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null references organisations (id),
  purpose text not null check (purpose in ('management', 'setup')),
  name text not null,
  public_id text collate "C" not null unique,
  hash bytea not null check (length(hash) = 32),
  pepper_version integer not null,
  created_at_ms bigint not null,
  expires_at_ms bigint,
  revoked_at_ms bigint
);
create index management_tokens_by_organisation on management_tokens (organisation_id, id);

create table audit_entries (
  organisation_id text collate "C" not null,
  seq bigint not null check (seq >= 1),
  at_ms bigint not null,
  actor_id text not null,
  action text not null,
  subject_id text not null,
  detail text not null,
  previous_hash bytea not null,
  hash bytea not null check (length(hash) = 32),
  primary key (organisation_id, seq)
);
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit entries are never changed or deleted';
end
$$;
create trigger audit_entries_stay before update or delete or truncate on audit_entries
  for each statement execute function refuse_audit_change();

create table changes (
  seq bigint generated always as identity primary key,
  kind text not null,
  subject_id text not null,
  at_ms bigint not null
);
