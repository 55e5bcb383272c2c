-- Accounts and what they own. Every row of an account carries its id.
-- One text for both databases: text, bigint and bytea; times are milliseconds
-- since 1970, 0 for never; flags are 0 and 1. "fold" is the name under which
-- names are compared (iam.Fold). Ids are compared exactly.

create table account (
  id            text   not null primary key,
  name          text   not null,
  alias         text   not null,
  created       bigint not null,
  token_version bigint not null
);
create unique index account_alias on account (alias) where alias <> '';

create table account_setting (
  account text not null references account (id),
  name    text not null,
  value   text not null,
  primary key (account, name)
);

create table iam_user (
  id       text   not null primary key,
  account  text   not null references account (id),
  path     text   not null,
  name     text   not null,
  fold     text   not null,
  created  bigint not null,
  boundary text   not null,
  tags     text   not null
);
create unique index iam_user_name on iam_user (account, fold);
create index iam_user_boundary on iam_user (account, boundary) where boundary <> '';

create table iam_group (
  id      text   not null primary key,
  account text   not null references account (id),
  path    text   not null,
  name    text   not null,
  fold    text   not null,
  created bigint not null
);
create unique index iam_group_name on iam_group (account, fold);

create table membership (
  account  text   not null references account (id),
  user_id  text   not null references iam_user (id),
  group_id text   not null references iam_group (id),
  primary key (user_id, group_id)
);
create index membership_group on membership (group_id);

create table iam_role (
  id          text   not null primary key,
  account     text   not null references account (id),
  path        text   not null,
  name        text   not null,
  fold        text   not null,
  created     bigint not null,
  boundary    text   not null,
  tags        text   not null,
  trust       text   not null,
  description text   not null,
  max_session bigint not null
);
create unique index iam_role_name on iam_role (account, fold);
create index iam_role_boundary on iam_role (account, boundary) where boundary <> '';

create table managed_policy (
  id              text   not null primary key,
  account         text   not null references account (id),
  path            text   not null,
  name            text   not null,
  fold            text   not null,
  description     text   not null,
  default_version bigint not null,
  latest_version  bigint not null,
  created         bigint not null,
  updated         bigint not null,
  tags            text   not null
);
create unique index managed_policy_name on managed_policy (account, fold);

create table policy_version (
  account   text   not null references account (id),
  policy_id text   not null references managed_policy (id),
  number    bigint not null,
  document  text   not null,
  created   bigint not null,
  primary key (policy_id, number)
);

-- owner_id is the unique id of a user, group or role; its prefix tells which.
create table inline_policy (
  account  text not null references account (id),
  owner_id text not null,
  name     text not null,
  document text not null,
  primary key (owner_id, name)
);

create table attachment (
  account  text not null references account (id),
  owner_id text not null,
  arn      text not null,
  name     text not null,
  fold     text not null,
  primary key (owner_id, arn)
);
create index attachment_policy on attachment (account, arn);

create table instance_profile (
  id      text   not null primary key,
  account text   not null references account (id),
  path    text   not null,
  name    text   not null,
  fold    text   not null,
  created bigint not null,
  role_id text   not null,
  tags    text   not null
);
create unique index instance_profile_name on instance_profile (account, fold);
create index instance_profile_role on instance_profile (role_id) where role_id <> '';

-- user_id is '' for a key of the root user. sealed is wrapped under the master key.
create table access_key (
  id      text   not null primary key,
  account text   not null references account (id),
  user_id text   not null,
  status  text   not null,
  created bigint not null,
  sealed  bytea  not null
);
create index access_key_user on access_key (account, user_id);

create table login_profile (
  user_id        text   not null primary key references iam_user (id),
  account        text   not null references account (id),
  created        bigint not null,
  reset_required bigint not null,
  hash           bytea  not null
);

-- The last use of an access key or a role. Written in batches, outside the
-- order of control-plane changes.
create table last_used (
  id      text   not null primary key,
  account text   not null,
  at      bigint not null,
  region  text   not null,
  service text   not null
);

-- Ids of access keys that were deleted: whoever still signs with one is told
-- that it is gone, not that it never was. No secret is kept.
create table deleted_key (
  id      text not null primary key,
  account text not null references account (id)
);
