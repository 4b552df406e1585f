-- Secrets of keys that are made for the console's playground, for some minutes.

alter table key_credentials add column purpose text not null default 'key' check (purpose in ('key', 'playground'));
alter table key_credentials add column made_by text collate "C";
alter table key_credentials add column made_with text collate "C";
create index key_credentials_playground on key_credentials (expires_at_ms) where purpose = 'playground';
