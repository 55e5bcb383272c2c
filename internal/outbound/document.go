package outbound

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/store"
)

// How long the documents may be kept by who fetches them.
const (
	discoveryAge = time.Hour
	keysAge      = 15 * time.Minute
)

// discovery is the document by which others find the keys, with the members
// that the real service's has (reference, federation 11).
type discovery struct {
	Issuer       string   `json:"issuer"`
	KeysURL      string   `json:"jwks_uri"`
	Claims       []string `json:"claims_supported"`
	Algorithms   []string `json:"id_token_signing_alg_values_supported"`
	SubjectTypes []string `json:"subject_types_supported"`
}

// Served reports whether a path is one of an issuer's, whether or not there is
// anything at it.
func Served(path string) bool { return strings.HasPrefix(path, pathPrefix) }

// Document returns what is served at a path, exactly as it is on the wire, and
// how long it may be kept. store.ErrNotFound says that there is nothing.
func (i *Issuer) Document(ctx context.Context, path string, now time.Time) (body []byte, age time.Duration, err error) {
	id, name, _ := strings.Cut(strings.TrimPrefix(path, pathPrefix), "/")
	if !Served(path) || !isUUID(id) || name != discoveryName && name != keysName {
		return nil, 0, store.ErrNotFound
	}
	there, err := i.exists(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	if !there {
		return nil, 0, store.ErrNotFound
	}
	if name == discoveryName {
		body, err = json.Marshal(i.discovery(id))
		return body, discoveryAge, err
	}
	all, err := i.keys(ctx, now)
	if err != nil {
		return nil, 0, err
	}
	var set jose.JSONWebKeySet
	for _, k := range published(all, now) {
		set.Keys = append(set.Keys, k.public)
	}
	body, err = json.Marshal(set)
	return body, keysAge, err
}

const (
	discoveryName = ".well-known/openid-configuration"
	keysName      = ".well-known/jwks.json"
)

func (i *Issuer) discovery(id string) discovery {
	issuer := i.identifier(id)
	return discovery{
		Issuer: issuer, KeysURL: issuer + "/" + keysName,
		Claims:       []string{"sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"},
		Algorithms:   []string{"RS256", "ES384"},
		SubjectTypes: []string{"public"},
	}
}

// isUUID reports whether s is written as the ids of issuers are.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for at := range len(s) {
		switch c := s[at]; at {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
