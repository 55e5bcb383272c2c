// Assumes the role in ROLE_ARN with the credentials of the environment, and says who it is then.
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const { Credentials: session } = await new STSClient({}).send(
  new AssumeRoleCommand({ RoleArn: process.env.ROLE_ARN, RoleSessionName: "example-javascript" }),
);

const asRole = new STSClient({
  credentials: {
    accessKeyId: session.AccessKeyId,
    secretAccessKey: session.SecretAccessKey,
    sessionToken: session.SessionToken,
  },
});
const who = await asRole.send(new GetCallerIdentityCommand({}));
console.log(who.Arn);
