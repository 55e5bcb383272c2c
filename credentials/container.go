package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"
)

// ContainerOptions are the options of [Container].
type ContainerOptions struct {
	Getenv     func(string) string // os.Getenv when nil
	HTTPClient *http.Client        // the default uses no proxy
}

// Container returns a provider that asks the endpoint which a container's
// environment names: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI at 169.254.170.2, or
// AWS_CONTAINER_CREDENTIALS_FULL_URI. The request carries what
// AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE holds, or AWS_CONTAINER_AUTHORIZATION_TOKEN.
//
// Plain HTTP is for this machine and the addresses of AWS's agents alone:
// localhost and loopback addresses, 169.254.170.2, 169.254.170.23 and fd00:ec2::23.
// No name but localhost counts as one of them, whatever it resolves to.
func Container(opts ContainerOptions) Provider {
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	return &container{opts.Getenv, localClient(opts.HTTPClient)}
}

type container struct {
	get  func(string) string
	http *http.Client
}

func (c *container) Retrieve(ctx context.Context) (Credentials, error) {
	endpoint, err := containerURL(c.get)
	if err != nil {
		return Credentials{}, err
	}
	got, err := c.ask(ctx, endpoint)
	if err != nil {
		return Credentials{}, fmt.Errorf("container credentials: %w", err)
	}
	return got, nil
}

func (c *container) ask(ctx context.Context, endpoint string) (Credentials, error) {
	token, err := c.token()
	if err != nil {
		return Credentials{}, err
	}
	body, err := fetch(ctx, c.http, 5*time.Second, func(ctx context.Context) (*http.Request, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
		if err == nil && token != "" {
			r.Header.Set("Authorization", token)
		}
		return r, err
	})
	if err != nil {
		return Credentials{}, err
	}
	var doc document
	if err := json.Unmarshal(body, &doc); err != nil {
		return Credentials{}, errors.New("the answer is not a JSON object")
	}
	return doc.credentials(doc.Token, "container")
}

// token is read anew each time: agents rotate the file.
func (c *container) token() (string, error) {
	token := c.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if path := c.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("authorization token: %w", err)
		}
		token = string(data)
	}
	if strings.ContainsAny(token, "\r\n") {
		return "", errors.New("the authorization token has a line break")
	}
	return token, nil
}

// containerURL returns the endpoint that the environment names.
func containerURL(get func(string) string) (string, error) {
	if relative := get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); relative != "" {
		if relative[0] != '/' {
			return "", errors.New("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash")
		}
		return "http://169.254.170.2" + relative, nil
	}
	full := get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	if full == "" {
		return "", notFound("not in a container")
	}
	u, err := url.Parse(full)
	switch {
	case err != nil || u.Host == "":
		return "", errors.New("AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL")
	case u.Scheme == "https", u.Scheme == "http" && isAgent(u.Hostname()):
		return full, nil
	}
	return "", errors.New("AWS_CONTAINER_CREDENTIALS_FULL_URI is plain HTTP to a host that is not this machine")
}

// agents are the addresses of AWS's credential agents.
var agents = map[netip.Addr]bool{
	netip.MustParseAddr("169.254.170.2"):  true, // ECS
	netip.MustParseAddr("169.254.170.23"): true, // EKS
	netip.MustParseAddr("fd00:ec2::23"):   true,
}

func isAgent(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && (addr.Unmap().IsLoopback() || agents[addr.Unmap()])
}
