-- What belongs to the installation and not to one account.

create table meta (
  name  text not null primary key,
  value text not null
);

create table key_ring (
  purpose text   not null,
  id      bigint not null,
  created bigint not null,
  retired bigint not null,
  sealed  bytea  not null,
  primary key (purpose, id)
);

-- One row. Each transaction that changes the control plane adds 1 to it before
-- anything else, and so takes its place in the order of changes.
create table epoch (
  one bigint not null primary key,
  n   bigint not null
);
insert into epoch (one, n) values (1, 0);

-- What each transaction touched, for the caches of other processes.
create table change_log (
  epoch   bigint not null,
  part    bigint not null,
  writer  text   not null,
  kind    text   not null,
  account text   not null,
  id      text   not null,
  name    text   not null,
  primary key (epoch, part)
);
