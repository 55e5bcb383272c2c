-- Who vouches for people and workloads from outside, and the devices that
-- prove presence. Lists are JSON. An ARN names a provider, case and all; "fold"
-- is what must be unique.

create table saml_provider (
  arn         text   not null primary key,
  account     text   not null references account (id),
  name        text   not null,
  fold        text   not null,
  uuid        text   not null,
  created     bigint not null,
  valid_until bigint not null,
  metadata    text   not null,
  encryption  text   not null,
  tags        text   not null
);
create unique index saml_provider_name on saml_provider (account, fold);

-- Private keys that open encrypted assertions. sealed is wrapped under the master key.
create table saml_key (
  id       text   not null primary key,
  account  text   not null references account (id),
  provider text   not null references saml_provider (arn),
  created  bigint not null,
  sealed   bytea  not null
);
create index saml_key_provider on saml_key (provider);

create table oidc_provider (
  arn         text   not null primary key,
  account     text   not null references account (id),
  url         text   not null,
  created     bigint not null,
  clients     text   not null,
  thumbprints text   not null,
  tags        text   not null
);
create index oidc_provider_account on oidc_provider (account);

-- Virtual MFA devices. holder is the unique id of the user who has it, the
-- account's id for its root user, '' while nobody has. sealed is the seed,
-- wrapped under the master key; drift is how many steps its clock is ahead, and
-- accepted the step of the last code that was accepted.
create table mfa_device (
  serial   text   not null primary key,
  account  text   not null references account (id),
  path     text   not null,
  name     text   not null,
  fold     text   not null,
  created  bigint not null,
  holder   text   not null,
  enabled  bigint not null,
  drift    bigint not null,
  accepted bigint not null,
  sealed   bytea  not null,
  tags     text   not null
);
create unique index mfa_device_name on mfa_device (account, fold);
create index mfa_device_holder on mfa_device (holder) where holder <> '';
