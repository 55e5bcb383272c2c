package installation

import (
	"crypto/x509"
	"fmt"
	"os"

	"github.com/daypass/daypass/internal/oidc"
)

// setFetch sets how the documents of issuers are got, unless that is given.
func (cfg *Config) setFetch() error {
	roots, err := authorities(cfg.CABundle)
	if err != nil {
		return err
	}
	if cfg.FetchOIDC == nil {
		f := &oidc.Fetcher{Roots: roots, Private: cfg.PrivateIssuers}
		cfg.FetchOIDC = f.Fetch
		if cfg.Thumbprint == nil {
			cfg.Thumbprint = f.Thumbprint
		}
	}
	return nil
}

// authorities are the machine's and those of the file; nil, which is the
// machine's alone, without one.
func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading --ca-bundle: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a machine without any
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--ca-bundle %s holds no certificate in PEM", file)
	}
	return pool, nil
}
