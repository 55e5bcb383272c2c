// Package query speaks the AWS Query protocol: a form in, XML (or JSON) out.
//
// A request is a flat list of parameters, in the query string of a GET or in
// the urlencoded body of a POST:
//
//	Action=AssumeRole&Version=2011-06-15
//	&RoleArn=arn:aws:iam::123456789012:role/ci
//	&Tags.member.1.Key=team&Tags.member.1.Value=build      a list of structures
//	&TransitiveTagKeys.member.1=team                       a list of strings
//	&TaskPolicyArn.arn=arn:aws:iam::aws:policy/…           a structure
//	&PolicyArns=                                           an empty list: absent
//
// [ParseForm] splits it, [Decode] fills a Go struct from it. The struct's
// fields are the parameters, and its tags are the constraints of the service
// model:
//
//	type input struct {
//		RoleArn         string   `q:"required,len=20..2048,pattern=arn"`
//		DurationSeconds *int32   `q:"range=900..43200"`
//		Tags            []tag    `q:"items=..50"`
//		Keys            []string `q:"items=..50,each-len=1..128,each-notnull"`
//	}
//
// The words of a tag are listed at [Field]. A pointer tells absent from empty.
// Decode checks every constraint and reports all that fail in one
// ValidationError, in the words and the order of the real service.
//
// An answer is a struct too. [API.AppendXML] and [API.AppendJSON] wrap it as
// the protocol wants, and [API.AppendErrorXML] and [API.AppendErrorJSON] do
// the same for a failure. Members that are not set are left out.
//
// Everything here is a pure function of its arguments. A [Schema] is compiled
// once for each type and kept; what is in a request never makes one.
package query
