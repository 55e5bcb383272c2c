package query

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/awserr"
)

// FuzzParseForm: what is parsed and encoded again parses to the same, and
// everything that net/url reads, we read alike.
func FuzzParseForm(f *testing.F) {
	for _, tt := range formTests {
		f.Add(tt.query, tt.body)
	}
	for _, tt := range badFormTests {
		if len(tt.query) < 1000 {
			f.Add(tt.query, "")
		}
	}
	f.Fuzz(func(t *testing.T, query, body string) {
		form, err := ParseForm(query, []byte(body), formType)
		if err != nil {
			if _, ok := errors.AsType[*awserr.Error](err); !ok {
				t.Errorf("error %v is not for the caller", err)
			}
			if !utf8.ValidString(err.Error()) {
				t.Errorf("error %q is not UTF-8", err)
			}
			return
		}
		if form.Len() > MaxParameters {
			t.Errorf("%d parameters", form.Len())
		}
		var pairs []string
		for name, value := range form.All() {
			if !utf8.ValidString(name) || !utf8.ValidString(value) {
				t.Errorf("%q=%q is not UTF-8", name, value)
			}
			pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
		}
		again, err := ParseForm(strings.Join(pairs, "&"), nil, "")
		if err != nil || !slices.Equal(again.params, form.params) {
			t.Errorf("encoded again: %v, %q, want %q", err, again, form.params)
		}
		theirs, err := url.ParseQuery(query)
		if err != nil || body != "" {
			return // they refuse a semicolon
		}
		for name := range theirs {
			if got, _ := form.Get(name); name != "" && got != theirs.Get(name) {
				t.Errorf("%q = %q, net/url has %q", name, got, theirs.Get(name))
			}
		}
	})
}

// encode writes the parameters of v, the obvious way. It is the inverse of
// Decode for values that hold no empty list.
func encode(v reflect.Value, prefix string) string {
	var b strings.Builder
	for i := range v.NumField() {
		fv, f := v.Field(i), SchemaOf(v.Type()).Fields[i]
		name := prefix + f.Name
		if f.Pointer {
			if fv.IsNil() {
				continue
			}
			fv = fv.Elem()
		}
		switch f.Kind {
		case Struct:
			b.WriteString(encode(fv, name+"."))
		case List:
			for j := range fv.Len() {
				element := fmt.Sprintf("%s.member.%d", name, j+1)
				if f.Elem.Kind == Struct {
					b.WriteString(element + "=&" + encode(fv.Index(j), element+"."))
				} else {
					b.WriteString(element + "=" + url.QueryEscape(fv.Index(j).String()) + "&")
				}
			}
		case String:
			if fv.String() != "" || f.Required || f.Pointer {
				b.WriteString(name + "=" + url.QueryEscape(fv.String()) + "&")
			}
		default:
			b.WriteString(name + "=" + fmt.Sprint(fv.Interface()) + "&")
		}
	}
	return b.String()
}

// FuzzDecode: what is decoded and encoded decodes to the same; a refusal is
// one of two, its message is bounded and counts its clauses.
func FuzzDecode(f *testing.F) {
	for _, tt := range validationTests {
		if len(tt.form) < 10_000 {
			f.Add(tt.form)
		}
	}
	for _, tt := range malformedTests {
		f.Add(tt.form)
	}
	f.Add("RoleArn=" + roleArn + "&RoleSessionName=me&Policy=%7B%7D&DurationSeconds=900" + manyTags(3) + "&PolicyArns.member.1.arn=" + roleArn)
	f.Add("ActionNames.member.1=s3:Get&ContextEntries.member.2.ContextKeyValues.member.7=d")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := ParseForm("", []byte(body), formType)
		if err != nil {
			return
		}
		fuzzDecode[assumeRoleIn](t, form)
		fuzzDecode[simulateIn](t, form)
		fuzzDecode[rootIn](t, form)
		fuzzDecode[passwordPolicyIn](t, form)
	})
}

func fuzzDecode[T any](t *testing.T, form *Form) {
	for _, echo := range []bool{true, false} {
		in, err := Decode[T](form, echo)
		if err != nil {
			e, ok := errors.AsType[*awserr.Error](err)
			switch {
			case !ok || e.HTTPStatus() != 400:
				t.Errorf("error %v is no refusal", err)
			case e.Code == "MalformedInput" && e.Message == "":
			case e.Code != "ValidationError":
				t.Errorf("error %v is neither of two", err)
			case len(e.Message) > maxMessage+maxEcho+1000 || !utf8.ValidString(e.Message):
				t.Errorf("message of %d bytes", len(e.Message))
			}
			continue
		}
		text := encode(reflect.ValueOf(in).Elem(), "")
		again, err := Decode[T](parse(t, text), echo)
		if err != nil {
			t.Errorf("decoding %q again: %v", text, err)
		} else if diff := cmp.Diff(in, again); diff != "" {
			t.Errorf("decoded again (-first +again):\n%s", diff)
		}
	}
}

// FuzzXML: encoding/xml and encoding/json read back what was written, with
// U+FFFD for what XML or UTF-8 cannot hold.
func FuzzXML(f *testing.F) {
	for _, s := range []string{"", "plain", `<&>"'`, "]]>", "a\r\nb\tc\n", "\x00\x1f\x7f\u0085", "\ufffe\uffff\ufffd", "\xff\xed\xa0\x80", "\u2028é\U0001F600"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		out := &roleOut{RoleName: a, Tags: []tagOut{{a, b}, {b, a}}, Document: PolicyDocument(b), RoleLastUsed: &lastUsedOut{Region: b}}
		var got struct {
			XMLName xml.Name
			Result  struct {
				RoleName     string
				Document     string
				Tags         []tagOut `xml:"Tags>member"`
				RoleLastUsed lastUsedOut
			} `xml:"TestResult"`
			RequestID string `xml:"ResponseMetadata>RequestId"`
		}
		text := IAM.AppendXML(nil, "Test", out, a)
		if err := xml.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		wantA, wantB := xmlText(a), xmlText(b)
		if got.Result.RoleName != wantA || got.RequestID != wantA || got.Result.RoleLastUsed.Region != wantB ||
			!slices.Equal(got.Result.Tags, []tagOut{{wantA, wantB}, {wantB, wantA}}) {
			t.Errorf("read back %+q from\n%s", got, text)
		}
		if back, err := url.PathUnescape(got.Result.Document); err != nil || back != b {
			t.Errorf("document %q from %q, %v", back, b, err)
		}
		var failure struct {
			Message string `xml:"Error>Message"`
		}
		if err := xml.Unmarshal(STS.AppendErrorXML(nil, awserr.Validation("%s", a), b), &failure); err != nil || failure.Message != wantA {
			t.Errorf("message %q, %v, want %q", failure.Message, err, wantA)
		}

		var js map[string]struct {
			TestResult struct {
				RoleName string
				Tags     []tagOut
			}
		}
		text = IAM.AppendJSON(nil, "Test", out, a)
		if err := json.Unmarshal(text, &js); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		a, b = utf8Text(a), utf8Text(b)
		if r := js["TestResponse"].TestResult; r.RoleName != a || !slices.Equal(r.Tags, []tagOut{{a, b}, {b, a}}) {
			t.Errorf("read back %+q from\n%s", r, text)
		}
	})
}

// utf8Text is s with U+FFFD for each byte that is not UTF-8.
func utf8Text(s string) string { return string([]rune(s)) }

// xmlText is s as XML 1.0 can hold it (its production for Char).
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 {
			return r
		}
		return 0xFFFD
	}, utf8Text(s))
}
