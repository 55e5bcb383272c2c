--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: access_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.access_key (
    id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    sealed bytea NOT NULL
);


--
-- Name: account; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account (
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    alias text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    token_version bigint NOT NULL
);


--
-- Name: account_setting; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_setting (
    account text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: attachment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.attachment (
    account text NOT NULL COLLATE pg_catalog."C",
    owner_id text NOT NULL COLLATE pg_catalog."C",
    arn text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    fold text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: change_log; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.change_log (
    epoch bigint NOT NULL,
    part bigint NOT NULL,
    writer text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: deleted_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deleted_key (
    id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: epoch; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.epoch (
    one bigint NOT NULL,
    n bigint NOT NULL
);


--
-- Name: iam_group; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.iam_group (
    id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    fold text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL
);


--
-- Name: iam_role; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.iam_role (
    id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    fold text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    boundary text NOT NULL COLLATE pg_catalog."C",
    tags text NOT NULL COLLATE pg_catalog."C",
    trust text NOT NULL COLLATE pg_catalog."C",
    description text NOT NULL COLLATE pg_catalog."C",
    max_session bigint NOT NULL
);


--
-- Name: iam_user; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.iam_user (
    id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    fold text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    boundary text NOT NULL COLLATE pg_catalog."C",
    tags text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: inline_policy; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.inline_policy (
    account text NOT NULL COLLATE pg_catalog."C",
    owner_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    document text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: instance_profile; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.instance_profile (
    id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    fold text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    role_id text NOT NULL COLLATE pg_catalog."C",
    tags text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: key_ring; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.key_ring (
    purpose text NOT NULL COLLATE pg_catalog."C",
    id bigint NOT NULL,
    created bigint NOT NULL,
    retired bigint NOT NULL,
    sealed bytea NOT NULL
);


--
-- Name: last_used; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.last_used (
    id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    region text NOT NULL COLLATE pg_catalog."C",
    service text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: login_profile; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login_profile (
    user_id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    reset_required bigint NOT NULL,
    hash bytea NOT NULL
);


--
-- Name: managed_policy; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.managed_policy (
    id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    fold text NOT NULL COLLATE pg_catalog."C",
    description text NOT NULL COLLATE pg_catalog."C",
    default_version bigint NOT NULL,
    latest_version bigint NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    tags text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: membership; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.membership (
    account text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    group_id text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: meta; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.meta (
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: policy_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.policy_version (
    account text NOT NULL COLLATE pg_catalog."C",
    policy_id text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    document text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL
);


--
-- Name: schema_migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_migration (
    version bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    checksum text NOT NULL COLLATE pg_catalog."C",
    applied bigint NOT NULL
);


--
-- Data for Name: access_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.access_key VALUES ('AKIARZPUZDIKROOTROOT', '123456789012', '', 'Active', 1795333341911, '\x012cd1b01b38c57e6235764b4b94624c286a082cc31ddc490f2ac857e90392f9ac34aac75fcb8e8a8c9137e4e93c6f1918231c7f1370a7ba6d73e2986617aacd846dccddac');
INSERT INTO public.access_key VALUES ('AKIARZPUZDIKAIZHZCFC', '123456789012', 'AIDARZPUZDIKMYEXPOA4O', 'Active', 1795333342011, '\x016a8b07f0e33eeeeb5991c50777c576d230bd5a7313c7fe01c8ca6bfdacef0d6ecb44823fca0a0bda59252aed182d98f86cadf0ca739218215417122f9a97003e976ecf85');
INSERT INTO public.access_key VALUES ('AKIARZPUZDIKAQV3IXYM', '123456789012', 'AIDARZPUZDIKFFXFDUDKU', 'Active', 1795333342014, '\x019f6fdca63c9ab4fefa3103f7dc505808bcdc3608754ffec10dbf8d4ccff7fbbdcdda93e96bfae882170371d8a8353da884f0b8ba0de2bd4a47cd6ffb0a005daff330e649');
INSERT INTO public.access_key VALUES ('AKIARZPUZDIKAGLMYF7B', '123456789012', 'AIDARZPUZDIKFFXFDUDKU', 'Inactive', 1795333342016, '\x015f74e6161ff3b66fcf5b771153b5bcb416372ca569bbff78a48c5da3ef2997cfdc6b7d16caf9b104dfaadd54b166045ea0c4ac6084449470b75c19cb9592229310f85af0');
INSERT INTO public.access_key VALUES ('AKIARZPUZDIKKMMVQS6W', '123456789012', '', 'Active', 1795333342029, '\x01e1a5883f6b3c6bca716326bb951ffcef857c732a9232e232f443dca44f8bd6baffb166284cbb6db84cde71a843da292a3e291712ec3c208807bfdb93db09b4c00a71c49a');


--
-- Data for Name: account; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account VALUES ('123456789012', 'first', 'first-version', 1795333341909, 2);


--
-- Data for Name: account_setting; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account_setting VALUES ('123456789012', 'password-policy', '{"MinimumPasswordLength":14,"RequireSymbols":true,"RequireNumbers":false,"RequireUppercaseCharacters":false,"RequireLowercaseCharacters":false,"AllowUsersToChangePassword":false,"ExpirePasswords":false,"MaxPasswordAge":null,"PasswordReusePrevention":null,"HardExpiry":null}');


--
-- Data for Name: attachment; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.attachment VALUES ('123456789012', 'AGPARZPUZDIKEYIKXFFK2', 'arn:aws:iam::123456789012:policy/team/Reader', 'Reader', 'reader');
INSERT INTO public.attachment VALUES ('123456789012', 'AIDARZPUZDIKFFXFDUDKU', 'arn:aws:iam::aws:policy/ReadOnlyAccess', 'ReadOnlyAccess', 'readonlyaccess');
INSERT INTO public.attachment VALUES ('123456789012', 'AROARZPUZDIKESYZBZSLQ', 'arn:aws:iam::123456789012:policy/team/Reader', 'Reader', 'reader');


--
-- Data for Name: change_log; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.change_log VALUES (2, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'key-ring', '', 'token', '');
INSERT INTO public.change_log VALUES (3, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'account', '123456789012', '123456789012', 'first');
INSERT INTO public.change_log VALUES (3, 1, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'access-key', '123456789012', 'AKIARZPUZDIKROOTROOT', '');
INSERT INTO public.change_log VALUES (4, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'account', '123456789012', '123456789012', '');
INSERT INTO public.change_log VALUES (5, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'account', '123456789012', '123456789012', '');
INSERT INTO public.change_log VALUES (6, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'account', '123456789012', '123456789012', '');
INSERT INTO public.change_log VALUES (7, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'policy', '123456789012', 'arn:aws:iam::123456789012:policy/team/Reader', 'Reader');
INSERT INTO public.change_log VALUES (8, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'policy', '123456789012', 'arn:aws:iam::123456789012:policy/team/Reader', 'Reader');
INSERT INTO public.change_log VALUES (9, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'policy', '123456789012', 'arn:aws:iam::123456789012:policy/team/Reader', 'Reader');
INSERT INTO public.change_log VALUES (10, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'policy', '123456789012', 'arn:aws:iam::123456789012:policy/Fence', 'Fence');
INSERT INTO public.change_log VALUES (11, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'group', '123456789012', 'AGPARZPUZDIKEYIKXFFK2', 'Ops');
INSERT INTO public.change_log VALUES (12, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'group', '123456789012', 'AGPARZPUZDIKP25NEQ7GG', 'Empty');
INSERT INTO public.change_log VALUES (13, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'group', '123456789012', 'AGPARZPUZDIKEYIKXFFK2', 'Ops');
INSERT INTO public.change_log VALUES (14, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'group', '123456789012', 'AGPARZPUZDIKEYIKXFFK2', 'Ops');
INSERT INTO public.change_log VALUES (15, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'user', '123456789012', 'AIDARZPUZDIKMYEXPOA4O', 'Dana');
INSERT INTO public.change_log VALUES (16, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'user', '123456789012', 'AIDARZPUZDIKFFXFDUDKU', 'erin');
INSERT INTO public.change_log VALUES (17, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'user', '123456789012', 'AIDARZPUZDIKPHEZILHN3', 'gone');
INSERT INTO public.change_log VALUES (18, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'user', '123456789012', 'AIDARZPUZDIKMYEXPOA4O', 'Dana');
INSERT INTO public.change_log VALUES (19, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'user', '123456789012', 'AIDARZPUZDIKMYEXPOA4O', 'Dana');
INSERT INTO public.change_log VALUES (20, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'user', '123456789012', 'AIDARZPUZDIKFFXFDUDKU', 'erin');
INSERT INTO public.change_log VALUES (21, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'user', '123456789012', 'AIDARZPUZDIKMYEXPOA4O', 'Dana');
INSERT INTO public.change_log VALUES (22, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'role', '123456789012', 'AROARZPUZDIKESYZBZSLQ', 'App');
INSERT INTO public.change_log VALUES (23, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'role', '123456789012', 'AROARZPUZDIKESYZBZSLQ', 'App');
INSERT INTO public.change_log VALUES (24, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'role', '123456789012', 'AROARZPUZDIKESYZBZSLQ', 'App');
INSERT INTO public.change_log VALUES (25, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'instance-profile', '123456789012', 'AIPARZPUZDIKKGNUYHRXR', 'Web');
INSERT INTO public.change_log VALUES (26, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'instance-profile', '123456789012', 'AIPARZPUZDIKKGNUYHRXR', 'Web');
INSERT INTO public.change_log VALUES (27, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'access-key', '123456789012', 'AKIARZPUZDIKAIZHZCFC', '');
INSERT INTO public.change_log VALUES (28, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'access-key', '123456789012', 'AKIARZPUZDIKAQV3IXYM', '');
INSERT INTO public.change_log VALUES (29, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'access-key', '123456789012', 'AKIARZPUZDIKAGLMYF7B', '');
INSERT INTO public.change_log VALUES (30, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'access-key', '123456789012', 'AKIARZPUZDIKAGLMYF7B', '');
INSERT INTO public.change_log VALUES (31, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'access-key', '123456789012', 'AKIARZPUZDIKK4EKUJ4R', '');
INSERT INTO public.change_log VALUES (32, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'access-key', '123456789012', 'AKIARZPUZDIKK4EKUJ4R', '');
INSERT INTO public.change_log VALUES (33, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'user', '123456789012', 'AIDARZPUZDIKPHEZILHN3', 'gone');
INSERT INTO public.change_log VALUES (34, 0, 'E76ICSAEC6ZRUOKYFQXNYOZ4DV', 'access-key', '123456789012', 'AKIARZPUZDIKKMMVQS6W', '');


--
-- Data for Name: deleted_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.deleted_key VALUES ('AKIARZPUZDIKK4EKUJ4R', '123456789012');


--
-- Data for Name: epoch; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.epoch VALUES (1, 35);


--
-- Data for Name: iam_group; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.iam_group VALUES ('AGPARZPUZDIKEYIKXFFK2', '123456789012', '/staff/', 'Ops', 'ops', 1795333341972);
INSERT INTO public.iam_group VALUES ('AGPARZPUZDIKP25NEQ7GG', '123456789012', '/', 'Empty', 'empty', 1795333341974);


--
-- Data for Name: iam_role; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.iam_role VALUES ('AROARZPUZDIKESYZBZSLQ', '123456789012', '/app/', 'App', 'app', 1795333341999, 'arn:aws:iam::123456789012:policy/Fence', '[{"k":"k","v":"v"}]', '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}', 'ä role', 7200);


--
-- Data for Name: iam_user; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.iam_user VALUES ('AIDARZPUZDIKMYEXPOA4O', '123456789012', '/staff/', 'Dana', 'dana', 1795333341981, 'arn:aws:iam::123456789012:policy/Fence', '[{"k":"Team","v":"blü"},{"k":"empty","v":""}]');
INSERT INTO public.iam_user VALUES ('AIDARZPUZDIKFFXFDUDKU', '123456789012', '/', 'erin', 'erin', 1795333341983, '', '[]');


--
-- Data for Name: inline_policy; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.inline_policy VALUES ('123456789012', 'AGPARZPUZDIKEYIKXFFK2', 'inline-g', '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}');
INSERT INTO public.inline_policy VALUES ('123456789012', 'AIDARZPUZDIKMYEXPOA4O', 'inline-u', '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}');
INSERT INTO public.inline_policy VALUES ('123456789012', 'AROARZPUZDIKESYZBZSLQ', 'inline-r', '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}');


--
-- Data for Name: instance_profile; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.instance_profile VALUES ('AIPARZPUZDIKKGNUYHRXR', '123456789012', '/app/', 'Web', 'web', 1795333342006, 'AROARZPUZDIKESYZBZSLQ', '[{"k":"t","v":"u"}]');


--
-- Data for Name: key_ring; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.key_ring VALUES ('token', 813222793, 1795333341907, 0, '\x01f9b435390790a0c6728fedcfe7904327d87be27d021b5b658451cd6811d75c042a8453360acf9015604123d3836674868c414ddff8b4df027301891f');


--
-- Data for Name: last_used; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.last_used VALUES ('AKIARZPUZDIKAIZHZCFC', '123456789012', 1795333342096, 'us-east-1', 'iam');
INSERT INTO public.last_used VALUES ('AROARZPUZDIKESYZBZSLQ', '123456789012', 1795333342095, 'us-east-1', '');
INSERT INTO public.last_used VALUES ('AKIARZPUZDIKROOTROOT', '123456789012', 1795333345093, 'us-east-1', 'sts');


--
-- Data for Name: login_profile; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.login_profile VALUES ('AIDARZPUZDIKMYEXPOA4O', '123456789012', 1795333341993, 1, '\x015af3c6f69f92594cfaf0b4eba0667d09034e02a6889814e1d23704771ce31a81469deb66e3a779ecde91ceb5c137a065530625624c5b6e581c386d0b3ba66d84dba5cdecf9719e5eb8155d6c');


--
-- Data for Name: managed_policy; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.managed_policy VALUES ('ANPARZPUZDIKKJ32KKYHX', '123456789012', '/team/', 'Reader', 'reader', 'reads ünïcode', 2, 3, 1795333341947, 1795333341967, '[{"k":"cost","v":"one half"}]');
INSERT INTO public.managed_policy VALUES ('ANPARZPUZDIKNGCGJODAK', '123456789012', '/', 'Fence', 'fence', '', 1, 1, 1795333341970, 1795333341970, '[]');


--
-- Data for Name: membership; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.membership VALUES ('123456789012', 'AIDARZPUZDIKMYEXPOA4O', 'AGPARZPUZDIKEYIKXFFK2');


--
-- Data for Name: meta; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.meta VALUES ('master-key-check', 'AUkSJOrFugDrEJqXHbnHC6cN1rhOapp2RrlB1VADteV1Lthj');
INSERT INTO public.meta VALUES ('first-account', '123456789012');
INSERT INTO public.meta VALUES ('root-key', 'AKIARZPUZDIKROOTROOT');


--
-- Data for Name: policy_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.policy_version VALUES ('123456789012', 'ANPARZPUZDIKKJ32KKYHX', 1, '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}', 1795333341947);
INSERT INTO public.policy_version VALUES ('123456789012', 'ANPARZPUZDIKKJ32KKYHX', 2, '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}', 1795333341951);
INSERT INTO public.policy_version VALUES ('123456789012', 'ANPARZPUZDIKKJ32KKYHX', 3, '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}', 1795333341967);
INSERT INTO public.policy_version VALUES ('123456789012', 'ANPARZPUZDIKNGCGJODAK', 1, '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}', 1795333341970);


--
-- Data for Name: schema_migration; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.schema_migration VALUES (1, '0001_identity', 'e6882e03fbc5a8b41864dd39b3f262ab479a15b365b9e9005a3296c5c8a74bc6', 1795333341840);
INSERT INTO public.schema_migration VALUES (2, '0002_installation', '9bdbeed694cf6b1469559c995f7035f12d5dbfe9e45d45464bbe2a54c69b5efa', 1795333341864);


--
-- Name: access_key access_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_pkey PRIMARY KEY (id);


--
-- Name: account account_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);


--
-- Name: account_setting account_setting_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_setting
    ADD CONSTRAINT account_setting_pkey PRIMARY KEY (account, name);


--
-- Name: attachment attachment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (owner_id, arn);


--
-- Name: change_log change_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.change_log
    ADD CONSTRAINT change_log_pkey PRIMARY KEY (epoch, part);


--
-- Name: deleted_key deleted_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deleted_key
    ADD CONSTRAINT deleted_key_pkey PRIMARY KEY (id);


--
-- Name: epoch epoch_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.epoch
    ADD CONSTRAINT epoch_pkey PRIMARY KEY (one);


--
-- Name: iam_group iam_group_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.iam_group
    ADD CONSTRAINT iam_group_pkey PRIMARY KEY (id);


--
-- Name: iam_role iam_role_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.iam_role
    ADD CONSTRAINT iam_role_pkey PRIMARY KEY (id);


--
-- Name: iam_user iam_user_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.iam_user
    ADD CONSTRAINT iam_user_pkey PRIMARY KEY (id);


--
-- Name: inline_policy inline_policy_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.inline_policy
    ADD CONSTRAINT inline_policy_pkey PRIMARY KEY (owner_id, name);


--
-- Name: instance_profile instance_profile_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.instance_profile
    ADD CONSTRAINT instance_profile_pkey PRIMARY KEY (id);


--
-- Name: key_ring key_ring_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.key_ring
    ADD CONSTRAINT key_ring_pkey PRIMARY KEY (purpose, id);


--
-- Name: last_used last_used_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.last_used
    ADD CONSTRAINT last_used_pkey PRIMARY KEY (id);


--
-- Name: login_profile login_profile_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_profile
    ADD CONSTRAINT login_profile_pkey PRIMARY KEY (user_id);


--
-- Name: managed_policy managed_policy_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.managed_policy
    ADD CONSTRAINT managed_policy_pkey PRIMARY KEY (id);


--
-- Name: membership membership_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_pkey PRIMARY KEY (user_id, group_id);


--
-- Name: meta meta_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (name);


--
-- Name: policy_version policy_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.policy_version
    ADD CONSTRAINT policy_version_pkey PRIMARY KEY (policy_id, number);


--
-- Name: schema_migration schema_migration_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);


--
-- Name: access_key_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX access_key_user ON public.access_key USING btree (account, user_id);


--
-- Name: account_alias; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX account_alias ON public.account USING btree (alias) WHERE (alias <> ''::text);


--
-- Name: attachment_policy; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX attachment_policy ON public.attachment USING btree (account, arn);


--
-- Name: iam_group_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX iam_group_name ON public.iam_group USING btree (account, fold);


--
-- Name: iam_role_boundary; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX iam_role_boundary ON public.iam_role USING btree (account, boundary) WHERE (boundary <> ''::text);


--
-- Name: iam_role_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX iam_role_name ON public.iam_role USING btree (account, fold);


--
-- Name: iam_user_boundary; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX iam_user_boundary ON public.iam_user USING btree (account, boundary) WHERE (boundary <> ''::text);


--
-- Name: iam_user_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX iam_user_name ON public.iam_user USING btree (account, fold);


--
-- Name: instance_profile_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX instance_profile_name ON public.instance_profile USING btree (account, fold);


--
-- Name: instance_profile_role; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX instance_profile_role ON public.instance_profile USING btree (role_id) WHERE (role_id <> ''::text);


--
-- Name: managed_policy_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX managed_policy_name ON public.managed_policy USING btree (account, fold);


--
-- Name: membership_group; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX membership_group ON public.membership USING btree (group_id);


--
-- Name: access_key access_key_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: account_setting account_setting_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_setting
    ADD CONSTRAINT account_setting_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: attachment attachment_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: deleted_key deleted_key_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deleted_key
    ADD CONSTRAINT deleted_key_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: iam_group iam_group_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.iam_group
    ADD CONSTRAINT iam_group_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: iam_role iam_role_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.iam_role
    ADD CONSTRAINT iam_role_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: iam_user iam_user_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.iam_user
    ADD CONSTRAINT iam_user_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: inline_policy inline_policy_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.inline_policy
    ADD CONSTRAINT inline_policy_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: instance_profile instance_profile_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.instance_profile
    ADD CONSTRAINT instance_profile_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: login_profile login_profile_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_profile
    ADD CONSTRAINT login_profile_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: login_profile login_profile_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_profile
    ADD CONSTRAINT login_profile_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.iam_user(id);


--
-- Name: managed_policy managed_policy_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.managed_policy
    ADD CONSTRAINT managed_policy_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: membership membership_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: membership membership_group_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.iam_group(id);


--
-- Name: membership membership_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.iam_user(id);


--
-- Name: policy_version policy_version_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.policy_version
    ADD CONSTRAINT policy_version_account_fkey FOREIGN KEY (account) REFERENCES public.account(id);


--
-- Name: policy_version policy_version_policy_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.policy_version
    ADD CONSTRAINT policy_version_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES public.managed_policy(id);


--
-- PostgreSQL database dump complete
--


