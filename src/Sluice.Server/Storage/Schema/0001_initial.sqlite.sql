create table organisations (
  id text not null primary key,
  name text not null,
  time_zone text not null,
  created_at_ms integer not null
) strict;

create table projects (
  id text not null primary key,
  organisation_id text not null references organisations (id),
  name text not null,
  created_at_ms integer not null,
  updated_at_ms integer not null,
  unique (id, organisation_id)
) strict;
create index projects_by_organisation on projects (organisation_id, id);

create table keys (
  id text not null primary key,
  organisation_id text not null,
  project_id text not null,
  name text not null,
  kind text not null check (kind in ('test', 'production')),
  enabled integer not null check (enabled in (0, 1)),
  expires_at_ms integer,
  revoked_at_ms integer,
  scope_routes text not null,
  scope_models text not null,
  allowed_networks text not null,
  calls_per_day integer check (calls_per_day >= 0),
  requests_per_minute integer check (requests_per_minute >= 0),
  tokens_per_minute integer check (tokens_per_minute >= 0),
  concurrency integer check (concurrency >= 0),
  created_at_ms integer not null,
  updated_at_ms integer not null,
  unique (id, organisation_id),
  foreign key (project_id, organisation_id) references projects (id, organisation_id)
) strict;
create index keys_by_organisation on keys (organisation_id, id);
create index keys_by_project on keys (project_id, organisation_id);

create table key_credentials (
  public_id text not null primary key,
  key_id text not null,
  organisation_id text not null,
  hash blob not null check (length(hash) = 32),
  pepper_version integer not null,
  last_four text not null,
  created_at_ms integer not null,
  expires_at_ms integer,
  foreign key (key_id, organisation_id) references keys (id, organisation_id)
) strict;
create index key_credentials_by_key on key_credentials (key_id, organisation_id);

create table upstreams (
  id text not null primary key,
  name text not null unique,
  kind text not null,
  base_url text not null,
  sealed_api_key blob,
  models text not null,
  priority integer not null,
  weight integer not null check (weight between 1 and 1000),
  allow_private_address integer not null check (allow_private_address in (0, 1)),
  enabled integer not null check (enabled in (0, 1)),
  connect_timeout_ms integer not null check (connect_timeout_ms > 0),
  first_byte_timeout_ms integer not null check (first_byte_timeout_ms > 0),
  idle_timeout_ms integer not null check (idle_timeout_ms > 0),
  created_at_ms integer not null,
  updated_at_ms integer not null
) strict;

create table management_tokens (
  id text not null primary key,
  organisation_id text not null references organisations (id),
  purpose text not null check (purpose in ('management', 'setup')),
  name text not null,
  public_id text not null unique,
  hash blob not null check (length(hash) = 32),
  pepper_version integer not null,
  created_at_ms integer not null,
  expires_at_ms integer,
  revoked_at_ms integer
) strict;
create index management_tokens_by_organisation on management_tokens (organisation_id, id);

create table audit_entries (
  organisation_id text not null,
  seq integer not null check (seq >= 1),
  at_ms integer not null,
  actor_id text not null,
  action text not null,
  subject_id text not null,
  detail text not null,
  previous_hash blob not null,
  hash blob not null check (length(hash) = 32),
  primary key (organisation_id, seq)
) strict, without rowid;
create trigger audit_entries_stay before update on audit_entries
begin
  select raise(abort, 'audit entries are never changed');
end;
create trigger audit_entries_remain before delete on audit_entries
begin
  select raise(abort, 'audit entries are never deleted');
end;

create table changes (
  seq integer primary key autoincrement,
  kind text not null,
  subject_id text not null,
  at_ms integer not null
) strict;
