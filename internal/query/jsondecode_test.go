package query

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/awserr"
)

// jsonIn has a member of each kind that JSON can fill.
type jsonIn struct {
	Name     string `q:"required,len=3..8"`
	Bucket   *string
	Max      *int32 `q:"range=1..50"`
	All      *bool
	Start    time.Time
	Keys     []string `q:"items=..3,each-len=1..4"`
	Tags     []jsonTag
	One      *jsonTag
	Shadowed bool `q:"name=shadow"`
}

type jsonTag struct {
	Key    string `q:"required"`
	Values []string
}

func TestDecodeJSON(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       jsonIn
	}{
		{"every kind", `{"Name":"main","Bucket":"","Max":50,"All":false,"Start":1769860800.5,"Keys":["a","b"],"Tags":[{"Key":"k","Values":["v"]},{"Key":""}],"One":{"Key":"é\ud83d\ude00"},"shadow":true}`, jsonIn{
			Name: "main", Bucket: new(""), Max: new(int32(50)), All: new(false), Start: time.Date(2026, 1, 31, 12, 0, 0, 5e8, time.UTC),
			Keys: []string{"a", "b"}, Tags: []jsonTag{{Key: "k", Values: []string{"v"}}, {}}, One: &jsonTag{Key: "é😀"}, Shadowed: true,
		}},
		{"null is absent", `{"Name":"main","Bucket":null,"Max":null,"All":null,"Start":null,"Keys":null,"Tags":null,"One":null}`, jsonIn{Name: "main"}},
		{"an empty list is there", `{"Name":"main","Keys":[],"Tags":[]}`, jsonIn{Name: "main", Keys: []string{}, Tags: []jsonTag{}}},
		{"what nobody knows does not matter", `{"Name":"main","Other":{"a":[1,{"b":null}]},"name":7,"Tags.member.1.Key":"x","Keys.member.1":"y"}`, jsonIn{Name: "main"}},
		{"white space does not matter", " \r\n\t{ \"Name\" : \"main\" } ", jsonIn{Name: "main"}},
		{"the first moment", `{"Name":"main","Start":0}`, jsonIn{Name: "main", Start: time.Unix(0, 0).UTC()}},
		{"an exponent", `{"Name":"main","Start":1.7698608E9}`, jsonIn{Name: "main", Start: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}},
	} {
		got, err := DecodeJSON[jsonIn]([]byte(tt.body), true)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if d := cmp.Diff(&tt.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, d)
		}
	}
}

var badJSONTests = []struct{ name, body, want string }{
	{"no JSON", `Action=ListTrails`, ""},
	{"a text", `"Name"`, "Unexpected"},
	{"half of it", `{"Name":"main"`, ""},
	{"more of it", `{"Name":"main"}{}`, ""},
	{"a bracket too many", `{"Name":"main"}}`, ""},
	{"the wrong bracket", `{"Name":"main"]`, ""},
	{"a comma too many", `{"Name":"main",}`, ""},
	{"no comma", `{"Name":"main" "All":true}`, ""},
	{"a name that is no text", `{1:"main"}`, ""},
	{"single quotes", `{'Name':'main'}`, ""},
	{"a comment", `{"Name":"main"/**/}`, ""},
	{"a number that is none", `{"Name":"main","Max":0x10}`, ""},
	{"not a number", `{"Name":"main","Start":NaN}`, ""},
	{"not UTF-8", "{\"Name\":\"ma\xffin\"}", ""},
	{"a mark at the start", "\ufeff{\"Name\":\"main\"}", ""},
	{"a member twice", `{"Name":"main","Name":"other"}`, "twice"},
	{"a member twice, spelled otherwise", `{"Name":"main","\u004eame":"other"}`, "twice"},
	{"a member twice, inside", `{"Name":"main","Tags":[{"Key":"a","Key":"b"}]}`, "twice"},
	{"a member twice, where nobody looks", `{"Name":"main","Other":{"a":1,"a":2}}`, "twice"},
	{"too deep", `{"Name":"main","Other":` + strings.Repeat("[", 17) + strings.Repeat("]", 17) + `}`, "deep"},
	{"without a bottom", strings.Repeat(`{"a":`, 100_000), "deep"},
	{"too much", `{"Name":"main","Keys":["a"` + strings.Repeat(`,"a"`, 10_000) + `]}`, "many"},
	{"a list for all", `[]`, "Start of list"},
	{"a text for a bool", `{"Name":"main","All":"true"}`, "STRING_VALUE can not be converted to Boolean"},
	{"a number for a bool", `{"Name":"main","All":1}`, "NUMBER_VALUE can not be converted to Boolean"},
	{"a text for a number", `{"Name":"main","Max":"7"}`, "STRING_VALUE can not be converted to Integer"},
	{"a fraction", `{"Name":"main","Max":1.5}`, "NUMBER_VALUE can not be converted to Integer"},
	{"a large number", `{"Name":"main","Max":99999999999999999999999}`, "NUMBER_VALUE can not be converted to Integer"},
	{"an exponent", `{"Name":"main","Max":1e999999999}`, "NUMBER_VALUE can not be converted to Integer"},
	{"a number for a text", `{"Name":7}`, "NUMBER_VALUE can not be converted to String"},
	{"a bool for a text", `{"Name":true}`, "BOOLEAN_VALUE can not be converted to String"},
	{"a structure for a text", `{"Name":{}}`, "Start of structure"},
	{"a list for a text", `{"Name":[]}`, "Start of list"},
	{"a text for a list", `{"Name":"main","Keys":"a"}`, "STRING_VALUE can not be converted to list"},
	{"a structure for a list", `{"Name":"main","Keys":{"member":["a"]}}`, "Start of structure"},
	{"a text for a structure", `{"Name":"main","One":"a"}`, "STRING_VALUE can not be converted to structure"},
	{"a number in a list of texts", `{"Name":"main","Keys":[1]}`, "NUMBER_VALUE can not be converted to String"},
	{"null in a list of texts", `{"Name":"main","Keys":[null]}`, "NULL_VALUE can not be converted to String"},
	{"null in a list of structures", `{"Name":"main","Tags":[null]}`, "NULL_VALUE can not be converted to structure"},
	{"a text for a time", `{"Name":"main","Start":"2026-01-31T12:00:00Z"}`, "STRING_VALUE can not be converted to milliseconds"},
	{"a time before all", `{"Name":"main","Start":-1}`, "NUMBER_VALUE can not be converted to milliseconds"},
	{"a time after all", `{"Name":"main","Start":253402300800}`, "NUMBER_VALUE can not be converted to milliseconds"},
	{"a time without end", `{"Name":"main","Start":1e400}`, "NUMBER_VALUE can not be converted to milliseconds"},
}

func TestBodiesThatAreNotWhatIsWanted(t *testing.T) {
	for _, tt := range badJSONTests {
		want := tt.want
		if want == "Unexpected" {
			want = "STRING_VALUE can not be converted to structure"
		}
		_, err := DecodeJSON[jsonIn]([]byte(tt.body), true)
		e := awserr.From(err)
		if e == nil || e.Code != "SerializationException" || e.HTTPStatus() != 400 || !strings.Contains(e.Message, want) {
			t.Errorf("%s: %v, want a SerializationException: %s", tt.name, err, want)
		}
	}
}

func TestJSONIsUnderTheConstraintsOfAForm(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{``, "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"},
		{`{"Name":"ab"}`, "1 validation error detected: Value 'ab' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 3"},
		{`{"Name":"main","Max":51}`, "1 validation error detected: Value '51' at 'max' failed to satisfy constraint: Member must have value less than or equal to 50"},
		{`{"Name":"main","Tags":[{"Key":"a"},{}]}`, "1 validation error detected: Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null"},
		{`{"Name":"main","One":{}}`, "1 validation error detected: Value null at 'one.key' failed to satisfy constraint: Member must not be null"},
		{`{"Name":"main","Keys":["a","b","c","d"]}`, "1 validation error detected: Value '[a, b, c, d]' at 'keys' failed to satisfy constraint: Member must have length less than or equal to 3"},
		{`{"Name":"main","Keys":["abcde"]}`, "1 validation error detected: Value '[abcde]' at 'keys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 1]"},
		{`{"Max":0,"Name":"a"}`, "2 validation errors detected: Value '0' at 'max' failed to satisfy constraint: Member must have value greater than or equal to 1; Value 'a' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 3"},
	} {
		_, err := DecodeJSON[jsonIn]([]byte(tt.body), true)
		if e := awserr.From(err); e == nil || e.Code != "ValidationError" || e.Message != tt.want {
			t.Errorf("%s: %v\nwant %s", tt.body, err, tt.want)
		}
	}
}

func TestJSON11Answers(t *testing.T) {
	for _, tt := range []struct {
		out  any
		want string
	}{
		{&struct{}{}, `{}`},
		{&NoResult{}, `{}`},
		{&struct {
			B  bool
			A  string
			T  time.Time
			K  []byte
			N  []string
			On string `q:"keep"`
		}{B: true, T: time.Unix(7, 0), K: []byte("a"), N: []string{}}, `{"B":true,"K":"YQ==","N":[],"On":"","T":7}`},
	} {
		if got := string(AppendJSON11(nil, tt.out)); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
	for _, tt := range []struct {
		e      *awserr.Error
		status int
		want   string
	}{
		{awserr.New(403, "AccessDenied", "no"), 400, `{"__type":"AccessDeniedException","message":"no"}`},
		{awserr.New(404, "TrailNotFoundException", ""), 400, `{"__type":"TrailNotFoundException"}`},
		{awserr.Validation("<x>"), 400, `{"__type":"ValidationException","message":"\u003cx\u003e"}`},
		{awserr.Internal(errors.New("cause")), 500, `{"__type":"InternalFailure","message":"The request processing has failed because of an unknown error, exception or failure."}`},
		{awserr.Unavailable(nil), 503, `{"__type":"ServiceUnavailableException","message":"The request has failed due to a temporary failure of the server."}`},
		{awserr.New(413, "RequestEntityTooLarge", ""), 413, `{"__type":"RequestEntityTooLargeException"}`},
	} {
		if got := string(AppendErrorJSON11(nil, tt.e)); got != tt.want || StatusJSON11(tt.e) != tt.status {
			t.Errorf("got %d %s, want %d %s", StatusJSON11(tt.e), got, tt.status, tt.want)
		}
	}
}

func TestOperationOfATarget(t *testing.T) {
	const full = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"
	for target, want := range map[string]string{
		full + ".CreateTrail":                            "CreateTrail",
		"CloudTrail_20131101.CreateTrail":                "CreateTrail",
		"com.amazonaws.cloudtrail.v20131101.CreateTrail": "",
		"cloudtrail_20131101.CreateTrail":                "",
		"v20131101.CloudTrail_20131101.CreateTrail":      "",
		full + ".":               "",
		full:                     "",
		"CreateTrail":            "",
		".CreateTrail":           "",
		"":                       "",
		full + ".x.CreateTrail":  "",
		" " + full + ".GetTrail": "",
	} {
		got, ok := CloudTrail.Operation(target)
		if ok != (want != "") || got != want {
			t.Errorf("%q: %q, %v, want %q", target, got, ok, want)
		}
	}
	if _, ok := STS.Operation(".GetCallerIdentity"); ok {
		t.Error("STS does not speak JSON")
	}
}

// FuzzDecodeJSON: what is decoded and encoded decodes to the same; a refusal is
// one of two; everything that is taken is JSON to the standard library too.
func FuzzDecodeJSON(f *testing.F) {
	for _, tt := range badJSONTests {
		if len(tt.body) < 1000 {
			f.Add(tt.body)
		}
	}
	f.Add(`{"Name":"main","Bucket":"","Max":50,"All":false,"Start":1769860800.5,"Keys":["a"],"Tags":[{"Key":"k","Values":["v"]}],"One":{"Key":"é"},"shadow":true}`)
	f.Fuzz(func(t *testing.T, body string) {
		in, err := DecodeJSON[jsonIn]([]byte(body), true)
		if err != nil {
			e, ok := errors.AsType[*awserr.Error](err)
			if !ok || e.HTTPStatus() != 400 || e.Code != "SerializationException" && e.Code != "ValidationError" ||
				len(e.Message) > maxMessage+maxEcho+1000 || !utf8.ValidString(e.Message) {
				t.Errorf("error %v is no refusal", err)
			}
			return
		}
		if !json.Valid([]byte(body)) && strings.TrimSpace(body) != "" {
			t.Errorf("%q is no JSON", body)
		}
		again, err := DecodeJSON[jsonIn]([]byte(plainJSON(reflect.ValueOf(in).Elem())), true)
		if err != nil {
			t.Fatalf("decoding again: %v", err)
		}
		if d := cmp.Diff(in, again); d != "" {
			t.Errorf("decoded again (-first +again)\n%s", d)
		}
	})
}

// plainJSON writes v, the obvious way.
func plainJSON(v reflect.Value) string {
	var all []string
	for i := range v.NumField() {
		fv, f := v.Field(i), SchemaOf(v.Type()).Fields[i]
		if f.Kind != Bool && fv.IsZero() && !f.Required {
			continue
		}
		if f.Pointer {
			if fv.IsNil() {
				continue
			}
			fv = fv.Elem()
		}
		text := ""
		switch f.Kind {
		case Struct:
			text = plainJSON(fv)
		case Time:
			text = fmt.Sprintf("%d.%03d", timeOf(fv).Unix(), timeOf(fv).Nanosecond()/1e6)
		case List:
			parts := make([]string, fv.Len())
			for j := range parts {
				if f.Elem.Kind == Struct {
					parts[j] = plainJSON(fv.Index(j))
				} else {
					parts[j] = string(AppendJSONText(nil, fv.Index(j).String()))
				}
			}
			text = "[" + strings.Join(parts, ",") + "]"
		case String:
			text = string(AppendJSONText(nil, fv.String()))
		default:
			text = fmt.Sprint(fv.Interface())
		}
		all = append(all, fmt.Sprintf("%q:%s", f.Name, text))
	}
	return "{" + strings.Join(all, ",") + "}"
}
