package apimodel

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/query"
)

// small is a model with one of everything.
const small = `{
"operations": {
  "Ask": {"input": {"shape": "Ask"}, "output": {"shape": "Answer"}, "errors": [{"shape": "GoneException"}, {"shape": "BusyException"}]},
  "Shout": {"input": {"shape": "Shout"}},
  "Quiet": {}
},
"shapes": {
  "Ask": {"type": "structure", "required": ["Name"], "members": {
    "Name": {"shape": "name"}, "Size": {"shape": "size"}, "Names": {"shape": "names"}, "Kind": {"shape": "kind"},
    "Secret": {"shape": "secret"}, "Inner": {"shape": "inner"}, "Free": {"shape": "free"}}},
  "Answer": {"type": "structure", "required": ["Doc"], "members": {
    "Doc": {"shape": "policyDocumentType"}, "When": {"shape": "date"}, "Counts": {"shape": "counts"}, "Name": {"shape": "name"}}},
  "Shout": {"type": "structure", "members": {"Free": {"shape": "free"}}},
  "GoneException": {"type": "structure", "members": {}, "error": {"code": "Gone"}},
  "BusyException": {"type": "structure", "members": {}},
  "name": {"type": "string", "min": 1, "max": 64, "pattern": "[\\w+=,.@-]+"},
  "free": {"type": "string", "min": 0},
  "size": {"type": "integer", "min": 0, "max": 9},
  "names": {"type": "list", "max": 5, "member": {"shape": "name"}},
  "kind": {"type": "string", "enum": ["A", "B"]},
  "secret": {"type": "string", "sensitive": true},
  "inner": {"type": "structure", "members": {"arn": {"shape": "free"}}},
  "policyDocumentType": {"type": "string"},
  "date": {"type": "timestamp"},
  "counts": {"type": "map", "key": {"shape": "free"}, "value": {"shape": "size"}}
}}`

type (
	inner struct {
		Arn string `q:"name=arn"`
	}
	ask struct {
		Name   string   `q:"required,len=1..64,pattern=name"`
		Size   *int32   `q:"range=0..9"`
		Names  []string `q:"items=..5,each-len=1..64,each-pattern=name"`
		Kind   string   `q:"enum=A|B"`
		Secret string   `q:"sensitive"`
		Inner  inner
		Free   string
	}
	plainAsk struct {
		Name   string   `q:"required,len=1..64,pattern=name"`
		Size   int32    `q:"range=0..9"`
		Names  []string `q:"items=..5,each-len=1..64,each-pattern=name"`
		Kind   string   `q:"enum=A|B"`
		Secret string   `q:"sensitive"`
		Inner  inner
		Free   string
	}
	answer struct {
		Doc    query.PolicyDocument
		When   time.Time
		Counts map[string]int32
		Name   string
	}
)

func TestCompare(t *testing.T) {
	noResult := reflect.TypeFor[query.NoResult]()
	in, out := reflect.TypeFor[ask](), reflect.TypeFor[answer]()
	for _, tt := range []struct {
		name   string
		action string
		op     Operation
		change [2]string // of the model's text
		want   string    // the only difference
	}{
		{name: "equal", action: "Ask", op: Operation{in, out}},
		{name: "equal, nothing taken or answered", action: "Quiet", op: Operation{nil, noResult}},
		{name: "no such operation", action: "Nope", want: "Nope: no such operation"},
		{name: "parameters too many", action: "Quiet", op: Operation{in, noResult}, want: "Quiet: takes parameters, the model has none"},
		{name: "no parameters", action: "Ask", op: Operation{nil, out}, want: "Ask: takes no parameters, the model has Ask"},
		{name: "a result too many", action: "Quiet", op: Operation{nil, out}, want: "Quiet: has a result, the model has none"},
		{name: "no result", action: "Ask", op: Operation{in, noResult}, want: "Ask: has no result, the model has Answer"},
		{name: "a parameter too many", change: [2]string{`"Free": {"shape": "free"}`, `"free": {"shape": "free"}`}, want: "Ask().Free: not in the model; Ask().free: only in the model"},
		{name: "an element missing", change: [2]string{`"Doc": {`, `"More": {"shape": "free"}, "Doc": {`}, want: "Ask.More: only in the model"},
		{name: "another wire name", change: [2]string{`"Free": {"shape": "free"`, `"Free": {"locationName": "fr", "shape": "free"`}, want: "Ask().Free: the model's name on the wire is fr"},
		{name: "not required", change: [2]string{`["Name"]`, `[]`}, want: "Ask().Name: required is true, in the model false"},
		{name: "required", change: [2]string{`["Name"]`, `["Name", "Free"]`}, want: "Ask().Free: required is false, in the model true"},
		{name: "another kind", change: [2]string{`"Kind": {"shape": "kind"}`, `"Kind": {"shape": "size"}`}, want: "Ask().Kind: is a string, in the model a integer"},
		{name: "other bounds of a number", change: [2]string{`"min": 0, "max": 9`, `"min": 1, "max": 9`}, want: "Ask().Size: bounds are 0..9, in the model 1..9"},
		{name: "other bounds of a list", change: [2]string{`"max": 5`, `"max": 6`}, want: "Ask().Names: bounds are ..5, in the model ..6"},
		{name: "another pattern, also of elements", change: [2]string{`.@-]+"`, `.@-]*"`}, want: `Ask().Name: pattern is "[\\w+=,.@-]+", in the model "[\\w+=,.@-]*"; Ask().Names[]: pattern is "[\\w+=,.@-]+", in the model "[\\w+=,.@-]*"`},
		{name: "other values", change: [2]string{`["A", "B"]`, `["A", "C"]`}, want: "Ask().Kind: values are [A B], in the model [A C]"},
		{name: "not sensitive", change: [2]string{`"sensitive": true`, `"sensitive": false`}, want: "Ask().Secret: sensitive is true, in the model false"},
		{name: "inside a structure", change: [2]string{`"arn": {"shape": "free"}`, `"arn": {"shape": "kind"}`}, want: "Ask().Inner.arn: values are [], in the model [A B]"},
		{name: "a document that is not one", change: [2]string{`"Doc": {"shape": "policyDocumentType"}`, `"Doc": {"shape": "free"}`}, want: "Ask.Doc: is a policy document: true, in the model false"},
		{name: "a document that is text here", change: [2]string{`"Counts": {"shape": "counts"}, "Name": {"shape": "name"}`, `"Counts": {"shape": "counts"}, "Name": {"shape": "policyDocumentType"}`}, want: "Ask.Name: is a policy document: false, in the model true"},
		{name: "another kind inside a map", change: [2]string{`"value": {"shape": "size"}`, `"value": {"shape": "free"}`}, want: "Ask.Counts[]: is a integer, in the model a string"},
		{name: "entries of another name", change: [2]string{`"value": {"shape": "size"}`, `"value": {"shape": "size", "locationName": "v"}`}, want: "Ask.Counts: the model's entries are not <key/><value/>"},
		{name: "elements of another name", change: [2]string{`"member": {"shape": "name"}`, `"member": {"shape": "name", "locationName": "item"}`}, want: "Ask().Names: the model's elements are named item"},
		{name: "a number that cannot be left out", action: "Ask", op: Operation{reflect.TypeFor[plainAsk](), out}, want: "Ask().Size: is no pointer: what is left out looks like a zero, and is recorded as one"},
		{name: "a flat list", change: [2]string{`"type": "list", "max"`, `"type": "list", "flattened": true, "max"`}, want: "Ask().Names: the model flattens it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.action == "" {
				tt.action, tt.op = "Ask", Operation{in, out}
			}
			text := strings.Replace(small, tt.change[0], tt.change[1], 1)
			if tt.change[0] != "" && text == small {
				t.Fatal("the change changes nothing")
			}
			m := new(Model)
			if err := json.Unmarshal([]byte(text), m); err != nil {
				t.Fatal(err)
			}
			got := m.Compare(tt.action, tt.op)
			slices.Sort(got)
			if strings.Join(got, "; ") != tt.want {
				t.Errorf("differences = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWhatMayGoWrongWithAnOperation(t *testing.T) {
	m := new(Model)
	if err := json.Unmarshal([]byte(small), m); err != nil {
		t.Fatal(err)
	}
	want := []Failure{{"GoneException", "Gone"}, {"BusyException", "BusyException"}}
	if got := m.Failures("Ask"); !slices.Equal(got, want) {
		t.Errorf("Failures = %v, want %v", got, want)
	}
	for operation, want := range map[string]bool{"Ask": true, "Shout": false, "Quiet": false} {
		if got := m.Constrains(operation); got != want {
			t.Errorf("Constrains(%s) = %v, want %v", operation, got, want)
		}
	}
}
