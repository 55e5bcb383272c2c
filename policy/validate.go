package policy

import (
	"slices"
	"strings"
)

// Validation (policy section 2): each kind of policy is a list of checks, in
// the order in which the reference asks them. The first that finds a problem
// words the refusal.

// check looks for one kind of mistake in a whole document.
type check func(*document) *problem

// Sentences shared by several kinds.
const (
	msgSyntax      = "Syntax errors in policy."
	msgVersion2012 = "Policy document must be version 2012-10-17 or greater."
	msgLegacy      = "The policy failed legacy parsing"
	msgPrincipal   = "Policy document should not specify a principal."
	msgSidTwice    = "Statement IDs (SID) in a single policy must be unique."
	msgSidText     = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
	msgNoActions   = "Policy statement must contain actions."
	msgNoResources = "Policy statement must contain resources."
	msgNoVendor    = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	msgTwoColons   = "Actions/Condition can contain only one colon."
)

// rules is how one kind of policy refuses.
type rules struct {
	json   string // not JSON at all
	syntax string // JSON, but not the shape of a policy
	checks []check
}

// identityChecks are rows 1 to 9 of 2.1, without row 2.
var identityChecks = []check{
	versionKnown(msgSyntax), hasStatements(msgSyntax), effectKnown, // 1
	legacyEffects, legacyDates, legacyResources, // 3
	noPrincipal,              // 4
	sidsUnique(msgSidTwice),  // 5
	sidText,                  // 5b
	hasActions(msgNoActions), // 6
	resourceFormats,          // 7
	actionFormats,            // 8
	hasResources,             // 9
}

// rulesOf gives the rules of a kind; ok is false for a kind that does not exist.
func rulesOf(kind Kind) (r rules, ok bool) {
	switch kind {
	case Managed:
		return rules{msgSyntax, msgSyntax, managedChecks}, true
	case Inline:
		return rules{msgSyntax, msgSyntax, identityChecks}, true
	case Session: // 2.3
		return rules{"The policy is not in the valid JSON format.", msgSyntax, identityChecks}, true
	case Trust: // 2.2
		return rules{"This policy contains invalid Json", "Syntax error in policy.", newTrustChecks}, true
	case StoredTrust:
		return rules{"This policy contains invalid Json", "Syntax error in policy.", trustChecks}, true
	case Resource:
		return rules{msgSyntax, msgSyntax, resourceChecks}, true
	case SCP:
		return rules{msgSyntax, msgSyntax, managedChecks}, true
	case RCP:
		return rules{msgSyntax, msgSyntax, rcpChecks}, true
	default:
		return rules{}, false
	}
}

// managedChecks put row 2 between rows 1 and 3.
var managedChecks = slices.Insert(slices.Clone(identityChecks), 3, check(version2012Only))

// versionKnown: an absent Version means 2008-10-17; any other text is wrong.
func versionKnown(message string) check {
	return func(d *document) *problem {
		if d.hasVersion && d.version != version2008 && d.version != version2012 {
			return &problem{at: d.versionAt, message: message, detail: "unknown version"}
		}
		return nil
	}
}

func hasStatements(message string) check {
	return func(d *document) *problem {
		if len(d.statements) == 0 {
			return &problem{message: message, detail: "no statement"}
		}
		return nil
	}
}

// eachStatement makes a check of one that looks at a single statement.
func eachStatement(look func(*stanza) *problem) check {
	return func(d *document) *problem {
		for i := range d.statements {
			if p := look(&d.statements[i]); p != nil {
				return p
			}
		}
		return nil
	}
}

// effectKnown lets other letter case pass: that is a later refusal (row 3).
var effectKnown = eachStatement(func(s *stanza) *problem {
	if e := lowerASCII(s.effect); e != "allow" && e != "deny" {
		return &problem{at: s.start, message: msgSyntax, detail: "Effect is neither Allow nor Deny"}
	}
	return nil
})

func version2012Only(d *document) *problem {
	if d.version != version2012 {
		return &problem{at: d.versionAt, message: msgVersion2012}
	}
	return nil
}

var legacyEffects = eachStatement(func(s *stanza) *problem {
	if s.effect != "Allow" && s.effect != "Deny" {
		return &problem{at: s.effectAt, message: msgLegacy, detail: "letter case of Effect"}
	}
	return nil
})

var legacyDates = eachStatement(legacyDatesOf)

func legacyDatesOf(s *stanza) *problem {
	for i := range s.operators {
		if op, _ := parseOperator(s.operators[i].name); op.base != date {
			continue
		}
		for _, k := range s.operators[i].keys {
			for _, v := range k.values {
				if _, ok := scanDate(v); !ok {
					return &problem{at: k.at, message: msgLegacy, detail: "not a date"}
				}
			}
		}
	}
	return nil
}

var noPrincipal = eachStatement(func(s *stanza) *problem {
	if s.principal.present {
		return &problem{at: s.principal.at, message: msgPrincipal}
	}
	return nil
})

// sidsUnique: an empty Sid does not count.
func sidsUnique(message string) check {
	return func(d *document) *problem {
		seen := make(map[string]bool, len(d.statements))
		for i := range d.statements {
			s := &d.statements[i]
			if s.sid == "" {
				continue
			}
			if seen[s.sid] {
				return &problem{at: s.sidAt, message: message}
			}
			seen[s.sid] = true
		}
		return nil
	}
}

var sidText = eachStatement(func(s *stanza) *problem {
	if strings.ContainsFunc(s.sid, func(r rune) bool { return !isAlphanumeric(r) }) {
		return &problem{at: s.sidAt, message: msgSidText}
	}
	return nil
})

func isAlphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
}

func hasActions(message string) check {
	return eachStatement(func(s *stanza) *problem {
		if s.action.empty() {
			return &problem{at: s.start, message: message}
		}
		return nil
	})
}

// actionFormats looks at the Action elements of all statements and then at the
// NotAction elements of all.
func actionFormats(d *document) *problem {
	for _, not := range []bool{false, true} {
		for i := range d.statements {
			a := &d.statements[i].action
			if a.not != not {
				continue
			}
			for _, v := range a.values {
				if message := actionProblem(v); message != "" {
					return &problem{at: a.at, message: message}
				}
			}
		}
	}
	return nil
}

// actionProblem is row 8: "*", or vendor ":" name with a vendor of letters,
// digits, dots and hyphens. The vendor "*" passes, as in "*:*".
func actionProblem(action string) string {
	vendor, name, colon := strings.Cut(action, ":")
	switch {
	case !colon && action == "*":
		return ""
	case !colon:
		return msgNoVendor
	case strings.Contains(name, ":"):
		return msgTwoColons
	case vendor == "*":
		return ""
	case vendor == "" || strings.ContainsFunc(vendor, func(r rune) bool {
		return !isAlphanumeric(r) && r != '.' && r != '-'
	}):
		return "Vendor " + vendor + " is not valid"
	}
	return ""
}

var hasResources = eachStatement(func(s *stanza) *problem {
	if s.resource.empty() {
		return &problem{at: s.start, message: msgNoResources}
	}
	return nil
})
