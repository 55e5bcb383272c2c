package interop

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscreds "github.com/aws/aws-sdk-go-v2/credentials"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/sts"
)

const identityAnswer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::123456789012:user/ann</Arn>
    <UserId>AIDARZPUZDIKEXAMPLE01</UserId>
    <Account>123456789012</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`

var sessionAnswer = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROARZPUZDIKEXAMPLE01:build-42</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/deployer/build-42</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIARZPUZDIKEXAMPLE0</AccessKeyId>
      <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey>
      <SessionToken>` + strings.Repeat("IQoJb3JpZ2lu", 60) + `</SessionToken>
      <Expiration>2026-01-31T13:00:00Z</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
`

// BenchmarkCall compares what a call costs the caller with our client and with
// aws-sdk-go-v2's: with a transport that answers from memory, so that nothing but
// the clients is measured, and over loopback to one Daypass.
func BenchmarkCall(b *testing.B) {
	server := daypasstest.New(b)
	ann := server.User("ann")
	role := server.Role("deployer", daypasstest.Trust(server.UserARN("ann")))
	oursTo := func(change func(*sts.Config)) *sts.Client { return ours(b, canned(""), change) }
	theirsTo := func(endpoint string) *awssts.Client {
		return awssts.New(awssts.Options{
			Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: awscreds.NewStaticCredentialsProvider(ann.AccessKeyID, ann.SecretAccessKey, ""),
		})
	}
	live := func(c *sts.Config) {
		c.Endpoint, c.HTTPClient, c.Credentials = server.URL, nil, credentials.Static(ann.AccessKeyID, ann.SecretAccessKey, "")
	}
	via := func(t http.RoundTripper) func(*sts.Config) {
		return func(c *sts.Config) { c.HTTPClient = &http.Client{Transport: t} }
	}
	for _, where := range []struct {
		name string
		id   [2]any
		role [2]any
	}{
		{
			"memory",
			[2]any{oursTo(via(canned(identityAnswer))), theirs(canned(identityAnswer))},
			[2]any{oursTo(via(canned(sessionAnswer))), theirs(canned(sessionAnswer))},
		},
		{"daypass", [2]any{oursTo(live), theirsTo(server.URL)}, [2]any{oursTo(live), theirsTo(server.URL)}},
	} {
		b.Run("GetCallerIdentity/"+where.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := where.id[0].(*sts.Client).GetCallerIdentity(b.Context(), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("GetCallerIdentity/"+where.name+"/theirs", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := where.id[1].(*awssts.Client).GetCallerIdentity(b.Context(), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("AssumeRole/"+where.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			in := &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: "build-42", DurationSeconds: 900, Tags: []sts.Tag{{Key: "team", Value: "red"}}}
			for b.Loop() {
				if _, err := where.role[0].(*sts.Client).AssumeRole(b.Context(), in); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("AssumeRole/"+where.name+"/theirs", func(b *testing.B) {
			b.ReportAllocs()
			in := &awssts.AssumeRoleInput{
				RoleArn: &role, RoleSessionName: aws.String("build-42"), DurationSeconds: aws.Int32(900),
				Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("red")}},
			}
			for b.Loop() {
				if _, err := where.role[1].(*awssts.Client).AssumeRole(b.Context(), in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
