package credentials

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Credentials are what requests are signed with. They print as their access key
// id.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string    // empty for long-term keys
	Expires         time.Time // zero: they do not expire
	Account         string    // the account they belong to, where the source says so
	Source          string    // where they come from, for people: "environment", "profile build", …
}

// Expired reports whether the credentials are of no use at now.
func (c Credentials) Expired(now time.Time) bool {
	return !c.Expires.IsZero() && !now.Before(c.Expires)
}

// String returns the access key id.
func (c Credentials) String() string { return c.AccessKeyID }

// GoString returns the access key id.
func (c Credentials) GoString() string { return c.AccessKeyID }

// Format writes the access key id, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { f.Write([]byte(c.AccessKeyID)) }

// LogValue returns the access key id.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.AccessKeyID) }

// MarshalText returns the access key id: credentials that are meant to be stored
// are stored field by field.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.AccessKeyID), nil }

// check refuses what nobody can sign with.
func (c Credentials) check() error {
	switch {
	case c.AccessKeyID == "":
		return errors.New("no access key id")
	case c.SecretAccessKey == "":
		return errors.New("no secret access key")
	}
	return nil
}

// A Provider answers credentials. It is called for each request that is signed,
// by many goroutines at once; one that takes time belongs behind [NewCache].
type Provider interface {
	Retrieve(ctx context.Context) (Credentials, error)
}

// ProviderFunc is a function that is a [Provider].
type ProviderFunc func(ctx context.Context) (Credentials, error)

// Retrieve calls f.
func (f ProviderFunc) Retrieve(ctx context.Context) (Credentials, error) { return f(ctx) }

// ErrNotFound says that a source has no credentials: nothing is configured there.
var ErrNotFound = errors.New("no credentials found")

// notFound is ErrNotFound with a reason.
func notFound(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotFound, fmt.Sprintf(format, args...))
}

// Static returns a provider of fixed credentials. token is empty for long-term
// keys. Credentials without key id or secret are an error at each use.
func Static(accessKeyID, secretAccessKey, token string) Provider {
	return Fixed(Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secretAccessKey, SessionToken: token, Source: "static"})
}

// Fixed returns a provider that answers c, until it expires if it does.
func Fixed(c Credentials) Provider {
	// A function, since what prints a struct would also print what it holds.
	return ProviderFunc(func(context.Context) (Credentials, error) {
		if err := c.check(); err != nil {
			return Credentials{}, fmt.Errorf("static credentials: %w", err)
		}
		return c, nil
	})
}

// Chain asks its providers in turn and answers the first credentials. A provider
// that fails otherwise than with [ErrNotFound] ends the search with its error.
type Chain []Provider

// Retrieve answers credentials of the first provider that has some.
func (c Chain) Retrieve(ctx context.Context) (Credentials, error) {
	var none []error
	for _, p := range c {
		got, err := p.Retrieve(ctx)
		if err == nil || !errors.Is(err, ErrNotFound) {
			return got, err
		}
		none = append(none, err)
	}
	if len(none) == 0 {
		return Credentials{}, ErrNotFound
	}
	return Credentials{}, errors.Join(none...)
}
