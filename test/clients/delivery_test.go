package clients

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// s3 is somebody else's S3: moto's server.
type s3 struct {
	t   *testing.T
	url string
}

// startS3 starts one with a bucket called "logs".
func startS3(t *testing.T) *s3 {
	t.Helper()
	p := python()
	if p.err != nil {
		absent(t, "boto3", p.err)
	}
	if out, err := exec.Command(p.path, "-c", "import moto.server").CombinedOutput(); err != nil {
		absent(t, "moto server", fmt.Errorf("%w: %.200s", err, out))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	s := &s3{t, "http://127.0.0.1:" + port}
	cmd := exec.Command(p.path, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", port)
	cmd.Dir = t.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	await(t, "moto's server", func() bool {
		r, err := http.Get(s.url + "/")
		if err == nil {
			_ = r.Body.Close()
		}
		return err == nil
	})
	s.do(http.MethodPut, "", nil, nil)
	return s
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s takes too long", what)
		}
	}
}

// do makes a request about a key of the bucket.
func (s *s3) do(method, key string, header http.Header, body []byte) (*http.Response, []byte) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/logs"+key, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, values := range header {
		if strings.HasPrefix(name, "X-Amz-Meta-") || name == "Content-Type" {
			r.Header[name] = values
		}
	}
	r.Header.Set("Accept-Encoding", "identity")
	// Moto does not verify it, but shows nobody's objects to nobody.
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %s %v", method, key, response.Status, err)
	}
	return response, answer
}

// keys lists the keys under a folder of the account.
func (s *s3) keys(folder string) (keys []string) {
	s.t.Helper()
	_, answer := s.do(http.MethodGet, "?list-type=2&prefix=AWSLogs/"+account+"/"+folder+"/us-east-1/", nil, nil)
	var list struct {
		Contents []struct{ Key string }
	}
	if err := xml.Unmarshal(answer, &list); err != nil {
		s.t.Fatal(err)
	}
	for _, c := range list.Contents {
		keys = append(keys, c.Key)
	}
	return keys
}

// text returns an object before compression, and its headers.
func (s *s3) text(key string) (string, http.Header) {
	s.t.Helper()
	response, body := s.do(http.MethodGet, "/"+key, nil, nil)
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text), response.Header
}

// encrypted checks that the objects under a folder of the account are encrypted
// under a key, or under none if it is "".
func (s *s3) encrypted(folder, key string) {
	s.t.Helper()
	method := ""
	if key != "" {
		method = "aws:kms"
	}
	for _, object := range s.keys(folder) {
		response, _ := s.do(http.MethodHead, "/"+object, nil, nil)
		got, under := response.Header.Get("x-amz-server-side-encryption"), response.Header.Get("x-amz-server-side-encryption-aws-kms-key-id")
		if got != method || under != key {
			s.t.Errorf("%s is encrypted by %q under %q, want %q under %q", object, got, under, method, key)
		}
	}
}

// alter replaces a part of an object; the part must be there.
func (s *s3) alter(key, from, to string) {
	s.t.Helper()
	text, header := s.text(key)
	if !strings.Contains(text, from) {
		s.t.Fatalf("%s has no %s", key, from)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, strings.Replace(text, from, to, 1)); err != nil {
		s.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.do(http.MethodPut, "/"+key, header, b.Bytes())
}

// vouched returns the files that the digests name, by the digests' keys.
func (s *s3) vouched() (by map[string][]string) {
	s.t.Helper()
	by = map[string][]string{}
	for _, key := range s.keys("CloudTrail-Digest") {
		text, _ := s.text(key)
		var d struct {
			LogFiles []struct{ S3Object, HashValue string }
		}
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			s.t.Fatal(err)
		}
		by[key] = nil
		for _, f := range d.LogFiles {
			content, _ := s.text(f.S3Object)
			if got := fmt.Sprintf("%x", sha256.Sum256([]byte(content))); got != f.HashValue {
				s.t.Errorf("%s hashes to %s, the digest says %s", f.S3Object, got, f.HashValue)
			}
			by[key] = append(by[key], f.S3Object)
		}
	}
	return by
}

// TestValidateLogs has the AWS CLI verify a bucket that the service wrote.
func TestValidateLogs(t *testing.T) {
	t.Parallel()
	store := startS3(t)
	s := startWith(
		t, "DAYPASS_ACCOUNT_ID="+account, "DAYPASS_ROOT_ACCESS_KEY_ID="+rootKey, "DAYPASS_ROOT_SECRET_ACCESS_KEY="+rootSecret,
		"DAYPASS_TRAIL_S3_ENDPOINT="+store.url, "DAYPASS_TRAIL_LOG_PERIOD=1s", "DAYPASS_TRAIL_DIGEST_PERIOD=1s",
		"AWS_ACCESS_KEY_ID=bucket", "AWS_SECRET_ACCESS_KEY=bucketSecretAccessKey",
	)
	c := newAWSCLI(t, s).with("AWS_ENDPOINT_URL_S3=" + store.url)
	aws := func(args ...string) (text string, code int) {
		t.Helper()
		out, errs, code := run(t, 2*time.Minute, c.dir, c.env, c.path, append([]string{"cloudtrail"}, args...)...)
		return out + errs, code
	}
	must := func(args ...string) string {
		t.Helper()
		text, code := aws(args...)
		if code != 0 {
			t.Fatalf("aws cloudtrail %v exits with %d\n%s", args, code, text)
		}
		return text
	}
	must("create-trail", "--name", "all", "--s3-bucket-name", "logs", "--enable-log-file-validation", "--kms-key-id", "alias/logs")
	must("start-logging", "--name", "all")
	for i := range 20 { // each gets a file of its own, and its own digest; five are needed
		before := len(filled(store.vouched()))
		if before >= 5 {
			break
		}
		s.call("CreateUser", "UserName", fmt.Sprint("user", i))
		await(t, "a digest", func() bool { return len(filled(store.vouched())) > before })
	}
	stopped := time.Now().UTC().Truncate(time.Second) // or later: the call takes a while
	must("stop-logging", "--name", "all")
	by := map[string][]string{}
	await(t, "the last digest", func() bool {
		by = store.vouched()
		n, last := 0, ""
		for key, files := range by {
			n, last = n+len(files), max(last, key[strings.LastIndex(key, "_"):])
		}
		return n == len(store.keys("CloudTrail")) && last >= stopped.Format("_20060102T150405Z")
	})
	store.encrypted("CloudTrail", "arn:aws:kms:us-east-1:"+account+":alias/logs")
	store.encrypted("CloudTrail-Digest", "")
	validate := func() (string, int) {
		return aws("validate-logs", "--trail-arn", "arn:aws:cloudtrail:us-east-1:"+account+":trail/all", "--start-time", time.Now().Add(-24*time.Hour).UTC().Format(time.RFC3339), "--verbose")
	}
	text, code := validate()
	n, m := len(store.keys("CloudTrail-Digest")), len(store.keys("CloudTrail"))
	if code != 0 || !strings.Contains(text, fmt.Sprintf("%d/%[1]d digest files valid", n)) || !strings.Contains(text, fmt.Sprintf("%d/%[1]d log files valid", m)) {
		t.Fatalf("of %d digests and %d files, with exit code %d:\n%s", n, m, code, text)
	}

	// From the newest to the oldest, as it goes. What it cannot believe names no
	// file, and no digest before it.
	with := filled(by)
	last := len(with) - 1
	if last < 4 {
		t.Fatalf("%d digests name files, want 5", len(with))
	}
	forged, _ := store.text(with[last])
	_, fingerprint, _ := strings.Cut(forged, `"digestPublicKeyFingerprint":"`)
	store.alter(with[last], fingerprint[:32], strings.Repeat("0", 32))
	store.alter(with[last-1], `"hashValue":"`, `"hashValue":"0`)
	changed, deleted := by[with[last-2]][0], by[with[last-3]][0]
	store.alter(changed, `"eventName":"`, `"eventName":"X`)
	store.do(http.MethodDelete, "/"+deleted, nil, nil)
	store.do(http.MethodDelete, "/"+with[last-4], nil, nil)
	text, code = validate()
	for _, want := range []string{
		"Digest file\ts3://logs/" + with[last] + "\tINVALID: public key not found",
		"Digest file\ts3://logs/" + with[last-1] + "\tINVALID: signature verification failed",
		"Log file\ts3://logs/" + changed + "\tINVALID: hash value doesn't match",
		"Log file\ts3://logs/" + deleted + "\tINVALID: not found",
		"Digest file\ts3://logs/" + with[last-4] + "\tINVALID: not found",
	} {
		if code == 0 || !strings.Contains(text, want) {
			t.Errorf("after the changes it exits with %d and does not say %q:\n%s", code, want, text)
		}
	}
}

// filled returns the keys of the digests that name a file, in order.
func filled(by map[string][]string) (keys []string) {
	for key, files := range by {
		if len(files) > 0 {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
