// The story with the AWS SDK for JavaScript: its clients, typed errors,
// paginators, waiters and credential providers. Prints `ok name` for each case,
// throws at the first that fails.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as iamSDK from "@aws-sdk/client-iam";
import * as stsSDK from "@aws-sdk/client-sts";
import { fromIni, fromTemporaryCredentials } from "@aws-sdk/credential-providers";

const account = "123456789012";
const { STSClient } = stsSDK;
const { IAMClient } = iamSDK;
const doc = (...Statement) => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action) => doc({ Effect: "Allow", Action, Resource: "*" });
const trust = (AWS, more) => doc({ Effect: "Allow", Principal: { AWS }, Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], ...more });

// send(client)("AssumeRole", input) sends the command of that name.
const send = (sdk, client) => (name, input = {}) => client.send(new sdk[name + "Command"](input));
const clients = (credentials) => ({
  sts: send(stsSDK, new STSClient({ credentials })),
  iam: send(iamSDK, new IAMClient({ credentials })),
});
const keys = (c) => ({ accessKeyId: c.AccessKeyId, secretAccessKey: c.SecretAccessKey, sessionToken: c.SessionToken });

async function refused(promise, name, status, message) {
  await assert.rejects(promise, (e) => {
    assert.equal(e.name, name);
    assert.equal(e.$metadata.httpStatusCode, status);
    assert.equal(e.$fault, "client");
    message instanceof RegExp ? assert.match(e.message, message) : assert.equal(e.message, message);
    assert.match(e.$metadata.requestId, /^[0-9a-f-]{36}$/);
    const classes = [stsSDK[name], iamSDK[name]].filter(Boolean);
    assert.ok(classes.length === 0 || classes.some((c) => e instanceof c), name + " is not of the SDK's class");
    return true;
  });
}

const root = clients(undefined); // from the environment
const cases = {
  async "caller identity of root"() {
    const who = await root.sts("GetCallerIdentity");
    assert.equal(who.Arn, `arn:aws:iam::${account}:root`);
    assert.equal(who.UserId, account);
  },

  async "a user, a key, a role"() {
    const { User } = await root.iam("CreateUser", { UserName: "ann", Path: "/staff/", Tags: [{ Key: "Team", Value: "red" }] });
    assert.ok(User.CreateDate instanceof Date);
    await iamSDK.waitUntilUserExists({ client: new IAMClient({}), maxWaitTime: 10 }, { UserName: "ann" });
    const { AccessKey } = await root.iam("CreateAccessKey", { UserName: "ann" });
    this.annKeys = AccessKey;
    this.ann = clients(keys(AccessKey));
    await root.iam("PutUserPolicy", { UserName: "ann", PolicyName: "p", PolicyDocument: allow(["sts:*", "iam:GetUser"]) });
    const { Role } = await root.iam("CreateRole", { RoleName: "deployer", AssumeRolePolicyDocument: trust(User.Arn), MaxSessionDuration: 7200 });
    this.role = Role.Arn;
    await iamSDK.waitUntilRoleExists({ client: new IAMClient({}), maxWaitTime: 10 }, { RoleName: "deployer" });
    await root.iam("PutRolePolicy", { RoleName: "deployer", PolicyName: "p", PolicyDocument: allow(["iam:List*", "sts:*"]) });
    const next = await root.iam("CreateRole", { RoleName: "next", AssumeRolePolicyDocument: trust(Role.Arn) });
    this.next = next.Role.Arn;
    assert.equal((await root.iam("GetUser", { UserName: "ann" })).User.Tags[0].Value, "red");
    assert.equal((await root.iam("GetRole", { RoleName: "deployer" })).Role.MaxSessionDuration, 7200);
  },

  async "assume the role and use it"() {
    const a = await this.ann.sts("AssumeRole", {
      RoleArn: this.role, RoleSessionName: "js", DurationSeconds: 7200, SourceIdentity: "ann",
      Tags: [{ Key: "Project", Value: "x" }], TransitiveTagKeys: ["Project"],
    });
    assert.equal(a.AssumedRoleUser.Arn, `arn:aws:sts::${account}:assumed-role/deployer/js`);
    assert.equal(a.SourceIdentity, "ann");
    assert.ok(a.PackedPolicySize > 0);
    const seconds = (a.Credentials.Expiration - Date.now()) / 1000;
    assert.ok(seconds > 7100 && seconds <= 7200, `expires in ${seconds} s`);
    const session = clients(keys(a.Credentials));
    assert.equal((await session.sts("GetCallerIdentity")).UserId, a.AssumedRoleUser.AssumedRoleId);
    assert.deepEqual((await session.iam("ListUsers")).Users.map((u) => u.UserName), ["ann"]);
    await refused(session.iam("CreateUser", { UserName: "eve" }), "AccessDenied", 403,
      `User: ${a.AssumedRoleUser.Arn} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${account}:user/eve because no identity-based policy allows the iam:CreateUser action`);
    await refused(session.sts("GetSessionToken"), "AccessDenied", 403, "Cannot call GetSessionToken with session credentials");
  },

  async "every other action of STS"() {
    const { ann } = this;
    assert.deepEqual(Object.keys(await ann.sts("GetSessionToken")).sort(), ["$metadata", "Credentials"]);
    const f = await ann.sts("GetFederationToken", { Name: "bob" });
    assert.equal(f.FederatedUser.Arn, `arn:aws:sts::${account}:federated-user/bob`);
    assert.equal(f.PackedPolicySize, 0);
    assert.equal((await ann.sts("GetAccessKeyInfo", { AccessKeyId: "ASIAQNZGKIQY56JQ7WML" })).Account, "029608264753");
    await refused(ann.sts("DecodeAuthorizationMessage", { EncodedMessage: "bogus" }), "InvalidAuthorizationMessageException", 400, "Message is not valid.");
    const role = { RoleArn: this.role, RoleSessionName: "js" };
    await refused(ann.sts("AssumeRoleWithWebIdentity", { ...role, WebIdentityToken: "a.b.c" }), "InvalidIdentityTokenException", 400, /not a valid JWT/);
    await refused(ann.sts("AssumeRoleWithSAML", { RoleArn: this.role, PrincipalArn: `arn:aws:iam::${account}:saml-provider/idp`, SAMLAssertion: "PHNhbWwvPg==" }),
      "InvalidIdentityTokenException", 400, "Specified provider doesn't exist.");
    await refused(ann.sts("AssumeRoot", { TargetPrincipal: "111122223333", TaskPolicyArn: { arn: "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials" } }),
      "AccessDenied", 403, /not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::111122223333:root$/);
    await refused(ann.sts("GetDelegatedAccessToken", { TradeInToken: "t" }), "AccessDenied", 403, /sts:GetDelegatedAccessToken/);
    await refused(ann.sts("GetWebIdentityToken", { Audience: ["a"], SigningAlgorithm: "ES384" }), "OutboundWebIdentityFederationDisabledException", 403, /disabled/);
    await refused(ann.sts("AssumeRole", { ...role, Policy: "{" }), "MalformedPolicyDocumentException", 400, "The policy is not in the valid JSON format.");
    await refused(ann.sts("AssumeRole", { ...role, Tags: Array.from({ length: 50 }, (_, i) => ({ Key: `key-${i}-${i * 7919}`, Value: `${Math.sin(i)}` })) }),
      "PackedPolicyTooLargeException", 400, /^Packed size of session tags consumes \d+% of allotted space\.$/);
    await refused(ann.sts("AssumeRole", { ...role, DurationSeconds: 7201 }), "ValidationError", 400,
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    await refused(root.sts("AssumeRole", role), "AccessDenied", 403, "Roles may not be assumed by root accounts.");
    await refused(clients({ accessKeyId: "AKIARZPUZDIKNOBODYAA", secretAccessKey: "x" }).sts("GetCallerIdentity"), "InvalidClientTokenId", 403,
      "The security token included in the request is invalid.");
  },

  async "a chain of credential providers"() {
    const first = fromTemporaryCredentials({ masterCredentials: keys(this.annKeys), params: { RoleArn: this.role, RoleSessionName: "one" } });
    const second = fromTemporaryCredentials({ masterCredentials: first, params: { RoleArn: this.next, RoleSessionName: "two" } });
    assert.equal((await clients(second).sts("GetCallerIdentity")).Arn, `arn:aws:sts::${account}:assumed-role/next/two`);
  },

  async "profiles"() {
    const file = join(process.env.HOME, "aws-config");
    writeFileSync(file, `[ann]
aws_access_key_id = ${this.annKeys.AccessKeyId}
aws_secret_access_key = ${this.annKeys.SecretAccessKey}
[deploy]
role_arn = ${this.role}
source_profile = ann
role_session_name = ini
`, { mode: 0o600 });
    const credentials = fromIni({ profile: "deploy", filepath: file, configFilepath: join(process.env.HOME, "none") });
    assert.equal((await clients(credentials).sts("GetCallerIdentity")).Arn, `arn:aws:sts::${account}:assumed-role/deployer/ini`);
  },

  async "pages"() {
    for (let i = 0; i < 5; i++) await root.iam("CreateUser", { UserName: `page-${i}`, Path: "/pages/" });
    const names = [];
    let pages = 0;
    for await (const page of iamSDK.paginateListUsers({ client: new IAMClient({}), pageSize: 2 }, { PathPrefix: "/pages/" })) {
      names.push(...page.Users.map((u) => u.UserName));
      pages++;
    }
    assert.deepEqual(names, [0, 1, 2, 3, 4].map((i) => `page-${i}`));
    assert.equal(pages, 3);
    await refused(root.iam("GetUser", { UserName: "nobody" }), "NoSuchEntityException", 404, "The user with name nobody cannot be found.");
    await refused(root.iam("CreateUser", { UserName: "ANN" }), "EntityAlreadyExistsException", 409, "User with name ANN already exists.");
  },
};

const story = {};
for (const [name, run] of Object.entries(cases)) {
  await run.call(story);
  console.log(`ok ${name}`);
}
