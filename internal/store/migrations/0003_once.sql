-- What may be used once, such as an MFA code: a row says that it was. It may be
-- dropped when it is worth nothing any more.
create table used_once (
  kind  text   not null,
  id    text   not null,
  until bigint not null,
  primary key (kind, id)
);
create index used_once_until on used_once (until);
