package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/sigv4"
)

// Service is an API: its name and version on the wire and its actions.
type Service struct {
	API query.API

	// Echo has validation errors repeat the offending value: STS does, IAM
	// does not.
	Echo bool

	// Global has requests signed for the partition's global Region accepted
	// beside the endpoint's own, as for IAM, whose clients sign for it.
	Global bool

	// Explain has a denial say why, as IAM's do; STS says only that.
	Explain bool

	// Admit refuses a kind of caller, before anything of the request is
	// validated. Optional.
	Admit func(*Call) error

	actions map[string]Handler
}

// Register adds actions. It panics when one is not whole or is there already:
// the mistake is in the program.
func (s *Service) Register(handlers ...Handler) {
	if s.actions == nil {
		s.actions = make(map[string]Handler, len(handlers))
	}
	for _, h := range handlers {
		if !h.complete() {
			panic(fmt.Sprintf("pipeline: action %q lacks a name, Asks or Do", h.action()))
		}
		if s.actions[h.action()] != nil {
			panic(fmt.Sprintf("pipeline: action %q is registered twice", h.action()))
		}
		s.actions[h.action()] = h
	}
}

// Names returns the names of the service's actions, sorted.
func (s *Service) Names() []string {
	var names []string
	for name := range s.actions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Has reports whether the service has the action.
func (s *Service) Has(action string) bool { return s.actions[action] != nil }

// Pipeline carries out calls.
type Pipeline struct {
	DB    *store.DB
	Authn *authn.Authenticator
	Authz *authz.Authorizer
	Spool *spool.Spool // takes the records

	// HideTokens keeps the session tokens that are issued out of the records.
	HideTokens bool

	unrecorded bool // set by a benchmark alone: nothing is recorded
}

// Run carries out the call, records it, and returns its output struct.
// c.Service and c.Action must name an action that is there.
func (p *Pipeline) Run(c *Call) (any, error) {
	h := c.Service.actions[c.Action]
	out, err := p.carryOut(c, h)
	if unrecorded := p.record(c, h, out, err); unrecorded != nil {
		return nil, awserr.Unavailable(unrecorded)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (p *Pipeline) carryOut(c *Call, h Handler) (out any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
		if errors.Is(err, store.ErrUnavailable) || errors.Is(err, spool.ErrUnavailable) {
			err = awserr.Unavailable(err)
		}
	}()
	if h.regional() && endpoint.IsGlobalSTS(c.HTTP.Host) {
		return nil, awserr.New(http.StatusBadRequest, "InvalidAction", "Unknown Operation")
	}
	if !h.unsigned() {
		if err := p.authenticate(c); err != nil {
			return nil, err
		}
		if c.Service.Admit != nil {
			if err := c.Service.Admit(c); err != nil {
				return nil, err
			}
		}
	}
	in, err := h.decode(c)
	if err != nil {
		return nil, err
	}
	c.in = in
	if !h.readOnly() {
		check := p.Spool.Check
		if h.makesRoom() {
			check = p.Spool.CheckReserve
		}
		if err := check(); err != nil {
			return nil, err // before anything is done that could not be recorded
		}
	}
	if h.waits() {
		_, err := p.inTx(c, ReadTx, func() (any, error) { return nil, p.permit(c, h, in) })
		if err == nil {
			err = h.ahead(c, in)
		}
		if err != nil {
			return nil, err
		}
	}
	return p.inTx(c, h.tx(), func() (any, error) {
		if err := p.permit(c, h, in); err != nil {
			return nil, err
		}
		return h.do(c, in)
	})
}

// permit makes the action's own checks and answers its questions.
func (p *Pipeline) permit(c *Call, h Handler, in any) error {
	c.permitted = false
	if err := h.check(c, in); err != nil {
		return err
	}
	questions, err := h.asks(c, in)
	if err != nil {
		return err
	}
	for i := range questions {
		if err := p.authorize(c, &questions[i]); err != nil {
			return err
		}
	}
	c.permitted = true
	return nil
}

// scope is what signatures of the call must be for.
func (c *Call) scope(s *Service) sigv4.Scope {
	scope := sigv4.Scope{Service: s.API.Name, Regions: []string{c.Region}}
	if s.Global {
		scope.Regions = append(scope.Regions, endpoint.PartitionOf(c.Region).Global)
	}
	if s.API.SpeaksJSON() {
		scope.Headers = targetHeader // it says what is asked for, as the body does elsewhere
	}
	return scope
}

// Claimed reports whether the call, whose body has not been read, claims to be
// one to the service of somebody who has credentials. It proves nothing.
func (p *Pipeline) Claimed(c *Call, s *Service) bool {
	return p.Authn.Claimed(c.Ctx, c.HTTP, c.scope(s), c.Now)
}

func (p *Pipeline) authenticate(c *Call) (err error) {
	c.Caller, err = p.Authn.Authenticate(c.Ctx, c.HTTP, c.BodyHash, c.scope(c.Service), c.Now)
	if refusal, ok := errors.AsType[*sigv4.Error](err); ok {
		return &awserr.Error{Code: refusal.Code, Status: refusal.Status, Message: refusal.Message, Err: err}
	}
	if err != nil {
		return err
	}
	c.Account = c.Caller.Account
	p.markUsed(c)
	return nil
}

var targetHeader = []string{"x-amz-target"}

// markUsed notes the use of a long-term key, or of the role behind a session.
func (p *Pipeline) markUsed(c *Call) {
	use := iam.Use{Account: c.Account, ID: c.Caller.AccessKeyID, At: c.Now, Region: c.Region, Service: c.Service.API.Name}
	switch s := c.Caller.Session; {
	case s != nil && s.Kind == session.Role:
		use.ID, use.Service = s.EntityID, ""
	case s != nil:
		return
	}
	p.DB.MarkUsed(use)
}

// authorize decides one question and turns a denial into the sentence of the
// protocol.
func (p *Pipeline) authorize(c *Call, q *authz.Question) error {
	if c.Caller == nil {
		return fmt.Errorf("action %s asks for %s without a caller", c.Action, q.Action)
	}
	d, err := p.Authz.Decide(c.Ctx, c.Caller, c.Keys(), q)
	if err != nil {
		return fmt.Errorf("deciding %s on %s: %w", q.Action, q.Resource, err)
	}
	if d.Allowed() {
		return nil
	}
	c.Denied = &d
	return p.Authz.Refusal(c.Caller, c.Keys(), q, d, c.Service.Explain, c.Now)
}

// Keys returns the condition keys that hold for the whole request.
func (c *Call) Keys() *policy.Context {
	if c.keys == nil {
		c.keys = authz.RequestKeys(c.Caller, authz.Request{
			Now: c.Now, SourceIP: c.SourceIP, Secure: c.Secure, Region: c.Region,
			UserAgent: c.HTTP.UserAgent(), Referer: c.HTTP.Referer(), MFA: c.MFA,
		})
	}
	return c.keys
}

func (p *Pipeline) inTx(c *Call, mode TxMode, f func() (any, error)) (out any, err error) {
	var refusal error
	run := func(tx *store.Tx) (err error) {
		c.Tx = tx
		defer func() { c.Tx = nil }()
		refusal = nil
		out, err = f()
		if kept, ok := errors.AsType[*keptError](err); ok {
			refusal, err = kept.error, nil
		}
		return err
	}
	switch mode {
	case ReadTx:
		err = p.DB.View(c.Ctx, run)
	case WriteTx:
		err = p.DB.Update(c.Ctx, run)
	default:
		return f()
	}
	if err = cmp.Or(err, refusal); err != nil {
		return nil, err
	}
	return out, nil
}

// Kept makes a refusal of an action in [WriteTx] that keeps what the action wrote
// before it, such as the count of wrong codes.
func Kept(refusal error) error { return &keptError{refusal} }

type keptError struct{ error }

func (e *keptError) Unwrap() error { return e.error }

// NoSuchAction is the refusal of an action or version that no service has.
func NoSuchAction(action, version string) error {
	if action == "" {
		action = "NO_ACTION_SPECIFIED"
	}
	if version == "" {
		version = "NO_VERSION_SPECIFIED"
	}
	return awserr.New(http.StatusBadRequest, "InvalidAction", "Could not find operation %s for version %s", action, version)
}
