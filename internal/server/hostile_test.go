package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
)

// raw sends bytes as they are and returns the answer.
func raw(t *testing.T, s *daypasstest.Server, request string) (status int, header http.Header, body string) {
	t.Helper()
	c, err := net.DialTimeout("tcp", strings.TrimPrefix(s.URL, "http://"), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	go func() { _, _ = io.WriteString(c, request) }()
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%.80q: %v", request, err)
	}
	defer r.Body.Close()
	text, _ := io.ReadAll(r.Body)
	return r.StatusCode, r.Header, string(text)
}

func post(body string, headers ...string) string {
	return "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
		strings.Join(append(headers, ""), "\r\n") + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

func get(target string, headers ...string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + strings.Join(append(headers, ""), "\r\n") + "\r\n"
}

const whoami = "Action=GetCallerIdentity&Version=2011-06-15"

func TestHostileRequestsGetTheProtocolsAnswer(t *testing.T) {
	s := daypasstest.New(t)
	auth := "Authorization: AWS4-HMAC-SHA256 "
	for _, tt := range []struct {
		name    string
		request string
		status  int
		want    string // in the body; "" wants an empty body
	}{
		{"bare GET", get("/"), 302, ""},
		{"HEAD", strings.Replace(get("/"), "GET", "HEAD", 1), 302, ""},
		{"DELETE", strings.Replace(get("/?"+whoami), "GET", "DELETE", 1), 302, ""},
		{"a made-up method", strings.Replace(get("/?"+whoami), "GET", "BREW", 1), 302, ""},
		{"a path above the root", get("/../?" + whoami), 400, ""},
		{"a path above the root, escaped", get("/%2e%2e/?" + whoami), 400, ""},
		{"GET without an action", get("/?Version=2011-06-15"), 400, "Could not find operation NO_ACTION_SPECIFIED for version 2011-06-15"},
		{"GET without a version", get("/?Action=GetCallerIdentity"), 400, "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"},
		{"action in another case", get("/?Action=getcalleridentity&Version=2011-06-15"), 400, "<Code>InvalidAction</Code>"},
		{"markup in the action", get("/?Action=%3Cb%3E%26&Version=2011-06-15"), 400, "Could not find operation &lt;b&gt;&amp; for"},
		{"NUL in the action", get("/?Action=%00&Version=2011-06-15"), 400, "<Code>InvalidAction</Code>"},
		{"unsigned", get("/?" + whoami), 403, "<Code>MissingAuthenticationToken</Code>"},
		{"unsigned, the slashes of Vault", get("//?" + whoami), 403, "<Code>MissingAuthenticationToken</Code>"},
		{"another scheme", post(whoami, "Authorization: Bearer abc"), 400, "Unsupported AWS 'algorithm': 'Bearer'."},
		{"an empty scheme", post(whoami, "Authorization: "+strings.Repeat(" ", 3)), 400, "Unsupported AWS 'algorithm': ''."},
		{"no parts", post(whoami, auth), 400, "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."},
		{"a part without an equals sign", post(whoami, auth+"x"), 400, "not a valid key=value pair"},
		{"header and query", strings.Replace(post(whoami, auth+"x"), "POST / ", "POST /?X-Amz-Algorithm=AWS4-HMAC-SHA256 ", 1), 403, "<Code>SignatureDoesNotMatch</Code>"},
		{"a bad escape in the query", get("/?" + whoami + "&x=%zz"), 400, "Illegal hex character in escape % pattern: %zz"},
		{"a JSON body", strings.Replace(post("{}"), "x-www-form-urlencoded", "json", 1), 403, "<html>"},
		{"a body that is no text", post("Action=\xff\xfe&Version=2011-06-15"), 400, "<Code>MalformedInput</Code>"},
		{"too many parameters", post(whoami + strings.Repeat("&a=b", 10_001)), 400, "<Code>MalformedInput</Code>"},
		{"a body over the limit", post(whoami + "&x=" + strings.Repeat("a", 1<<20)), 413, "<Code>RequestEntityTooLarge</Code>"},
		{"a header over the limit", post(whoami, "X-Long: "+strings.Repeat("a", 1<<21)), 431, "Request Header Fields Too Large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, header, body := raw(t, s, tt.request)
			if status != tt.status || (tt.want == "") != (body == "") || !strings.Contains(body, tt.want) {
				t.Errorf("got %d %q, want %d with %q", status, body, tt.status, tt.want)
			}
			if status != 431 && header.Get("x-amzn-RequestId") == "" {
				t.Error("no request id")
			}
		})
	}
}

func TestCORS(t *testing.T) {
	s := daypasstest.New(t)
	preflight := "OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: https://app.example.com\r\n" +
		"Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization,x-amz-date\r\n\r\n"
	status, header, _ := raw(t, s, preflight)
	if status != 200 || header.Get("Access-Control-Allow-Origin") != "*" || header.Get("Access-Control-Allow-Headers") != "authorization,x-amz-date" ||
		header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("preflight: %d %v", status, header)
	}
	if a := s.Call(s.Root, "sts", "GetCallerIdentity"); a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("STS answer: %v", a.Header)
	}
	if a := s.Call(s.Root, "iam", "ListUsers"); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("IAM answer: %v", a.Header)
	}
}

func TestAnswersAreExactlyTyped(t *testing.T) {
	s := daypasstest.New(t)
	a := s.Call(s.Root, "sts", "GetCallerIdentity")
	if got := a.Header.Get("Content-Type"); got != "text/xml" {
		t.Errorf("Content-Type %q, want text/xml exactly", got)
	}
	if id := a.Header.Get("x-amzn-RequestId"); id != a.Element("RequestId") || len(id) != 36 || id[14] != '4' {
		t.Errorf("request id %q in the header, %q in the body", id, a.Element("RequestId"))
	}
}

func TestTheHostDecidesTheRegion(t *testing.T) {
	s := daypasstest.New(t)
	for host, want := range map[string]string{
		"sts.eu-west-1.amazonaws.com": "Credential should be scoped to a valid region. ",
		"sts.us-east-1.amazonaws.com": "",
		"sts.amazonaws.com":           "",
	} {
		a := s.Send(signedFor(t, s, host))
		if got := a.Element("Message"); got != want {
			t.Errorf("signed for us-east-1, sent to %s: %q, want %q", host, got, want)
		}
	}
}

func TestTheGlobalEndpointLacksRegionalActions(t *testing.T) {
	s := daypasstest.New(t)
	for host, want := range map[string]string{"sts.amazonaws.com": "Unknown Operation", "sts.us-east-1.amazonaws.com": "Request is missing Authentication Token"} {
		for _, action := range []string{"AssumeRoot", "GetWebIdentityToken"} {
			_, _, body := raw(t, s, strings.Replace(get("/?Action="+action+"&Version=2011-06-15"), "Host: x", "Host: "+host, 1))
			if !strings.Contains(body, "<Message>"+want+"</Message>") {
				t.Errorf("%s on %s: %s, want %s", action, host, body, want)
			}
		}
	}
}
