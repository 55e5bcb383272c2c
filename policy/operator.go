package policy

import "strings"

// operator is what a condition operator's name says: [set:]base[IfExists].
type operator struct {
	set      setPrefix
	base     base
	relation relation // of Numeric and Date operators
	negated  bool     // a …Not… operator: none of the values may fit
	ifExists bool     // holds when the key is absent
}

// setPrefix says how the values of a multi-valued key count (C10).
type setPrefix uint8

const (
	noSet  setPrefix = iota
	forAll           // ForAllValues: each value must satisfy
	forAny           // ForAnyValue: one value must satisfy
)

// base is what a pair of values is compared as.
type base uint8

const (
	stringExact base = iota + 1 // C1
	stringFold                  // C1, IgnoreCase
	stringLike                  // C1, with wildcards
	numeric                     // C2
	date                        // C3
	boolean                     // C4
	binary                      // C5
	ipAddress                   // C6
	arnLike                     // C7
	null                        // C9
)

type relation uint8

const (
	equal relation = iota
	less
	lessEqual
	greater
	greaterEqual
)

// holds reports whether the relation holds of two values that compare as cmp
// says, negative when the context's value is the lesser.
func (r relation) holds(cmp int) bool {
	switch r {
	case less:
		return cmp < 0
	case lessEqual:
		return cmp <= 0
	case greater:
		return cmp > 0
	case greaterEqual:
		return cmp >= 0
	default:
		return cmp == 0
	}
}

// operators are the base operators, without prefix and suffix.
var operators = map[string]operator{
	"StringEquals":              {base: stringExact},
	"StringNotEquals":           {base: stringExact, negated: true},
	"StringEqualsIgnoreCase":    {base: stringFold},
	"StringNotEqualsIgnoreCase": {base: stringFold, negated: true},
	"StringLike":                {base: stringLike},
	"StringNotLike":             {base: stringLike, negated: true},
	"NumericEquals":             {base: numeric},
	"NumericNotEquals":          {base: numeric, negated: true},
	"NumericLessThan":           {base: numeric, relation: less},
	"NumericLessThanEquals":     {base: numeric, relation: lessEqual},
	"NumericGreaterThan":        {base: numeric, relation: greater},
	"NumericGreaterThanEquals":  {base: numeric, relation: greaterEqual},
	"DateEquals":                {base: date},
	"DateNotEquals":             {base: date, negated: true},
	"DateLessThan":              {base: date, relation: less},
	"DateLessThanEquals":        {base: date, relation: lessEqual},
	"DateGreaterThan":           {base: date, relation: greater},
	"DateGreaterThanEquals":     {base: date, relation: greaterEqual},
	"Bool":                      {base: boolean},
	"BinaryEquals":              {base: binary},
	"IpAddress":                 {base: ipAddress},
	"NotIpAddress":              {base: ipAddress, negated: true},
	"ArnEquals":                 {base: arnLike},
	"ArnLike":                   {base: arnLike},
	"ArnNotEquals":              {base: arnLike, negated: true},
	"ArnNotLike":                {base: arnLike, negated: true},
	"Null":                      {base: null},
}

// parseOperator reads an operator's name; letter case counts. NullIfExists does
// not exist. A set prefix before Null means nothing.
func parseOperator(name string) (operator, bool) {
	set := noSet
	if rest, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		set, name = forAll, rest
	} else if rest, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		set, name = forAny, rest
	}
	name, ifExists := strings.CutSuffix(name, "IfExists")
	op, ok := operators[name]
	if !ok || ifExists && op.base == null {
		return operator{}, false
	}
	op.set, op.ifExists = set, ifExists
	return op, true
}
