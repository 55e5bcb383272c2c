package history

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Holding is a role's credentials that are good now, and how they came about.
type Holding struct {
	Session     string    `json:"session"` // ARN
	SessionID   string    `json:"sessionId"`
	AccessKeyID string    `json:"accessKeyId"`
	Issued      time.Time `json:"issued"`
	Expires     time.Time `json:"expires"`
	Source      string    `json:"sourceIdentity,omitempty"`
	Chain       []Link    `json:"chain"` // who asked for them; then who asked for the credentials that they asked with, and so on
}

// Link is one that issued credentials, or had them issued.
type Link struct {
	Event       string    `json:"eventName"` // the call that they made
	EventID     string    `json:"eventId"`
	Time        time.Time `json:"eventTime"`
	Kind        string    `json:"type"` // of who called, such as IAMUser
	Name        string    `json:"name"` // ARN, or what an identity provider calls them
	AccessKeyID string    `json:"accessKeyId,omitempty"`
	Account     string    `json:"accountId,omitempty"`
	SourceIP    string    `json:"sourceIPAddress"`
}

const (
	longest   = 36 * time.Hour // that any session lasts
	maxLinks  = 32             // of a chain
	maxHolds  = 10_000         // events that are looked through
	holdTimes = "Jan 2, 2006, 3:04:05 PM"
)

// issue is what is read of a record that issued credentials.
type issue struct {
	UserIdentity struct {
		Type, PrincipalID, ARN, AccountID, AccessKeyID, UserName, IdentityProvider string
	}
	EventName, EventID, SourceIPAddress string
	EventTime                           time.Time
	ResponseElements                    struct {
		Credentials     struct{ AccessKeyID, Expiration string }
		AssumedRoleUser struct{ AssumedRoleID, ARN string }
		SourceIdentity  string
	}
}

func readIssue(record string) (i issue, ok bool) {
	err := json.Unmarshal([]byte(record), &i)
	return i, err == nil && i.ResponseElements.Credentials.AccessKeyID != ""
}

// better reports whether i says more than other of the call that both are
// about: the record in the trail of the role's account says nothing of a caller of
// another but the account.
func (i *issue) better(other *issue) bool { return other.UserIdentity.Type == "AWSAccount" }

func (i *issue) link() Link {
	u := &i.UserIdentity
	name := cmp.Or(u.ARN, u.UserName, u.PrincipalID)
	if u.IdentityProvider != "" {
		name += " of " + u.IdentityProvider
	}
	return Link{
		Event: i.EventName, EventID: i.EventID, Time: i.EventTime, Kind: u.Type, Name: name,
		AccessKeyID: u.AccessKeyID, Account: u.AccountID, SourceIP: i.SourceIPAddress,
	}
}

// Holders finds the credentials of a role that have not expired, the newest
// first. Whether a role or session is still worth anything, as after its
// deletion or revocation, no record says.
func (r *Reader) Holders(ctx context.Context, role string, now time.Time) ([]Holding, error) {
	events, err := r.Newest(ctx, Filter{Resource: role, Start: now.Add(-longest)}, maxHolds)
	if err != nil {
		return nil, err
	}
	byKey := map[string]*issue{}
	var order []string
	for _, e := range events {
		i, ok := readIssue(e.Record)
		if !ok || !strings.HasPrefix(i.EventName, "AssumeRole") {
			continue
		}
		key := i.ResponseElements.Credentials.AccessKeyID
		switch had := byKey[key]; {
		case had == nil:
			order = append(order, key)
			byKey[key] = &i
		case i.better(had):
			byKey[key] = &i
		}
	}
	var all []Holding
	for _, key := range order {
		i := byKey[key]
		expires, err := time.Parse(holdTimes, i.ResponseElements.Credentials.Expiration)
		if err != nil || !expires.After(now) {
			continue
		}
		chain, err := r.chain(ctx, i)
		if err != nil {
			return nil, err
		}
		all = append(all, Holding{
			Session: i.ResponseElements.AssumedRoleUser.ARN, SessionID: i.ResponseElements.AssumedRoleUser.AssumedRoleID, AccessKeyID: key,
			Issued: i.EventTime, Expires: expires, Source: i.ResponseElements.SourceIdentity, Chain: chain,
		})
	}
	return all, nil
}

// chain follows who asked for credentials to who asked for theirs.
func (r *Reader) chain(ctx context.Context, i *issue) ([]Link, error) {
	chain := []Link{i.link()}
	for len(chain) < maxLinks {
		key := chain[len(chain)-1].AccessKeyID
		if !strings.HasPrefix(key, "ASIA") {
			break // a long-term key, or none: the beginning
		}
		before, err := r.issuer(ctx, key, i.EventTime)
		if err != nil || before == nil {
			return chain, err
		}
		if slices.ContainsFunc(chain, func(l Link) bool { return l.EventID == before.EventID }) {
			break
		}
		chain, i = append(chain, before.link()), before
	}
	return chain, nil
}

// issuer finds the call that issued an access key, before a time.
func (r *Reader) issuer(ctx context.Context, key string, before time.Time) (found *issue, err error) {
	events, err := r.Newest(ctx, Filter{Resource: key, Start: before.Add(-longest), End: before}, 10)
	for _, e := range events {
		if i, ok := readIssue(e.Record); ok && i.ResponseElements.Credentials.AccessKeyID == key && (found == nil || i.better(found)) {
			found = &i
		}
	}
	return found, err
}
