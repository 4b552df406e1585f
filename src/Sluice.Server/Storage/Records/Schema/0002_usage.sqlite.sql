-- What calls add up to: a row for each minute (kept for three days) and each hour (kept like records). Written in the transaction of the records themselves.
-- Keys begin with the organisation, so that a question reads one range. An empty text stands for none. Latencies are counters of log-scaled classes: a byte
-- for the class, then its count in groups of seven bits; a class may stand there several times. Calls from before this version are not in them.
create table usage_minutes (
  organisation_id text not null,
  bucket_ms integer not null,
  project_id text not null,
  key_id text not null,
  model text not null,
  upstream text not null,
  currency text not null,
  calls integer not null,
  ok integer not null,
  client_errors integer not null,
  rate_limited integer not null,
  server_errors integer not null,
  estimated_calls integer not null,
  prompt_tokens integer not null,
  cached_tokens integer not null,
  completion_tokens integer not null,
  reasoning_tokens integer not null,
  cost_nano integer not null,
  timed_calls integer not null,
  total_us integer not null,
  first_byte_calls integer not null,
  first_byte_us integer not null,
  latencies blob not null,
  first_latencies blob not null,
  primary key (organisation_id, bucket_ms, project_id, key_id, model, upstream, currency)
) strict, without rowid;

create table usage_hours (
  organisation_id text not null,
  bucket_ms integer not null,
  project_id text not null,
  key_id text not null,
  model text not null,
  upstream text not null,
  currency text not null,
  calls integer not null,
  ok integer not null,
  client_errors integer not null,
  rate_limited integer not null,
  server_errors integer not null,
  estimated_calls integer not null,
  prompt_tokens integer not null,
  cached_tokens integer not null,
  completion_tokens integer not null,
  reasoning_tokens integer not null,
  cost_nano integer not null,
  timed_calls integer not null,
  total_us integer not null,
  first_byte_calls integer not null,
  first_byte_us integer not null,
  latencies blob not null,
  first_latencies blob not null,
  primary key (organisation_id, bucket_ms, project_id, key_id, model, upstream, currency)
) strict, without rowid;

create table usage_error_minutes (
  organisation_id text not null,
  bucket_ms integer not null,
  project_id text not null,
  key_id text not null,
  error_code text not null,
  calls integer not null,
  primary key (organisation_id, bucket_ms, project_id, key_id, error_code)
) strict, without rowid;

create table usage_error_hours (
  organisation_id text not null,
  bucket_ms integer not null,
  project_id text not null,
  key_id text not null,
  error_code text not null,
  calls integer not null,
  primary key (organisation_id, bucket_ms, project_id, key_id, error_code)
) strict, without rowid;
