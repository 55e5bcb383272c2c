package stscli

import (
	"errors"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/internal/rolecache"
	"github.com/daypass/daypass/sts"
)

// keeper has the roles of profiles kept between runs, and knows which those were.
type keeper struct {
	roles *rolecache.Dir // nil: nothing is kept
	ids   []string
}

func (k *keeper) keep(id string, role credentials.Provider) credentials.Provider {
	if k.roles == nil {
		return role
	}
	k.ids = append(k.ids, id)
	return k.roles.Keep(id, role)
}

// forget drops what was kept when a service no longer knows it, as one that was set up
// anew. It reports whether another attempt may go better.
func (k *keeper) forget(err error) bool {
	refusal, ok := errors.AsType[*sts.APIError](err)
	if !ok || refusal.Code != "InvalidClientTokenId" && refusal.Code != "ExpiredToken" {
		return false
	}
	again := false
	for _, id := range k.ids {
		again = k.roles.Forget(id) || again
	}
	return again
}
