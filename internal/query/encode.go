package query

import (
	"cmp"
	"encoding/base64"
	"reflect"
	"strings"
	"time"
)

// API is a version of a service, as its answers name it. The zero API is the
// front end before it knows the service.
type API struct {
	Name      string // "sts"
	Version   string // "2011-06-15"
	Namespace string // of its XML
	Target    string // what X-Amz-Target begins with, when it speaks JSON 1.1 instead of Query; "" for Query
}

// The services that there are.
var (
	STS        = API{Name: "sts", Version: "2011-06-15", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/"}
	IAM        = API{Name: "iam", Version: "2010-05-08", Namespace: "https://iam.amazonaws.com/doc/2010-05-08/"}
	CloudTrail = API{Name: "cloudtrail", Version: "2013-11-01", Target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"}
)

// SpeaksJSON reports whether the service speaks JSON 1.1, not Query.
func (a API) SpeaksJSON() bool { return a.Target != "" }

// Operation returns the operation that the value of an X-Amz-Target names. The
// name of the service counts with and without the package before it. It reports
// false for a value that is of no operation of the service.
func (a API) Operation(target string) (string, bool) {
	i := strings.LastIndexByte(target, '.')
	if !a.SpeaksJSON() || i < 0 || i == len(target)-1 {
		return "", false
	}
	if of := target[:i]; of != a.Target && of != a.Target[strings.LastIndexByte(a.Target, '.')+1:] {
		return "", false
	}
	return target[i+1:], true
}

// faultNamespace is that of an error raised before the service is known.
const faultNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09"

func (a API) namespace() string { return cmp.Or(a.Namespace, faultNamespace) }

// result returns the schema and the value of an output struct, given by value
// or by pointer. It reports false when the answer has no result: out is nil or
// a NoResult.
func result(out any) (*Schema, reflect.Value, bool) {
	v := reflect.ValueOf(out)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() || v.Type() == reflect.TypeFor[NoResult]() {
		return nil, v, false
	}
	if !v.CanAddr() {
		copied := reflect.New(v.Type()).Elem()
		copied.Set(v)
		v = copied
	}
	return SchemaOf(v.Type()), v, true
}

// absent reports whether an answer leaves the member out: a nil pointer, list,
// map or blob, an empty string, the zero time. A number or a bool that may be
// absent is a pointer.
func (f *Field) absent(v reflect.Value) bool {
	if f.Pointer {
		return v.IsNil()
	}
	if f.Keep {
		return false
	}
	switch f.Kind {
	case String, Document:
		return v.Len() == 0
	case List, Map, Blob:
		return v.IsNil()
	case Time:
		return timeOf(v).IsZero()
	}
	return false
}

func timeOf(v reflect.Value) time.Time { return *v.Addr().Interface().(*time.Time) }

// AppendEscaped appends a policy document with all but the unreserved
// characters of RFC 3986 percent-encoded.
func AppendEscaped(dst []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '_', c == '.', c == '~':
			dst = append(dst, c)
		default:
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		}
	}
	return dst
}

func appendBase64(dst []byte, b []byte) []byte { return base64.StdEncoding.AppendEncode(dst, b) }
