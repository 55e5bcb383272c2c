// Package trailsvc is CloudTrail: the actions that say which records go to which
// bucket, and those that look records up, in the terms of package pipeline.
//
// A trail is addressed by its name, in the Region called, or by its ARN. It has
// a home, the Region where it was made, and can be changed only there; one that
// logs all Regions is seen in the others too, as their shadow trail. What
// actions about one trail share is in [read] and [change]; a caller is told
// that there is none only after it is known that he may ask.
//
// The package says what is to be delivered and how that fares. Delivering is
// the work of others.
package trailsvc

import (
	"context"

	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
)

// Config is what the service works with.
type Config struct {
	DB *store.DB

	// CheckBucket tries whether records of a trail of the account can be put into
	// a bucket, under a prefix, encrypted under the key of an ARN if there is one.
	// Its errors are bucket.ErrNoSuchBucket, bucket.ErrDenied and bucket.ErrKey;
	// any other says that it is not to be known now. nil is for an installation
	// that has no bucket at all, and takes any.
	CheckBucket func(ctx context.Context, bucket, prefix, account, key string) error

	// Events finds events; history.ErrToken refuses a token that is not of the
	// query. nil finds none.
	Events func(context.Context, history.Query) (history.Page, error)
}

type service struct{ Config }

// New returns the service with all of its actions.
func New(cfg Config) *pipeline.Service {
	s := &service{cfg}
	p := &pipeline.Service{API: query.CloudTrail, Echo: true, Explain: true}
	p.Register(s.trailActions()...)
	p.Register(loggingActions()...)
	p.Register(selectorActions()...)
	p.Register(tagActions()...)
	p.Register(s.eventActions()...)
	return p
}
