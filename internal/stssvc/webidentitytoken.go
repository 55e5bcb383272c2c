package stssvc

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/outbound"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/sts"
)

// GetWebIdentityToken proves the caller to parties outside (reference 10.1).
func (s *service) getWebIdentityToken() pipeline.Handler {
	return pipeline.Action[getWebIdentityTokenInput, sts.GetWebIdentityTokenOutput]{
		Name:     "GetWebIdentityToken",
		Regional: true,
		Check: func(c *pipeline.Call, _ *getWebIdentityTokenInput) error {
			return notByUserSession(c, "sts:GetWebIdentityToken")
		},
		Asks: asksGetWebIdentityToken,
		Do:   s.doGetWebIdentityToken,
	}
}

// defaultTokenSeconds is how long a token lives that no time is asked for.
const defaultTokenSeconds = 300

func (in *getWebIdentityTokenInput) seconds() int32 {
	if in.DurationSeconds == nil {
		return defaultTokenSeconds
	}
	return *in.DurationSeconds
}

func asksGetWebIdentityToken(_ *pipeline.Call, in *getWebIdentityTokenInput) ([]authz.Question, error) {
	ask := func(action string) authz.Question {
		return authz.Question{Action: action, Resource: "*", Keys: func(k *policy.Context) {
			k.SetList("sts:IdentityTokenAudience", in.Audience)
			k.Set("sts:SigningAlgorithm", in.SigningAlgorithm)
			k.Set("sts:DurationSeconds", strconv.Itoa(int(in.seconds())))
			setRequestTags(k, in.Tags)
		}}
	}
	questions := []authz.Question{ask("sts:GetWebIdentityToken")}
	if len(in.Tags) > 0 {
		questions = append(questions, ask("sts:TagGetWebIdentityToken"))
	}
	return questions, nil
}

func (s *service) doGetWebIdentityToken(c *pipeline.Call, in *getWebIdentityTokenInput) (*sts.GetWebIdentityTokenOutput, error) {
	if _, err := sessionTags(in.Tags, nil, nil); err != nil { // the rules are the same
		return nil, err
	}
	issued := c.Now.UTC().Truncate(time.Second)
	expires := issued.Add(time.Duration(in.seconds()) * time.Second)
	if caller := c.Caller.Session; caller != nil && expires.After(caller.Expires) {
		return nil, awserr.New(http.StatusForbidden, "SessionDurationEscalationException",
			"The requested token lifetime of %d seconds exceeds what is left of the calling session.", in.seconds())
	}
	token, err := s.Outbound.Token(c.Ctx, &outbound.Request{
		Account: c.Account, Subject: subjectOf(c), Audience: in.Audience, Algorithm: in.SigningAlgorithm,
		Issued: issued, Expires: expires, Claims: claimsOf(c, in),
	}, c.Now)
	switch {
	case errors.Is(err, outbound.ErrOff):
		return nil, awserr.New(http.StatusForbidden, "OutboundWebIdentityFederationDisabledException",
			"Outbound web identity federation is disabled for account %s.", c.Account)
	case errors.Is(err, outbound.ErrTooLarge):
		return nil, awserr.New(http.StatusBadRequest, "JWTPayloadSizeExceededException",
			"The payload of the token exceeds the maximum size of %d bytes. Pass fewer or shorter tags and audiences.", outbound.MaxPayload)
	case err != nil:
		return nil, err
	}
	return &sts.GetWebIdentityTokenOutput{WebIdentityToken: token, Expiration: expires}, nil
}

// subjectOf is the ARN of the principal: the role, path and all, of a role's
// session.
func subjectOf(c *pipeline.Call) string {
	if c.Caller.Principal.Type == policy.RoleSession {
		return c.Caller.Principal.EntityARN
	}
	return c.Caller.Principal.ARN
}

func claimsOf(c *pipeline.Call, in *getWebIdentityTokenInput) outbound.Claims {
	claims := outbound.Claims{
		Account: c.Account, SourceRegion: c.Region,
		PrincipalTags: tagClaims(authz.PrincipalTags(c.Caller)),
	}
	for _, t := range in.Tags {
		if claims.RequestTags == nil {
			claims.RequestTags = make(map[string]string, len(in.Tags))
		}
		claims.RequestTags[t.Key] = t.Value
	}
	if s := c.Caller.Session; s != nil {
		claims.OriginalSessionExp = s.Expires.UTC().Format(time.RFC3339)
		claims.FederatedProvider, claims.SourceIdentity = s.Provider, s.Source
	}
	return claims
}

// tagClaims are tags as a token has them; nil when there are none.
func tagClaims(tags []iam.Tag) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	claims := make(map[string]string, len(tags))
	for _, t := range tags {
		claims[t.Key] = t.Value
	}
	return claims
}
