package credentials

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// InstanceOptions are the options of [Instance].
type InstanceOptions struct {
	Getenv     func(string) string // os.Getenv when nil
	HTTPClient *http.Client        // the default uses no proxy
	Timeout    time.Duration       // for each of at most three tries of a request: a second when zero
}

// Instance returns a provider that asks the metadata service of an EC2 instance for
// the credentials of its role, by version 2 of its protocol only. Where no such
// service answers, or the instance has no role, it has nothing.
//
// AWS_EC2_METADATA_DISABLED=true turns it off; AWS_EC2_METADATA_SERVICE_ENDPOINT
// and AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE (IPv4, IPv6) say where it is.
func Instance(opts InstanceOptions) Provider {
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	return &instance{opts.Getenv, localClient(opts.HTTPClient), cmp.Or(opts.Timeout, time.Second)}
}

type instance struct {
	get     func(string) string
	http    *http.Client
	timeout time.Duration
}

const rolePath = "/latest/meta-data/iam/security-credentials/"

// switchedOff are the answers of a metadata service that is not for this machine,
// and of what else may be at its address.
var switchedOff = []int{http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed}

func (i *instance) Retrieve(ctx context.Context) (Credentials, error) {
	endpoint, err := i.endpoint()
	if err != nil {
		return Credentials{}, err
	}
	token, err := i.ask(ctx, http.MethodPut, endpoint+"/latest/api/token", "X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")
	if status, ok := errors.AsType[*statusError](err); err != nil && !ok {
		return Credentials{}, notFound("no instance metadata: %v", err)
	} else if ok && slices.Contains(switchedOff, status.status) {
		return Credentials{}, notFound("no instance metadata: %v", status)
	} else if ok {
		return Credentials{}, fmt.Errorf("instance metadata: token: %w", status)
	}
	const header = "X-Aws-Ec2-Metadata-Token"
	roles, err := i.ask(ctx, http.MethodGet, endpoint+rolePath, header, string(token))
	if status, ok := errors.AsType[*statusError](err); ok && status.status == http.StatusNotFound {
		return Credentials{}, notFound("the instance has no role")
	}
	if err != nil {
		return Credentials{}, fmt.Errorf("instance metadata: role: %w", err)
	}
	role, _, _ := strings.Cut(strings.TrimSpace(string(roles)), "\n")
	body, err := i.ask(ctx, http.MethodGet, endpoint+rolePath+url.PathEscape(strings.TrimSpace(role)), header, string(token))
	if err != nil {
		return Credentials{}, fmt.Errorf("instance metadata: credentials: %w", err)
	}
	var doc struct {
		Code string
		document
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return Credentials{}, errors.New("instance metadata: the answer is not a JSON object")
	}
	if doc.Code != "" && doc.Code != "Success" {
		return Credentials{}, fmt.Errorf("instance metadata: %.100s", doc.Code)
	}
	return doc.credentials(doc.Token, "instance")
}

func (i *instance) endpoint() (string, error) {
	if strings.EqualFold(i.get("AWS_EC2_METADATA_DISABLED"), "true") {
		return "", notFound("instance metadata is disabled")
	}
	if e := i.get("AWS_EC2_METADATA_SERVICE_ENDPOINT"); e != "" {
		u, err := url.Parse(e)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return "", errors.New("AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL")
		}
		return strings.TrimSuffix(e, "/"), nil
	}
	switch mode := strings.ToLower(i.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")); mode {
	case "", "ipv4":
		return "http://169.254.169.254", nil
	case "ipv6":
		return "http://[fd00:ec2::254]", nil
	default:
		return "", fmt.Errorf("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is %q, not IPv4 or IPv6", mode)
	}
}

func (i *instance) ask(ctx context.Context, method, url, header, value string) ([]byte, error) {
	return fetch(ctx, i.http, i.timeout, func(ctx context.Context) (*http.Request, error) {
		r, err := http.NewRequestWithContext(ctx, method, url, nil)
		if err == nil {
			r.Header.Set(header, value)
		}
		return r, err
	})
}
