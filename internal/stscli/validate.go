package stscli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/ordered"
)

// validate checks parameters as the AWS CLI does before it sends them: types, what
// is required or unknown, and lower bounds. Upper bounds and patterns are the
// service's. All violations make one error.
func validate(in *ordered.Object, s *shape) error {
	var v violations
	v.check(in, s, "")
	if v == nil {
		return nil
	}
	return awsErrorf("Parameter validation failed:\n%s", strings.Join(v, "\n"))
}

type violations []string

func (v *violations) add(format string, args ...any) { *v = append(*v, fmt.Sprintf(format, args...)) }

func (v *violations) check(given any, s *shape, path string) {
	name := strings.TrimPrefix(path, ".")
	if path == "" {
		name = "input"
	}
	switch given := given.(type) {
	case *ordered.Object:
		if s.kind == structure {
			v.checkObject(given, s, path, name)
			return
		}
	case []any:
		if s.kind == list {
			v.checkLength(len(given), s, name)
			for i, e := range given {
				v.check(e, s.elem, fmt.Sprintf("%s[%d]", path, i))
			}
			return
		}
	case string:
		if s.kind == text {
			v.checkLength(utf8.RuneCountInString(given), s, name)
			return
		}
	case int64:
		if s.kind == integer {
			if given < int64(s.min) {
				v.add("Invalid value for parameter %s, value: %d, valid min value: %d", name, given, s.min)
			}
			return
		}
	case bool: // a kind of integer in Python
		if n := map[bool]int{true: 1}[given]; s.kind == integer && n >= s.min {
			return
		}
	}
	types := [...]string{text: "<class 'str'>", integer: "<class 'int'>", list: "<class 'list'>, <class 'tuple'>", structure: "<class 'dict'>"}
	v.add("Invalid type for parameter %s, value: %s, type: <class '%s'>, valid types: %s", name, ordered.Str(given), ordered.TypeName(given), types[s.kind])
}

func (v *violations) checkLength(n int, s *shape, name string) {
	if n < s.min {
		v.add("Invalid length for parameter %s, value: %d, valid min length: %d", name, n, s.min)
	}
}

func (v *violations) checkObject(o *ordered.Object, s *shape, path, name string) {
	for _, m := range s.members {
		if _, ok := o.Get(m.name); m.required && !ok {
			v.add("Missing required parameter in %s: \"%s\"", name, m.name)
		}
	}
	for k := range o.All() {
		if s.member(k) == nil {
			v.add("Unknown parameter in %s: \"%s\", must be one of: %s", name, k, strings.Join(s.names(), ", "))
		}
	}
	for k, e := range o.All() {
		if m := s.member(k); m != nil {
			v.check(e, m.shape, path+"."+k)
		}
	}
}
