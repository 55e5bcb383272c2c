package authz

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/policy"
)

// An encoded authorization message tells, to those who may know, why a request
// was denied: DecodeAuthorizationMessage turns it into JSON (reference 7). It
// is URL-safe base64, without padding, of a message sealed for the purpose
// "authorization-message": JSON of a [sealed], deflated.

// MessageLifetime is how long a message can be decoded. The real service does
// not publish its own.
const MessageLifetime = 24 * time.Hour

// maxMessage is the longest encoded message, in characters: it travels in a
// header, and many peers take no line of more than 8 KiB. A longer one is made
// again without the request's conditions, and given up when still too long.
const maxMessage = 4096

// padding is what the deflated message is rounded up to, in bytes.
const padding = 768

const messagePurpose = "authorization-message"

// ErrMessage is returned for what is not a message of this installation, is
// altered or has expired.
var ErrMessage = errors.New("not an encoded authorization message")

// sealed is what an encoded message holds.
type sealed struct {
	Issued   int64           `json:"t"`
	Accounts []string        `json:"a"` // whose principals may decode it
	Message  json.RawMessage `json:"m"`
}

type items[T any] struct {
	Items []T `json:"items"`
}

type value struct {
	Value string `json:"value"`
}

type condition struct {
	Key    string       `json:"key"`
	Values items[value] `json:"values"`
}

type statement struct {
	StatementID     string           `json:"statementId"`
	Effect          string           `json:"effect"`
	Principals      items[value]     `json:"principals"`
	PrincipalGroups items[value]     `json:"principalGroups"`
	Actions         items[value]     `json:"actions"`
	Resources       items[value]     `json:"resources"`
	Conditions      items[condition] `json:"conditions"`
}

type principal struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	ARN  string `json:"arn"`
}

type requestFacts struct {
	Principal  principal        `json:"principal"`
	Action     string           `json:"action"`
	Resource   string           `json:"resource"`
	Conditions items[condition] `json:"conditions"`
}

type message struct {
	Allowed           bool             `json:"allowed"`
	ExplicitDeny      bool             `json:"explicitDeny"`
	MatchedStatements items[statement] `json:"matchedStatements"`
	Failures          items[value]     `json:"failures"`
	Context           requestFacts     `json:"context"`
}

// Encode returns the encoded message of a decision, "" when it would be too
// long to send.
//
// It holds what the request says and what the caller's own policies decided.
// What belongs to the resource (its tags, its policy, the trust policy of a
// role) is left out, since whoever is refused gets the message: it must not
// tell a resource that is there from one that is not. For the same reason its
// length is rounded up.
func (a *Authorizer) Encode(c *authn.Caller, r *policy.Request, d policy.Decision, now time.Time) string {
	statements := matched(d)
	m := message{
		Allowed: d.Allowed(), ExplicitDeny: len(statements) > 0,
		MatchedStatements: items[statement]{statements},
		Failures:          items[value]{[]value{}},
		Context: requestFacts{
			Principal: principal{ID: c.UserID(), Name: c.UserName(), ARN: c.Principal.ARN},
			Action:    r.Action, Resource: r.Resource, Conditions: items[condition]{conditions(r)},
		},
	}
	accounts := slices.Compact([]string{c.Account, r.ResourceAccount})
	text := a.seal(m, accounts, now)
	if len(text) > maxMessage {
		m.Context.Conditions.Items = []condition{}
		text = a.seal(m, accounts, now)
	}
	if len(text) > maxMessage {
		return ""
	}
	return text
}

func (a *Authorizer) seal(m message, accounts []string, now time.Time) string {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return ""
	}
	plain, err := json.Marshal(sealed{now.Unix(), accounts, bytes.TrimSpace(body.Bytes())})
	if err != nil {
		return ""
	}
	var small bytes.Buffer
	w, _ := flate.NewWriter(&small, flate.BestSpeed) // the level is a constant
	_, _ = w.Write(plain)                            // into memory
	_ = w.Close()
	small.Write(make([]byte, (padding-small.Len()%padding)%padding)) // after its end, deflated text is not read
	return base64.RawURLEncoding.EncodeToString(a.Ring.Seal(small.Bytes(), messagePurpose, "", now))
}

// Decode returns the JSON text of an encoded message for a caller of the
// account. The error is [ErrMessage].
func (a *Authorizer) Decode(text, account string, now time.Time) (string, error) {
	if strings.ContainsAny(text, "\r\n") { // which Go's decoder would skip
		return "", ErrMessage
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return "", ErrMessage
	}
	small, err := a.Ring.Open(raw, messagePurpose, "", now)
	if err != nil {
		return "", ErrMessage
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(small)), 1<<20))
	if err != nil {
		return "", ErrMessage
	}
	var s sealed
	if err := json.Unmarshal(plain, &s); err != nil || !slices.Contains(s.Accounts, account) ||
		now.Sub(time.Unix(s.Issued, 0)) > MessageLifetime {
		return "", ErrMessage
	}
	return string(s.Message), nil
}

// matched describes the statements that denied; an implicit deny has none.
func matched(d policy.Decision) []statement {
	all := []statement{}
	if d.Verdict != policy.ExplicitDeny {
		return all
	}
	for _, m := range d.By {
		if m.Source == nil || m.Source.Policy == nil || ofResource(m.Layer) { // the first two: it cannot be read
			continue
		}
		info := m.Source.Policy.Statements()[m.Statement]
		s := statement{
			StatementID: info.Sid, Effect: strings.ToUpper(info.Effect),
			Principals: values(), PrincipalGroups: values(),
			Actions: values(info.Actions...), Resources: values(info.Resources...),
			Conditions: items[condition]{[]condition{}},
		}
		if id := m.Source.OwnerID; id != "" {
			s.Principals = values(id)
		}
		for _, p := range info.Principals {
			s.Principals.Items = append(s.Principals.Items, value{p.Value})
		}
		for _, c := range info.Conditions {
			s.Conditions.Items = append(s.Conditions.Items, condition{c.Key, values(c.Values...)})
		}
		all = append(all, s)
	}
	return all
}

// ofResource reports whether policies of the layer belong to the resource, not
// to the caller.
func ofResource(l policy.Layer) bool {
	return l == policy.ResourceBased || l == policy.TrustPolicy || l == policy.ResourceControl
}

func values(texts ...string) items[value] {
	all := items[value]{make([]value, 0, len(texts))}
	for _, t := range texts {
		all.Items = append(all.Items, value{t})
	}
	return all
}

// conditions lists the request's keys, and those that the real service derives
// from the resource.
func conditions(r *policy.Request) []condition {
	var all []condition
	for key, list := range r.Context.All() {
		if strings.Contains(strings.ToLower(key), ":resourcetag/") {
			continue
		}
		all = append(all, condition{key, values(list...)})
	}
	a, err := arn.Parse(r.Resource)
	if err != nil {
		return all
	}
	region := a.Region
	if asked, _, ok := r.Context.Get("aws:RequestedRegion"); ok && region == "" {
		region = asked[0]
	}
	for _, kv := range [][2]string{
		{"aws:Region", region},
		{"aws:Service", a.Service},
		{"aws:Resource", a.Resource},
		{"aws:Type", a.ResourceType()},
		{"aws:Account", a.Account},
		{"aws:ARN", r.Resource},
	} {
		if kv[1] != "" {
			all = append(all, condition{kv[0], values(kv[1])})
		}
	}
	return all
}
