package query

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/awserr"
)

const formType = "application/x-www-form-urlencoded; charset=utf-8"

// parse is ParseForm for tests in which the form is not the point.
func parse(t testing.TB, body string) *Form {
	t.Helper()
	f, err := ParseForm("", []byte(body), formType)
	if err != nil {
		t.Fatalf("ParseForm(%.200q) = %v", body, err)
	}
	return f
}

// wantError tells whether err is an *awserr.Error with this status, code and
// message.
func wantError(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	got, ok := errors.AsType[*awserr.Error](err)
	if !ok {
		t.Errorf("error = %v, want %d %s %q", err, status, code, message)
		return
	}
	if got.HTTPStatus() != status || got.Code != code || got.Message != message {
		t.Errorf("error = %d %s\n %q\nwant %d %s\n %q", got.HTTPStatus(), got.Code, got.Message, status, code, message)
	}
}

var formTests = []struct {
	name  string
	query string
	body  string
	want  []string // name=value, in order
}{
	{name: "nothing"},
	{name: "query string alone", query: "Action=A&Version=1", want: []string{"Action=A", "Version=1"}},
	{name: "body alone", body: "Action=A", want: []string{"Action=A"}},
	{name: "both, the query string first", query: "Action=A", body: "Action=B&X=1", want: []string{"Action=A", "Action=B", "X=1"}},
	{name: "plus and %20 are a space, in names too", body: "a+b=c+d%20e", want: []string{"a b=c d e"}},
	{name: "%2B is a plus", body: "a=%2B%2b", want: []string{"a=++"}},
	{name: "UTF-8", body: "a=%C3%A9é", want: []string{"a=éé"}},
	{name: "a value may hold =", body: "a=b=c", want: []string{"a=b=c"}},
	{name: "no = is the empty value", body: "a&b=", want: []string{"a=", "b="}},
	{name: "a parameter without a name is dropped", body: "&&=x&a=1&", want: []string{"a=1"}},
	{name: "; separates nothing", body: "a=1;b=2", want: []string{"a=1;b=2"}},
	{name: "NUL and controls are kept for the constraints to judge", body: "a=%00%0A", want: []string{"a=\x00\n"}},
}

func TestParseForm(t *testing.T) {
	for _, tt := range formTests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := ParseForm(tt.query, []byte(tt.body), formType)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for name, value := range f.All() {
				got = append(got, name+"="+value)
			}
			if !slices.Equal(got, tt.want) || f.Len() != len(tt.want) {
				t.Errorf("parameters = %q (%d), want %q", got, f.Len(), tt.want)
			}
		})
	}
}

var badFormTests = []struct {
	name    string
	query   string
	code    string
	message string
}{
	{"a lone % at the end", "a=%", "MalformedQueryString", "Incomplete trailing escape % sequence"},
	{"one digit at the end", "a=b%4", "MalformedQueryString", "Incomplete trailing escape % sequence"},
	{"an escape does not reach over &", "a=%4&1=b", "MalformedQueryString", "Incomplete trailing escape % sequence"},
	{"an escape does not reach over =", "a%4=1", "MalformedQueryString", "Incomplete trailing escape % sequence"},
	{"no hex digit first", "a=%G1", "MalformedQueryString", "Illegal hex character in escape % pattern: %G1"},
	{"no hex digit second", "a=%1g&b=1", "MalformedQueryString", "Illegal hex character in escape % pattern: %1g"},
	{"in a name", "%zz=1", "MalformedQueryString", "Illegal hex character in escape % pattern: %zz"},
	{"the message is UTF-8", "a=%é1", "MalformedQueryString", "Illegal hex character in escape % pattern: %é"},
	{"half a character in the message", "a=%1é", "MalformedQueryString", "Illegal hex character in escape % pattern: %1\uFFFD"},
	{"a byte that is not UTF-8", "a=\xff", "MalformedInput", "The request parameters are not valid UTF-8."},
	{"an escaped byte that is not UTF-8", "a=%ff", "MalformedInput", "The request parameters are not valid UTF-8."},
	{"an encoded surrogate", "a=%ED%A0%80", "MalformedInput", "The request parameters are not valid UTF-8."},
	{"a name that is not UTF-8", "\xc3=1", "MalformedInput", "The request parameters are not valid UTF-8."},
	{"too many parameters", strings.Repeat("a&", MaxParameters), "MalformedInput", "The request has more than 10000 parameters."},
}

func TestParseFormRefuses(t *testing.T) {
	for _, tt := range badFormTests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseForm(tt.query, nil, "")
			wantError(t, err, http.StatusBadRequest, tt.code, tt.message)
			_, err = ParseForm("", []byte(tt.query), formType)
			wantError(t, err, http.StatusBadRequest, tt.code, tt.message)
		})
	}
	t.Run("too many parameters in both together", func(t *testing.T) {
		half := strings.Repeat("a&", MaxParameters/2)
		_, err := ParseForm(half, []byte(half), formType)
		wantError(t, err, http.StatusBadRequest, "MalformedInput", "The request has more than 10000 parameters.")
	})
	t.Run("as many as there may be", func(t *testing.T) {
		if _, err := ParseForm(strings.Repeat("a&", MaxParameters-1)+"a", nil, ""); err != nil {
			t.Error(err)
		}
	})
}

func TestABodyMustBeAForm(t *testing.T) {
	for _, tt := range []struct {
		contentType, body string
		ok                bool
	}{
		{"application/x-www-form-urlencoded", "a=1", true},
		{"application/x-www-form-urlencoded; charset=utf-8", "a=1", true},
		{"Application/X-WWW-Form-URLEncoded ;charset=UTF-8", "a=1", true},
		{"", "", true},
		{"application/json", "", true},
		{"", "a=1", false},
		{"application/json", "a=1", false},
		{"multipart/form-data; boundary=application/x-www-form-urlencoded", "a=1", false},
		{"application/x-www-form-urlencodedx", "a=1", false},
	} {
		t.Run(fmt.Sprintf("%q with %q", tt.contentType, tt.body), func(t *testing.T) {
			_, err := ParseForm("", []byte(tt.body), tt.contentType)
			if tt.ok && err != nil {
				t.Errorf("err = %v, want none", err)
			}
			if !tt.ok && (!errors.Is(err, ErrContentType) || awserr.From(err).HTTPStatus() != http.StatusForbidden) {
				t.Errorf("err = %v, want a 403 for ErrContentType", err)
			}
		})
	}
}

func TestTheFirstOfARepeatedParameterCounts(t *testing.T) {
	f, err := ParseForm("Action=A", []byte("Action=B&Version=1&Version=2"), formType)
	if err != nil {
		t.Fatal(err)
	}
	if f.Action() != "A" || f.Version() != "1" {
		t.Errorf("Action, Version = %q, %q, want A, 1", f.Action(), f.Version())
	}
	if v, ok := f.Get("action"); ok {
		t.Errorf("Get(action) = %q: names are case-sensitive", v)
	}
}

func TestNegotiate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		accept []string
		want   Format
	}{
		{"no header", nil, XML},
		{"empty", []string{""}, XML},
		{"anything", []string{"*/*"}, XML},
		{"any application type", []string{"application/*"}, XML},
		{"JSON", []string{"application/json"}, JSON},
		{"JSON, in capitals, with parameters", []string{"Application/JSON; charset=utf-8"}, JSON},
		{"JSON before anything", []string{"application/json, text/plain, */*"}, JSON},
		{"JSON after anything", []string{"*/*, application/json;q=0.1"}, JSON},
		{"in a second header", []string{"text/html", "application/json"}, JSON},
		{"XML preferred", []string{"application/json;q=0.5, text/xml"}, XML},
		{"JSON preferred", []string{"text/xml;q=0.5,application/json;q=0.9"}, JSON},
		{"a tie goes to the first", []string{"application/xml, application/json"}, XML},
		{"JSON refused", []string{"application/json;q=0"}, XML},
		{"a quality that is none", []string{"application/json;q=x"}, XML},
		{"a quality out of range", []string{"application/json;q=2"}, XML},
		{"a longer type", []string{"application/jsonx, application/json-seq"}, XML},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Negotiate(tt.accept); got != tt.want {
				t.Errorf("Negotiate(%q) = %v, want %v", tt.accept, got, tt.want)
			}
		})
	}
	if got := XML.ContentType() + " " + JSON.ContentType(); got != "text/xml application/json" {
		t.Errorf("content types = %q", got)
	}
}
