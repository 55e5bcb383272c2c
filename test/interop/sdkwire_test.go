package interop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscreds "github.com/aws/aws-sdk-go-v2/credentials"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/sts"
)

// roundTripper answers requests without a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// ours is our client before a transport.
func ours(tb testing.TB, t http.RoundTripper, change func(*sts.Config)) *sts.Client {
	tb.Helper()
	cfg := sts.Config{Region: "us-east-1", Credentials: credentials.Static(keyID, secret, token), HTTPClient: &http.Client{Transport: t}, MaxAttempts: 3}
	if change != nil {
		change(&cfg)
	}
	c, err := sts.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// theirs is the client of aws-sdk-go-v2 before the same.
func theirs(t http.RoundTripper) *awssts.Client {
	return awssts.New(awssts.Options{
		Region: "us-east-1", Credentials: awscreds.NewStaticCredentialsProvider(keyID, secret, token), HTTPClient: &http.Client{Transport: t}, RetryMaxAttempts: 3,
	})
}

// fill sets every field of an input as the published snapshots do: strings to
// their names between underscores, numbers to 1, lists to two elements.
func fill(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("__" + name + "__")
	case reflect.Int32:
		v.SetInt(1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), "Member")
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), v.Type().Field(i).Name)
		}
	}
}

// TestRequestsEqualTheSnapshots: aws-sdk-go-v2 publishes what it sends for each
// operation with every parameter set. We send the same bytes.
func TestRequestsEqualTheSnapshots(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/sts").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "request_snapshot")
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != len(sts.Operations()) {
		t.Fatalf("%d snapshots for %d operations: %v", len(files), len(sts.Operations()), err)
	}
	for _, op := range sts.Operations() {
		want, err := os.ReadFile(filepath.Join(dir, op.Name+".request.snap"))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		c := ours(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			got = snapshot(t, r)
			return nil, context.Canceled
		}), nil)
		in := reflect.New(op.Input)
		fill(in.Elem(), "")
		c.Call(t.Context(), op.Name, in.Interface())
		if got != string(want) {
			t.Errorf("%s sends\n%s\nwant\n%s", op.Name, got, want)
		}
	}
}

// snapshot writes a request as the snapshots do.
func snapshot(t *testing.T, r *http.Request) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	skipped := []string{"Authorization", "User-Agent", "X-Amz-Date", "X-Amz-Security-Token", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request"}
	var headers []string
	for name, values := range r.Header {
		if !slices.Contains(skipped, name) {
			headers = append(headers, name+": "+values[0]+"\n")
		}
	}
	slices.Sort(headers)
	return r.Method + " " + r.URL.RequestURI() + "\n\n" + strings.Join(headers, "") + "\n" + string(body)
}

// recorded is what a request had that matters.
type recorded struct {
	Method, URL, Host, Body string
	Header                  map[string]string
}

var (
	uuid      = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	basicDate = regexp.MustCompile(`\b\d{8}(T\d{6}Z)?\b`)
	hexHash   = regexp.MustCompile(`[0-9a-f]{64}`)
)

// record masks what differs from one call to the next, and checks that it has the
// form it should have.
func record(r *http.Request) recorded {
	body, _ := io.ReadAll(r.Body)
	got := recorded{Method: r.Method, URL: r.URL.String(), Host: r.URL.Host, Body: string(body), Header: make(map[string]string)}
	for name, values := range r.Header {
		v := strings.Join(values, " | ")
		switch name {
		case "User-Agent":
			v = "" // who it is, is meant to differ
		case "Amz-Sdk-Invocation-Id":
			v = uuid.ReplaceAllString(v, "UUID")
		}
		v = hexHash.ReplaceAllString(basicDate.ReplaceAllString(v, "DATE"), "HASH")
		// They sign the length, which proxies may drop, and we do not.
		got.Header[name] = strings.Replace(v, ";content-length;", ";", 1)
	}
	return got
}

func TestRequestsEqualHeaderByHeader(t *testing.T) {
	const text = "a b+c~*é%/=&\"{}'();:@!$,\t\n"
	tags := make([]sts.Tag, 12) // so that the tenth sorts before the second
	theirTags := make([]types.Tag, 12)
	for i := range tags {
		key := fmt.Sprint("key", i)
		tags[i], theirTags[i] = sts.Tag{Key: key, Value: ""}, types.Tag{Key: &key, Value: aws.String("")}
	}
	for _, tt := range []struct {
		name string
		our  func(context.Context, *sts.Client) error
		thei func(context.Context, *awssts.Client) error
	}{
		{
			"GetCallerIdentity",
			func(ctx context.Context, c *sts.Client) error { _, err := c.GetCallerIdentity(ctx, nil); return err },
			func(ctx context.Context, c *awssts.Client) error { _, err := c.GetCallerIdentity(ctx, nil); return err },
		},
		{
			"AssumeRole",
			func(ctx context.Context, c *sts.Client) error {
				_, err := c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: text, RoleSessionName: "s", Policy: text, Tags: tags, DurationSeconds: 900})
				return err
			},
			func(ctx context.Context, c *awssts.Client) error {
				_, err := c.AssumeRole(ctx, &awssts.AssumeRoleInput{RoleArn: aws.String(text), RoleSessionName: aws.String("s"), Policy: aws.String(text), Tags: theirTags, DurationSeconds: aws.Int32(900)})
				return err
			},
		},
		{
			"AssumeRoleWithWebIdentity",
			func(ctx context.Context, c *sts.Client) error {
				_, err := c.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{RoleArn: "r", RoleSessionName: "s", WebIdentityToken: text})
				return err
			},
			func(ctx context.Context, c *awssts.Client) error {
				_, err := c.AssumeRoleWithWebIdentity(ctx, &awssts.AssumeRoleWithWebIdentityInput{RoleArn: aws.String("r"), RoleSessionName: aws.String("s"), WebIdentityToken: aws.String(text)})
				return err
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var mine, other recorded
			into := func(to *recorded) roundTripper {
				return func(r *http.Request) (*http.Response, error) {
					*to = record(r)
					return &http.Response{StatusCode: 403, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
				}
			}
			if tt.our(t.Context(), ours(t, into(&mine), nil)) == nil || tt.thei(t.Context(), theirs(into(&other))) == nil {
				t.Fatal("a refusal was taken for an answer")
			}
			if !reflect.DeepEqual(mine, other) {
				t.Errorf("we send\n%+v\nthey send\n%+v", mine, other)
			}
			if tt.name == "AssumeRole" && mine.Header["Authorization"] == "" {
				t.Error("not signed")
			}
		})
	}
}

// TestPresignedIdentitiesAreAlike: what cluster authenticators make with theirs.
func TestPresignedIdentitiesAreAlike(t *testing.T) {
	mine, err := ours(t, nil, nil).PresignGetCallerIdentity(t.Context(), sts.PresignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := awssts.NewPresignClient(theirs(nil)).PresignGetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	parts := func(s string) (string, url.Values) {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		for name, v := range q {
			q[name] = []string{hexHash.ReplaceAllString(basicDate.ReplaceAllString(v[0], "DATE"), "HASH")}
		}
		u.RawQuery = ""
		return u.String(), q
	}
	ourBase, ourQuery := parts(mine.URL)
	theirBase, theirQuery := parts(other.URL)
	if ourBase != theirBase || !reflect.DeepEqual(ourQuery, theirQuery) || mine.Method != other.Method {
		t.Errorf("%s %s %v\ntheirs: %s %s %v", mine.Method, ourBase, ourQuery, other.Method, theirBase, theirQuery)
	}
}

// TestEndpointsEqualTheirs: their generated resolver and ours, over all parameters.
func TestEndpointsEqualTheirs(t *testing.T) {
	resolver := awssts.NewDefaultEndpointResolverV2()
	regions := []string{
		"us-east-1", "us-west-2", "us-west-1", "eu-west-1", "eu-north-1", "ap-south-1", "ap-east-1", "me-south-1", "af-south-1", "il-central-1", "mx-central-1", "sa-east-1",
		"cn-north-1", "us-gov-west-1", "us-gov-east-1", "us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1", "eusc-de-east-1", "aws-global", "aws-cn-global",
		"us-east-9", "cn-south-9", "nowhere", "",
	}
	for _, region := range regions {
		for flags := range 16 {
			p := sts.EndpointParams{Region: region, Global: flags&1 > 0, FIPS: flags&2 > 0, DualStack: flags&4 > 0}
			theirs := awssts.EndpointParameters{UseGlobalEndpoint: &p.Global, UseFIPS: &p.FIPS, UseDualStack: &p.DualStack}
			if region != "" {
				theirs.Region = &region
			}
			if flags&8 > 0 {
				p.Endpoint = "https://sts.example.com:8443/path"
				theirs.Endpoint = &p.Endpoint
			}
			got, err := sts.ResolveEndpoint(p)
			want, wantErr := resolver.ResolveEndpoint(t.Context(), theirs)
			if (err == nil) != (wantErr == nil) || err == nil && got.URL != want.URI.String() {
				t.Errorf("%+v: %s, %v; theirs %s, %v", p, got.URL, err, want.URI.String(), wantErr)
			}
		}
	}
}

// canned answers every request with the same body.
func canned(body string) roundTripper {
	header := http.Header{"Content-Type": {"text/xml"}, "X-Amzn-Requestid": {"c6104cbe-af31-11e0-8154-cbc7ccf896c7"}, "Date": {"Sat, 31 Jan 2026 12:00:00 GMT"}}
	return func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
		}
		return &http.Response{
			StatusCode: 200, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
			Body: io.NopCloser(bytes.NewReader([]byte(body))), ContentLength: int64(len(body)), Request: r,
		}, nil
	}
}
