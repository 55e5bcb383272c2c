package stscli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/sts"
)

// explain tells why a call failed, as the AWS CLI does.
func explain(err error, endpoint string) error {
	if refusal, ok := errors.AsType[*sts.APIError](err); ok {
		return awsErrorf("An error occurred (%s) when calling the %s operation: %s", refusal.Code, refusal.Operation, refusal.Message)
	}
	if errors.Is(err, credentials.ErrNotFound) || errors.Is(err, sts.ErrNoCredentials) {
		return hintError(`Unable to locate credentials. You can configure credentials by running "aws configure".`)
	}
	if !strings.HasSuffix(endpoint, "/") {
		endpoint += "/"
	}
	dial, proxy := false, ""
	if op, ok := errors.AsType[*net.OpError](err); ok {
		dial = op.Op == "dial"
		if op.Op == "proxyconnect" {
			proxy = proxyOf(endpoint)
		}
	}
	timeout := errors.Is(err, context.DeadlineExceeded)
	if e, ok := errors.AsType[net.Error](err); ok {
		timeout = timeout || e.Timeout()
	}
	switch {
	case proxy != "":
		return awsErrorf("Failed to connect to proxy URL: \"%s\"", proxy)
	case isTLS(err):
		return fmt.Errorf("SSL validation failed for %s %w", endpoint, err)
	case timeout && dial:
		return awsErrorf("Connect timeout on endpoint URL: \"%s\"", endpoint)
	case timeout:
		return awsErrorf("Read timeout on endpoint URL: \"%s\"", endpoint)
	case dial:
		return awsErrorf("Could not connect to the endpoint URL: \"%s\"", endpoint)
	}
	return err
}

// proxyOf returns the proxy on the way to an endpoint, without a password.
func proxyOf(endpoint string) string {
	r, err := http.NewRequest(http.MethodPost, endpoint, nil)
	if err != nil {
		return ""
	}
	proxy, err := http.ProxyFromEnvironment(r)
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Redacted()
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.HostnameError](err)
	return ok || errors.Is(err, http.ErrSchemeMismatch) // what answers does not speak TLS
}

func isBrokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
