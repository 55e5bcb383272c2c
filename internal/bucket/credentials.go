package bucket

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/daypass/daypass/awscredentials"
	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/sts"
)

// source finds credentials where AWS's tools look for them ([sts.Load]): in the
// environment, in the profile AWS_PROFILE of the shared files with all that it
// may say, from the container's agent or the instance. Those that do not expire
// are looked for again from time to time, so that what is replaced in a file is
// used. It is safe for concurrent use.
type source struct {
	env func(string) (string, bool)

	mu    sync.Mutex
	found credentials.Provider // nil to look again; guarded by mu
}

const (
	rereadAfter = time.Minute      // how long credentials that do not expire are used
	firstTime   = 10 * time.Second // to get the first ones
)

func newSource(env func(string) (string, bool)) *source {
	if env == nil {
		env = os.LookupEnv
	}
	return &source{env: env}
}

var errNoCredentials = errors.New("no credentials for the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE and AWS_SHARED_CREDENTIALS_FILE, in the environment of the service")

// isAway reports whether it is a service that gives no credentials now, and not
// the settings that are wrong.
func isAway(err error) bool {
	_, refused := errors.AsType[*sts.APIError](err)
	_, unreachable := errors.AsType[*url.Error](err)
	return refused || unreachable || errors.Is(err, context.DeadlineExceeded)
}

// Retrieve implements [aws.CredentialsProvider]. Its errors name files and
// profiles, and nothing that is in them.
func (s *source) Retrieve(ctx context.Context) (aws.Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.found == nil {
		cfg, err := sts.Load(sts.LoadOptions{NoInstanceRegion: true, Getenv: func(name string) string { v, _ := s.env(name); return v }})
		if err != nil {
			return aws.Credentials{}, fmt.Errorf("looking for the credentials for the bucket: %w", err)
		}
		s.found = cfg.Credentials
	}
	c, err := awscredentials.ToAWS(s.found).Retrieve(ctx)
	if errors.Is(err, credentials.ErrNotFound) {
		err = errNoCredentials
	}
	if err != nil || !c.CanExpire {
		s.found = nil
	}
	if err == nil && !c.CanExpire {
		c.CanExpire, c.Expires = true, time.Now().Add(rereadAfter)
	}
	return c, err
}
