PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migration (version bigint not null primary key,
		name text not null, checksum text not null, applied bigint not null);
INSERT INTO schema_migration VALUES(1,'0001_identity','e6882e03fbc5a8b41864dd39b3f262ab479a15b365b9e9005a3296c5c8a74bc6',1795333336746);
INSERT INTO schema_migration VALUES(2,'0002_installation','9bdbeed694cf6b1469559c995f7035f12d5dbfe9e45d45464bbe2a54c69b5efa',1795333336746);
CREATE TABLE account (
  id            text   not null primary key,
  name          text   not null,
  alias         text   not null,
  created       bigint not null,
  token_version bigint not null
);
INSERT INTO account VALUES('123456789012','first','first-version',1795333336764,2);
CREATE TABLE account_setting (
  account text not null references account (id),
  name    text not null,
  value   text not null,
  primary key (account, name)
);
INSERT INTO account_setting VALUES('123456789012','password-policy','{"MinimumPasswordLength":14,"RequireSymbols":true,"RequireNumbers":false,"RequireUppercaseCharacters":false,"RequireLowercaseCharacters":false,"AllowUsersToChangePassword":false,"ExpirePasswords":false,"MaxPasswordAge":null,"PasswordReusePrevention":null,"HardExpiry":null}');
CREATE TABLE iam_user (
  id       text   not null primary key,
  account  text   not null references account (id),
  path     text   not null,
  name     text   not null,
  fold     text   not null,
  created  bigint not null,
  boundary text   not null,
  tags     text   not null
);
INSERT INTO iam_user VALUES('AIDARZPUZDIKMP6JNBVK6','123456789012','/staff/','Dana','dana',1795333336884,'arn:aws:iam::123456789012:policy/Fence','[{"k":"Team","v":"blü"},{"k":"empty","v":""}]');
INSERT INTO iam_user VALUES('AIDARZPUZDIKIBP5QMD3E','123456789012','/','erin','erin',1795333336886,'','[]');
CREATE TABLE iam_group (
  id      text   not null primary key,
  account text   not null references account (id),
  path    text   not null,
  name    text   not null,
  fold    text   not null,
  created bigint not null
);
INSERT INTO iam_group VALUES('AGPARZPUZDIKGR3U3U5VZ','123456789012','/staff/','Ops','ops',1795333336878);
INSERT INTO iam_group VALUES('AGPARZPUZDIKILW4RYN4D','123456789012','/','Empty','empty',1795333336880);
CREATE TABLE membership (
  account  text   not null references account (id),
  user_id  text   not null references iam_user (id),
  group_id text   not null references iam_group (id),
  primary key (user_id, group_id)
);
INSERT INTO membership VALUES('123456789012','AIDARZPUZDIKMP6JNBVK6','AGPARZPUZDIKGR3U3U5VZ');
CREATE TABLE iam_role (
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
INSERT INTO iam_role VALUES('AROARZPUZDIKEBVFPLLG6','123456789012','/app/','App','app',1795333336911,'arn:aws:iam::123456789012:policy/Fence','[{"k":"k","v":"v"}]','{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}','ä role',7200);
CREATE TABLE managed_policy (
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
INSERT INTO managed_policy VALUES('ANPARZPUZDIKFINFB3WHZ','123456789012','/team/','Reader','reader','reads ünïcode',2,3,1795333336860,1795333336872,'[{"k":"cost","v":"one half"}]');
INSERT INTO managed_policy VALUES('ANPARZPUZDIKE6MGMDBDE','123456789012','/','Fence','fence','',1,1,1795333336877,1795333336877,'[]');
CREATE TABLE policy_version (
  account   text   not null references account (id),
  policy_id text   not null references managed_policy (id),
  number    bigint not null,
  document  text   not null,
  created   bigint not null,
  primary key (policy_id, number)
);
INSERT INTO policy_version VALUES('123456789012','ANPARZPUZDIKFINFB3WHZ',1,'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}',1795333336860);
INSERT INTO policy_version VALUES('123456789012','ANPARZPUZDIKFINFB3WHZ',2,'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}',1795333336862);
INSERT INTO policy_version VALUES('123456789012','ANPARZPUZDIKFINFB3WHZ',3,'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',1795333336872);
INSERT INTO policy_version VALUES('123456789012','ANPARZPUZDIKE6MGMDBDE',1,'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',1795333336877);
CREATE TABLE inline_policy (
  account  text not null references account (id),
  owner_id text not null,
  name     text not null,
  document text not null,
  primary key (owner_id, name)
);
INSERT INTO inline_policy VALUES('123456789012','AGPARZPUZDIKGR3U3U5VZ','inline-g','{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}');
INSERT INTO inline_policy VALUES('123456789012','AIDARZPUZDIKMP6JNBVK6','inline-u','{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}');
INSERT INTO inline_policy VALUES('123456789012','AROARZPUZDIKEBVFPLLG6','inline-r','{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}');
CREATE TABLE attachment (
  account  text not null references account (id),
  owner_id text not null,
  arn      text not null,
  name     text not null,
  fold     text not null,
  primary key (owner_id, arn)
);
INSERT INTO attachment VALUES('123456789012','AGPARZPUZDIKGR3U3U5VZ','arn:aws:iam::123456789012:policy/team/Reader','Reader','reader');
INSERT INTO attachment VALUES('123456789012','AIDARZPUZDIKIBP5QMD3E','arn:aws:iam::aws:policy/ReadOnlyAccess','ReadOnlyAccess','readonlyaccess');
INSERT INTO attachment VALUES('123456789012','AROARZPUZDIKEBVFPLLG6','arn:aws:iam::123456789012:policy/team/Reader','Reader','reader');
CREATE TABLE instance_profile (
  id      text   not null primary key,
  account text   not null references account (id),
  path    text   not null,
  name    text   not null,
  fold    text   not null,
  created bigint not null,
  role_id text   not null,
  tags    text   not null
);
INSERT INTO instance_profile VALUES('AIPARZPUZDIKAJU4BHRJB','123456789012','/app/','Web','web',1795333336933,'AROARZPUZDIKEBVFPLLG6','[{"k":"t","v":"u"}]');
CREATE TABLE access_key (
  id      text   not null primary key,
  account text   not null references account (id),
  user_id text   not null,
  status  text   not null,
  created bigint not null,
  sealed  bytea  not null
);
INSERT INTO access_key VALUES('AKIARZPUZDIKROOTROOT','123456789012','','Active',1795333336764,X'01b3bb81a2d7a30dccc58868eaa87782353782f95c3f91f3dfc20d6013c5364d64dcb5420de975593201b7c0230c76b5390c233d2032ce14da296dc0cd509fb198fb13d8af');
INSERT INTO access_key VALUES('AKIARZPUZDIKC6Z6CXEF','123456789012','AIDARZPUZDIKMP6JNBVK6','Active',1795333336954,X'0172609430f561d0b4806f3cf31e5a01f412ae588ee7e10163c84b99662b640355b6aac87644ce4cb3dbeed415552b0ad27a2e66cf7a7a5d775069e60ffe938eb548203da1');
INSERT INTO access_key VALUES('AKIARZPUZDIKLS4OTFZR','123456789012','AIDARZPUZDIKIBP5QMD3E','Active',1795333336955,X'014f537c3a529e36b53826839ca16f4548bf719732754e1b0fc37515d3c28235e2436f3d6fbfe057a4bfe8f6f4a3b27487df26d83a0007a82af40e3ee015236125f5944735');
INSERT INTO access_key VALUES('AKIARZPUZDIKI2UAZL5W','123456789012','AIDARZPUZDIKIBP5QMD3E','Inactive',1795333336956,X'01ada3f6f2904102a04e4491cc6f2bbc835862fb6eafba36f29599b01b347aed0bae91d9a1ca0ba57c41830a706c437f1a44c8e9ea80e1a28c3c95fee385003e9b73187fc7');
INSERT INTO access_key VALUES('AKIARZPUZDIKEAPD57VZ','123456789012','','Active',1795333336964,X'01b2937811272c5e905ff0fed994c8ec9d75c59dadb4c6c1ad89144719468a52cf09479d2c667b7ec05717210646f1670e78b5297677832802a6cd02ada5f2f3fa7573d313');
CREATE TABLE login_profile (
  user_id        text   not null primary key references iam_user (id),
  account        text   not null references account (id),
  created        bigint not null,
  reset_required bigint not null,
  hash           bytea  not null
);
INSERT INTO login_profile VALUES('AIDARZPUZDIKMP6JNBVK6','123456789012',1795333336907,1,X'015bb2d8709bb09f36ad0ec65132b5bc2b646138d8d0dd5427cb8a2ba5fb30b7fe8a0b61f5fed06efa915132b1fa4236f5b4809af28e3c799f504f4254646460ffb246b0a17a92b68abfca8980');
CREATE TABLE last_used (
  id      text   not null primary key,
  account text   not null,
  at      bigint not null,
  region  text   not null,
  service text   not null
);
INSERT INTO last_used VALUES('AKIARZPUZDIKROOTROOT','123456789012',1795333339707,'us-east-1','sts');
INSERT INTO last_used VALUES('AKIARZPUZDIKC6Z6CXEF','123456789012',1795333336970,'us-east-1','iam');
INSERT INTO last_used VALUES('AROARZPUZDIKEBVFPLLG6','123456789012',1795333336969,'us-east-1','');
CREATE TABLE deleted_key (
  id      text not null primary key,
  account text not null references account (id)
);
INSERT INTO deleted_key VALUES('AKIARZPUZDIKECIIB2UG','123456789012');
CREATE TABLE meta (
  name  text not null primary key,
  value text not null
);
INSERT INTO meta VALUES('master-key-check','AXRLBrvNw+Pg+nLU5aIdHuTLSaDcPsRe3iu8bWRfvVQwRfhp');
INSERT INTO meta VALUES('first-account','123456789012');
INSERT INTO meta VALUES('root-key','AKIARZPUZDIKROOTROOT');
CREATE TABLE key_ring (
  purpose text   not null,
  id      bigint not null,
  created bigint not null,
  retired bigint not null,
  sealed  bytea  not null,
  primary key (purpose, id)
);
INSERT INTO key_ring VALUES('token',1976912985,1795333336760,0,X'01ec50436d38a05b4c2b89a36dc4170a56a48a1d4a99c680e333b9e6ffb4cb04cf76f23f7f25677c60fb321a674a1cc3bbf99791ea671f88413e4da4b6');
CREATE TABLE epoch (
  one bigint not null primary key,
  n   bigint not null
);
INSERT INTO epoch VALUES(1,35);
CREATE TABLE change_log (
  epoch   bigint not null,
  part    bigint not null,
  writer  text   not null,
  kind    text   not null,
  account text   not null,
  id      text   not null,
  name    text   not null,
  primary key (epoch, part)
);
INSERT INTO change_log VALUES(2,0,'CW64WAS44CBR3QZKBPEQRHP6C4','key-ring','','token','');
INSERT INTO change_log VALUES(3,0,'CW64WAS44CBR3QZKBPEQRHP6C4','account','123456789012','123456789012','first');
INSERT INTO change_log VALUES(3,1,'CW64WAS44CBR3QZKBPEQRHP6C4','access-key','123456789012','AKIARZPUZDIKROOTROOT','');
INSERT INTO change_log VALUES(4,0,'CW64WAS44CBR3QZKBPEQRHP6C4','account','123456789012','123456789012','');
INSERT INTO change_log VALUES(5,0,'CW64WAS44CBR3QZKBPEQRHP6C4','account','123456789012','123456789012','');
INSERT INTO change_log VALUES(6,0,'CW64WAS44CBR3QZKBPEQRHP6C4','account','123456789012','123456789012','');
INSERT INTO change_log VALUES(7,0,'CW64WAS44CBR3QZKBPEQRHP6C4','policy','123456789012','arn:aws:iam::123456789012:policy/team/Reader','Reader');
INSERT INTO change_log VALUES(8,0,'CW64WAS44CBR3QZKBPEQRHP6C4','policy','123456789012','arn:aws:iam::123456789012:policy/team/Reader','Reader');
INSERT INTO change_log VALUES(9,0,'CW64WAS44CBR3QZKBPEQRHP6C4','policy','123456789012','arn:aws:iam::123456789012:policy/team/Reader','Reader');
INSERT INTO change_log VALUES(10,0,'CW64WAS44CBR3QZKBPEQRHP6C4','policy','123456789012','arn:aws:iam::123456789012:policy/Fence','Fence');
INSERT INTO change_log VALUES(11,0,'CW64WAS44CBR3QZKBPEQRHP6C4','group','123456789012','AGPARZPUZDIKGR3U3U5VZ','Ops');
INSERT INTO change_log VALUES(12,0,'CW64WAS44CBR3QZKBPEQRHP6C4','group','123456789012','AGPARZPUZDIKILW4RYN4D','Empty');
INSERT INTO change_log VALUES(13,0,'CW64WAS44CBR3QZKBPEQRHP6C4','group','123456789012','AGPARZPUZDIKGR3U3U5VZ','Ops');
INSERT INTO change_log VALUES(14,0,'CW64WAS44CBR3QZKBPEQRHP6C4','group','123456789012','AGPARZPUZDIKGR3U3U5VZ','Ops');
INSERT INTO change_log VALUES(15,0,'CW64WAS44CBR3QZKBPEQRHP6C4','user','123456789012','AIDARZPUZDIKMP6JNBVK6','Dana');
INSERT INTO change_log VALUES(16,0,'CW64WAS44CBR3QZKBPEQRHP6C4','user','123456789012','AIDARZPUZDIKIBP5QMD3E','erin');
INSERT INTO change_log VALUES(17,0,'CW64WAS44CBR3QZKBPEQRHP6C4','user','123456789012','AIDARZPUZDIKI4W7OMYGW','gone');
INSERT INTO change_log VALUES(18,0,'CW64WAS44CBR3QZKBPEQRHP6C4','user','123456789012','AIDARZPUZDIKMP6JNBVK6','Dana');
INSERT INTO change_log VALUES(19,0,'CW64WAS44CBR3QZKBPEQRHP6C4','user','123456789012','AIDARZPUZDIKMP6JNBVK6','Dana');
INSERT INTO change_log VALUES(20,0,'CW64WAS44CBR3QZKBPEQRHP6C4','user','123456789012','AIDARZPUZDIKIBP5QMD3E','erin');
INSERT INTO change_log VALUES(21,0,'CW64WAS44CBR3QZKBPEQRHP6C4','user','123456789012','AIDARZPUZDIKMP6JNBVK6','Dana');
INSERT INTO change_log VALUES(22,0,'CW64WAS44CBR3QZKBPEQRHP6C4','role','123456789012','AROARZPUZDIKEBVFPLLG6','App');
INSERT INTO change_log VALUES(23,0,'CW64WAS44CBR3QZKBPEQRHP6C4','role','123456789012','AROARZPUZDIKEBVFPLLG6','App');
INSERT INTO change_log VALUES(24,0,'CW64WAS44CBR3QZKBPEQRHP6C4','role','123456789012','AROARZPUZDIKEBVFPLLG6','App');
INSERT INTO change_log VALUES(25,0,'CW64WAS44CBR3QZKBPEQRHP6C4','instance-profile','123456789012','AIPARZPUZDIKAJU4BHRJB','Web');
INSERT INTO change_log VALUES(26,0,'CW64WAS44CBR3QZKBPEQRHP6C4','instance-profile','123456789012','AIPARZPUZDIKAJU4BHRJB','Web');
INSERT INTO change_log VALUES(27,0,'CW64WAS44CBR3QZKBPEQRHP6C4','access-key','123456789012','AKIARZPUZDIKC6Z6CXEF','');
INSERT INTO change_log VALUES(28,0,'CW64WAS44CBR3QZKBPEQRHP6C4','access-key','123456789012','AKIARZPUZDIKLS4OTFZR','');
INSERT INTO change_log VALUES(29,0,'CW64WAS44CBR3QZKBPEQRHP6C4','access-key','123456789012','AKIARZPUZDIKI2UAZL5W','');
INSERT INTO change_log VALUES(30,0,'CW64WAS44CBR3QZKBPEQRHP6C4','access-key','123456789012','AKIARZPUZDIKI2UAZL5W','');
INSERT INTO change_log VALUES(31,0,'CW64WAS44CBR3QZKBPEQRHP6C4','access-key','123456789012','AKIARZPUZDIKECIIB2UG','');
INSERT INTO change_log VALUES(32,0,'CW64WAS44CBR3QZKBPEQRHP6C4','access-key','123456789012','AKIARZPUZDIKECIIB2UG','');
INSERT INTO change_log VALUES(33,0,'CW64WAS44CBR3QZKBPEQRHP6C4','user','123456789012','AIDARZPUZDIKI4W7OMYGW','gone');
INSERT INTO change_log VALUES(34,0,'CW64WAS44CBR3QZKBPEQRHP6C4','access-key','123456789012','AKIARZPUZDIKEAPD57VZ','');
CREATE UNIQUE INDEX account_alias on account (alias) where alias <> '';
CREATE UNIQUE INDEX iam_user_name on iam_user (account, fold);
CREATE INDEX iam_user_boundary on iam_user (account, boundary) where boundary <> '';
CREATE UNIQUE INDEX iam_group_name on iam_group (account, fold);
CREATE INDEX membership_group on membership (group_id);
CREATE UNIQUE INDEX iam_role_name on iam_role (account, fold);
CREATE INDEX iam_role_boundary on iam_role (account, boundary) where boundary <> '';
CREATE UNIQUE INDEX managed_policy_name on managed_policy (account, fold);
CREATE INDEX attachment_policy on attachment (account, arn);
CREATE UNIQUE INDEX instance_profile_name on instance_profile (account, fold);
CREATE INDEX instance_profile_role on instance_profile (role_id) where role_id <> '';
CREATE INDEX access_key_user on access_key (account, user_id);
COMMIT;
