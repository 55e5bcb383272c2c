package interop

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/keys"
	hidden "github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
)

const (
	gatewayKey    = "AKIARZPUZDIKROOTROOT"
	gatewaySecret = "gatewaySecretAccessKey000000000000000000"
	gatewayRegion = "us-east-1"
	gatewayOwner  = "123456789012"
)

// gateway is an S3 server that others wrote, over a directory. It verifies
// signatures, and knows no encryption under keys.
type gateway struct {
	*s3.Client
	t   *testing.T
	url string
}

// newGateway starts one with a bucket called "logs". A process can have one.
func newGateway(t *testing.T) *gateway {
	t.Helper()
	sidecar, err := meta.NewSideCar(t.TempDir()) // not every file system has extended attributes
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // where the gateway goes when it starts
	backend, err := posix.New(t.TempDir(), sidecar, posix.PosixOpts{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: gatewayKey, RootUserSecret: gatewaySecret, Region: gatewayRegion, Ports: []string{address},
			MaxConnections: 100, MaxRequests: 100, MultipartMaxParts: 100, Quiet: true, IAMCacheDisable: true,
		})
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	g := &gateway{t: t, url: "http://" + address, Client: s3.New(s3.Options{
		BaseEndpoint: aws.String("http://" + address), UsePathStyle: true, Region: gatewayRegion,
		Credentials: credentials.NewStaticCredentialsProvider(gatewayKey, gatewaySecret, ""),
	})}
	until(t, "the gateway", func() bool {
		_, err := g.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("logs")})
		select {
		case err := <-ended:
			t.Fatalf("the gateway ended: %v", err)
		default:
		}
		return err == nil
	})
	return g
}

// until waits until it is done, but not for ever.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s takes too long", what)
		}
	}
}

// keys lists the files under a folder of the account, in order.
func (g *gateway) keys(folder string) (all []string) {
	g.t.Helper()
	out, err := g.ListObjectsV2(g.t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("logs"), Prefix: aws.String("AWSLogs/" + gatewayOwner + "/" + folder + "/" + gatewayRegion)})
	if err != nil {
		g.t.Fatal(err)
	}
	for _, o := range out.Contents {
		all = append(all, *o.Key)
	}
	slices.Sort(all)
	return all
}

// text returns a file before compression.
func (g *gateway) text(key string) string {
	g.t.Helper()
	out, err := g.GetObject(g.t.Context(), &s3.GetObjectInput{Bucket: aws.String("logs"), Key: &key})
	if err != nil {
		g.t.Fatal(err)
	}
	defer out.Body.Close()
	z, err := gzip.NewReader(out.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		g.t.Fatal(err)
	}
	return string(text)
}

// serveInto starts a Daypass that delivers into the gateway every second, and
// returns its URL.
func serveInto(t *testing.T, g *gateway) string {
	t.Helper()
	env := map[string]string{"AWS_ACCESS_KEY_ID": gatewayKey, "AWS_SECRET_ACCESS_KEY": gatewaySecret}
	in, err := installation.Open(t.Context(), installation.Config{
		Dir: t.TempDir(), Region: gatewayRegion, MasterKey: hidden.New(keys.NewMaster()), Serving: true, Ephemeral: true,
		Delivery: installation.Delivery{
			Endpoint: g.url, Region: gatewayRegion, ACL: "bucket-owner-full-control", Period: time.Second, DigestPeriod: time.Second,
			Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	watched := make(chan error, 1)
	go func() { watched <- in.Watch(ctx) }()
	t.Cleanup(func() {
		stop()
		<-watched
		_ = in.Close()
	})
	_, err = in.EnsureFirstAccount(t.Context(), installation.Root{Account: gatewayOwner, AccessKeyID: gatewayKey, Secret: hidden.New(gatewaySecret)})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.New(server.Config{
		Pipeline: in.Pipeline, Services: in.Services, Region: gatewayRegion, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(web.Close)
	return web.URL
}

// TestAGatewayGetsWhatValidateLogsVerifies: records are delivered to an S3 server
// that verifies signatures, and the AWS CLI verifies them there.
func TestAGatewayGetsWhatValidateLogsVerifies(t *testing.T) {
	cli, err := exec.LookPath("aws")
	if err != nil {
		if os.Getenv("DAYPASS_REQUIRE_CLIENTS") != "" {
			t.Fatal(err)
		}
		t.Skip("no AWS CLI here")
	}
	g := newGateway(t)
	url := serveInto(t, g)
	home := t.TempDir()
	cloudTrail := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), cli, append([]string{"cloudtrail"}, args...)...)
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + home, "AWS_ACCESS_KEY_ID=" + gatewayKey, "AWS_SECRET_ACCESS_KEY=" + gatewaySecret,
			"AWS_DEFAULT_REGION=" + gatewayRegion, "AWS_ENDPOINT_URL=" + url, "AWS_ENDPOINT_URL_S3=" + g.url, "AWS_EC2_METADATA_DISABLED=true",
		}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	must := func(args ...string) {
		t.Helper()
		if out, err := cloudTrail(args...); err != nil {
			t.Fatalf("aws cloudtrail %v: %v\n%s", args, err, out)
		}
	}

	// What the gateway does not do is not taken for done.
	out, err := cloudTrail("create-trail", "--name", "sealed", "--s3-bucket-name", "logs", "--kms-key-id", "logs")
	if err == nil || !strings.Contains(out, "(KmsException)") {
		t.Errorf("a trail with a key, in a store that has none: %v\n%s", err, out)
	}
	out, err = cloudTrail("create-trail", "--name", "lost", "--s3-bucket-name", "nowhere")
	if err == nil || !strings.Contains(out, "(S3BucketDoesNotExistException)") {
		t.Errorf("a trail to a bucket that is not there: %v\n%s", err, out)
	}

	must("create-trail", "--name", "all", "--s3-bucket-name", "logs", "--enable-log-file-validation")
	must("start-logging", "--name", "all")
	caller := sts.New(sts.Options{
		BaseEndpoint: &url, Region: gatewayRegion, Credentials: credentials.NewStaticCredentialsProvider(gatewayKey, gatewaySecret, ""),
	})
	for files := 1; files <= 3; files++ {
		if _, err := caller.GetSessionToken(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		until(t, "a log file", func() bool { return len(g.keys("CloudTrail")) >= files })
	}
	until(t, "its digest", func() bool {
		files := g.keys("CloudTrail")
		return slices.ContainsFunc(g.keys("CloudTrail-Digest"), func(key string) bool { return strings.Contains(g.text(key), files[len(files)-1]) })
	})
	validate := func() (string, error) {
		return cloudTrail("validate-logs", "--trail-arn", "arn:aws:cloudtrail:us-east-1:"+gatewayOwner+":trail/all",
			"--start-time", time.Now().Add(-24*time.Hour).UTC().Format(time.RFC3339), "--verbose")
	}
	out, err = validate()
	valid, all := 0, 0 // more may have come since the last look: each call makes a record
	if m := regexp.MustCompile(`(\d+)/(\d+) log files valid`).FindStringSubmatch(out); m != nil {
		valid, _ = strconv.Atoi(m[1])
		all, _ = strconv.Atoi(m[2])
	}
	if err != nil || strings.Contains(out, "INVALID") || valid < 3 || valid != all {
		t.Fatalf("%v\n%s", err, out)
	}

	changed := g.keys("CloudTrail")[0]
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err = io.WriteString(z, strings.Replace(g.text(changed), "CloudTrail", "Cloudtrail", 1)+" ")
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := g.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("logs"), Key: &changed, Body: bytes.NewReader(b.Bytes())}); err != nil {
		t.Fatal(err)
	}
	out, err = validate()
	if err == nil || !strings.Contains(out, changed+"\tINVALID: hash value doesn't match") {
		t.Errorf("after a change: %v\n%s", err, out)
	}

	// Another key's requests are refused: the gateway verifies what it is told.
	stranger := s3.New(s3.Options{
		BaseEndpoint: &g.url, UsePathStyle: true, Region: gatewayRegion, Credentials: credentials.NewStaticCredentialsProvider(gatewayKey, "other", ""),
		HTTPClient: http.DefaultClient,
	})
	if _, err := stranger.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("logs")}); err == nil {
		t.Error("the gateway takes any signature")
	}
}
