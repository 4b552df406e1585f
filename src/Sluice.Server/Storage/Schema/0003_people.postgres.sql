-- People, organisations, roles, messages, quota applications, reviews: the control plane beyond keys and projects.

alter table organisations add column tier text collate "C" not null default 'personal';
alter table organisations add column base_tier text collate "C" not null default 'personal';
alter table organisations add column verified_until_ms bigint;
alter table organisations add column suspended_at_ms bigint;
alter table organisations add column review_every_days integer not null default 90;
alter table organisations add column review_disable_after_days integer;
alter table organisations add column deleted_at_ms bigint;
alter table organisations add column updated_at_ms bigint not null default 0;
alter table keys add column owner_id text collate "C";
alter table keys add column priority text collate "C" not null default 'standard';
alter table keys add column sealed_signing_secret bytea;
alter table keys add column name_folded text collate "C" not null default '';
alter table keys add column revoked_reason text;
alter table management_tokens add column account_id text collate "C";
alter table management_tokens add column scopes text;
alter table management_tokens add column created_by text collate "C";
alter table management_tokens add column last_used_at_ms bigint;
update keys set name_folded = lower(name);
update organisations set updated_at_ms = created_at_ms;
create index keys_by_owner on keys (owner_id, organisation_id, id);
create index keys_by_name on keys (organisation_id, name_folded, id);
create index keys_by_kind on keys (organisation_id, kind, id);
drop index keys_by_project;
create index keys_by_project on keys (project_id, organisation_id, id);
create index keys_not_revoked on keys (organisation_id, id, revoked_at_ms) where revoked_at_ms is null;
create index keys_revoked on keys (organisation_id, id) where revoked_at_ms is not null;
create index keys_disabled on keys (organisation_id, id) where revoked_at_ms is null and not enabled;
create index management_tokens_by_account on management_tokens (account_id);
create index audit_entries_by_action on audit_entries (organisation_id, action, seq);
create index audit_entries_by_subject on audit_entries (organisation_id, subject_id, seq);
create index audit_entries_by_actor on audit_entries (organisation_id, actor_id, seq);
create index audit_entries_by_time on audit_entries (organisation_id, at_ms);

create table accounts (
  id text collate "C" not null primary key,
  email text not null,
  normalized_email text collate "C" not null unique,
  email_confirmed boolean not null,
  email_confirmed_at_ms bigint,
  user_name text not null,
  normalized_user_name text collate "C" not null unique,
  phone_number text,
  phone_number_confirmed boolean not null,
  password_hash text,
  password_short boolean not null default false,
  password_changed_at_ms bigint,
  security_stamp text not null,
  concurrency_stamp text not null,
  two_factor_enabled boolean not null,
  lockout_enabled boolean not null,
  lockout_end bigint,
  access_failed_count integer not null,
  totp_last_step bigint,
  second_factor_failed_count integer not null default 0,
  second_factor_blocked_until_ms bigint,
  name text not null,
  language text not null,
  suspended_at_ms bigint,
  suspended_reason text,
  created_at_ms bigint not null,
  updated_at_ms bigint not null
);
create index accounts_by_phone on accounts (phone_number);

create table account_logins (
  login_provider text collate "C" not null,
  provider_key text collate "C" not null,
  provider_display_name text,
  user_id text collate "C" not null references accounts (id),
  primary key (login_provider, provider_key)
);
create index account_logins_by_user on account_logins (user_id);

create table account_tokens (
  user_id text collate "C" not null references accounts (id),
  login_provider text collate "C" not null,
  name text collate "C" not null,
  value text,
  primary key (user_id, login_provider, name)
);

create table account_passkeys (
  credential_id bytea not null primary key,
  user_id text collate "C" not null references accounts (id),
  name text not null,
  public_key bytea not null,
  created_at_ms bigint not null,
  last_used_at_ms bigint,
  sign_count bigint not null,
  transports text not null,
  is_user_verified boolean not null,
  is_backup_eligible boolean not null,
  is_backed_up boolean not null,
  attestation_object bytea not null,
  client_data_json bytea not null
);
create index account_passkeys_by_user on account_passkeys (user_id);

create table sessions (
  id text collate "C" not null primary key,
  account_id text collate "C" not null references accounts (id),
  public_id text collate "C" not null unique,
  hash bytea not null check (length(hash) = 32),
  pepper_version integer not null,
  method text not null,
  second_factor boolean not null,
  organisation_id text collate "C",
  created_at_ms bigint not null,
  confirmed_at_ms bigint not null,
  last_seen_at_ms bigint not null,
  expires_at_ms bigint not null,
  revoked_at_ms bigint,
  client_ip text not null,
  user_agent text not null
);
create index sessions_by_account on sessions (account_id, id);

create table confirmations (
  id text collate "C" not null primary key,
  account_id text collate "C" references accounts (id),
  purpose text collate "C" not null,
  target text not null,
  public_id text collate "C",
  hash bytea not null check (length(hash) = 32),
  attempts integer not null,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  used_at_ms bigint
);
create index confirmations_by_account on confirmations (account_id, purpose, created_at_ms);
create index confirmations_by_public_id on confirmations (public_id);
create index confirmations_by_target on confirmations (target, purpose, created_at_ms);

create table outbox (
  id text collate "C" not null primary key,
  account_id text collate "C",
  organisation_id text collate "C",
  channel text collate "C" not null,
  recipient text collate "C" not null,
  kind text not null,
  subject text not null,
  sealed_body bytea,
  status text collate "C" not null,
  attempts integer not null,
  claimed_until_ms bigint,
  next_attempt_at_ms bigint not null,
  last_error text,
  created_at_ms bigint not null,
  sent_at_ms bigint
);
create index outbox_by_due on outbox (status, next_attempt_at_ms);
create index outbox_by_recipient on outbox (recipient, created_at_ms);

create table public_mail_domains (
  domain text collate "C" not null primary key,
  created_at_ms bigint not null
);

create table tiers (
  id text collate "C" not null primary key,
  rank integer not null,
  name text not null,
  test_calls_per_day bigint not null,
  production_calls_per_day bigint not null,
  calls_per_day_max bigint not null,
  requests_per_minute_max bigint,
  tokens_per_minute_max bigint,
  concurrency_max integer,
  support boolean not null,
  updated_at_ms bigint not null
);

create table members (
  organisation_id text collate "C" not null references organisations (id),
  account_id text collate "C" not null references accounts (id),
  joined_at_ms bigint not null,
  primary key (organisation_id, account_id)
);
create index members_by_account on members (account_id);

create table roles (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null references organisations (id),
  name text not null,
  description text not null,
  permissions text not null,
  created_at_ms bigint not null,
  updated_at_ms bigint not null
);
create index roles_by_organisation on roles (organisation_id, id);

create table assignments (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null,
  account_id text collate "C" not null,
  role_id text collate "C" not null,
  project_id text collate "C",
  source text collate "C" not null,
  created_at_ms bigint not null,
  created_by text collate "C" not null,
  foreign key (organisation_id, account_id) references members (organisation_id, account_id),
  foreign key (project_id, organisation_id) references projects (id, organisation_id)
);
create index assignments_by_member on assignments (organisation_id, account_id);
create index assignments_by_account on assignments (account_id);
create index assignments_by_role on assignments (organisation_id, role_id);

create table invitations (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null references organisations (id),
  email text not null,
  normalized_email text collate "C" not null,
  role_id text collate "C" not null,
  project_id text collate "C",
  public_id text collate "C" not null unique,
  hash bytea not null check (length(hash) = 32),
  pepper_version integer not null,
  created_at_ms bigint not null,
  created_by text collate "C" not null,
  expires_at_ms bigint not null,
  accepted_at_ms bigint,
  accepted_by text collate "C",
  revoked_at_ms bigint
);
create index invitations_by_organisation on invitations (organisation_id, id);
create index invitations_by_email on invitations (normalized_email);

create table documents (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null references organisations (id),
  purpose text collate "C" not null,
  file_name text not null,
  media_type text not null,
  bytes bigint not null,
  sealed_content bytea not null,
  created_at_ms bigint not null,
  created_by text collate "C" not null
);
create index documents_by_organisation on documents (organisation_id, id);

create table enterprise_applications (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null references organisations (id),
  company_name text not null,
  registration_scheme text collate "C" not null,
  registration_number text collate "C" not null,
  contact_name text not null,
  contact_email text not null,
  contact_phone text not null,
  document_id text collate "C" references documents (id),
  status text collate "C" not null,
  reason text,
  submitted_at_ms bigint not null,
  submitted_by text collate "C" not null,
  decided_at_ms bigint,
  decided_by text collate "C",
  valid_until_ms bigint,
  previous_id text collate "C",
  reminded_days integer,
  updated_at_ms bigint not null
);
create index enterprise_applications_by_organisation on enterprise_applications (organisation_id, id);
create index enterprise_applications_by_status on enterprise_applications (status, id);
create unique index enterprise_applications_open on enterprise_applications (organisation_id) where status = 'submitted';

create table tickets (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null references organisations (id),
  subject text not null,
  status text collate "C" not null,
  priority text collate "C" not null,
  created_at_ms bigint not null,
  created_by text collate "C" not null,
  updated_at_ms bigint not null,
  closed_at_ms bigint
);
create index tickets_by_organisation on tickets (organisation_id, id);
create index tickets_by_status on tickets (status, id);

create table ticket_messages (
  id text collate "C" not null primary key,
  ticket_id text collate "C" not null references tickets (id),
  organisation_id text collate "C" not null,
  author_id text collate "C" not null,
  from_support boolean not null,
  text text not null,
  created_at_ms bigint not null
);
create index ticket_messages_by_ticket on ticket_messages (ticket_id, id);

create table key_tags (
  key_id text collate "C" not null references keys (id),
  organisation_id text collate "C" not null,
  tag text collate "C" not null,
  primary key (key_id, tag)
);
create index key_tags_by_tag on key_tags (tag, organisation_id, key_id);

create table key_uses (
  key_id text collate "C" not null primary key,
  organisation_id text collate "C" not null,
  last_used_at_ms bigint not null,
  last_ip text not null,
  calls bigint not null
);

create table quota_applications (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null references organisations (id),
  project_id text collate "C" not null,
  key_id text collate "C" not null,
  limit_kind text collate "C" not null,
  current_value bigint,
  requested_value bigint not null,
  temporary boolean not null,
  from_ms bigint,
  until_ms bigint,
  scenario text not null,
  expected_volume text not null,
  document_id text collate "C" references documents (id),
  status text collate "C" not null,
  applicant_id text collate "C" not null,
  granted_value bigint,
  granted_until_ms bigint,
  decided_by text collate "C",
  decided_in text collate "C",
  decided_at_ms bigint,
  reason text,
  created_at_ms bigint not null,
  updated_at_ms bigint not null
);
create index quota_applications_by_organisation on quota_applications (organisation_id, id);
create index quota_applications_by_status on quota_applications (status, id);
create index quota_applications_by_key on quota_applications (key_id);
create unique index quota_applications_open on quota_applications (key_id, limit_kind) where status = 'open';

create table quota_comments (
  id text collate "C" not null primary key,
  application_id text collate "C" not null references quota_applications (id),
  organisation_id text collate "C" not null,
  author_id text collate "C" not null,
  text text not null,
  created_at_ms bigint not null
);
create index quota_comments_by_application on quota_comments (application_id, id);

create table quota_grants (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null,
  key_id text collate "C" not null references keys (id),
  application_id text collate "C" not null references quota_applications (id),
  limit_kind text collate "C" not null,
  value bigint not null,
  from_ms bigint not null,
  until_ms bigint not null,
  ended_at_ms bigint,
  reminded_at_ms bigint,
  created_at_ms bigint not null
);
create index quota_grants_by_key on quota_grants (key_id, until_ms);
create index quota_grants_by_end on quota_grants (ended_at_ms, until_ms);

create table notifications (
  id text collate "C" not null primary key,
  account_id text collate "C" not null references accounts (id),
  organisation_id text collate "C",
  kind text not null,
  subject_id text collate "C" not null,
  text text not null,
  created_at_ms bigint not null,
  read_at_ms bigint
);
create index notifications_by_account on notifications (account_id, id);

create table access_reviews (
  id text collate "C" not null primary key,
  organisation_id text collate "C" not null references organisations (id),
  name text not null,
  status text collate "C" not null,
  created_at_ms bigint not null,
  created_by text collate "C" not null,
  due_at_ms bigint not null,
  disable_after_days integer,
  reminded_at_ms bigint,
  escalated_at_ms bigint,
  silenced_at_ms bigint,
  finished_at_ms bigint,
  evidence text,
  signature bytea
);
create index access_reviews_by_organisation on access_reviews (organisation_id, id);
create index access_reviews_by_status on access_reviews (status, due_at_ms);

create table review_items (
  id text collate "C" not null primary key,
  review_id text collate "C" not null references access_reviews (id),
  organisation_id text collate "C" not null,
  subject_kind text collate "C" not null,
  subject_id text collate "C" not null,
  account_id text collate "C",
  title text not null,
  findings text not null,
  proposed text,
  decision text collate "C",
  decided_by text collate "C",
  decided_at_ms bigint,
  note text
);
create index review_items_by_review on review_items (review_id, id);

insert into tiers (id, rank, name, test_calls_per_day, production_calls_per_day, calls_per_day_max, requests_per_minute_max, tokens_per_minute_max, concurrency_max, support, updated_at_ms) values
  ('personal', 0, 'Personal', 500, 1000, 2000, 60, 200000, 10, false, 0),
  ('business', 1, 'Business', 500, 5000, 20000, 300, 1000000, 50, false, 0),
  ('enterprise', 2, 'Verified enterprise', 500, 50000, 1000000, 3000, 20000000, 500, true, 0);
insert into public_mail_domains (domain, created_at_ms) values
  ('126.com', 0),
  ('139.com', 0),
  ('163.com', 0),
  ('189.cn', 0),
  ('21cn.com', 0),
  ('aliyun.com', 0),
  ('aol.com', 0),
  ('daum.net', 0),
  ('duck.com', 0),
  ('fastmail.com', 0),
  ('foxmail.com', 0),
  ('free.fr', 0),
  ('gmail.com', 0),
  ('gmx.com', 0),
  ('gmx.de', 0),
  ('gmx.net', 0),
  ('googlemail.com', 0),
  ('hanmail.net', 0),
  ('hey.com', 0),
  ('hotmail.co.uk', 0),
  ('hotmail.com', 0),
  ('hotmail.fr', 0),
  ('icloud.com', 0),
  ('laposte.net', 0),
  ('libero.it', 0),
  ('live.cn', 0),
  ('live.com', 0),
  ('mac.com', 0),
  ('mail.com', 0),
  ('mail.ru', 0),
  ('me.com', 0),
  ('msn.com', 0),
  ('naver.com', 0),
  ('orange.fr', 0),
  ('outlook.com', 0),
  ('pm.me', 0),
  ('proton.me', 0),
  ('protonmail.com', 0),
  ('qq.com', 0),
  ('rediffmail.com', 0),
  ('rocketmail.com', 0),
  ('sina.cn', 0),
  ('sina.com', 0),
  ('sohu.com', 0),
  ('t-online.de', 0),
  ('tom.com', 0),
  ('tuta.com', 0),
  ('tutanota.com', 0),
  ('vip.163.com', 0),
  ('vip.qq.com', 0),
  ('vip.sina.com', 0),
  ('wanadoo.fr', 0),
  ('web.de', 0),
  ('wo.cn', 0),
  ('yahoo.co.jp', 0),
  ('yahoo.co.uk', 0),
  ('yahoo.com', 0),
  ('yandex.com', 0),
  ('yandex.ru', 0),
  ('yeah.net', 0),
  ('ymail.com', 0),
  ('zoho.com', 0);
