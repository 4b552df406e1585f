-- Partitions, one a day, are made when the day's first record is written; record_days lists them.
-- utc_day is the day that the request id was made on: the id alone decides the partition, so that it is unique over all of them.
create table records (
  utc_day integer not null,
  request_id text collate "C" not null,
  started_at_ms bigint not null,
  state integer not null,
  organisation_id text collate "C",
  project_id text collate "C",
  key_id text collate "C",
  day integer not null,
  client_ip text,
  endpoint text not null,
  stream boolean not null,
  model_asked text,
  model_used text,
  upstream_id text,
  upstream_name text,
  status integer not null,
  error_code text,
  stopped_by text,
  stage_times bytea not null,
  first_byte_us bigint not null,
  total_us bigint not null,
  token_source integer not null,
  prompt_tokens bigint not null,
  cached_tokens bigint not null,
  completion_tokens bigint not null,
  reasoning_tokens bigint not null,
  cost_nano bigint,
  currency text,
  finish_reason text,
  primary key (utc_day, request_id)
) partition by range (utc_day);
create index records_by_key on records (key_id, request_id) where key_id is not null;

create table record_days (
  day integer not null primary key
);

create table day_counts (
  key_id text collate "C" not null,
  day integer not null,
  calls bigint not null,
  primary key (key_id, day)
);

create table open_intents (
  node text collate "C" not null,
  request_id text collate "C" not null,
  started_at_ms bigint not null,
  organisation_id text not null,
  project_id text not null,
  key_id text not null,
  day integer not null,
  endpoint text not null,
  stream boolean not null,
  model_asked text,
  client_ip text,
  prompt_tokens_estimate bigint not null,
  primary key (node, request_id)
);

create table journal_positions (
  node text collate "C" not null primary key,
  segment bigint not null,
  position bigint not null
);
