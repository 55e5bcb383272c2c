package query

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestSchemaRefusesMistakes(t *testing.T) {
	for _, tt := range []struct {
		name string
		of   reflect.Type
		want string
	}{
		{"not a struct", reflect.TypeFor[string](), "is not a struct"},
		{"an unexported field", reflect.TypeFor[struct{ a string }](), "not exported"},
		{"a type of no kind", reflect.TypeFor[struct{ A float64 }](), "not supported"},
		{"a 64-bit number", reflect.TypeFor[struct{ A int64 }](), "not supported"},
		{"a string type of its own", reflect.TypeFor[struct{ A Kinded }](), "not supported"},
		{"a list of numbers", reflect.TypeFor[struct{ A []int32 }](), "not supported"},
		{"a list of pointers", reflect.TypeFor[struct{ A []*tagIn }](), "not supported"},
		{"a map of lists", reflect.TypeFor[struct{ A map[string][]string }](), "not supported"},
		{"a pointer to a pointer", reflect.TypeFor[struct{ A **string }](), "not supported"},
		{"a pointer to a list", reflect.TypeFor[struct{ A *[]string }](), "a pointer to"},
		{"a pointer to a time", reflect.TypeFor[struct{ A *time.Time }](), "a pointer to"},
		{"an unknown word", reflect.TypeFor[struct {
			A string `q:"requird"`
		}](), "no such word"},
		{"an unknown pattern", reflect.TypeFor[struct {
			A string `q:"pattern=nope"`
		}](), "no pattern of this name"},
		{"no range", reflect.TypeFor[struct {
			A string `q:"len=5"`
		}](), "not a range"},
		{"an open range", reflect.TypeFor[struct {
			A string `q:"len=.."`
		}](), "not a range"},
		{"a range of letters", reflect.TypeFor[struct {
			A string `q:"len=a..b"`
		}](), "invalid syntax"},
		{"a length of a number", reflect.TypeFor[struct {
			A int32 `q:"len=1..2"`
		}](), "does not fit the type"},
		{"a range of a string", reflect.TypeFor[struct {
			A string `q:"range=1..2"`
		}](), "does not fit the type"},
		{"items of a string", reflect.TypeFor[struct {
			A string `q:"items=1..2"`
		}](), "does not fit the type"},
		{"a pattern of a list", reflect.TypeFor[struct {
			A []string `q:"pattern=arn"`
		}](), "does not fit the type"},
		{"elements of a string", reflect.TypeFor[struct {
			A string `q:"each-len=1..2"`
		}](), "not a list of strings"},
		{"elements that are structures", reflect.TypeFor[struct {
			A []tagIn `q:"each-len=1..2"`
		}](), "not a list of strings"},
		{"a name twice", reflect.TypeFor[struct {
			A string
			B string `q:"name=A"`
		}](), "two members A"},
		{"65 members", manyFields(65), "more than 64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, tt.want) {
					t.Errorf("panic = %s, want one with %q", got, tt.want)
				}
			}()
			SchemaOf(tt.of)
		})
	}
}

// Kinded is a string of another type.
type Kinded string

func manyFields(n int) reflect.Type {
	var fields []reflect.StructField
	for i := range n {
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: reflect.TypeFor[string]()})
	}
	return reflect.StructOf(fields)
}

func TestAnOutputIsNoInput(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "no parameter can fill") {
			t.Errorf("panic = %s", got)
		}
	}()
	_, _ = Decode[struct{ Inner *lastUsedOut }](parse(t, "a=1"), true)
}

func TestViolationsAreInTheOrderOfAHashMap(t *testing.T) {
	// Orders that answers of the real service show: of IAM and STS in the
	// recordings, the others as quoted by users of services on the same stack.
	for _, want := range []string{
		"roleArn principalArn",
		"clientIDList thumbprintList url",
		"minimumPasswordLength passwordReusePrevention maxPasswordAge",
		"password username",
		"confirmationCode password",
		"writeCapacityUnits readCapacityUnits",
	} {
		names := strings.Fields(want)
		var fields []reflect.StructField
		for i := len(names) - 1; i >= 0; i-- { // the other way round
			fields = append(fields, reflect.StructField{
				Name: strings.ToUpper(names[i][:1]) + names[i][1:], Type: reflect.TypeFor[string](),
			})
		}
		s := SchemaOf(reflect.StructOf(fields))
		var got []string
		for _, i := range s.report {
			got = append(got, s.Fields[i].path)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("order = %v, want %s", got, want)
		}
	}
}

func TestTheHashMapGrows(t *testing.T) {
	// The map has 16 buckets up to 12 members, and 32 from the 13th on.
	buckets := func(n int) (out []uint32) {
		s := SchemaOf(manyFields(n))
		for _, i := range s.report {
			out = append(out, bucket(s.Fields[i].path, 32))
		}
		return out
	}
	sorted := func(b []uint32) bool {
		for i := 1; i < len(b); i++ {
			if b[i] < b[i-1] {
				return false
			}
		}
		return true
	}
	if !sorted(buckets(13)) {
		t.Error("13 members are not in the order of 32 buckets")
	}
	if sorted(buckets(12)) {
		t.Error("12 members are in the order of 32 buckets, want 16")
	}
}
