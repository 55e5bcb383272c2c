package history

import "time"

// event is what the index knows of a record. Its texts are parts of the record.
type event struct {
	id, name, source []byte
	account, region  []byte // whose trail has the record
	time             []byte // as it is recorded
	seconds          int64  // the same, since 1970
	readOnly         bool
	code             []byte // of the error; empty for success
	kind             []byte // of the caller, such as "IAMUser"
	arn, principal   []byte // of the caller
	issuer           []byte // ARN of whom the caller's session was issued by
	user             []byte
	accessKey        []byte
	resources        []resource // room is reused
}

type resource struct{ kind, name []byte }

// read makes e the event of a record, and reports whether it is one: with an
// id, a time and an account.
func (e *event) read(record []byte) bool {
	*e = event{resources: e.resources[:0]}
	s := scanner{text: record}
	s.members(func(name []byte) {
		switch string(name) {
		case "userIdentity":
			e.readIdentity(&s)
		case "eventTime":
			e.time = s.value()
		case "eventSource":
			e.source = s.value()
		case "eventName":
			e.name = s.value()
		case "awsRegion":
			e.region = s.value()
		case "errorCode":
			e.code = s.value()
		case "requestParameters":
			e.readParameters(&s)
		case "responseElements":
			e.readAnswer(&s)
		case "eventID":
			e.id = s.value()
		case "readOnly":
			e.readOnly = s.peek() == 't'
			s.skip()
		case "resources":
			s.items(func() {
				var r resource
				s.members(func(name []byte) {
					switch string(name) {
					case "type":
						r.kind = s.value()
					case "ARN":
						r.name = s.value()
					default:
						s.skip()
					}
				})
				e.about(r)
			})
		case "recipientAccountId":
			e.account = s.value()
		default:
			s.skip()
		}
	})
	ok := false
	e.seconds, ok = seconds(e.time)
	return ok && !s.bad && isID(e.id) && len(e.account) > 0
}

// isID reports whether an event's id can be part of a key.
func isID(id []byte) bool {
	for _, c := range id {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c == '-') {
			return false
		}
	}
	return len(id) == idLength
}

// idLength is that of an event's id, a UUID.
const idLength = 36

func (e *event) readIdentity(s *scanner) {
	s.members(func(name []byte) {
		switch string(name) {
		case "type":
			e.kind = s.value()
		case "principalId":
			e.principal = s.value()
		case "arn":
			e.arn = s.value()
		case "accessKeyId":
			e.accessKey = s.value()
		case "userName":
			e.user = s.value()
		case "sessionContext":
			s.members(func(name []byte) {
				if string(name) != "sessionIssuer" {
					s.skip()
					return
				}
				s.members(func(name []byte) {
					if string(name) == "arn" {
						e.issuer = s.value()
					} else {
						s.skip()
					}
				})
			})
		default:
			s.skip()
		}
	})
	switch string(e.kind) {
	case "AssumedRole", "FederatedUser":
		e.user = afterColon(e.principal)
	case "Root":
		e.user = rootName // not the alias that the account had then
	}
}

var rootName = []byte("root")

func afterColon(id []byte) []byte {
	for i, c := range id {
		if c == ':' {
			return id[i+1:]
		}
	}
	return nil
}

// nouns are the parameters that name what a call is about, where the record has
// no resources: the records of IAM and CloudTrail have none.
var nouns = [...]struct {
	parameter string
	kind      []byte
}{
	{"userName", []byte("AWS::IAM::User")},
	{"roleName", []byte("AWS::IAM::Role")},
	{"groupName", []byte("AWS::IAM::Group")},
	{"policyArn", []byte("AWS::IAM::Policy")},
	{"instanceProfileName", []byte("AWS::IAM::InstanceProfile")},
	{"accessKeyId", accessKeyKind},
	{"serialNumber", []byte("AWS::IAM::MFADevice")},
	{"sAMLProviderArn", []byte("AWS::IAM::SAMLProvider")},
	{"openIDConnectProviderArn", []byte("AWS::IAM::OIDCProvider")},
	{"s3BucketName", []byte("AWS::S3::Bucket")},
}

var (
	accessKeyKind = []byte("AWS::IAM::AccessKey")
	sessionKind   = []byte("AWS::STS::AssumedRole")
	trailKind     = []byte("AWS::CloudTrail::Trail")
)

// nounOf returns the kind of what a parameter names; nil if it names nothing.
func (e *event) nounOf(parameter []byte) []byte {
	for i := range nouns {
		if string(parameter) == nouns[i].parameter {
			return nouns[i].kind
		}
	}
	if string(parameter) == "name" && string(e.source) == "cloudtrail.amazonaws.com" {
		return trailKind
	}
	return nil
}

func (e *event) readParameters(s *scanner) {
	s.members(func(name []byte) {
		kind := e.nounOf(name)
		if kind == nil {
			s.skip()
			return
		}
		e.about(resource{kind, s.value()})
	})
}

// readAnswer finds what was issued: an access key, a role's session.
func (e *event) readAnswer(s *scanner) {
	s.members(func(name []byte) {
		var kind []byte
		member := ""
		switch string(name) {
		case "credentials", "accessKey":
			kind, member = accessKeyKind, "accessKeyId"
		case "assumedRoleUser":
			kind, member = sessionKind, "arn"
		default:
			s.skip()
			return
		}
		s.members(func(name []byte) {
			if string(name) != member {
				s.skip()
				return
			}
			e.about(resource{kind, s.value()})
		})
	})
}

func (e *event) about(r resource) {
	if len(r.name) == 0 || len(e.resources) == maxResources {
		return
	}
	for _, had := range e.resources {
		if string(had.name) == string(r.name) && string(had.kind) == string(r.kind) {
			return
		}
	}
	e.resources = append(e.resources, r)
}

// maxResources is how many resources of an event are found.
const maxResources = 16

// seconds reads a time as it is recorded, such as 2026-07-01T00:08:20Z.
func seconds(text []byte) (int64, bool) {
	if len(text) != len("2026-07-01T00:08:20Z") || text[len(text)-1] != 'Z' {
		return 0, false
	}
	var n [6]int
	for i, at := range [...]struct{ from, to int }{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}} {
		for _, c := range text[at.from:at.to] {
			if c < '0' || c > '9' {
				return 0, false
			}
			n[i] = 10*n[i] + int(c-'0')
		}
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC).Unix()
	return t, t >= 0 && t < endOfTime
}

// public returns the event with texts of its own.
func (e *event) public(record []byte) Event {
	resources := make([]Resource, len(e.resources))
	for i, r := range e.resources {
		resources[i] = Resource{string(r.kind), string(r.name)}
	}
	return Event{
		ID: string(e.id), Name: string(e.name), Source: string(e.source), Time: time.Unix(e.seconds, 0).UTC(), ReadOnly: e.readOnly,
		AccessKeyID: string(e.accessKey), Username: string(e.user), Resources: resources, Record: string(record),
	}
}

// endOfTime is the first second that a key has no room for.
const endOfTime = 10_000_000_000

// appendKey appends the place of an event in the order of all: ten digits of
// its time, and its id. An event that was recorded twice has one key.
func appendKey(dst []byte, seconds int64, id []byte) []byte {
	var digits [10]byte
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + seconds%10)
		seconds /= 10
	}
	return append(append(dst, digits[:]...), id...)
}

// keyAt is before the keys of all events from a second on, and behind those
// before it.
func keyAt(seconds int64) string {
	return string(appendKey(nil, min(max(seconds, 0), endOfTime-1), nil))
}
