package sts

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/daypass/daypass/sigv4"
)

// PresignOptions are the options of [Client.PresignGetCallerIdentity].
type PresignOptions struct {
	// Header are headers that are signed too: whoever uses the URL must send them,
	// and who receives it can tell by them what it was made for, as a Kubernetes
	// cluster does by X-K8s-Aws-Id.
	Header http.Header

	// Expires is written into the URL, in whole seconds; zero leaves it out. The
	// service does not look at it: a URL is good for 15 minutes.
	Expires time.Duration
}

// Presigned is a request that anybody can send and that says who made it.
type Presigned struct {
	URL    string
	Method string      // GET
	Header http.Header // must be sent as they are
	Until  time.Time   // when the service stops to accept it
}

// presignedFor is how long STS accepts a presigned request.
const presignedFor = 15 * time.Minute

// PresignGetCallerIdentity returns a request for GetCallerIdentity that is signed
// but not sent: a proof of who made it, which another party checks by sending it.
// Nothing else can be done with it.
//
// The proof is good for whoever gets hold of it. A party that accepts such proofs
// should ask for a header that names it, and insist on it.
func (c *Client) PresignGetCallerIdentity(ctx context.Context, opts PresignOptions) (Presigned, error) {
	const op = "GetCallerIdentity"
	if opts.Expires < 0 || opts.Expires > 7*24*time.Hour {
		return Presigned{}, fmt.Errorf("sts: presigning %s: Expires is at most seven days", op)
	}
	keys, err := c.retrieve(ctx)
	if err != nil {
		return Presigned{}, fmt.Errorf("sts: presigning %s: %w", op, err)
	}
	u := *c.endpoint
	u.RawQuery = url.Values{"Action": {op}, "Version": {apiVersion}}.Encode()
	r := &http.Request{Method: http.MethodGet, URL: &u, Header: make(http.Header)}
	for key, values := range opts.Header {
		for _, v := range values {
			r.Header.Add(key, v)
		}
	}
	now := c.now()
	signed := sigv4.Presign(r.WithContext(ctx), keys, c.region, service, now, opts.Expires, sha256.Sum256(nil))
	return Presigned{URL: signed, Method: r.Method, Header: r.Header, Until: now.Truncate(time.Second).Add(presignedFor)}, nil
}
