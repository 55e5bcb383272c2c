package pipeline_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// members are those of a record, in their order (reference, cloudtrail 1).
var members = []string{
	"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode", "errorMessage",
	"requestParameters", "responseElements", "additionalEventData", "requestID", "eventID", "readOnly", "resources", "eventType", "managementEvent",
	"recipientAccountId", "sharedEventID", "eventCategory", "tlsDetails",
}

// TestGoldenRecordsKeepTheRules holds the golden records to what the reference
// says of all records: -update writes whatever the code does.
func TestGoldenRecordsKeepTheRules(t *testing.T) {
	for _, records := range goldenRecords(t) {
		shared := map[string]bool{} // accounts that the call is recorded for
		for _, text := range records {
			r := read(t, text)
			for _, broken := range r.broken() {
				t.Errorf("%s\n%s", broken, text)
			}
			if shared[r.RecipientAccountID] || (r.SharedEventID != "") != (len(records) == 2) {
				t.Errorf("two records of an account, or a sharedEventID of one\n%s", text)
			}
			shared[r.RecipientAccountID] = true
		}
	}
}

// full is what the rules are about.
type full struct {
	event
	RequestParameters, ResponseElements, AdditionalEventData, Resources json.RawMessage
	SharedEventID, EventType, EventCategory                             string

	names []string // of its members, in order
	text  string
}

func read(t *testing.T, text []byte) (r full) {
	t.Helper()
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	depth := 0
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if depth == 1 && slices.Contains(members, v) {
				r.names = append(r.names, v)
			}
		}
	}
	r.text = string(text)
	return r
}

var (
	name      = regexp.MustCompile(`"([^"\\]+)":`)
	commaed   = regexp.MustCompile(`"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M"`)
	uncommaed = regexp.MustCompile(`"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M"`)
	verbs     = regexp.MustCompile(`^(Get|List|Describe|Lookup|Generate|Simulate|Decode|AssumeRole)`)
)

// revealing are names of what proves something.
var revealing = regexp.MustCompile(`(?i)secret|password$|tokenCode|authenticationCode|assertion$|identityToken$|tradeIn|encodedMessage|decodedMessage|seed|qrCode`)

// issuing are actions that are recorded as writing in spite of their verb.
var issuing = []string{"GetFederationToken", "GetSessionToken", "GetWebIdentityToken", "GetDelegatedAccessToken"}

// broken tells which rules the record breaks.
func (r *full) broken() (all []string) {
	rule := func(holds bool, words string) {
		if !holds {
			all = append(all, words)
		}
	}
	isSTS := r.EventSource == "sts.amazonaws.com"
	assumes := strings.HasPrefix(r.EventName, "AssumeRole")
	rule(slices.IsSortedFunc(r.names, func(a, b string) int { return slices.Index(members, a) - slices.Index(members, b) }), "the members are in another order")
	rule(r.EventType == "AwsApiCall" && r.EventCategory == "Management", "type and category are others")
	rule(r.ReadOnly == (verbs.MatchString(r.EventName) && !slices.Contains(issuing, r.EventName) && r.EventName != "AssumeRoot"), "readOnly is wrong")
	rule(r.ErrorCode == "" || string(r.ResponseElements) == "null" && r.Resources == nil, "a failed call has an answer or resources")
	rule(!r.ReadOnly || assumes || string(r.ResponseElements) == "null", "the answer of a call that reads is there")
	rule((r.Resources != nil) == (assumes && r.ErrorCode == ""), "resources are those of assumed roles alone")
	rule(isSTS == (r.AdditionalEventData != nil), "additionalEventData is that of STS")
	rule(r.EventSource != "iam.amazonaws.com" || r.AWSRegion == "us-east-1", "IAM is in us-east-1")
	rule(!(isSTS && r.ErrorCode == "AccessDenied" && r.UserIdentity.ARN != "") || string(r.RequestParameters) == "null", "the parameters of a denied call of STS are there")
	if isSTS {
		rule(!uncommaed.MatchString(r.text), "a date is not in the style of STS")
	} else {
		rule(!commaed.MatchString(r.text), "a date is in the style of STS")
	}
	for _, part := range []json.RawMessage{r.RequestParameters, r.ResponseElements} {
		for _, m := range name.FindAllSubmatch(part, -1) {
			first := m[1][0]
			rule(first >= 'a' && first <= 'z', string(m[1])+" begins with no small letter")
			rule(!revealing.Match(m[1]) || string(m[1]) == "subjectFromWebIdentityToken", string(m[1])+" is recorded")
		}
	}
	return all
}
