-- One table of records for each day is made when the day's first record is written; this lists them.
create table record_days (
  day integer not null primary key
) strict;

create table day_counts (
  key_id text not null,
  day integer not null,
  calls integer not null,
  primary key (key_id, day)
) strict, without rowid;

create table open_intents (
  node text not null,
  request_id text not null,
  started_at_ms integer not null,
  organisation_id text not null,
  project_id text not null,
  key_id text not null,
  day integer not null,
  endpoint text not null,
  stream integer not null,
  model_asked text,
  client_ip text,
  prompt_tokens_estimate integer not null,
  primary key (node, request_id)
) strict, without rowid;

create table journal_positions (
  node text not null primary key,
  segment integer not null,
  position integer not null
) strict, without rowid;
