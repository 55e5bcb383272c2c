package authz

import (
	"net/http"
	"time"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/policy"
)

// Refusal is the AccessDenied that d, a denial of q, becomes. With explain it
// ends in the reason (policy 11), which callers of other accounts are not told.
// It carries the encoded message of the decision beside the sentence.
func (a *Authorizer) Refusal(c *authn.Caller, requestKeys *policy.Context, q *Question, d policy.Decision, explain bool, now time.Time) error {
	resource := q.Text
	if resource == "" {
		resource = q.Resource
	}
	e := Denied(c, q.Action, resource)
	if reason := d.Reason(q.Action); explain && reason != "" && (q.Owner == "" || q.Owner == c.Account) {
		e.Message += " " + reason
	}
	request := ask(c, requestKeys, q)
	e.Encoded = a.Encode(c, &request, d, now)
	return e
}

// Denied is the bare AccessDenied for a signed caller.
func Denied(c *authn.Caller, action, resource string) *awserr.Error {
	return awserr.New(http.StatusForbidden, "AccessDenied",
		"User: %s is not authorized to perform: %s on resource: %s", c.Principal.ARN, action, resource)
}
