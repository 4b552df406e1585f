-- People, organisations, roles, messages, quota applications, reviews: the control plane beyond keys and projects.

alter table organisations add column tier text not null default 'personal';
alter table organisations add column base_tier text not null default 'personal';
alter table organisations add column verified_until_ms integer;
alter table organisations add column suspended_at_ms integer;
alter table organisations add column review_every_days integer not null default 90;
alter table organisations add column review_disable_after_days integer;
alter table organisations add column deleted_at_ms integer;
alter table organisations add column updated_at_ms integer not null default 0;
alter table keys add column owner_id text;
alter table keys add column priority text not null default 'standard';
alter table keys add column sealed_signing_secret blob;
alter table keys add column name_folded text not null default '';
alter table keys add column revoked_reason text;
alter table management_tokens add column account_id text;
alter table management_tokens add column scopes text;
alter table management_tokens add column created_by text;
alter table management_tokens add column last_used_at_ms integer;
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
  id text not null primary key,
  email text not null,
  normalized_email text not null unique,
  email_confirmed integer not null check (email_confirmed in (0, 1)),
  email_confirmed_at_ms integer,
  user_name text not null,
  normalized_user_name text not null unique,
  phone_number text,
  phone_number_confirmed integer not null check (phone_number_confirmed in (0, 1)),
  password_hash text,
  password_short integer not null default 0 check (password_short in (0, 1)),
  password_changed_at_ms integer,
  security_stamp text not null,
  concurrency_stamp text not null,
  two_factor_enabled integer not null check (two_factor_enabled in (0, 1)),
  lockout_enabled integer not null check (lockout_enabled in (0, 1)),
  lockout_end integer,
  access_failed_count integer not null,
  totp_last_step integer,
  second_factor_failed_count integer not null default 0,
  second_factor_blocked_until_ms integer,
  name text not null,
  language text not null,
  suspended_at_ms integer,
  suspended_reason text,
  created_at_ms integer not null,
  updated_at_ms integer not null
) strict;
create index accounts_by_phone on accounts (phone_number);

create table account_logins (
  login_provider text not null,
  provider_key text not null,
  provider_display_name text,
  user_id text not null references accounts (id),
  primary key (login_provider, provider_key)
) strict;
create index account_logins_by_user on account_logins (user_id);

create table account_tokens (
  user_id text not null references accounts (id),
  login_provider text not null,
  name text not null,
  value text,
  primary key (user_id, login_provider, name)
) strict;

create table account_passkeys (
  credential_id blob not null primary key,
  user_id text not null references accounts (id),
  name text not null,
  public_key blob not null,
  created_at_ms integer not null,
  last_used_at_ms integer,
  sign_count integer not null,
  transports text not null,
  is_user_verified integer not null check (is_user_verified in (0, 1)),
  is_backup_eligible integer not null check (is_backup_eligible in (0, 1)),
  is_backed_up integer not null check (is_backed_up in (0, 1)),
  attestation_object blob not null,
  client_data_json blob not null
) strict;
create index account_passkeys_by_user on account_passkeys (user_id);

create table sessions (
  id text not null primary key,
  account_id text not null references accounts (id),
  public_id text not null unique,
  hash blob not null check (length(hash) = 32),
  pepper_version integer not null,
  method text not null,
  second_factor integer not null check (second_factor in (0, 1)),
  organisation_id text,
  created_at_ms integer not null,
  confirmed_at_ms integer not null,
  last_seen_at_ms integer not null,
  expires_at_ms integer not null,
  revoked_at_ms integer,
  client_ip text not null,
  user_agent text not null
) strict;
create index sessions_by_account on sessions (account_id, id);

create table confirmations (
  id text not null primary key,
  account_id text references accounts (id),
  purpose text not null,
  target text not null,
  public_id text,
  hash blob not null check (length(hash) = 32),
  attempts integer not null,
  created_at_ms integer not null,
  expires_at_ms integer not null,
  used_at_ms integer
) strict;
create index confirmations_by_account on confirmations (account_id, purpose, created_at_ms);
create index confirmations_by_public_id on confirmations (public_id);
create index confirmations_by_target on confirmations (target, purpose, created_at_ms);

create table outbox (
  id text not null primary key,
  account_id text,
  organisation_id text,
  channel text not null,
  recipient text not null,
  kind text not null,
  subject text not null,
  sealed_body blob,
  status text not null,
  attempts integer not null,
  claimed_until_ms integer,
  next_attempt_at_ms integer not null,
  last_error text,
  created_at_ms integer not null,
  sent_at_ms integer
) strict;
create index outbox_by_due on outbox (status, next_attempt_at_ms);
create index outbox_by_recipient on outbox (recipient, created_at_ms);

create table public_mail_domains (
  domain text not null primary key,
  created_at_ms integer not null
) strict;

create table tiers (
  id text not null primary key,
  rank integer not null,
  name text not null,
  test_calls_per_day integer not null,
  production_calls_per_day integer not null,
  calls_per_day_max integer not null,
  requests_per_minute_max integer,
  tokens_per_minute_max integer,
  concurrency_max integer,
  support integer not null check (support in (0, 1)),
  updated_at_ms integer not null
) strict;

create table members (
  organisation_id text not null references organisations (id),
  account_id text not null references accounts (id),
  joined_at_ms integer not null,
  primary key (organisation_id, account_id)
) strict;
create index members_by_account on members (account_id);

create table roles (
  id text not null primary key,
  organisation_id text not null references organisations (id),
  name text not null,
  description text not null,
  permissions text not null,
  created_at_ms integer not null,
  updated_at_ms integer not null
) strict;
create index roles_by_organisation on roles (organisation_id, id);

create table assignments (
  id text not null primary key,
  organisation_id text not null,
  account_id text not null,
  role_id text not null,
  project_id text,
  source text not null,
  created_at_ms integer not null,
  created_by text not null,
  foreign key (organisation_id, account_id) references members (organisation_id, account_id),
  foreign key (project_id, organisation_id) references projects (id, organisation_id)
) strict;
create index assignments_by_member on assignments (organisation_id, account_id);
create index assignments_by_account on assignments (account_id);
create index assignments_by_role on assignments (organisation_id, role_id);

create table invitations (
  id text not null primary key,
  organisation_id text not null references organisations (id),
  email text not null,
  normalized_email text not null,
  role_id text not null,
  project_id text,
  public_id text not null unique,
  hash blob not null check (length(hash) = 32),
  pepper_version integer not null,
  created_at_ms integer not null,
  created_by text not null,
  expires_at_ms integer not null,
  accepted_at_ms integer,
  accepted_by text,
  revoked_at_ms integer
) strict;
create index invitations_by_organisation on invitations (organisation_id, id);
create index invitations_by_email on invitations (normalized_email);

create table documents (
  id text not null primary key,
  organisation_id text not null references organisations (id),
  purpose text not null,
  file_name text not null,
  media_type text not null,
  bytes integer not null,
  sealed_content blob not null,
  created_at_ms integer not null,
  created_by text not null
) strict;
create index documents_by_organisation on documents (organisation_id, id);

create table enterprise_applications (
  id text not null primary key,
  organisation_id text not null references organisations (id),
  company_name text not null,
  registration_scheme text not null,
  registration_number text not null,
  contact_name text not null,
  contact_email text not null,
  contact_phone text not null,
  document_id text references documents (id),
  status text not null,
  reason text,
  submitted_at_ms integer not null,
  submitted_by text not null,
  decided_at_ms integer,
  decided_by text,
  valid_until_ms integer,
  previous_id text,
  reminded_days integer,
  updated_at_ms integer not null
) strict;
create index enterprise_applications_by_organisation on enterprise_applications (organisation_id, id);
create index enterprise_applications_by_status on enterprise_applications (status, id);
create unique index enterprise_applications_open on enterprise_applications (organisation_id) where status = 'submitted';

create table tickets (
  id text not null primary key,
  organisation_id text not null references organisations (id),
  subject text not null,
  status text not null,
  priority text not null,
  created_at_ms integer not null,
  created_by text not null,
  updated_at_ms integer not null,
  closed_at_ms integer
) strict;
create index tickets_by_organisation on tickets (organisation_id, id);
create index tickets_by_status on tickets (status, id);

create table ticket_messages (
  id text not null primary key,
  ticket_id text not null references tickets (id),
  organisation_id text not null,
  author_id text not null,
  from_support integer not null check (from_support in (0, 1)),
  text text not null,
  created_at_ms integer not null
) strict;
create index ticket_messages_by_ticket on ticket_messages (ticket_id, id);

create table key_tags (
  key_id text not null references keys (id),
  organisation_id text not null,
  tag text not null,
  primary key (key_id, tag)
) strict;
create index key_tags_by_tag on key_tags (tag, organisation_id, key_id);

create table key_uses (
  key_id text not null primary key,
  organisation_id text not null,
  last_used_at_ms integer not null,
  last_ip text not null,
  calls integer not null
) strict;

create table quota_applications (
  id text not null primary key,
  organisation_id text not null references organisations (id),
  project_id text not null,
  key_id text not null,
  limit_kind text not null,
  current_value integer,
  requested_value integer not null,
  temporary integer not null check (temporary in (0, 1)),
  from_ms integer,
  until_ms integer,
  scenario text not null,
  expected_volume text not null,
  document_id text references documents (id),
  status text not null,
  applicant_id text not null,
  granted_value integer,
  granted_until_ms integer,
  decided_by text,
  decided_in text,
  decided_at_ms integer,
  reason text,
  created_at_ms integer not null,
  updated_at_ms integer not null
) strict;
create index quota_applications_by_organisation on quota_applications (organisation_id, id);
create index quota_applications_by_status on quota_applications (status, id);
create index quota_applications_by_key on quota_applications (key_id);
create unique index quota_applications_open on quota_applications (key_id, limit_kind) where status = 'open';

create table quota_comments (
  id text not null primary key,
  application_id text not null references quota_applications (id),
  organisation_id text not null,
  author_id text not null,
  text text not null,
  created_at_ms integer not null
) strict;
create index quota_comments_by_application on quota_comments (application_id, id);

create table quota_grants (
  id text not null primary key,
  organisation_id text not null,
  key_id text not null references keys (id),
  application_id text not null references quota_applications (id),
  limit_kind text not null,
  value integer not null,
  from_ms integer not null,
  until_ms integer not null,
  ended_at_ms integer,
  reminded_at_ms integer,
  created_at_ms integer not null
) strict;
create index quota_grants_by_key on quota_grants (key_id, until_ms);
create index quota_grants_by_end on quota_grants (ended_at_ms, until_ms);

create table notifications (
  id text not null primary key,
  account_id text not null references accounts (id),
  organisation_id text,
  kind text not null,
  subject_id text not null,
  text text not null,
  created_at_ms integer not null,
  read_at_ms integer
) strict;
create index notifications_by_account on notifications (account_id, id);

create table access_reviews (
  id text not null primary key,
  organisation_id text not null references organisations (id),
  name text not null,
  status text not null,
  created_at_ms integer not null,
  created_by text not null,
  due_at_ms integer not null,
  disable_after_days integer,
  reminded_at_ms integer,
  escalated_at_ms integer,
  silenced_at_ms integer,
  finished_at_ms integer,
  evidence text,
  signature blob
) strict;
create index access_reviews_by_organisation on access_reviews (organisation_id, id);
create index access_reviews_by_status on access_reviews (status, due_at_ms);

create table review_items (
  id text not null primary key,
  review_id text not null references access_reviews (id),
  organisation_id text not null,
  subject_kind text not null,
  subject_id text not null,
  account_id text,
  title text not null,
  findings text not null,
  proposed text,
  decision text,
  decided_by text,
  decided_at_ms integer,
  note text
) strict;
create index review_items_by_review on review_items (review_id, id);

insert into tiers (id, rank, name, test_calls_per_day, production_calls_per_day, calls_per_day_max, requests_per_minute_max, tokens_per_minute_max, concurrency_max, support, updated_at_ms) values
  ('personal', 0, 'Personal', 500, 1000, 2000, 60, 200000, 10, 0, 0),
  ('business', 1, 'Business', 500, 5000, 20000, 300, 1000000, 50, 0, 0),
  ('enterprise', 2, 'Verified enterprise', 500, 50000, 1000000, 3000, 20000000, 500, 1, 0);
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
