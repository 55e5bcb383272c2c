package process

import (
	"context"
	"crypto/sha256"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/daypass/daypass/sigv4"
)

// Answer is what came back of a call.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// OK reports whether the call succeeded.
func (a Answer) OK() bool { return a.Status == http.StatusOK }

// Text returns the text of the first element of a name, "" when there is none.
func (a Answer) Text(element string) string {
	_, rest, _ := strings.Cut(a.Body, "<"+element+">")
	text, _, _ := strings.Cut(rest, "<")
	return html.UnescapeString(text)
}

// Credentials returns those that the answer holds.
func (a Answer) Credentials() sigv4.Credentials {
	return sigv4.Credentials{
		AccessKeyID: a.Text("AccessKeyId"), SecretAccessKey: a.Text("SecretAccessKey"), SessionToken: a.Text("SessionToken"),
	}
}

var versions = map[string]string{"sts": "2011-06-15", "iam": "2010-05-08"}

// Call makes one signed call of an STS or IAM action, with pairs of parameter
// name and value. The error is of the connection; a refusal is an Answer.
func Call(ctx context.Context, client *http.Client, endpoint string, as sigv4.Credentials, service, action string, params ...string) (Answer, error) {
	form := url.Values{"Action": {action}, "Version": {versions[service]}}
	for i := 0; i+1 < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	body := form.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/", strings.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sigv4.Sign(r, sha256.Sum256([]byte(body)), as, "us-east-1", service, time.Now())
	response, err := client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return Answer{Status: response.StatusCode, Header: response.Header, Body: string(text)}, err
}
