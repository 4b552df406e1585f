-- Keys that the console's forms are signed with, shared by all nodes.
create table protection_keys (
  id text not null primary key,
  sealed_xml bytea not null,
  created_at_ms bigint not null
);
