package policy

import (
	"slices"
	"strings"
)

// Trust policies (policy 2.2). Fields that must not be there are refused before
// fields that are missing, so that a permissions policy given by mistake is
// told of its Resource. Principals are judged last, as the service resolves
// them only in a document that is otherwise right.
var trustChecks = []check{
	versionKnown("The policy must contain a valid version string"),
	hasStatements("Could not parse the policy: Statement is empty!"),
	sidText,
	trustStatements,
	sidsUnique("The Statement Ids in the policy are not unique"),
	trustPrincipals,
}

// newTrustChecks are those of a document that is being stored. Documents that
// are stored already are not asked what came later.
var newTrustChecks = append(slices.Insert(slices.Clone(trustChecks), len(trustChecks)-1, check(trustActionsExist)), scopedProviders)

var trustStatements = eachStatement(func(s *stanza) *problem {
	for _, look := range []func(*stanza) *problem{
		trustEffect, trustNoResource, principalMap, trustActions, legacyDatesOf,
	} {
		if p := look(s); p != nil {
			return p
		}
	}
	return nil
})

func trustEffect(s *stanza) *problem {
	switch s.effect {
	case "Allow", "Deny":
		return nil
	case "":
		return &problem{at: s.start, message: "Missing required field Effect"}
	default:
		return &problem{at: s.effectAt, message: "Invalid effect: " + s.effect}
	}
}

func trustNoResource(s *stanza) *problem {
	switch r := &s.resource; {
	case r.present && r.not:
		return &problem{at: r.at, message: "AssumeRole policy must not contain resources."}
	case r.present:
		return &problem{at: r.at, message: "Has prohibited field Resource"}
	default:
		return nil
	}
}

// principalMap wants a Principal that is a map which names something.
func principalMap(s *stanza) *problem {
	switch c := &s.principal; {
	case !c.present:
		return &problem{at: s.start, message: "Missing required field Principal"}
	case c.not && s.effect == "Allow":
		return &problem{at: c.at, message: msgAllowNotPrincipal}
	case c.not:
		return &problem{at: c.at, message: "AssumeRole policy must not contain NotPrincipal field."}
	case c.bare && c.entries[0].value == "*":
		return &problem{at: c.at, message: `AssumeRolepolicy contained an invalid principal: "STAR":"*".`}
	case c.bare:
		return &problem{at: c.at, message: "Principal must be a JSON object."}
	case len(c.entries) == 0 && !c.noValue:
		return &problem{at: c.at, message: "Missing required field Principal cannot be empty!"}
	default:
		return nil
	}
}

const (
	msgAllowNotPrincipal = "Allow with NotPrincipal is not allowed."
	msgTrustActions      = "AssumeRole policy may only specify STS AssumeRole actions."
)

func trustActions(s *stanza) *problem {
	if s.action.empty() {
		return &problem{at: s.start, message: "Missing required field Action"}
	}
	for _, a := range s.action.values {
		// "*" is refused too: it would promise more than STS.
		if !strings.HasPrefix(lowerASCII(a), "sts:") {
			return &problem{at: s.action.at, message: msgTrustActions}
		}
		if message := actionProblem(a); message != "" {
			return &problem{at: s.action.at, message: message}
		}
	}
	return nil
}

// stsActions are the names that policies know of STS, the ones that are only
// permissions included.
var stsActions = []string{
	"assumerole", "assumerolewithsaml", "assumerolewithwebidentity", "assumeroot", "decodeauthorizationmessage", "getaccesskeyinfo",
	"getcalleridentity", "getdelegatedaccesstoken", "getfederationtoken", "getservicebearertoken", "getsessiontoken",
	"getwebidentitytoken", "setcontext", "setsourceidentity", "taggetwebidentitytoken", "tagsession",
}

// trustActionsExist refuses an action that STS does not have. Recorded of
// "sts:InvalidAction"; others than AssumeRole ones are let pass, and do nothing.
var trustActionsExist = eachStatement(func(s *stanza) *problem {
	for _, v := range s.action.values {
		a := newAction(v)
		if !slices.ContainsFunc(stsActions, func(name string) bool { return a.match("sts", name) }) {
			return &problem{at: s.action.at, message: msgTrustActions, detail: "no such action"}
		}
	}
	return nil
})

var trustPrincipals = eachStatement(func(s *stanza) *problem {
	if s.principal.noValue {
		return &problem{at: s.principal.at, message: "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in policy has a statement with no principals!"}
	}
	for _, e := range s.principal.entries {
		if message := trustPrincipalProblem(e.kind, e.value); message != "" {
			return &problem{at: e.start, message: message}
		}
	}
	return nil
})

// trustPrincipalProblem judges the shape of a principal. Whether a well-shaped
// user or role exists is for the caller of [Parse] to say.
func trustPrincipalProblem(kind, value string) string {
	ok := false
	switch kind {
	case "AWS":
		m, known := parseAWSPrincipal(value)
		ok = known && m.kind != matchNobody
	case "Service":
		ok = isServicePrincipal(value)
	case "Federated":
		if !isDomainName(value) && !isProviderARN(value) {
			return "Federated principals must be valid domain names or SAML metadata ARNs"
		}
		ok = true
	case "CanonicalUser":
		ok = len(value) == 64 && !strings.ContainsFunc(value, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) })
	}
	if ok {
		return ""
	}
	return invalidPrincipal(kind, value)
}

func invalidPrincipal(kind, value string) string {
	return `Invalid principal in policy: "` + strings.ToUpper(kind) + `":"` + value + `"`
}

// isProviderARN reports whether s names a SAML or OpenID Connect provider.
func isProviderARN(s string) bool {
	p, ok := cutIAM(s)
	if !ok || p.service != "iam" {
		return false
	}
	typ, name, _ := strings.Cut(p.resource, "/")
	return name != "" && (typ == "saml-provider" || typ == "oidc-provider")
}

// isDomainName reports whether s is a host name of at least two labels.
func isDomainName(s string) bool {
	labels := strings.Split(s, ".")
	return len(s) <= 253 && len(labels) >= 2 && !slices.ContainsFunc(labels, func(l string) bool {
		return l == "" || len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") ||
			strings.ContainsFunc(l, func(r rune) bool { return !isAlphanumeric(r) && r != '-' })
	})
}

// serviceDomains are what the host names of service principals end in.
var serviceDomains = []string{
	".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".c2s.ic.gov", ".sc2s.sgov.gov", ".aws.internal", ".amazon.com",
}

// isServicePrincipal reports whether s is the host name of a service: one of
// the domains above behind labels of which one names a service that we know
// ("lambda", "delivery.logs", "states.eu-west-1").
func isServicePrincipal(s string) bool {
	if !isDomainName(s) {
		return false
	}
	for _, domain := range serviceDomains {
		if labels, ok := strings.CutSuffix(s, domain); ok {
			return slices.ContainsFunc(strings.Split(labels, "."), isServiceName)
		}
	}
	return false
}

func isServiceName(label string) bool {
	_, known := slices.BinarySearch(serviceNames, label)
	return known
}
