package pipeline

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/trail"
	"github.com/daypass/daypass/policy"
)

// Call is one request on its way through the pipeline. The edge fills the first
// part, the pipeline the second.
type Call struct {
	Ctx       context.Context
	Now       time.Time
	RequestID string
	Region    string // of the endpoint that was called
	Partition string
	HTTP      *http.Request // head only: the body has been read
	BodyHash  [32]byte      // SHA-256 of the body
	Form      *query.Form   // the parameters, of a service that speaks Query
	Body      []byte        // the parameters, of a service that speaks JSON 1.1; valid while the call is carried out
	SourceIP  netip.Addr
	Secure    bool // arrived over TLS

	Service *Service
	Action  string           // as asked for
	Caller  *authn.Caller    // nil until authenticated, and in unsigned actions
	Vouched *trail.Vouched   // who called instead; set by an unsigned action's Do, once it is proved
	Account string           // the caller's account, or that of the role that is vouched for; "" without
	MFA     bool             // the call came with a code of the caller's MFA device; set by Check
	Tx      *store.Tx        // open as the action's TxMode says
	Found   any              // by the action's Ahead, for its Do
	Denied  *policy.Decision // the decision that refused the call, for the record
	keys    *policy.Context

	in        any // the parameters, once they are decoded
	resources []trail.Resource
	permitted bool // the caller may do this
}

// About names what the call is about, for its record.
func (c *Call) About(resources ...trail.Resource) { c.resources = resources }
