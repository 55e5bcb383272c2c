-- Which records of an account go to which bucket, and how far that has got. A
-- spool is the log of records of one process; its id is kept beside it. gone is
-- 1 for a trail that was deleted, until what it had is delivered; its arn is
-- then one that no other trail has.

create table trail (
  arn      text   not null primary key,
  account  text   not null references account (id),
  region   text   not null,
  name     text   not null,
  created  bigint not null,
  bucket   text   not null,
  prefix   text   not null,
  settings text   not null,
  logging  bigint not null,
  started  bigint not null,
  stopped  bigint not null,
  tags     text   not null,
  gone     bigint not null
);
create index trail_account on trail (account);

-- What GetTrailStatus tells of the last attempts, as JSON.
create table trail_status (
  trail  text not null primary key references trail (arn),
  status text not null
);

-- How far a process has delivered its spool for a trail.
create table trail_cursor (
  trail   text   not null references trail (arn),
  spool   text   not null,
  segment bigint not null,
  place   bigint not null,
  primary key (trail, spool)
);
create index trail_cursor_spool on trail_cursor (spool);

-- Log files in the bucket. digest is the end of the digest that vouches for it,
-- 0 while none does.
create table trail_file (
  trail     text   not null references trail (arn),
  object    text   not null,
  bucket    text   not null,
  region    text   not null,
  hash      text   not null,
  oldest    bigint not null,
  newest    bigint not null,
  delivered bigint not null,
  digest    bigint not null,
  primary key (trail, object)
);
create index trail_file_waiting on trail_file (trail, region) where digest = 0;

-- The chain of digests of a trail in a Region. body is the signed text, kept
-- until it is in the bucket.
create table trail_digest (
  trail     text   not null references trail (arn),
  region    text   not null,
  ended     bigint not null,
  object    text   not null,
  bucket    text   not null,
  hash      text   not null,
  signature text   not null,
  body      bytea  not null,
  uploaded  bigint not null,
  primary key (trail, region, ended)
);

-- Keys that sign digests. sealed is the private key, wrapped under the master
-- key; the public parts are kept for ever.
create table trail_key (
  fingerprint text   not null primary key,
  region      text   not null,
  starts      bigint not null,
  ends        bigint not null,
  public      bytea  not null,
  sealed      bytea  not null
);
create index trail_key_region on trail_key (region, starts);
