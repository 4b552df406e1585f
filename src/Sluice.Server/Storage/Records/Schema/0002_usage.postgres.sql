-- What calls add up to: a row for each minute (kept for three days) and each hour (kept like records). Written in the transaction of the records themselves.
-- Keys begin with the organisation, so that a question reads one range. An empty text stands for none. Latencies are counters of log-scaled classes: a byte
-- for the class, then its count in groups of seven bits; a class may stand there several times. Calls from before this version are not in them.
create table usage_minutes (
  organisation_id text collate "C" not null,
  bucket_ms bigint not null,
  project_id text collate "C" not null,
  key_id text collate "C" not null,
  model text collate "C" not null,
  upstream text collate "C" not null,
  currency text collate "C" not null,
  calls bigint not null,
  ok bigint not null,
  client_errors bigint not null,
  rate_limited bigint not null,
  server_errors bigint not null,
  estimated_calls bigint not null,
  prompt_tokens bigint not null,
  cached_tokens bigint not null,
  completion_tokens bigint not null,
  reasoning_tokens bigint not null,
  cost_nano bigint not null,
  timed_calls bigint not null,
  total_us bigint not null,
  first_byte_calls bigint not null,
  first_byte_us bigint not null,
  latencies bytea not null,
  first_latencies bytea not null,
  primary key (organisation_id, bucket_ms, project_id, key_id, model, upstream, currency)
);

create table usage_hours (
  organisation_id text collate "C" not null,
  bucket_ms bigint not null,
  project_id text collate "C" not null,
  key_id text collate "C" not null,
  model text collate "C" not null,
  upstream text collate "C" not null,
  currency text collate "C" not null,
  calls bigint not null,
  ok bigint not null,
  client_errors bigint not null,
  rate_limited bigint not null,
  server_errors bigint not null,
  estimated_calls bigint not null,
  prompt_tokens bigint not null,
  cached_tokens bigint not null,
  completion_tokens bigint not null,
  reasoning_tokens bigint not null,
  cost_nano bigint not null,
  timed_calls bigint not null,
  total_us bigint not null,
  first_byte_calls bigint not null,
  first_byte_us bigint not null,
  latencies bytea not null,
  first_latencies bytea not null,
  primary key (organisation_id, bucket_ms, project_id, key_id, model, upstream, currency)
);

create table usage_error_minutes (
  organisation_id text collate "C" not null,
  bucket_ms bigint not null,
  project_id text collate "C" not null,
  key_id text collate "C" not null,
  error_code text collate "C" not null,
  calls bigint not null,
  primary key (organisation_id, bucket_ms, project_id, key_id, error_code)
);

create table usage_error_hours (
  organisation_id text collate "C" not null,
  bucket_ms bigint not null,
  project_id text collate "C" not null,
  key_id text collate "C" not null,
  error_code text collate "C" not null,
  calls bigint not null,
  primary key (organisation_id, bucket_ms, project_id, key_id, error_code)
);
