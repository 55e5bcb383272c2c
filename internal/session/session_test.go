package session

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/secret"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newRing(t testing.TB) *keys.Ring {
	t.Helper()
	r := new(keys.Ring)
	if err := r.Set([]keys.RingKey{keys.NewRingKey(1, now)}); err != nil {
		t.Fatal(err)
	}
	return r
}

func roleSession() *Session {
	return &Session{
		Kind: Role, Partition: "aws", Account: "123456789012", AccessKeyID: "ASIARZPUZDIKEXAMPLE0",
		Secret: secret.New("0123456789012345678901234567890123456789"),
		Issued: now, Expires: now.Add(time.Hour), EntityID: "AROARZPUZDIKEXAMPLE01",
		EntityARN: "arn:aws:iam::123456789012:role/ops/Deployer", Name: "build-42",
	}
}

func fullSession() *Session {
	s := roleSession()
	s.Source, s.Provider, s.MFA, s.Depth = "ann", "accounts.google.com", now.Add(-time.Minute), 3
	s.Policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	s.PolicyARNs = []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}
	s.Tags = []Tag{{"team", "blue", true}, {"empty", "", false}, {"ключ", "значение", false}}
	s.Facts = []Fact{{Key: "saml:sub", Values: []string{"x"}}, {Key: "p:amr", Values: []string{"a", "b"}, Multi: true}}
	return s
}

func seal(t testing.TB, ring *keys.Ring, s *Session) string {
	t.Helper()
	token, err := Seal(ring, s, s.Pack(), now)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

var compareSecrets = cmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) })

func TestOpenGivesBackWhatWasSealed(t *testing.T) {
	ring := newRing(t)
	minimal := &Session{Kind: User, Account: "000000000001", AccessKeyID: "ASIA", Secret: secret.New("s"), Issued: now, Expires: now.Add(time.Minute)}
	for name, want := range map[string]*Session{"role": roleSession(), "full": fullSession(), "minimal": minimal} {
		got, err := Open(ring, seal(t, ring, want), want.AccessKeyID, now)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got, compareSecrets); d != "" {
			t.Errorf("%s: (-sealed +opened)\n%s", name, d)
		}
	}
}

func TestTokenRevealsNothingAndIsSmall(t *testing.T) {
	token := seal(t, newRing(t), roleSession())
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range []string{"0123456789", "Deployer", "123456789012", "build-42"} {
		if strings.Contains(string(raw), leak) || strings.Contains(token, leak) {
			t.Errorf("token shows %q", leak)
		}
	}
	if len(token) > 1024 {
		t.Errorf("plain role session's token has %d characters, want at most 1024", len(token))
	}
	t.Logf("plain role session: %d characters; full: %d", len(token), len(seal(t, newRing(t), fullSession())))
}

func TestOpenRefuses(t *testing.T) {
	ring := newRing(t)
	s := roleSession()
	token := seal(t, ring, s)
	old := s.Expires
	for _, tt := range []struct {
		name  string
		token string
		key   string
		at    time.Time
		want  error
	}{
		{"another access key's token", token, "ASIARZPUZDIKEXAMPLE1", now, keys.ErrAltered},
		{"an expired session", token, s.AccessKeyID, old, ErrExpired},
		{"a truncated token", token[:len(token)-4], s.AccessKeyID, now, keys.ErrAltered},
		{"text that is not base64", "!!!!", s.AccessKeyID, now, ErrMalformed},
		{"line breaks in base64", token[:8] + "\n" + token[8:], s.AccessKeyID, now, ErrMalformed},
		{"an empty token", "", s.AccessKeyID, now, keys.ErrAltered},
		{"an overlong token", strings.Repeat("A", MaxToken+4), s.AccessKeyID, now, ErrMalformed},
	} {
		if _, err := Open(ring, tt.token, tt.key, tt.at); !errors.Is(err, tt.want) {
			t.Errorf("%s: Open = %v, want %v", tt.name, err, tt.want)
		}
	}
	if _, err := Open(ring, token, s.AccessKeyID, old.Add(-time.Second)); err != nil {
		t.Errorf("refused a second before expiry: %v", err)
	}
}

func TestParseIsStrict(t *testing.T) {
	good := roleSession().append(nil, nil)
	if _, err := parse(good); err != nil {
		t.Fatal(err)
	}
	for name, plain := range map[string][]byte{
		"empty":            {},
		"other version":    append([]byte{2}, good[1:]...),
		"unknown field":    appendText(good[:len(good):len(good)], 99, "x"),
		"cut field":        good[:len(good)-1],
		"no kind":          (&Session{Account: "1", Secret: secret.New("x"), Expires: now}).append(nil, nil),
		"unknown kind":     (&Session{Kind: 9, Account: "1", Secret: secret.New("x"), Expires: now}).append(nil, nil),
		"no account":       (&Session{Kind: Role, Secret: secret.New("x"), Expires: now}).append(nil, nil),
		"no secret":        (&Session{Kind: Role, Account: "1", Expires: now}).append(nil, nil),
		"no expiry":        (&Session{Kind: Role, Account: "1", Secret: secret.New("x")}).append(nil, nil),
		"packed is noise":  roleSession().append(nil, Packed("noise")),
		"number with tail": appendText(good[:len(good):len(good)], tagDepth, "\x01\x01"),
	} {
		if _, err := parse(plain); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: parse = %v, want ErrMalformed", name, err)
		}
	}
}

func TestPackedFieldCannotInflateWithoutBound(t *testing.T) {
	bomb := &Session{Policy: strings.Repeat("A", maxUnpacked*4)}
	s := roleSession()
	if _, err := parse(s.append(nil, bomb.Pack())); !errors.Is(err, ErrMalformed) {
		t.Errorf("parse of a bomb = %v, want ErrMalformed", err)
	}
}

// The percentages are those that the real service was seen to give for
// policies and tags of these sizes; ours must agree within a factor of two.
func TestPackedSizeAgreesWithObservations(t *testing.T) {
	actions := "ec2:DescribeVpcEndpoints ecr:BatchCheckLayerAvailability kms:GenerateDataKeyWithoutPlaintext " +
		"s3:PutBucketPublicAccessBlock lambda:UpdateFunctionConfiguration logs:PutSubscriptionFilter sqs:ChangeMessageVisibility " +
		"dynamodb:DescribeContinuousBackups route53:ChangeResourceRecordSets elasticloadbalancing:RegisterTargets " +
		"autoscaling:CompleteLifecycleAction cloudformation:ExecuteChangeSet rds:ModifyDBClusterParameterGroup sns:ConfirmSubscription " +
		"events:PutRule states:SendTaskHeartbeat glue:BatchStopJobRun athena:StartQueryExecution redshift:GetClusterCredentials " +
		"kinesis:MergeShards firehose:PutRecordBatch ssm:GetParametersByPath secretsmanager:RotateSecret acm:RequestCertificate " +
		"cloudfront:CreateInvalidation wafv2:AssociateWebACL apigateway:POST execute-api:Invoke codebuild:BatchGetBuilds " +
		"codepipeline:RetryStageExecution codecommit:GitPull ecs:RunTask eks:AccessKubernetesApi elasticache:FailoverShardGroup " +
		"es:ESHttpPost guardduty:ListFindings inspector2:BatchGetAccountStatus macie2:CreateClassificationJob organizations:ListParents " +
		"sts:DecodeAuthorizationMessage tag:GetResources xray:PutTelemetryRecords"
	manyActions := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` +
		strings.ReplaceAll(actions, " ", `","`) + `"],"Resource":"*"}]}`
	for _, tt := range []struct {
		name string
		s    Session
		want int
	}{
		{"one statement of 117 characters", Session{Policy: `{"Version":"2012-10-17","Statement":[{"Sid":"Stmt1","Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`}, 7},
		{"one statement of 153 characters", Session{Policy: `{"Version":"2012-10-17","Statement":[{"Sid":"RestrictedAccess","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::example-bucket/*"]}]}`}, 16},
		{"four statements and one ARN", Session{
			Policy:     `{"Version":"2012-10-17","Statement":[{"Sid":"Stmt1","Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::mybucket"},{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::mybucket/u/*"},{"Sid":"S3","Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"},{"Effect":"Allow","Action":"ec2:DescribeInstances","Resource":"*"}]}`,
			PolicyARNs: []string{"arn:aws:iam::123456789012:policy/demo"},
		}, 36},
		{"six pod identity tags", Session{Tags: []Tag{
			{"eks-cluster-arn", "arn:aws:eks:us-west-2:123456789012:cluster/my-cluster", true},
			{"eks-cluster-name", "my-cluster", true},
			{"kubernetes-namespace", "payments-production", true},
			{"kubernetes-service-account", "payments-api-service", true},
			{"kubernetes-pod-name", "payments-api-7d4b9c8f6d-x8k2p", true},
			{"kubernetes-pod-uid", "5f0b3f9e-4d2c-4b7a-9d6e-1c2b3a4d5e6f", true},
		}}, 74},
		{"42 actions", Session{Policy: manyActions}, 157},
	} {
		got := tt.s.Pack().Percent()
		t.Logf("%s: %d%%, observed %d%%", tt.name, got, tt.want)
		if got*2 < tt.want || got > tt.want*2 {
			t.Errorf("%s: %d%%, observed %d%%: more than a factor of two", tt.name, got, tt.want)
		}
	}
	if (&Session{}).Pack() != nil {
		t.Error("nothing to pack is packed")
	}
}

func TestSealRefusesWhatIsTooLong(t *testing.T) {
	s := roleSession()
	for i := range 400 {
		s.Facts = append(s.Facts, Fact{Key: fmt.Sprint("k", i), Values: []string{"0123456789"}})
	}
	if token, err := Seal(newRing(t), s, nil, now); err == nil {
		t.Errorf("sealed a token of %d characters", len(token))
	}
}

// PackedPolicySize counts the bytes, and was fitted with compress/flate.
func TestDeflatedIsAsSmallAsByCompressFlate(t *testing.T) {
	std := stdDeflate(t)
	for name, s := range map[string]*Session{"small": smallPolicy(), "large": largeSession(), "full": fullSession()} {
		if got, limit := len(deflate(nil, s.plain())), len(std(s.plain())); got > limit {
			t.Errorf("%s: %d bytes, by compress/flate %d", name, got, limit)
		}
	}
}
