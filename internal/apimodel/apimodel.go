// Package apimodel compares our shapes with the service models that botocore
// carries. It is for tests.
//
// A model (service-2.json.gz) lists the operations of a service and the shapes
// they take and answer. [Model.Compare] walks the Go types of an operation
// beside the model's shapes and tells every difference: a member too many or
// too few, another wire name, kind, limit, pattern or set of values. What
// differs on purpose is named by a [Divergence] with its reason, and one that
// no longer exists is itself a difference.
//
// Constraints count for parameters alone: nothing checks our own answers.
package apimodel

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/query"
)

// Model is the part of a service model that is compared.
type Model struct {
	Operations map[string]struct {
		Input, Output *struct{ Shape string }
		Errors        []struct{ Shape string }
	}
	Shapes map[string]*shape
}

type shape struct {
	Type       string
	Members    map[string]ref
	Required   []string
	Member     ref // of a list
	Key, Value ref // of a map
	Min, Max   *int64
	Pattern    string
	Enum       []string
	Sensitive  bool
	Flattened  bool
	Error      struct{ Code string } // of an exception
}

type ref struct {
	Shape        string
	LocationName string
	Flattened    bool
}

// Failure is an error that an operation is modelled to have: the name of its
// exception, and its code on the wire.
type Failure struct{ Exception, Code string }

// Failures returns the errors of an operation.
func (m *Model) Failures(operation string) []Failure {
	var all []Failure
	for _, of := range m.Operations[operation].Errors {
		all = append(all, Failure{of.Shape, cmp.Or(m.Shapes[of.Shape].Error.Code, of.Shape)})
	}
	return all
}

// Constrains reports whether some parameter of an operation can break a
// constraint: one that must be there, or has bounds, a pattern or an enumeration.
func (m *Model) Constrains(operation string) bool {
	in := m.Operations[operation].Input
	if in == nil {
		return false
	}
	of := m.Shapes[in.Shape]
	for _, member := range of.Members {
		s := m.Shapes[member.Shape]
		if modelBounds(s) != ".." || s.Pattern != "" || s.Enum != nil {
			return true
		}
	}
	return len(of.Required) > 0
}

// Operation names the Go types of an operation. In is nil when it has no
// parameters; Out is query.NoResult when its answer has no result.
type Operation struct{ In, Out reflect.Type }

// Divergence is a difference that is meant.
type Divergence struct {
	Difference string // as Compare words it
	Reason     string
}

// Load reads the model of a service, and skips the test where botocore is not
// installed.
func Load(t testing.TB, service, version string) *Model {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "python3", "-c",
		"import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), 'data'))").Output()
	if err != nil {
		t.Skipf("no botocore to compare with: %v", err)
	}
	file, err := os.Open(filepath.Join(strings.TrimSpace(string(out)), service, version, "service-2.json.gz"))
	if err != nil {
		t.Skipf("botocore is here but its model is not: %v", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	m := new(Model)
	if err := json.NewDecoder(unzipped).Decode(m); err != nil {
		t.Fatal(err)
	}
	return m
}

// Check compares every operation, allowing the divergences and no other.
func (m *Model) Check(t *testing.T, operations map[string]Operation, meant []Divergence) {
	t.Helper()
	var found []string
	for name, op := range operations {
		found = append(found, m.Compare(name, op)...)
	}
	slices.Sort(found)
	found = slices.Compact(found)
	for _, d := range meant {
		i := slices.Index(found, d.Difference)
		if i < 0 {
			t.Errorf("the difference %q is listed, but is not there", d.Difference)
			continue
		}
		found = slices.Delete(found, i, i+1)
	}
	for _, d := range found {
		t.Errorf("model: %s", d)
	}
}

// Compare tells how an operation differs from the model. Differences inside a
// parameter are named by the path from the operation.
func (m *Model) Compare(name string, op Operation) []string {
	of, ok := m.Operations[name]
	if !ok {
		return []string{name + ": no such operation"}
	}
	c := &comparison{model: m}
	switch {
	case of.Input == nil && op.In != nil:
		c.say(name, "takes parameters, the model has none")
	case of.Input != nil && op.In == nil:
		c.say(name, "takes no parameters, the model has %s", of.Input.Shape)
	case of.Input != nil:
		c.structure(name+"()", query.SchemaOf(op.In), m.Shapes[of.Input.Shape], true)
	}
	none := op.Out == reflect.TypeFor[query.NoResult]()
	switch {
	case of.Output == nil && !none:
		c.say(name, "has a result, the model has none")
	case of.Output != nil && none:
		c.say(name, "has no result, the model has %s", of.Output.Shape)
	case of.Output != nil:
		c.structure(name, query.SchemaOf(op.Out), m.Shapes[of.Output.Shape], false)
	}
	return c.found
}

type comparison struct {
	model *Model
	found []string
}

func (c *comparison) say(path, format string, args ...any) {
	c.found = append(c.found, path+": "+fmt.Sprintf(format, args...))
}

func (c *comparison) structure(path string, s *query.Schema, of *shape, in bool) {
	left := make(map[string]bool)
	for name := range of.Members {
		left[name] = true
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		path := path + "." + f.Name
		member, ok := of.Members[f.Name]
		if !ok {
			c.say(path, "not in the model")
			continue
		}
		delete(left, f.Name)
		if member.LocationName != "" && member.LocationName != f.Name {
			c.say(path, "the model's name on the wire is %s", member.LocationName)
		}
		if required := slices.Contains(of.Required, f.Name); in && f.Required != required {
			c.say(path, "required is %v, in the model %v", f.Required, required)
		}
		if in && !f.Required && !f.Pointer && (f.Kind == query.Bool || f.Kind == query.Int) {
			c.say(path, "is no pointer: what is left out looks like a zero, and is recorded as one")
		}
		c.member(path, f, member, in)
	}
	for name := range left {
		c.say(path+"."+name, "only in the model")
	}
}

// kinds gives the model's word for each kind.
var kinds = map[query.Kind]string{
	query.String: "string", query.Document: "string", query.Int: "integer", query.Bool: "boolean",
	query.Struct: "structure", query.List: "list", query.Map: "map", query.Time: "timestamp", query.Blob: "blob",
}

func (c *comparison) member(path string, f *query.Field, member ref, in bool) {
	of := c.model.Shapes[member.Shape]
	if kinds[f.Kind] != of.Type {
		c.say(path, "is a %s, in the model a %s", kinds[f.Kind], of.Type)
		return
	}
	if member.Flattened || of.Flattened || of.Member.Flattened {
		c.say(path, "the model flattens it")
	}
	if document := member.Shape == "policyDocumentType" && !in; document != (f.Kind == query.Document) {
		c.say(path, "is a policy document: %v, in the model %v", f.Kind == query.Document, document)
	}
	if in {
		c.constraints(path, f, of)
	}
	switch f.Kind {
	case query.Struct:
		c.structure(path, f.Struct, of, in)
	case query.List:
		if name := of.Member.LocationName; name != "" && name != "member" {
			c.say(path, "the model's elements are named %s", name)
		}
		c.member(path+"[]", f.Elem, of.Member, in)
	case query.Map:
		if of.Key.LocationName != "" || of.Value.LocationName != "" {
			c.say(path, "the model's entries are not <key/><value/>")
		}
		c.member(path+"[]", f.Elem, of.Value, in)
	}
}

func (c *comparison) constraints(path string, f *query.Field, of *shape) {
	ours, theirs := bounds(f.Bounds), modelBounds(of)
	if ours != theirs {
		c.say(path, "bounds are %s, in the model %s", ours, theirs)
	}
	pattern := ""
	if f.Pattern != nil {
		pattern = f.Pattern.Text
	}
	if pattern != of.Pattern {
		c.say(path, "pattern is %q, in the model %q", pattern, of.Pattern)
	}
	if !slices.Equal(f.Enum, of.Enum) {
		c.say(path, "values are %v, in the model %v", f.Enum, of.Enum)
	}
	if f.Sensitive != of.Sensitive {
		c.say(path, "sensitive is %v, in the model %v", f.Sensitive, of.Sensitive)
	}
}

func bounds(r query.Range) string {
	s := ".."
	if r.HasMin {
		s = fmt.Sprint(r.Min) + s
	}
	if r.HasMax {
		s += fmt.Sprint(r.Max)
	}
	return s
}

// modelBounds leaves out a minimum length of 0, which constrains nothing.
func modelBounds(of *shape) string {
	var r query.Range
	if of.Min != nil && (*of.Min != 0 || of.Type == "integer") {
		r.Min, r.HasMin = *of.Min, true
	}
	if of.Max != nil {
		r.Max, r.HasMax = *of.Max, true
	}
	return bounds(r)
}
