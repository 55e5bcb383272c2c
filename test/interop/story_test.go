package interop

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/daypass/daypass/daypasstest"
)

func allow(action string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"` + action + `","Resource":"*"}}`
}

// refused checks that the service refused a call in these words, which are a
// regular expression.
func refused(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	api, ok := errors.AsType[smithy.APIError](err)
	response, ok2 := errors.AsType[*awshttp.ResponseError](err)
	if !ok || !ok2 {
		t.Errorf("error = %v, want %s", err, code)
		return
	}
	if response.HTTPStatusCode() != status || api.ErrorCode() != code || !regexp.MustCompile("^(?:"+message+")$").MatchString(api.ErrorMessage()) {
		t.Errorf("refused with %d %s: %s\nwant %d %s: %s", response.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage(), status, code, message)
	}
	if api.ErrorFault() != smithy.FaultClient && api.ErrorFault() != smithy.FaultUnknown {
		t.Errorf("fault = %v, want client", api.ErrorFault())
	}
	if response.ServiceRequestID() == "" {
		t.Error("the error has no request id")
	}
}

// is checks that an error is of a type of the SDK's.
func is[E error](t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[E](err); !ok {
		t.Errorf("error = %T, want %T inside", err, *new(E))
	}
}

func TestStory(t *testing.T) {
	ctx := t.Context()
	server := daypasstest.New(t)
	root := iam.NewFromConfig(sdkConfig(t, server, server.Root))

	user, err := root.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ann"), Path: aws.String("/staff/")})
	if err != nil {
		t.Fatal(err)
	}
	waiter := iam.NewUserExistsWaiter(root)
	if err := waiter.Wait(ctx, &iam.GetUserInput{UserName: aws.String("ann")}, 10*time.Second); err != nil {
		t.Error(err)
	}
	key, err := root.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ann")})
	if err != nil {
		t.Fatal(err)
	}
	role, err := root.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String("deployer"), AssumeRolePolicyDocument: aws.String(daypasstest.Trust(*user.User.Arn)), MaxSessionDuration: aws.Int32(7200),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = root.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("deployer"), PolicyName: aws.String("list"), PolicyDocument: aws.String(allow("iam:List*"))})
	if err != nil {
		t.Fatal(err)
	}

	ann := sts.NewFromConfig(sdkConfig(t, server, daypasstest.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey}))
	who, err := ann.GetCallerIdentity(ctx, nil)
	if err != nil || *who.Arn != "arn:aws:iam::123456789012:user/staff/ann" || *who.UserId != *user.User.UserId || *who.Account != server.Account {
		t.Errorf("GetCallerIdentity = %v, %v", who, err)
	}
	session, err := ann.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: role.Role.Arn, RoleSessionName: aws.String("build-42"), DurationSeconds: aws.Int32(7200), SourceIdentity: aws.String("ann"),
		Tags: []ststypes.Tag{{Key: aws.String("Team"), Value: aws.String("red")}}, TransitiveTagKeys: []string{"Team"}, Policy: aws.String(allow("iam:ListUsers")),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !session.Credentials.Expiration.Equal(server.Now().Add(2 * time.Hour).Truncate(time.Second)) {
		t.Errorf("expiration = %v at %v, want two hours later", session.Credentials.Expiration, server.Now())
	}
	//lint:ignore SA1019 the other SDKs still read PackedPolicySize
	if *session.SourceIdentity != "ann" || session.PackedPolicySize == nil || *session.AssumedRoleUser.Arn != "arn:aws:sts::123456789012:assumed-role/deployer/build-42" {
		t.Errorf("AssumeRole = %+v", session)
	}
	deployer := iam.NewFromConfig(sdkConfig(t, server, daypasstest.Credentials{
		AccessKeyID: *session.Credentials.AccessKeyId, SecretAccessKey: *session.Credentials.SecretAccessKey, SessionToken: *session.Credentials.SessionToken,
	}))
	if users, err := deployer.ListUsers(ctx, nil); err != nil || len(users.Users) != 1 {
		t.Errorf("ListUsers = %v, %v", users, err)
	}
	_, err = deployer.ListRoles(ctx, nil)
	refused(t, err, 403, "AccessDenied", `User: arn:aws:sts::123456789012:assumed-role/deployer/build-42 is not authorized to perform: iam:ListRoles `+
		`on resource: arn:aws:iam::123456789012:role/ because no session policy allows the iam:ListRoles action`)
	_, err = root.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("nobody")})
	refused(t, err, 404, "NoSuchEntity", "The user with name nobody cannot be found.")
	is[*iamtypes.NoSuchEntityException](t, err)

	for i := range 5 {
		if _, err := root.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("page-" + string(rune('a'+i))), Path: aws.String("/pages/")}); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	pages := iam.NewListUsersPaginator(root, &iam.ListUsersInput{PathPrefix: aws.String("/pages/"), MaxItems: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Users {
			names = append(names, *u.UserName)
		}
	}
	if got := strings.Join(names, " "); got != "page-a page-b page-c page-d page-e" {
		t.Errorf("pages of users = %q", got)
	}
}

// TestEveryAction calls the actions of STS that the story does not, and has
// each refused.
func TestEveryAction(t *testing.T) {
	ctx := t.Context()
	server := daypasstest.New(t)
	ann := sts.NewFromConfig(sdkConfig(t, server, server.User("ann", allow("sts:*"))))
	bob := sts.NewFromConfig(sdkConfig(t, server, server.User("bob")))
	role := aws.String(server.Role("deployer", daypasstest.Trust(server.UserARN("ann")), allow("*")))
	name := aws.String("session")

	if a, err := ann.GetSessionToken(ctx, nil); err != nil || !a.Credentials.Expiration.Equal(server.Now().Add(12*time.Hour).Truncate(time.Second)) {
		t.Errorf("GetSessionToken = %v, %v", a, err)
	}
	//lint:ignore SA1019 the other SDKs still read PackedPolicySize
	if a, err := ann.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("eve")}); err != nil || aws.ToInt32(a.PackedPolicySize) != 0 || a.PackedPolicySize == nil {
		t.Errorf("GetFederationToken = %+v, %v", a, err)
	}
	_, err := bob.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("eve")})
	refused(t, err, 403, "AccessDenied", "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::123456789012:federated-user/eve")
	if a, err := ann.GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String("ASIAY34FZKBOKMUTVV7A")}); err != nil || *a.Account != "609629065308" {
		t.Errorf("GetAccessKeyInfo = %v, %v", a, err)
	}
	_, err = bob.GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String("ASIAY34FZKBOKMUTVV7A")})
	refused(t, err, 403, "AccessDenied", `.* sts:GetAccessKeyInfo on resource: \*`)

	response, _ := errors.AsType[*awshttp.ResponseError](err)
	message := response.Response.Header.Get("X-Daypass-Encoded-Authorization-Message")
	decoded, err := ann.DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: &message})
	if err != nil || !json.Valid([]byte(*decoded.DecodedMessage)) {
		t.Errorf("DecodeAuthorizationMessage = %v, %v", decoded, err)
	}
	_, err = ann.DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: aws.String("bogus")})
	refused(t, err, 400, "InvalidAuthorizationMessageException", `Message is not valid\.`)
	is[*ststypes.InvalidAuthorizationMessageException](t, err)

	_, err = ann.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: name, Policy: aws.String("{")})
	refused(t, err, 400, "MalformedPolicyDocument", `The policy is not in the valid JSON format\.`)
	is[*ststypes.MalformedPolicyDocumentException](t, err)
	_, err = ann.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: name, DurationSeconds: aws.Int32(3601)})
	refused(t, err, 400, "ValidationError", `The requested DurationSeconds exceeds the MaxSessionDuration set for this role\.`)
	_, err = bob.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: name})
	refused(t, err, 403, "AccessDenied", `User: arn:aws:iam::123456789012:user/bob is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/deployer`)

	_, err = bob.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{RoleArn: role, RoleSessionName: name, WebIdentityToken: aws.String("a.b.c")})
	refused(t, err, 400, "InvalidIdentityToken", `The ID Token provided is not a valid JWT.*`)
	is[*ststypes.InvalidIdentityTokenException](t, err)
	_, err = bob.AssumeRoleWithSAML(ctx, &sts.AssumeRoleWithSAMLInput{RoleArn: role, PrincipalArn: aws.String("arn:aws:iam::123456789012:saml-provider/idp"), SAMLAssertion: aws.String("PHNhbWwvPg==")})
	refused(t, err, 400, "InvalidIdentityToken", `Specified provider doesn't exist.`)
	_, err = ann.AssumeRoot(ctx, &sts.AssumeRootInput{
		TargetPrincipal: aws.String("111122223333"), TaskPolicyArn: &ststypes.PolicyDescriptorType{Arn: aws.String("arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials")},
	})
	refused(t, err, 403, "AccessDenied", ".* sts:AssumeRoot on resource: arn:aws:iam::111122223333:root")
	_, err = ann.GetDelegatedAccessToken(ctx, &sts.GetDelegatedAccessTokenInput{TradeInToken: aws.String("token")})
	refused(t, err, 403, "AccessDenied", `.* sts:GetDelegatedAccessToken on resource: \*`)
	_, err = ann.GetWebIdentityToken(ctx, &sts.GetWebIdentityTokenInput{Audience: []string{"a"}, SigningAlgorithm: aws.String("ES384")})
	refused(t, err, 403, "OutboundWebIdentityFederationDisabledException", ".+")
	is[*ststypes.OutboundWebIdentityFederationDisabledException](t, err)
}

// TestChain has each role assumed by the provider of the one before.
func TestChain(t *testing.T) {
	ctx := t.Context()
	server := daypasstest.New(t)
	cfg := sdkConfig(t, server, server.User("ann"))
	previous := server.UserARN("ann")
	for _, name := range []string{"first", "second", "third"} {
		arn := server.Role(name, daypasstest.Trust(previous), allow("sts:*"),
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"StringEquals":`+
				`{"aws:PrincipalTag/Team":"red","aws:SourceIdentity":"ann"}}}}`)
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), arn, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = "by-" + name
			if name == "first" {
				o.Tags = []ststypes.Tag{{Key: aws.String("Team"), Value: aws.String("red")}}
				o.TransitiveTagKeys = []string{"Team"}
				o.SourceIdentity = aws.String("ann")
			}
		}))
		previous = arn
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil || *who.Arn != "arn:aws:sts::123456789012:assumed-role/third/by-third" {
		t.Fatalf("GetCallerIdentity = %v, %v", who, err)
	}
	// Tag and source identity of the first hop are those of the last.
	if _, err := iam.NewFromConfig(cfg).ListUsers(ctx, nil); err != nil {
		t.Error(err)
	}
	server.RotateKeys() // sessions outlive the key that sealed them
	if _, err := iam.NewFromConfig(cfg).ListUsers(ctx, nil); err != nil {
		t.Error(err)
	}
}

// TestRefresh: the SDK renews credentials that are about to end, by its own
// clock, and the service refuses those that have ended, by its own.
func TestRefresh(t *testing.T) {
	ctx := t.Context()
	server := daypasstest.New(t)
	cfg := sdkConfig(t, server, server.User("ann"))
	role := server.Role("deployer", daypasstest.Trust(server.UserARN("ann")), allow("iam:ListUsers"))
	assume := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role, func(o *stscreds.AssumeRoleOptions) { o.Duration = 15 * time.Minute })
	cache := aws.NewCredentialsCache(assume, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = 10 * time.Minute })
	cfg.Credentials = cache
	retrieve := func() aws.Credentials {
		t.Helper()
		c, err := cache.Retrieve(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}

	first := retrieve()
	if again := retrieve(); again.AccessKeyID != first.AccessKeyID {
		t.Error("credentials that are good for five minutes more were renewed")
	}
	server.Advance(-6 * time.Minute) // what it issues now ends, for the SDK, at once
	cache.Invalidate()
	second := retrieve()
	if third := retrieve(); third.AccessKeyID == second.AccessKeyID {
		t.Error("credentials inside the expiry window were not renewed")
	}

	server.Advance(6*time.Minute + 16*time.Minute) // past the end of all, and of the time in which signatures are good
	for name, old := range map[string]aws.Credentials{"first": first, "second": second} {
		keys := daypasstest.Credentials{AccessKeyID: old.AccessKeyID, SecretAccessKey: old.SecretAccessKey, SessionToken: old.SessionToken}
		_, err := iam.NewFromConfig(sdkConfig(t, server, keys)).ListUsers(ctx, nil)
		if err == nil {
			t.Errorf("the %s credentials are good after their end", name)
			continue
		}
		refused(t, err, 403, "ExpiredToken", "The security token included in the request is expired")
	}
	cache.Invalidate()
	if _, err := iam.NewFromConfig(cfg).ListUsers(ctx, nil); err != nil {
		t.Errorf("with new credentials: %v", err)
	}
}

// TestPresign sends a presigned GetCallerIdentity on, as cluster authenticators do.
func TestPresign(t *testing.T) {
	server := daypasstest.New(t)
	client := sts.NewPresignClient(sts.NewFromConfig(sdkConfig(t, server, server.User("ann"))))
	presigned, err := client.PresignGetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	forward := func() *daypasstest.Answer {
		r, err := http.NewRequestWithContext(t.Context(), presigned.Method, presigned.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = presigned.SignedHeader
		r.Header.Set("Accept", "application/json")
		return server.Send(r)
	}
	var answer struct {
		GetCallerIdentityResponse struct {
			GetCallerIdentityResult struct{ Account, Arn, UserID string }
		}
	}
	a := forward()
	if err := json.Unmarshal([]byte(a.Body), &answer); err != nil || a.Status != 200 {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
	if got := answer.GetCallerIdentityResponse.GetCallerIdentityResult.Arn; got != server.UserARN("ann") {
		t.Errorf("Arn = %q", got)
	}
	server.Advance(14 * time.Minute)
	if a := forward(); a.Status != 200 {
		t.Errorf("after 14 minutes: %d %s", a.Status, a.Body)
	}
	server.Advance(2 * time.Minute)
	if a := forward(); a.Status != 403 || !strings.Contains(a.Body, "Signature expired: ") {
		t.Errorf("after 16 minutes: %d %s", a.Status, a.Body)
	}
}

// TestProfile has LoadDefaultConfig assume the role of a profile. The client
// that it makes for that takes its endpoint from AWS_ENDPOINT_URL_STS.
func TestProfile(t *testing.T) {
	server := daypasstest.New(t)
	ann := server.User("ann")
	role := server.Role("deployer", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"`+server.UserARN("ann")+`"},`+
		`"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"partner-7"}}}}`)
	dir := t.TempDir()
	file := filepath.Join(dir, "config")
	text := "[profile ann]\naws_access_key_id = " + ann.AccessKeyID + "\naws_secret_access_key = " + ann.SecretAccessKey +
		"\n[profile deploy]\nrole_arn = " + role + "\nsource_profile = ann\nrole_session_name = from-profile\nexternal_id = partner-7\nduration_seconds = 900\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": file, "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "none"), "AWS_PROFILE": "deploy", "AWS_REGION": server.Region,
		"AWS_ENDPOINT_URL": server.URL, "AWS_ENDPOINT_URL_STS": server.URL, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_CA_BUNDLE": "",
	} {
		t.Setenv(name, value)
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Arn != "arn:aws:sts::123456789012:assumed-role/deployer/from-profile" {
		t.Errorf("GetCallerIdentity = %v, %v", who, err)
	}
}
