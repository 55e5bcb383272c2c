package stssvc

import (
	"context"
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

const (
	maxPolicyARNs = 10   // managed session policies of a call
	maxPlaintext  = 2048 // characters of inline policy and ARNs together
)

// setPolicies checks the session policies of a call and puts them into the
// session. Managed ones must exist in owner, the account of the session, or be
// the service's own (reference 3.1, 5.2).
func (s *service) setPolicies(ctx context.Context, sess *session.Session, inline string, managed []policyDescriptor, owner string) error {
	plaintext := utf8.RuneCountInString(inline)
	if plaintext > maxPlaintext {
		return awserr.Validation("1 validation error detected: Value '%s' at 'policy' failed to satisfy constraint: Member must have length less than or equal to %d", shortened(inline), maxPlaintext)
	}
	if len(managed) > maxPolicyARNs {
		return awserr.Validation("1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to %d", maxPolicyARNs)
	}
	for _, p := range managed {
		plaintext += utf8.RuneCountInString(p.Arn)
		if err := s.checkManaged(ctx, p.Arn, owner); err != nil {
			return err
		}
		sess.PolicyARNs = append(sess.PolicyARNs, p.Arn)
	}
	if plaintext > maxPlaintext {
		return tooLarge("policy", plaintext*100/maxPlaintext)
	}
	if inline == "" {
		return nil
	}
	p, err := s.Facts.SessionPolicy(inline)
	if err != nil {
		if refusal, ok := errors.AsType[*policy.Error](err); ok {
			return &awserr.Error{Code: "MalformedPolicyDocument", Message: refusal.Message, Err: err}
		}
		return err
	}
	sess.Policy = p.Compact
	return nil
}

// shortened keeps a message from repeating a whole megabyte.
func shortened(s string) string {
	const limit = 8192
	if len(s) <= limit {
		return s
	}
	return s[:limit] + "..."
}

func (s *service) checkManaged(ctx context.Context, policyARN, owner string) error {
	a, err := arn.Parse(policyARN)
	if err != nil || !a.IsPolicy() || a.Partition != s.Partition || a.Account != "aws" && a.Account != owner {
		return awserr.Validation("%s is invalid", policyARN)
	}
	_, err = s.Facts.Policy(ctx, policyARN)
	if errors.Is(err, store.ErrNotFound) {
		return awserr.Validation("Policy %s does not exist or is not attachable.", policyARN)
	}
	return err
}

// pack packs policies and tags and refuses what does not fit.
func pack(sess *session.Session) (session.Packed, error) {
	packed := sess.Pack()
	if percent := packed.Percent(); percent > 100 {
		if sess.HasPolicies() {
			return nil, tooLarge("policy", percent)
		}
		return nil, tooLarge("tags", percent)
	}
	return packed, nil
}

func tooLarge(what string, percent int) error {
	e := awserr.New(http.StatusBadRequest, "PackedPolicyTooLarge", "Packed policy consumes %d%% of allotted space, please use smaller policy.", percent)
	if what == "tags" {
		e.Message = awserr.New(0, "", "Packed size of session tags consumes %d%% of allotted space.", percent).Message
	}
	return e
}

// percent is the value of PackedPolicySize; nil, which leaves the element out,
// when there is nothing packed.
func percent(p session.Packed) *int32 {
	if p == nil {
		return nil
	}
	return new(int32(p.Percent()))
}
