package sts

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/daypass/daypass/credentials"
)

const (
	testKey    = "ASIARZPUZDIKEXAMPLE0"
	testSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" // published with the specification; opens nothing
	testToken  = "IQoJb3JpZ2luX2VjEXAMPLE/+=="
)

// transport answers requests without a network.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	return t(r)
}

// answer makes a response; headers are names and values in turn.
func answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{"Content-Type": {"text/xml"}}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Header: h,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

const identityXML = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::123456789012:user/R&amp;D</Arn><UserId>AIDARZPUZDIKEXAMPLE01</UserId><Account>123456789012</Account>
    <Newer><Deep>x</Deep></Newer>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`

func refusalXML(code string) string {
	return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>` + code + `</Code>
    <Message>the message</Message>
  </Error>
  <RequestId>26603485-0bd5-11ea-a642-b7dfa91cf04b</RequestId>
</ErrorResponse>
`
}

// client makes a client whose requests t answers.
func client(tb testing.TB, t transport, change ...func(*Config)) *Client {
	tb.Helper()
	cfg := Config{Region: "eu-west-1", Credentials: credentials.Static(testKey, testSecret, testToken), HTTPClient: &http.Client{Transport: t}}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func bodyOf(tb testing.TB, r *http.Request) string {
	tb.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return string(body)
}
