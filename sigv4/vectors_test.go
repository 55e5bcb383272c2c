package sigv4_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/daypass/daypass/sigv4"
)

// vectors is a file of signed requests, made by others.
type vectors struct {
	AccessKeyID, Secret, Region, Service, Time string
	Requests                                   []vector
}

type vector struct {
	Name, Method, Host, Target, Body string
	Headers                          [][2]string
	Service                          string // instead of the file's
	Token                            string // the one that Parse must find
	SignedHeaders, Signature         string // when Headers has no Authorization
	Mismatch                         bool   // must not verify
}

func readVectors(t *testing.T, file string) (v vectors) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *vectors) request(t *testing.T, x vector) *http.Request {
	t.Helper()
	var headers []string
	for _, h := range x.Headers {
		headers = append(headers, h[0]+": "+h[1])
	}
	if x.Signature != "" {
		headers = append(headers, fmt.Sprintf("Authorization: AWS4-HMAC-SHA256 Credential=%s/%s/%s/%s/aws4_request, SignedHeaders=%s, Signature=%s",
			v.AccessKeyID, v.Time[:8], v.Region, cmp.Or(x.Service, v.Service), x.SignedHeaders, x.Signature))
	}
	return newRequest(t, x.Method, x.Target, x.Host, x.Body, headers...)
}

// TestVectors: what others signed, we verify.
func TestVectors(t *testing.T) {
	for _, file := range []string{"published.json", "botocore.json"} {
		v := readVectors(t, file)
		now, err := time.Parse("20060102T150405Z", v.Time)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range v.Requests {
			t.Run(file+"/"+x.Name, func(t *testing.T) {
				r := v.request(t, x)
				hash := sha256.Sum256([]byte(x.Body))
				s, err := sigv4.Parse(r)
				if err != nil {
					t.Fatalf("Parse: %v", err)
				}
				if err := s.Check(now, sigv4.Scope{Regions: []string{v.Region}, Service: cmp.Or(x.Service, v.Service)}); err != nil {
					t.Fatalf("Check: %v", err)
				}
				if s.AccessKeyID != v.AccessKeyID || s.Token != x.Token || !s.Time.Equal(now) {
					t.Errorf("claim = %q, token %q, time %v; want %q, %q, %v", s.AccessKeyID, s.Token, s.Time, v.AccessKeyID, x.Token, now)
				}
				key := sigv4.DeriveKey(v.Secret, s.ScopeDate, s.Region, s.Service)
				if err := s.Verify(r, key, hash); (err != nil) != x.Mismatch {
					t.Errorf("Verify = %v, want a mismatch: %t\n%s", err, x.Mismatch, s.Explain(r, hash))
				}
			})
		}
	}
}

// TestBotocoreStillSignsAsRecorded runs the generator again: the file is what
// it says it is.
func TestBotocoreStillSignsAsRecorded(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3: botocore.json is used as recorded, not made again")
	}
	if out, err := exec.Command(python, "-c", "import botocore").CombinedOutput(); err != nil {
		t.Skipf("no botocore: botocore.json is used as recorded, not made again (%s)", out)
	}
	got, err := exec.Command(python, "-B", "testdata/sign_with_botocore.py").Output()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/botocore.json")
	if err != nil {
		t.Fatal(err)
	}
	// The first lines name the version, which may differ where this runs.
	_, got, _ = bytes.Cut(got, []byte(`"requests"`))
	_, want, _ = bytes.Cut(want, []byte(`"requests"`))
	if !bytes.Equal(got, want) {
		t.Error("sign_with_botocore.py no longer writes testdata/botocore.json; has botocore changed how it signs?")
	}
}
