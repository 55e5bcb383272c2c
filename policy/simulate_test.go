package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/policy"
)

// Section 12: the recorded document of SimulatePrincipalPolicy, { at column 40
// and } at column 112.
func TestPositionsAsRecorded(t *testing.T) {
	const recorded = `{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}`
	s := mustParse(t, policy.Managed, recorded).Statements()[0]
	if want := (policy.Position{Line: 1, Column: 41}); s.Start != want {
		t.Errorf("start %v, want %v", s.Start, want)
	}
	if want := (policy.Position{Line: 1, Column: 113}); s.End != want {
		t.Errorf("end %v, want %v", s.End, want)
	}
}

func TestPositionsCountLinesAndCharacters(t *testing.T) {
	text := "{\"Version\":\"2012-10-17\",\r\n\"Statement\":[\n  {\"Effect\":\"Allow\",\"Action\":\"s3:é\",\n\"Resource\":\"*\"}, {\"Effect\":\"Deny\",\"Action\":\"s3:é\",\"Resource\":\"*\"}]}"
	got := mustParse(t, policy.Inline, text).Statements()
	type span struct{ start, end policy.Position }
	for i, want := range []span{
		{policy.Position{Line: 3, Column: 4}, policy.Position{Line: 4, Column: 16}},
		{policy.Position{Line: 4, Column: 19}, policy.Position{Line: 4, Column: 66}},
	} {
		if (span{got[i].Start, got[i].End}) != want {
			t.Errorf("statement %d: %v to %v, want %v", i, got[i].Start, got[i].End, want)
		}
	}
}

func TestStatements(t *testing.T) {
	text := v2012(`{"Sid":"S1","Effect":"Deny","NotPrincipal":{"AWS":["111122223333"],"Service":"ec2.amazonaws.com"},
		"NotAction":["s3:*","iam:*"],"NotResource":"arn:aws:s3:::b",
		"Condition":{"StringEquals":{"k":["a","b"]},"Bool":{"l":true,"m":"false"},"NumericEquals":{"n":5.50}}}`)
	got := mustParse(t, policy.Resource, text).Statements()
	got[0].Start, got[0].End = policy.Position{}, policy.Position{}
	want := []policy.StatementInfo{{
		Sid: "S1", Effect: "Deny",
		NotPrincipal: true, Principals: []policy.PrincipalInfo{{Kind: "AWS", Value: "111122223333"}, {Kind: "Service", Value: "ec2.amazonaws.com"}},
		NotAction: true, Actions: []string{"s3:*", "iam:*"},
		NotResource: true, Resources: []string{"arn:aws:s3:::b"},
		Conditions: []policy.ConditionInfo{
			{Operator: "StringEquals", Key: "k", Values: []string{"a", "b"}},
			{Operator: "Bool", Key: "l", Values: []string{"true"}},
			{Operator: "Bool", Key: "m", Values: []string{"false"}},
			{Operator: "NumericEquals", Key: "n", Values: []string{"5.50"}},
		},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := mustParse(t, policy.Resource, v2012(statement1(`"Principal":"*"`))).Statements()[0].Principals; got[0] != (policy.PrincipalInfo{Value: "*"}) {
		t.Errorf("bare star: %v", got)
	}
}

const keyed = `{"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::${aws:username}/*","arn:aws:s3:::${t, 'd'}${*}"],
	"Condition":{"StringEquals":{"aws:SourceIp":"${Aws:UserName}"},"ArnLike":{"AWS:sourceip":"arn:aws:s3:::${v}"},
	"NumericEquals":{"n":"${not-a-variable}"},"Null":{"z":"true"}}}`

func TestContextKeys(t *testing.T) {
	p := mustParse(t, policy.Inline, v2012(keyed+`,{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::${w}"}`))
	if diff := cmp.Diff([]string{"aws:username", "t", "aws:SourceIp", "v", "n", "z", "w"}, p.ContextKeys()); diff != "" {
		t.Error(diff)
	}
	older := mustParse(t, policy.Inline, `{"Statement":`+keyed+`}`)
	if diff := cmp.Diff([]string{"aws:SourceIp", "n", "z"}, older.ContextKeys()); diff != "" {
		t.Errorf("V2: %s", diff)
	}
}

func TestMissingKeys(t *testing.T) {
	boundary := attach(t, policy.Inline, v2012(statement1(`"Condition":{"Bool":{"b":"true"}}`)))
	set := policy.Set{
		Identity: attach(t, policy.Inline, v2012(keyed)),
		Boundary: &boundary[0],
		Resource: attach(t, policy.Resource, v2012(statement1(`"Principal":"*"`, `"Condition":{"Bool":{"r":"true","B":"true"}}`))),
	}
	r := &policy.Request{Action: "nothing:Matches", Resource: "*", Context: contextOf("AWS:USERNAME=dana", "n=1")}
	if diff := cmp.Diff([]string{"t", "aws:SourceIp", "v", "z", "b", "r"}, policy.MissingKeys(&set, r)); diff != "" {
		t.Error(diff)
	}
	if got := policy.MissingKeys(&policy.Set{Identity: []policy.Attached{{}}}, &policy.Request{}); got != nil {
		t.Errorf("an unreadable policy misses %v", got)
	}
}

func TestContext(t *testing.T) {
	var c policy.Context
	if _, _, ok := c.Get("k"); ok {
		t.Error("the zero Context has keys")
	}
	c.Set("aws:UserName", "dana")
	c.SetList("aws:TagKeys", []string{"a", "b"})
	for _, tt := range []struct {
		key   string
		want  []string
		multi bool
	}{{"AWS:username", []string{"dana"}, false}, {"aws:tagkeys", []string{"a", "b"}, true}, {"none", nil, false}} {
		got, multi, ok := c.Get(tt.key)
		if !cmp.Equal(got, tt.want) || multi != tt.multi || ok != (tt.want != nil) {
			t.Errorf("Get(%q) = %q, %v, %v", tt.key, got, multi, ok)
		}
	}

	var top policy.Context
	top.Layer(&c)
	top.Set("extra", "1")
	top.Set("AWS:username", "eli")
	all := func(c *policy.Context) string {
		var b strings.Builder
		for key, values := range c.All() {
			b.WriteString(key + "=" + strings.Join(values, ",") + ";")
		}
		return b.String()
	}
	if got, want := all(&top), "aws:TagKeys=a,b;extra=1;AWS:username=eli;"; got != want {
		t.Errorf("layers: %s, want %s", got, want)
	}
	copied := top.Clone()
	top.Set("extra", "2")
	c.SetList("aws:TagKeys", nil)
	if got, want := all(copied), "aws:TagKeys=a,b;extra=1;AWS:username=eli;"; got != want {
		t.Errorf("clone: %s, want %s", got, want)
	}
	if _, multi, _ := copied.Get("aws:tagkeys"); !multi {
		t.Error("a clone forgets that a key is multi-valued")
	}
	if got, want := all(&top), "extra=2;AWS:username=eli;"; got != want {
		t.Errorf("an empty list makes a key absent: %s, want %s", got, want)
	}
	top.Reset()
	if got := all(&top); got != "" {
		t.Errorf("after Reset: %s", got)
	}
	c.Set("aws:TagKeys", "x")
	c.SetList("aws:username", []string{"y"})
	if got, want := all(&c), "aws:username=y;aws:TagKeys=x;"; got != want {
		t.Errorf("replaced: %s, want %s", got, want)
	}
	for range c.All() {
		break // an early end must not go on
	}
	var none *policy.Context
	if got := all(none); got != "" {
		t.Errorf("nil Context: %s", got)
	}
}

func TestContextEntries(t *testing.T) {
	for _, tt := range []struct {
		typ    string
		values []string
		want   []string
		multi  bool
	}{
		{"string", []string{"a"}, []string{"a"}, false},
		{"stringList", []string{"a"}, []string{"a"}, true},
		{"numericList", []string{"1", "2"}, []string{"1", "2"}, true},
		{"boolean", []string{"true"}, []string{"true"}, false},
		{"ip", []string{"10.0.0.1"}, []string{"10.0.0.1"}, false},
		{"binaryList", []string{"QQ=="}, []string{"QQ=="}, true},
		{"date", []string{"2030-01-01"}, []string{"2030-01-01"}, false},
		{"string", []string{"a", "b"}, []string{"a", "b"}, true},
		{"string", nil, nil, false},
		{"stringList", nil, nil, false},
	} {
		var c policy.Context
		if err := c.SetEntry("k", tt.typ, tt.values); err != nil {
			t.Fatal(err)
		}
		if got, multi, _ := c.Get("k"); !cmp.Equal(got, tt.want) || multi != tt.multi {
			t.Errorf("%s %q: %q, %v", tt.typ, tt.values, got, multi)
		}
	}
	for _, typ := range []string{"", "List", "String", "text", "stringListList"} {
		if err := new(policy.Context).SetEntry("k", typ, []string{"v"}); err == nil {
			t.Errorf("type %q is accepted", typ)
		}
	}
}

// Printing and reading give the same policy.
func TestStringIsCanonical(t *testing.T) {
	for _, tt := range []struct {
		name string
		kind policy.Kind
		text string
		want string
	}{
		{
			"order, lists of one, white space", policy.Inline,
			"{ \"Statement\": {\"Resource\":[\"*\"], \"Action\" : [\"a:b\",\"c:d\"], \"Effect\":\"Allow\", \"Sid\":\"\"},\n\"Id\":\"i\"}",
			`{"Id":"i","Statement":[{"Sid":"","Effect":"Allow","Action":["a:b","c:d"],"Resource":"*"}]}`,
		},
		{
			"conditions", policy.Managed,
			v2012(statement1(`"Condition":{"Nope":{},"Bool":{"k":true,"l":[1,"x"]},"StringEquals":{"k":[]}}`)),
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Nope":{},"Bool":{"k":"true","l":["1","x"]},"StringEquals":{"k":[]}}}]}`,
		},
		{
			"principals", policy.Resource,
			v2012(statement1(`"Effect":"Deny"`, `"NotAction":[ "a:b" ]`, `"NotPrincipal":{"Service":["a"],"AWS":["1","2"]}`)),
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotPrincipal":{"Service":"a","AWS":["1","2"]},"NotAction":"a:b","Resource":"*"}]}`,
		},
		{
			"a bare star", policy.RCP,
			v2012(statement1(`"Effect":"Deny"`, `"Principal":"*"`, `"NotResource":["*",null]`)),
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","NotResource":["*",null]}]}`,
		},
		{
			"escapes", policy.Inline,
			`{"Statement":` + statement1(`"Condition":{"StringEquals":{"k":"\"\\\/\u0001\u00e9\u65e5\ud83d\ude00\u007f"}}`) + `}`,
			`{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"k":"\"\\/\u0001é\u65e5\ud83d\ude00` + "\x7f" + `"}}}]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustParse(t, tt.kind, tt.text)
			if got := p.String(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			again := mustParse(t, tt.kind, p.String())
			if again.String() != p.String() {
				t.Errorf("printed again: %s", again.String())
			}
			if p.Text() != tt.text || p.Kind() != tt.kind {
				t.Error("Text or Kind is not what was given")
			}
		})
	}
}
