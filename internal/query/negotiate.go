package query

import (
	"strconv"
	"strings"
)

// Format is the encoding of an answer. The zero value is XML.
type Format int

// The formats of an answer.
const (
	XML Format = iota
	JSON
	JSON11 // of services that speak nothing else
)

// ContentType returns the header of an answer in this format. Clients compare
// the XML one byte for byte.
func (f Format) ContentType() string {
	switch f {
	case JSON:
		return "application/json"
	case JSON11:
		return "application/x-amz-json-1.1"
	}
	return "text/xml"
}

// Negotiate picks the format from the values of the Accept header: JSON when
// application/json is asked for and no XML type is preferred to it. Wildcards
// do not ask for JSON; XML is what they get.
func Negotiate(accept []string) Format {
	best, bestQ := XML, 0.0
	for _, header := range accept {
		for part := range strings.SplitSeq(header, ",") {
			kind, params, _ := strings.Cut(part, ";")
			format := XML
			switch strings.ToLower(strings.TrimSpace(kind)) {
			case "application/json":
				format = JSON
			case "text/xml", "application/xml":
			default:
				continue
			}
			if q := quality(params); q > bestQ {
				best, bestQ = format, q
			}
		}
	}
	return best
}

// quality returns the q of a media range's parameters: 1 when there is none,
// 0 when it makes no sense.
func quality(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "q") {
			q, err := strconv.ParseFloat(value, 64)
			if err != nil || q < 0 || q > 1 {
				return 0
			}
			return q
		}
	}
	return 1
}

// IsJSONType reports whether a Content-Type header announces the JSON of this
// protocol. Other JSON is not it: a page of another site may send that.
func IsJSONType(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), JSON11.ContentType())
}

// IsFormType reports whether a Content-Type header announces a urlencoded
// form. Its parameters (charset) do not matter: the text must be UTF-8.
func IsFormType(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded")
}
