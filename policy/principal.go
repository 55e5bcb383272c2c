package policy

import (
	"slices"
	"strings"
)

// Principal elements (policy section 8).

// matchKind says how an entry came to match a caller, which decides what else
// must allow the request (section 9).
type matchKind uint8

const (
	byAccount matchKind = 1 << iota // the account was named
	byRole                          // the role behind the session was named
	byUser                          // the user behind the federated session was named
	direct                          // the caller itself was named, or everybody
)

// principal is one compiled entry of a Principal element.
type principal struct {
	kind  entryKind
	value string // account number, ARN, unique id or host name
	from  string // partition, of an account
}

type entryKind uint8

const (
	matchNobody    entryKind = iota
	matchEverybody           // "*" (P1)
	matchAccount             // an account number or root ARN (P2)
	matchUser                // a user ARN (P3)
	matchRole                // a role ARN, path included (P4)
	matchSession             // a role-session or federated-user ARN (P5)
	matchUniqueID            // AIDA… or AROA…, as stored in trust policies (P7)
	matchService
	matchProvider // (P6)
)

func newPrincipal(kind, text string) principal {
	switch kind {
	case "Service":
		return principal{kind: matchService, value: text}
	case "Federated":
		return principal{kind: matchProvider, value: text}
	case "CanonicalUser":
		return principal{}
	}
	p, _ := parseAWSPrincipal(text)
	return p
}

// parseAWSPrincipal reads a value of the AWS type; ok is false when it is none.
// There are no wildcards inside ARNs, and groups are no principals.
func parseAWSPrincipal(s string) (p principal, ok bool) {
	switch {
	case s == "*":
		return principal{kind: matchEverybody}, true
	case isAccount(s):
		return principal{kind: matchAccount, value: s}, true
	case isUniqueID(s):
		return principal{kind: matchUniqueID, value: s}, true
	}
	a, ok := cutIAM(s)
	if !ok {
		return principal{}, false
	}
	typ, name, _ := strings.Cut(a.resource, "/")
	named := name != "" && !strings.HasSuffix(name, "/")
	switch {
	case a.service == "iam" && a.resource == "root":
		return principal{kind: matchAccount, value: a.account, from: a.partition}, true
	case a.service == "iam" && typ == "user" && named:
		return principal{kind: matchUser, value: s}, true
	case a.service == "iam" && typ == "role" && named:
		return principal{kind: matchRole, value: s}, true
	case a.service == "sts" && typ == "assumed-role" && named && strings.Count(name, "/") == 1,
		a.service == "sts" && typ == "federated-user" && named:
		return principal{kind: matchSession, value: s}, true
	}
	return principal{}, false
}

type iamARN struct{ partition, service, account, resource string }

// cutIAM cuts the ARN of something in an account of IAM or STS: a partition we
// know, no region, a 12-digit account and no wildcards.
func cutIAM(s string) (a iamARN, ok bool) {
	t := newTarget(s)
	if !t.arn || t.part(0) != "arn" || t.part(3) != "" || !isAccount(t.part(4)) || strings.ContainsAny(s, "*?") {
		return a, false
	}
	a = iamARN{partition: t.part(1), service: t.part(2), account: t.part(4), resource: t.rest}
	return a, slices.Contains(partitions[1:], a.partition)
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// isUniqueID reports whether s is shaped like the unique id of a user or role.
func isUniqueID(s string) bool {
	return len(s) >= 16 && len(s) <= 128 && (strings.HasPrefix(s, "AIDA") || strings.HasPrefix(s, "AROA")) &&
		!strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') })
}

// match returns in which way the entry matches the caller; 0 when it does not.
func (p *principal) match(c *Principal) matchKind {
	switch p.kind {
	case matchEverybody:
		if c.Type != FederatedExchange { // T8
			return direct
		}
	case matchAccount:
		switch {
		case c.Account != p.value || c.Type == Anonymous || c.Type == Service || c.Type == FederatedExchange:
		case p.from != "" && !inPartition(c.ARN, p.from):
		case c.Type == Root:
			return direct
		default:
			return byAccount
		}
	case matchUser:
		switch {
		case c.Type == User && c.ARN == p.value:
			return direct
		case c.Type == FederatedUser && c.EntityARN == p.value:
			return byUser
		}
	case matchRole:
		if c.Type == RoleSession && c.EntityARN == p.value {
			return byRole
		}
	case matchSession:
		if (c.Type == RoleSession || c.Type == FederatedUser) && c.ARN == p.value {
			return direct
		}
	case matchUniqueID:
		if c.EntityID != p.value {
			return 0
		}
		switch c.Type {
		case User:
			return direct
		case FederatedUser:
			return byUser
		case RoleSession:
			return byRole
		}
	case matchService:
		if c.Type == Service && c.ARN == p.value {
			return direct
		}
	case matchProvider:
		if c.Type == FederatedExchange && c.ARN == p.value {
			return direct
		}
	}
	return 0
}

func inPartition(arn, partition string) bool {
	rest, ok := strings.CutPrefix(arn, "arn:")
	if !ok {
		return false
	}
	rest, ok = strings.CutPrefix(rest, partition)
	return ok && strings.HasPrefix(rest, ":")
}

// principalSet is a Principal or NotPrincipal element.
type principalSet struct {
	present bool
	not     bool
	list    []principal
}

func newPrincipalSet(c *principalClause) principalSet {
	s := principalSet{present: c.present, not: c.not, list: make([]principal, len(c.entries))}
	for i, e := range c.entries {
		s.list[i] = newPrincipal(e.kind, e.value)
	}
	return s
}

// match returns all ways in which the element covers the caller. Entries are
// alternatives. NotPrincipal covers, directly, whom no entry matches in any way.
// A policy without the element, an identity policy, covers whom it is attached
// to.
func (s *principalSet) match(c *Principal) (kinds matchKind) {
	if !s.present {
		return direct
	}
	for i := range s.list {
		kinds |= s.list[i].match(c)
	}
	if s.not {
		if kinds != 0 {
			return 0
		}
		return direct
	}
	return kinds
}
