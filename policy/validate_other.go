package policy

// Resource-based policies (the ResourcePolicy of a simulation) need a
// Principal; their Resource may be left out. Principals that match nobody, such
// as ARNs with wildcards, are let pass and match nobody.
var resourceChecks = []check{
	versionKnown(msgSyntax), hasStatements(msgSyntax), effectKnown,
	legacyEffects, legacyDates, legacyResources,
	eachStatement(resourcePrincipal),
	sidsUnique(msgSidTwice), sidText,
	hasActions(msgNoActions), resourceFormats, actionFormats,
}

func resourcePrincipal(s *stanza) *problem {
	switch c := &s.principal; {
	case !c.present:
		return &problem{at: s.start, message: "Missing required field Principal"}
	case c.not && s.effect == "Allow":
		return &problem{at: c.at, message: msgAllowNotPrincipal}
	case c.bare && c.entries[0].value != "*":
		return &problem{at: c.at, message: invalidPrincipal("AWS", c.entries[0].value)}
	case len(c.entries) == 0:
		return &problem{at: c.at, message: "Missing required field Principal cannot be empty!"}
	default:
		return nil
	}
}

// msgPolicyType is how Organizations refuses what its grammar does not allow.
const msgPolicyType = "The provided policy document does not meet the requirements of the specified policy type."

// Resource control policies: 2012-10-17, Deny only, everybody as the principal,
// and no Action "*" (policy section 1).
var rcpChecks = []check{
	versionKnown(msgSyntax), hasStatements(msgSyntax), effectKnown,
	version2012Only,
	legacyEffects, legacyDates, legacyResources,
	eachStatement(rcpStatement),
	sidsUnique(msgSidTwice), sidText,
	hasActions(msgNoActions), resourceFormats, actionFormats, hasResources,
}

func rcpStatement(s *stanza) *problem {
	switch c := &s.principal; {
	case s.effect != "Deny":
		return &problem{at: s.effectAt, message: msgPolicyType, detail: "Effect must be Deny"}
	case c.not || !c.bare || c.entries[0].value != "*":
		return &problem{at: s.start, message: msgPolicyType, detail: `Principal must be "*"`}
	}
	for _, a := range s.action.values {
		if a == "*" || s.action.not {
			return &problem{at: s.action.at, message: msgPolicyType, detail: "Action must name actions"}
		}
	}
	return nil
}
