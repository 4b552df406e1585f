-- Keys that the console's forms are signed with, shared by all nodes.
create table protection_keys (
  id text not null primary key,
  sealed_xml blob not null,
  created_at_ms integer not null
) strict, without rowid;
