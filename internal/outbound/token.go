package outbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/store"
)

// MaxPayload is the longest payload of a token, in bytes: so that a token fits
// into the 8 KiB that servers take for a header.
const MaxPayload = 5 << 10

// ErrTooLarge says that a token's payload would be longer than [MaxPayload].
var ErrTooLarge = errors.New("the payload of the token is too large")

// Claims are what a token says of its subject. Those that do not apply are left out.
type Claims struct {
	Account            string            `json:"aws_account,omitempty"`
	SourceRegion       string            `json:"source_region,omitempty"`
	PrincipalTags      map[string]string `json:"principal_tags,omitempty"`
	RequestTags        map[string]string `json:"request_tags,omitempty"`
	OriginalSessionExp string            `json:"original_session_exp,omitempty"` // RFC 3339
	FederatedProvider  string            `json:"federated_provider,omitempty"`
	SourceIdentity     string            `json:"source_identity,omitempty"`
}

// Request asks for a token.
type Request struct {
	Account   string
	Subject   string // ARN of the principal
	Audience  []string
	Algorithm string // "RS256" or "ES384"
	Issued    time.Time
	Expires   time.Time
	Claims    Claims
}

// payload is a token's, in the order in which it is written.
type payload struct {
	Issuer   string `json:"iss"`
	Audience any    `json:"aud"` // a string for one, a list for more
	Subject  string `json:"sub"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
	Claims   Claims `json:"https://sts.amazonaws.com/"`
}

// Token makes a token. The error is [ErrOff] while the account is switched off,
// or [ErrTooLarge].
func (i *Issuer) Token(ctx context.Context, r *Request, now time.Time) (string, error) {
	var issuer string
	err := i.db.View(ctx, func(tx *store.Tx) (err error) {
		issuer, err = i.Of(tx, r.Account)
		return err
	})
	if err != nil {
		return "", err
	}
	p := payload{
		Issuer: issuer, Audience: r.Audience, Subject: r.Subject,
		Issued: r.Issued.Unix(), Expires: r.Expires.Unix(), ID: newUUID(), Claims: r.Claims,
	}
	if len(r.Audience) == 1 {
		p.Audience = r.Audience[0]
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("writing a web identity token: %w", err)
	}
	if len(text) > MaxPayload {
		return "", ErrTooLarge
	}
	all, err := i.keys(ctx, now)
	if err != nil {
		return "", err
	}
	k := signer(all, r.Algorithm, now)
	if k == nil {
		return "", fmt.Errorf("signing with %q: %w", r.Algorithm, errNoKey)
	}
	signed, err := k.signer.Sign(text)
	if err != nil {
		return "", fmt.Errorf("signing a web identity token: %w", err)
	}
	return signed.CompactSerialize()
}
